// What an operator sees of the inbox and the outbox, and may do to them. The command line and the
// HTTP administration page both speak through this.
//
// GET inbox ?status=&source=&order=&after=&limit=
//   {"rows":[…],"next":id}: order=oldest, which is what no order says, or newest; `after`: those
//   behind that row in this order; `next`: the last row, where more may stand behind it
// GET inbox/ID
//   with the message itself
// POST inbox/ID/retry
//   a message, refused or quarantined: to be applied again; an extract that was begun: given up
// GET inbox/ID/replay ?values=true
//   what the maps of now would make of an applied message, against what is stored:
//   {"id":5,"resources":[{"resource":"Goal/g","change":"updated","differences":[
//   {"path":"Goal.description.text","is":"changed"}]}],"deliveries":0}
//   change: created, updated, or kept, with a reason
// POST inbox/ID/replay
//   makes it so, as a new message would, with a Provenance that says so
// GET, POST inbox/replay ?source=&after=&limit=&values=
//   the same of all applied messages of a source, in the order they came: {"rows":[…],"next":id};
//   a row that cannot be translated now says why: {"id":6,"refused":"…"}
// GET outbox ?status=&lane=&order=&after=&limit=
// GET outbox/ID
// POST outbox/ID/retry, force, hold, release or cancel
//   retry: not when a later row of its lane and order was delivered since, which force does not
//   look at; what could not be written is written now (unwritten.h), or Kind::conflict says why not
// POST outbox/retry ?lane=
//   all dead rows, of one lane or of all, but those: {"retried":12,"overtaken":1,"notWritten":0}
// GET lanes
//   {"rows":[…]}: every partner's, and every other that ever had a row or was held
// POST lanes/NAME/hold or release

#pragma once

#include "base/clock.h"
#include "exchange/partner.h"
#include "exchange/parts.h"
#include "fingerpost/result.h"
#include "store/store.h"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::exchange {

enum class AdminMethod { get, post };

// Rows of lists carry no message and so no patient data, nor does a replay without `values`; a
// single row carries all. What changes a row or shows one has a row of the audit, as "operator".
class Admin {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;
  using Done = std::function<void(Result<std::string>)>;

  // All must outlive it. `partners` are whose lanes there are beside those that were ever used;
  // null: not known. `parts` are what messages are replayed and written anew with; null: none is.
  Admin(store::Store& store, Clock& clock, const Partners* partners = nullptr,
        const Parts* parts = nullptr)
      : store_(store), clock_(clock), partners_(partners), parts_(parts) {}

  // `path` as above, without a slash at either end. `done` gets JSON; it is called on this thread,
  // which a replay and a retry of many keep waiting, or the store's. Kind::not_found: no such path
  // or row. Kind::conflict: the row's status does not allow it. Kind::invalid: a parameter.
  void answer(AdminMethod method, std::string_view path, const Query& query, Done done);

 private:
  Result<std::string> noted(std::string_view path,
                            const std::function<Result<std::string>()>& work);
  Result<std::string> answer_replay(AdminMethod method, std::string_view path,
                                    std::string_view which, const Query& query);
  Result<std::string> answer_get(std::string_view path, std::string_view box, std::string_view rest,
                                 const Query& query);
  Result<std::string> list_inbox(const Query& query);
  Result<std::string> list_outbox(const Query& query);
  Result<std::string> list_lanes();
  Result<std::string> show(std::string_view box, std::int64_t id);
  Result<store::Unit> act_on_lane(std::string_view lane, std::string_view action);
  Result<store::Unit> act(std::string_view box, std::string_view name, std::string_view action);
  Result<store::Unit> act_on_outbox(std::int64_t id, std::string_view action);
  Result<std::string> retry_dead(const Query& query);
  Result<std::string> replay_one(AdminMethod method, std::int64_t id, bool values);
  Result<std::string> replay_many(AdminMethod method, const Query& query);

  store::Store& store_;
  Clock& clock_;
  const Partners* partners_;
  const Parts* parts_;
};

}  // namespace fingerpost::exchange
