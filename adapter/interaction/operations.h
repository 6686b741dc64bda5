// The FHIR operations that are offered (R4 operations.html), each in a file of its name.

#pragma once

#include "fingerpost/tree.h"
#include "interaction/answer.h"
#include "interaction/context.h"
#include "interaction/url.h"
#include "search/plan.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::interaction {

// What the request of a message says beside it (BaRS 1.4); "" for what it does not.
struct MessageFields {
  std::string_view request_id;  // X-Request-Id
  std::string_view target;      // NHSD-Target-Identifier
  std::string_view end_user;    // NHSD-End-User-Organisation
};

// An operation as it was called: of the system, of a type, of one resource of it, or of a version
// of that.
struct OperationCall {
  std::string_view type;            // "" for the system
  std::string_view id;              // "" for the type
  std::string_view name;            // without "$"
  std::vector<search::Pair> pairs;  // of the URL
  std::optional<std::string> body;  // of a POST: Parameters, or the one resource it is about
  std::string_view accept_language;
  search::Handling handling = search::Handling::strict;
  std::string_view version = {};  // "" for the resource as it is
  MessageFields message = {};     // of $process-message
};
// What the path names; views of it.
OperationCall call_of(const Path& path);

constexpr std::string_view any_type = "Resource";

// Where an operation is offered: bits.
enum Level : std::uint8_t { on_system = 1, on_type = 2, on_instance = 4, on_version = 8 };
Level level_of(const OperationCall& call);

struct Operation {
  std::string_view name;
  std::string_view type;  // or any_type
  std::uint8_t levels = on_type;
  std::string_view definition;  // canonical of its OperationDefinition
  Answer (*run)(const Session& session, const OperationCall& call);
  // Instead of run, of those that change something: they are not asked for by GET.
  void (*start)(const Session& session, const OperationCall& call, Done done) = nullptr;
  // The parameters that may be in its URL, parted by blanks; takes_any: it looks at them itself.
  std::string_view takes = {};

  bool on(std::uint8_t level) const { return (levels & level) != 0; }
};
constexpr std::string_view takes_any = "*";
std::span<const Operation> operations();
// Those that anybody may ask for here: they are stated.
std::vector<Operation> operations(const Context& context);
// The one that is called; null: it is not offered there.
const Operation* operation_of(const OperationCall& call);

// Kind::not_found: there is no such operation there.
void operate(const Session& session, const OperationCall& call, Done done);
// Of those that change nothing; else 405. With what a terminology server elsewhere knows
// (remote_codes.h): the call need not outlive this, and `done` is called on the session's thread,
// now or when that server has answered.
void ask(const Session& session, const OperationCall& call, Done done);
// The same, with what is known here alone.
Answer operate(const Session& session, const OperationCall& call);

// A body without values that cannot be read.
Result<Tree> read_body(const Context& context, const std::string& body,
                       model::Model model = model::Model::r4);
// The call's parameters as a Parameters resource: those of the URL as primitives, then those of the
// body. A resource that is the whole body, or the one the call is of, is the parameter `resource`.
Result<Tree> parameters_of(const Session& session, const OperationCall& call,
                           std::string_view resource);

Answer expand(const Session& session, const OperationCall& call);
Answer validate_code(const Session& session, const OperationCall& call);
Answer lookup(const Session& session, const OperationCall& call);
Answer subsumes(const Session& session, const OperationCall& call);
Answer translate(const Session& session, const OperationCall& call);
Answer transform(const Session& session, const OperationCall& call);
Answer validate(const Session& session, const OperationCall& call);
// The same, where the codes that cannot be told here are asked of a terminology server elsewhere.
void validate_elsewhere(const Session& session, const OperationCall& call, Done done);
Answer meta(const Session& session, const OperationCall& call);
void meta_add(const Session& session, const OperationCall& call, Done done);
void meta_delete(const Session& session, const OperationCall& call, Done done);
void expunge(const Session& session, const OperationCall& call, Done done);
void process_message(const Session& session, const OperationCall& call, Done done);
Answer everything(const Session& session, const OperationCall& call);
Answer explain(const Session& session, const OperationCall& call);
Answer reindex_status(const Session& session, const OperationCall& call);

}  // namespace fingerpost::interaction
