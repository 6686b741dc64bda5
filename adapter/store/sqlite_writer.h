// The one thread that writes: it takes whatever waits, commits it together, and answers.

#pragma once

#include "base/clock.h"
#include "search/hash.h"
#include "store/measures.h"
#include "store/sqlite_apply.h"
#include "store/sqlite_db.h"
#include "store/sqlite_keys.h"
#include "store/sqlite_words.h"
#include "store/store.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace fingerpost::store {

class Writer {
 public:
  static Result<std::unique_ptr<Writer>> start(Db db, Keys& keys, const search::HashKey& hash_key,
                                               Clock& clock, const SqliteOptions& options);
  ~Writer();  // commits what still waits
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void submit(Unit unit, Completion completion);
  Health health() const { return health_; }
  // Counts its commits there from now on; null: nowhere.
  void measure(StoreMeasures* measures) { measures_ = measures; }

 private:
  struct Job {
    Unit unit;
    Completion completion;
    std::size_t size = 0;
    Result<UnitOutcome> outcome = UnitOutcome{};
  };

  Writer(Db db, Keys& keys, Clock& clock, const Limits& limits, std::int64_t checkpoint_pages);
  void run();
  std::vector<Job> take();  // empty: nothing came for a while, or the end
  void commit(std::vector<Job>& batch);
  Result<void> transaction(std::vector<Job>& batch);
  Result<void> apply(Job& job, std::int64_t now_us, bool first);
  Result<void> undo(bool first, std::size_t saving);
  Result<void> save_numbers();
  Result<void> make_durable(std::size_t units, std::int64_t since_us);
  void answer(std::vector<Job>& batch);
  bool read_words(bool idle);  // false: it cannot
  void fold_log(bool idle);

  Db db_;
  Keys& keys_;
  Clock& clock_;
  const Limits limits_;
  const std::int64_t checkpoint_pages_;
  std::optional<WordIndex> words_;
  std::unique_ptr<Applier> applier_;
  Statement begin_, commit_, savepoint_, release_, back_;
  std::atomic<Health> health_ = Health::good;
  std::atomic<StoreMeasures*> measures_ = nullptr;
  bool goes_on_ = false;  // there is more to do even if nothing comes

  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<Job> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace fingerpost::store
