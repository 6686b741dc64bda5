// FHIR interactions on a store in memory, for tests: called directly, their answers waited for.

#pragma once

#include "base/system.h"
#include "interaction/interactions.h"
#include "search/search.h"
#include "store/store.h"
#include "support/definitions.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::test {

// The same numbers every time (SplitMix64).
class SeededRandom final : public Random {
 public:
  std::uint64_t next() override {
    auto z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

 private:
  std::atomic<std::uint64_t> state_{1};
};

// Compiled once: every store of a SeededRandom has the same key.
inline const search::Parameters& parameters(const search::HashKey& key) {
  static const std::shared_ptr<const search::Parameters> compiled =
      search::Parameters::compile(definitions(), key).value();
  return *compiled;
}

class Fhir {
 public:
  // In memory, or in a folder on SQLite.
  explicit Fhir(const Limits& limits = {}, const std::string& folder = "")
      : store(open(limits, folder)) {
    context =
        std::make_unique<interaction::Context>(interaction::Context{definitions(),
                                                                    parameters(store->hash_key()),
                                                                    *store,
                                                                    clock,
                                                                    random,
                                                                    limits,
                                                                    "http://test.example/fhir",
                                                                    "0.0.0",
                                                                    {},
                                                                    {}});
    session = interaction::open_session(*context, [this](std::function<void()> work) {
                const std::lock_guard lock(mutex_);
                work_.push_back(std::move(work));
                came_.notify_one();
              }).value();
  }

  // Calls an interaction that answers later.
  template <class Call>
  interaction::Answer wait(Call call) {
    std::optional<interaction::Answer> answer;
    call([&](interaction::Answer given) { answer = std::move(given); });
    while (!answer) next_work()();
    return *std::move(answer);
  }

  // Starts that many calls before any of them is waited for.
  template <class Call>
  std::vector<interaction::Answer> wait_all(std::size_t count, Call call) {
    std::vector<interaction::Answer> answers;
    for (std::size_t i = 0; i < count; ++i)
      call(i, [&](interaction::Answer given) { answers.push_back(std::move(given)); });
    while (answers.size() < count) next_work()();
    return answers;
  }

  interaction::Answer create(std::string_view type, std::string body,
                             interaction::WriteOptions options = {}) {
    return wait([&](interaction::Done done) {
      interaction::create(*session, type, std::move(body), options, std::move(done));
    });
  }
  interaction::Answer update(interaction::Target target, std::string body,
                             interaction::WriteOptions options = {}) {
    return wait([&](interaction::Done done) {
      interaction::update(*session, target, std::move(body), options, std::move(done));
    });
  }
  interaction::Answer remove(interaction::Target target, interaction::WriteOptions options = {}) {
    return wait([&](interaction::Done done) {
      interaction::remove(*session, target, options, std::move(done));
    });
  }
  interaction::Answer patch(interaction::Target target, interaction::PatchForm form,
                            std::string body, interaction::WriteOptions options = {}) {
    return wait([&](interaction::Done done) {
      interaction::patch(*session, target, {form, std::move(body)}, options, std::move(done));
    });
  }
  interaction::Answer bundle(std::string body, interaction::BundleOptions options = {}) {
    return wait([&](interaction::Done done) {
      interaction::bundle(*session, std::move(body), std::move(options), std::move(done));
    });
  }
  interaction::Answer read(std::string_view type, std::string_view id) {
    return interaction::read(*session, {type, id});
  }
  interaction::Answer search(std::string_view type, const std::vector<search::Pair>& pairs = {},
                             search::Handling handling = search::Handling::strict) {
    return interaction::search_type(*session, type, pairs, handling);
  }

  SystemClock clock;
  SeededRandom random;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<interaction::Context> context;
  std::shared_ptr<const interaction::Session> session;

 private:
  std::unique_ptr<store::Store> open(const Limits& limits, const std::string& folder) {
    if (folder.empty()) return store::open_memory(limits, clock, random);
    store::SqliteOptions options;
    options.directory = folder;
    options.limits = limits;
    options.definitions = &definitions();
    return store::open_sqlite(options, clock, random).value();
  }

  std::function<void()> next_work() {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] { return !work_.empty(); });
    auto work = std::move(work_.front());
    work_.pop_front();
    return work;
  }

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::function<void()>> work_;
};

}  // namespace fingerpost::test
