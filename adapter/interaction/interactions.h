// The FHIR interactions (R4 http.html), each in a file of its name. They know no HTTP: what a
// header said comes in as a value, and what a header will say goes out in the Answer.
//
// Those that write answer after the durable commit, on the session's own thread. A body that they
// refuse for what it says is kept in the inbox (refused.h).

#pragma once

#include "interaction/answer.h"
#include "interaction/context.h"
#include "search/plan.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::interaction {

// What a successful write sends back: Prefer: return=…
enum class Return : std::uint8_t { representation, minimal, outcome };

struct Target {
  std::string_view type;
  std::string_view id;
};

// A resource type of R4 that can be stored.
bool is_resource_type(const Context& context, std::string_view type);
// R4 datatypes.html#id.
bool is_id(std::string_view text);
// The version in an entity tag, W/"3" or "3". Kind::invalid otherwise.
Result<std::int64_t> read_etag(std::string_view text);

// Of the pairs, reads obey _summary and _elements.
Answer read(const Session& session, Target target, const std::vector<search::Pair>& pairs = {});
Answer vread(const Session& session, Target target, std::string_view version,
             const std::vector<search::Pair>& pairs = {});
Answer history_instance(const Session& session, Target target,
                        const std::vector<search::Pair>& pairs);
Answer search_type(const Session& session, std::string_view type,
                   const std::vector<search::Pair>& pairs, search::Handling handling);

struct WriteOptions {
  std::optional<std::int64_t> if_match;
  Return back = Return::representation;
};
void create(const Session& session, std::string_view type, std::string body, WriteOptions options,
            Done done);
void update(const Session& session, Target target, std::string body, WriteOptions options,
            Done done);
void remove(const Session& session, Target target, WriteOptions options, Done done);  // "delete"

struct BundleOptions {
  std::string idempotency_key;  // the same transaction again gets the same answer; "": none
  Return back = Return::minimal;
  search::Handling handling = search::Handling::strict;
};
// Batch or transaction, as the Bundle says.
void bundle(const Session& session, std::string body, BundleOptions options, Done done);

// The CapabilityStatement.
std::string capabilities(const Context& context);
// The TerminologyCapabilities: R4's own content, without what is stored.
std::string terminology_capabilities(const Context& context);

}  // namespace fingerpost::interaction
