// A resource's JSON with room for what only the commit knows: its version and its time.

#pragma once

#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace fingerpost::store {

// The complete bytes are head + version + middle + time + tail.
struct Body {
  static constexpr std::string_view middle = R"(","lastUpdated":")";
  std::string head;  // up to and with `"versionId":"`
  std::string tail;  // from the quote after the time

  std::size_t size() const { return head.size() + tail.size(); }
};

// The resource at the tree's root as a Body under this id. The tree keeps everything but
// meta.versionId and meta.lastUpdated, and has the id; meta and id become its last members.
Body prepare_body(const model::Definitions& definitions, Tree& tree, std::string_view id);

std::string complete(const Body& body, std::int64_t version, std::int64_t time_us);
// Whether complete bytes were made from this body, whatever their version and time.
bool same(const Body& body, std::string_view complete_bytes);

// R4 instant in UTC with milliseconds: "2026-11-22T01:11:02.000Z".
std::string instant(std::int64_t time_us);

}  // namespace fingerpost::store
