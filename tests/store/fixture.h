// Stores, resources and time for the store's tests.

#pragma once

#include "base/clock.h"
#include "fingerpost/limits.h"
#include "model/json.h"
#include "search/index_to_store.h"
#include "search/search.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "support/folder.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::test {

// Makes the tables of a folder what they were before number 8.
inline constexpr const char* before_8 =
    "DROP INDEX resource_not_looked_at; ALTER TABLE resource DROP COLUMN whose;"
    "ALTER TABLE resource DROP COLUMN seen_from; DROP TABLE relation; DROP TABLE organisation;";

// 2020-01-01, and a second later at each look.
class SteppingClock final : public Clock {
 public:
  std::int64_t now_us() override { return now_ += 1'000'000; }
  std::int64_t monotonic_us() override { return now_; }

 private:
  std::atomic<std::int64_t> now_ = 1'577'836'800'000'000;
};

class SeededRandom final : public Random {
 public:
  std::uint64_t next() override { return engine_(); }

 private:
  std::mt19937_64 engine_{7};
};

// A store on disk, or why there is none.
struct Opened {
  SteppingClock clock;
  SeededRandom random;
  Result<std::unique_ptr<store::Store>> store;

  explicit Opened(const std::string& folder, const Limits& limits = {},
                  const model::Definitions* words_by = &definitions())
      : store(open(folder, limits, words_by)) {}

 private:
  Result<std::unique_ptr<store::Store>> open(const std::string& folder, const Limits& limits,
                                             const model::Definitions* words_by) {
    store::SqliteOptions options;
    options.directory = folder;
    options.limits = limits;
    options.definitions = words_by;
    return store::open_sqlite(options, clock, random);
  }
};

// A store and the search parameters under its hash key.
struct World {
  SteppingClock clock;
  SeededRandom random;
  std::unique_ptr<const search::Parameters> parameters;  // must outlive the store
  std::optional<Opened> on_disk;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<store::Reader> reader;

  explicit World(const std::string& folder = "", const Limits& limits = {},
                 const model::Definitions* words_by = &definitions()) {
    if (folder.empty()) {
      store = store::open_memory(limits, clock, random);
    } else {
      on_disk.emplace(folder, limits, words_by);
      REQUIRE(on_disk->store);
      store = *std::move(on_disk->store);
    }
    parameters = search::Parameters::compile(definitions(), store->hash_key()).value();
    reader = store->reader().value();
  }
  ~World() {
    reader.reset();
    store.reset();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  store::Write put(const std::string& json, std::string_view id) const {
    auto read = model::read_json(definitions(), json, Limits{});
    REQUIRE(read);
    Tree& tree = read->tree;
    store::Write write;
    write.type = definitions().type_name(tree[tree.root()].type);
    write.id = id;
    write.body = store::prepare_body(definitions(), tree, id);
    write.index = search::index_to_store(*parameters, {&tree, tree.root()});
    return write;
  }

  static store::Write remove(std::string_view type, std::string_view id) {
    store::Write write;
    write.op = store::Write::Op::remove;
    write.type = type;
    write.id = id;
    return write;
  }

  template <class... Writes>
  Result<store::UnitOutcome> commit(Writes... writes) {
    store::Unit unit;
    (unit.writes.push_back(std::move(writes)), ...);
    return store::commit_now(*store, std::move(unit));
  }

  Result<store::Page> search(std::string_view type, const std::vector<search::Pair>& pairs) {
    search::Query query;
    query.type = type;
    query.pairs = &pairs;
    query.now_us = 1'600'000'000'000'000;
    auto plan = search::plan(*parameters, query, Limits{});
    if (!plan) return std::move(plan).error();
    return reader->search(*plan);
  }
};

// "Patient/a Patient/b +Organization/o" : matches, then what was included.
inline std::string text_of(const store::Page& page) {
  std::string text;
  for (const auto& hit : page.hits) {
    if (!text.empty()) text += ' ';
    if (hit.included) text += '+';
    text += hit.resource.type + "/" + hit.resource.id;
  }
  return text;
}

}  // namespace fingerpost::test
