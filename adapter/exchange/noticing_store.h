// A store that tells what its commits did to the queues, as soon as that is durable: rows to send
// wake the outbox worker, rows and disks that need a person are announced.

#pragma once

#include "store/store.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace fingerpost::exchange {

// Something a person should look at, or that has passed again.
struct Notice {
  enum class What : std::uint8_t {
    inbox_refused,
    inbox_quarantined,
    outbox_dead,
    store_full,
    store_stopped,
    store_good,
  };
  What what = What::store_good;
  std::int64_t id = 0;  // of the row; 0: it is about the store
  std::string kind;     // of the row, as far as the commit says it
  std::string reason;   // the row's note: never patient data
};
std::string_view name(Notice::What what);  // "inbox row refused"

struct NoticeHooks {
  std::function<void()> to_send;  // rows were added to the outbox
  std::function<void(const Notice&)> notice;
  std::function<void(const std::string& source)> received = nullptr;  // something came from it
};

// Passes everything on to the store behind, which must outlive it. Hooks are called on the thread
// of the completion, before it, and so must be quick; between hook() and silence() alone.
class NoticingStore final : public store::Store {
 public:
  explicit NoticingStore(store::Store& behind);
  ~NoticingStore() override;  // silence()

  void hook(NoticeHooks hooks);
  // Returns when no hook is running; none runs after it.
  void silence();

  void commit(store::Unit unit, store::Completion completion) override;
  Result<std::unique_ptr<store::Reader>> reader() override { return behind_.reader(); }
  const search::HashKey& hash_key() const override { return behind_.hash_key(); }
  store::Health health() const override { return behind_.health(); }

 private:
  struct State;
  store::Store& behind_;
  std::shared_ptr<State> state_;  // completions may come after this has gone
};

}  // namespace fingerpost::exchange
