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

// If-Match or If-None-Match: versions, or "*" for any there is.
struct Versions {
  std::vector<std::int64_t> list;
  bool any = false;

  bool empty() const { return list.empty() && !any; }
  bool has(std::int64_t version) const;  // 0, which is no version: false
};
Result<Versions> read_etags(std::string_view text);

// Of the pairs, reads obey _summary and _elements.
Answer read(const Session& session, Target target, const std::vector<search::Pair>& pairs = {},
            search::Handling handling = search::Handling::strict);
Answer vread(const Session& session, Target target, std::string_view version,
             const std::vector<search::Pair>& pairs = {},
             search::Handling handling = search::Handling::strict);
// Of a resource, of a type (no id), or of everything (no type); _since, _at, _count, and what reads
// obey.
Answer history(const Session& session, Target target, const std::vector<search::Pair>& pairs,
               search::Handling handling = search::Handling::strict);
Answer search_type(const Session& session, std::string_view type,
                   const std::vector<search::Pair>& pairs, search::Handling handling);
// Over all types, or those that _type names.
Answer search_system(const Session& session, const std::vector<search::Pair>& pairs,
                     search::Handling handling);
// In somebody's compartment: Patient/1/Condition; `type` "*": all types that may be in it.
Answer search_compartment(const Session& session, Target whose, std::string_view type,
                          const std::vector<search::Pair>& pairs, search::Handling handling);

// The answer, or 304 when its version, or else its time, is what the client has already.
Answer unless_known(Answer answer, const Versions& if_none_match,
                    std::optional<std::int64_t> if_modified_since_us);

struct WriteOptions {
  Versions if_match;
  Return back = Return::representation;
  Versions if_none_match = {};
  std::optional<std::int64_t> if_unmodified_since_us = {};  // RFC 9110 13.1.4
  // Criteria of a conditional write: of a create If-None-Exist, of the others the URL's query,
  // whose Target then has no id.
  std::optional<std::vector<search::Pair>> condition = {};
  std::string provenance =
      {};  // X-Provenance: a Provenance without target, written with the resource
};
void create(const Session& session, std::string_view type, std::string body, WriteOptions options,
            Done done);
void update(const Session& session, Target target, std::string body, WriteOptions options,
            Done done);
void remove(const Session& session, Target target, WriteOptions options, Done done);  // "delete"
// All versions but the current one go for good. Kind::forbidden without Context::may_expunge.
void delete_history(const Session& session, Target target, Done done);

enum class PatchForm : std::uint8_t { json, merge, xml, fhirpath };
// Of a media type, without parameters; nothing when it is none of a patch.
std::optional<PatchForm> patch_form(std::string_view media);
struct PatchSent {
  PatchForm form = PatchForm::json;
  std::string body;
};
void patch(const Session& session, Target target, PatchSent sent, WriteOptions options, Done done);

struct BundleOptions {
  std::string idempotency_key;  // the same transaction again gets the same answer; "": none
  Return back = Return::minimal;
  search::Handling handling = search::Handling::strict;
  // X-Provenance: of a transaction about all that it writes; of a batch a copy for each entry.
  std::string provenance = {};
  // Of a transaction with a key whose answer is larger, what its entries read is not kept to be
  // given again: their outcomes are.
  std::size_t kept_answer_bytes = std::size_t{1} << 20;
};
// Batch or transaction, as the Bundle says.
void bundle(const Session& session, std::string body, BundleOptions options, Done done);

// The CapabilityStatement.
std::string capabilities(const Context& context);
// The TerminologyCapabilities: R4's own content, without what is stored.
std::string terminology_capabilities(const Context& context);

}  // namespace fingerpost::interaction
