#include "interaction/reindex.h"

#include "model/json.h"
#include "search/index_to_store.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <limits>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace fingerpost::interaction {
namespace {

constexpr std::size_t together = 100;
constexpr std::size_t most_left = 1000;  // each step reads those left again

// One unit after another.
class Round {
 public:
  Round(const model::Definitions& definitions, store::Store& store, store::Reader& reader,
        Limits limits)
      : definitions_(definitions), store_(store), reader_(reader), limits_(limits) {
    // Of what clients send; what is stored may have come under wider ones.
    limits_.nodes = std::numeric_limits<std::uint32_t>::max();
    limits_.body_bytes = limits_.string_bytes = std::numeric_limits<std::uint32_t>::max();
  }

  // How many were indexed again; 0: all are done but those left, or these are too many.
  Result<std::size_t> step(const search::Parameters& parameters) {
    if (fingerprint_ != parameters.fingerprint()) left_.clear();  // others may do
    fingerprint_ = parameters.fingerprint();
    if (left_.size() >= most_left) return 0;
    const auto most = static_cast<int>(together + left_.size());
    LET(auto some, reader_.outdated(parameters, most));
    store::Unit unit;
    std::vector<std::string> in_part;
    for (auto& stored : some) {
      auto place = stored.type + "/" + stored.id + "/" + std::to_string(stored.version);
      if (left_.count(place) != 0) continue;
      auto read = model::read_json(definitions_, std::move(stored.body), limits_);
      if (!read) {
        left_.insert(std::move(place));
        continue;
      }
      store::Write write;
      write.op = store::Write::Op::reindex;
      write.type = stored.type;
      write.id = stored.id;
      write.if_version = stored.version;
      write.index = search::index_to_store(parameters, {&read->tree, read->tree.root()});
      // Where one of them cannot be evaluated for it, it stays outdated.
      if (write.index.parameters->fingerprint() != parameters.fingerprint())
        in_part.push_back(std::move(place));
      unit.writes.push_back(std::move(write));
    }
    const auto count = unit.writes.size();
    if (count > 0) LET_DONE(store::commit_now(store_, std::move(unit)));
    left_.insert(in_part.begin(), in_part.end());
    // Behind those left there may be more.
    if (count == 0 && some.size() == static_cast<std::size_t>(most)) return step(parameters);
    return count;
  }

  std::size_t left() const { return left_.size(); }

 private:
  const model::Definitions& definitions_;
  store::Store& store_;
  store::Reader& reader_;
  Limits limits_;
  std::set<std::string> left_;  // that stay outdated: unreadable, or not to be indexed whole
  std::uint64_t fingerprint_ = 0;
};

Error cannot_be_indexed() {
  return {Kind::fault,
          "a stored resource cannot be read or indexed, and is not found by all parameters", ""};
}

}  // namespace

Result<std::size_t> reindex(const model::Definitions& definitions,
                            const search::Parameters& parameters, store::Store& store,
                            const Limits& limits) {
  LET(const auto reader, store.reader());
  Round round(definitions, store, *reader, limits);
  std::size_t all = 0;
  for (;;) {
    LET(const auto some, round.step(parameters));
    if (some == 0) break;
    all += some;
  }
  if (round.left() > 0) return cannot_be_indexed();
  return all;
}

struct Reindexer::Work {
  search::LiveParameters parameters;
  Trouble trouble;
  std::unique_ptr<store::Reader> reader;
  Round round;

  std::mutex mutex;
  std::condition_variable came;
  bool changed = true;
  bool ending = false;
  std::thread thread;

  void wake(bool& flag) {
    {
      const std::lock_guard lock(mutex);
      flag = true;
    }
    came.notify_one();
  }

  // False at the end.
  bool wait(bool soon) {
    constexpr std::chrono::milliseconds again{200};
    std::unique_lock lock(mutex);
    const auto ready = [this] { return changed || ending; };
    if (soon) {
      came.wait_for(lock, again, ready);
    } else {
      came.wait(lock, ready);
    }
    changed = false;
    return !ending;
  }

  bool is_ending() {
    const std::lock_guard lock(mutex);
    return ending;
  }

  void run() {
    std::size_t told = 0;
    // What was begun with parameters of before may come to the store when those of now were done.
    bool failing = false;
    bool older = false;
    while (wait(failing || older)) {
      older = parameters.older_in_use();
      Result<std::size_t> done = std::size_t{1};
      while (done && *done > 0 && !is_ending()) done = round.step(*parameters.now());
      if (!done && !failing) trouble(done.error());
      failing = !done;
      if (round.left() > told) trouble(cannot_be_indexed());
      told = round.left();
    }
  }
};

Result<std::unique_ptr<Reindexer>> Reindexer::start(const model::Definitions& definitions,
                                                    search::LiveParameters parameters,
                                                    store::Store& store, const Limits& limits,
                                                    Trouble trouble) {
  LET(auto reader, store.reader());
  auto& eyes = *reader;
  std::unique_ptr<Work> work(new Work{parameters,
                                      std::move(trouble),
                                      std::move(reader),
                                      Round(definitions, store, eyes, limits),
                                      {},
                                      {},
                                      true,
                                      false,
                                      {}});
  parameters.on_change([at = work.get()] { at->wake(at->changed); });
  work->thread = std::thread([at = work.get()] { at->run(); });
  return std::unique_ptr<Reindexer>(new Reindexer(std::move(work)));
}

Reindexer::Reindexer(std::unique_ptr<Work> work) : work_(std::move(work)) {}

Reindexer::~Reindexer() {
  work_->parameters.on_change(nullptr);
  work_->wake(work_->ending);
  work_->thread.join();
}

}  // namespace fingerpost::interaction
