// What batch and transaction share: the entries of a Bundle as requests, and the Bundle of answers.

#pragma once

#include "interaction/commit.h"
#include "interaction/interactions.h"
#include "interaction/offers.h"
#include "interaction/operations.h"
#include "interaction/url.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::interaction {

struct Entry {
  std::size_t index = 0;
  Verb verb = Verb::get;
  std::string full_url;
  Path path;
  std::vector<search::Pair> query;
  Versions if_match, if_none_match;
  std::optional<std::int64_t> if_modified_since_us;
  // Of a POST its ifNoneExist; of PUT, PATCH and DELETE without an id the URL's query.
  std::optional<std::vector<search::Pair>> condition;
  std::string condition_text;  // as it was written
  std::optional<PatchSent> patch;
  bool head = false;
  std::optional<std::string> body;  // of an operation by POST
  NodeId resource = no_node;        // in the Bundle's tree
  std::optional<Answer> refused;    // why it cannot be done

  Target target() const { return {path[0], path.size() > 1 ? path[1] : std::string_view()}; }
  bool is_operation() const { return path.size() > 0 && path[path.size() - 1].starts_with('$'); }
  OperationCall operation(search::Handling handling) const;  // views of this entry
};
WriteOptions write_options_of(const Entry& entry, Return back);

// "Bundle.entry[3]"
std::string place_of(std::size_t entry);

// The entries in the Bundle's order. `issues` are what reading and validating the whole Bundle
// found; errors inside an entry refuse that entry, and are taken out of the list.
std::vector<Entry> read_entries(const Context& context, const Tree& bundle, Issues& issues);

// What an entry asks for that writes nothing; a failure names the entry.
Answer get(const Session& session, const Entry& entry, search::Handling handling);
// The same as the entry of a batch, which may wait for what is elsewhere, and may be an operation
// that changes something.
void get(const Session& session, const Entry& entry, search::Handling handling, Done done);
// A failure with its place in the Bundle.
Answer placed(Answer answer, std::size_t entry, Verb verb);
inline Answer placed(Answer answer, const Entry& entry) {
  return placed(std::move(answer), entry.index, entry.verb);
}

// A Bundle of type "batch-response" or "transaction-response".
std::string write_bundle(const Context& context, std::string_view type,
                         const std::vector<Answer>& answers);
// An answer to a write, as an entry of a Bundle shows it: an outcome has a place of its own there.
Answer shown_in_bundle(Answer answer, Return back);

struct SentBundle {
  Tree tree;
  Issues issues;  // of all that is in it; none outside of the entries is an error
};
void batch(const Session& session, SentBundle sent, BundleOptions options, Done done);
// `raw` are the bytes as they came: what the inbox keeps when there is an idempotency key.
void transaction(const Session& session, SentBundle sent, std::string raw, BundleOptions options,
                 Done done);

}  // namespace fingerpost::interaction
