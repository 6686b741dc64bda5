// What every FHIR interaction needs, built by hand in main and shared by all threads.

#pragma once

#include "access/caller.h"
#include "base/clock.h"
#include "care/policy.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "interaction/compiled.h"
#include "model/definitions.h"
#include "search/live_parameters.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {
class Intake;
}
namespace fingerpost::mapping {
class Maps;
}
namespace fingerpost::profile {
class Validator;
}
namespace fingerpost::store {
class Reader;
class Store;
struct Unit;
}  // namespace fingerpost::store
namespace fingerpost::terminology {
class Terminology;
}

namespace fingerpost::interaction {

struct RemoteCodes;    // remote_codes.h
class OwnDefinitions;  // own_definitions.h
std::shared_ptr<OwnDefinitions> make_own_definitions();

// One resource that a request is about to change.
struct Change {
  std::string_view type;
  std::string_view id;
  std::string_view before;  // the stored body being replaced or removed; empty when there is none,
                            // and for types that Context::watched does not name
  const Tree* after = nullptr;  // null: removed
};

// Sees a unit before it is committed for a caller, and may add to it (outbox rows) or refuse it.
// Called on a connection's thread, any of them, so it must be safe to call from several at once.
// The changes live only for the call.
using BeforeCommit = std::function<Result<void>(store::Unit& unit, std::span<const Change> changes,
                                                const access::Caller& caller)>;

// References live as long as the server. Safe to use from any thread.
struct Context {
  const model::Definitions& definitions;
  search::LiveParameters parameters;
  store::Store& store;
  Clock& clock;
  Random& random;
  Limits limits;
  std::string
      base_url;  // "http://127.0.0.1:8080/fhir": no slash at the end; all links start with it
  std::string version;  // of the software, for the CapabilityStatement

  BeforeCommit before_commit;        // may be empty
  std::vector<std::string> watched;  // types whose Change::before is filled, and which no other
                                     // commit can have changed between that and this one
  const profile::Validator* validator = nullptr;  // of $validate; null: it is not offered
  // Of the terminology operations, beside what is stored; null: R4's own.
  const terminology::Terminology* codes = nullptr;
  const mapping::Maps* maps = nullptr;        // for $transform beside the stored ones; or null
  const RemoteCodes* remote_codes = nullptr;  // of a terminology server elsewhere; or null
  // What is written must also meet the invariants and the profiles it claims; else the structure
  // and required bindings alone. Needs the validator.
  bool profiles_on_write = false;
  std::shared_ptr<Compiled> compiled = std::make_shared<Compiled>();
  bool may_expunge = false;              // whether anybody may make the store forget what was there
  exchange::Intake* messages = nullptr;  // of $process-message; null: it is not offered
  std::shared_ptr<OwnDefinitions> own_definitions = make_own_definitions();
  care::Policy policy = {};
  // Clients are configured: a session is nobody's, who may do nothing, until it is a caller's.
  bool closed = false;
};

// Runs work on the thread a request came from.
using Post = std::function<void(std::function<void()> work)>;

// One connection thread's share: its reader, and the way back to it. A request has one of its own
// where it matters who asks.
struct Session {
  const Context& context;
  store::Reader& reader;
  Post post;
  access::CallerPtr caller = access::nobody();
};

// A session with a reader of its own, to be used and let go on one thread, before the store goes.
Result<std::shared_ptr<const Session>> open_session(const Context& context, Post post);

// Whose a new session is.
inline access::CallerPtr first_caller(const Context& context) {
  return context.closed ? access::nobody() : access::local_caller();
}
// The same session as this caller's.
std::shared_ptr<const Session> session_of(const std::shared_ptr<const Session>& session,
                                          access::CallerPtr caller);

}  // namespace fingerpost::interaction
