// A BaRS message (FHIR R4 Bundle of type message) as a tree whose envelope is regular, so that maps
// need not care how the sender wrote it; and the same for a Bundle that is to become one.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace fingerpost::record {

// How NHS systems and codes are spelt. An empty answer: it stands as it is.
struct Spelling {
  struct Coded {
    std::string_view system;
    std::string_view code;
  };
  std::function<std::string_view(std::string_view system)> system;
  std::function<Coded(std::string_view system, std::string_view code)> coding;
};

// What is made regular: every entry has a fullUrl urn:uuid:<id>; the id of its resource is what the
// sender calls it (the uuid of its fullUrl, else its id); a reference that means one entry and no
// other, however written, is that entry's fullUrl; systems and codes have their canonical spelling;
// a member whose name differs from an element's in the case of its first letter alone is that
// element.
struct BarsBundle {
  Tree tree;
  std::string sender;  // "system|value" of the organisation that sends it; "" where it is not said
  Issues issues;       // warnings: what was wrong, and what was rewritten
  // References to nothing in the Bundle are urn:uuid as well, and lead nowhere. What they meant:
  std::map<std::string, std::string, std::less<>> absent;  // urn:uuid -> "Type/id"
  std::map<std::string, NodeId, std::less<>> entries;      // fullUrl -> resource; the first of each
};

// The uuid of an entry by its type and what the sender calls it: the uuid or the address that its
// fullUrl is, else its id, else the message and its place there.
using NameEntry = std::function<std::string(std::string_view type, std::string_view key)>;
// Makes NameEntry once it is known who sends; "" for a Bundle that is no message.
using MakeNames = std::function<NameEntry(std::string_view sender)>;

// Kind::invalid: no R4 Bundle. Whether it is a message, and which, is for the maps to say.
Result<BarsBundle> read_bars(const model::Definitions& definitions, std::string bytes,
                             const Spelling& spelling, const MakeNames& names,
                             const Limits& limits);

}  // namespace fingerpost::record
