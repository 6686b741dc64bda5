// What an operator sees of the inbox and the outbox, and may do to them. The command line and the
// HTTP administration page both speak through this.
//
//   GET  inbox            ?status=&source=&after=&limit=   {"rows":[…],"next":id}
//                         ?status=&source=&limit=&order=newest   {"rows":[…],"older":true}
//   GET  inbox/ID         with the message itself
//   POST inbox/ID/retry   a message, refused or quarantined: to be applied again; an extract that was
//                         begun: given up
//   GET  outbox           ?status=&lane=&after=&limit=
//   GET  outbox/ID
//   POST outbox/ID/retry | hold | release | cancel
//   GET  lanes            {"rows":[…]}
//   POST lanes/NAME/hold | release

#pragma once

#include "base/clock.h"
#include "exchange/partner.h"
#include "fingerpost/result.h"
#include "store/store.h"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::exchange {

enum class AdminMethod { get, post };

// Rows of lists carry no message and so no patient data; a single row carries all.
class Admin {
 public:
  using Query = std::vector<std::pair<std::string, std::string>>;
  using Done = std::function<void(Result<std::string>)>;

  // All must outlive it. `partners` are whose lanes there are beside those that were ever used;
  // null: not known.
  Admin(store::Store& store, Clock& clock, const Partners* partners = nullptr)
      : store_(store), clock_(clock), partners_(partners) {}

  // `path` as above, without a slash at either end. `done` gets JSON; it is called on this thread
  // or the store's. Kind::not_found: no such path or row. Kind::conflict: the row's status does not
  // allow it. Kind::invalid: a parameter.
  void answer(AdminMethod method, std::string_view path, const Query& query, Done done);

 private:
  Result<std::string> list_inbox(const Query& query);
  Result<std::string> list_outbox(const Query& query);
  Result<std::string> list_lanes();
  Result<std::string> show(std::string_view box, std::int64_t id);
  Result<store::Unit> act_on_lane(std::string_view lane, std::string_view action);
  Result<store::Unit> act(std::string_view box, std::string_view name, std::string_view action);
  Result<store::Unit> act_on_outbox(std::int64_t id, std::string_view action);

  store::Store& store_;
  Clock& clock_;
  const Partners* partners_;
};

}  // namespace fingerpost::exchange
