// The store in memory: every answer by looking at everything. For tests, and as the measure of what
// the other implementations must answer.

#include "search/index_to_store.h"
#include "store/audit_names.h"
#include "store/memory_reader.h"
#include "store/memory_search.h"
#include "store/memory_sight.h"
#include "store/rules.h"
#include "store/store.h"
#include "store/under_policy.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <utility>

namespace fingerpost::store {
namespace {

template <class Row>
Row* row_of(std::vector<Row>& rows, std::int64_t id) {
  return id < 1 || id > static_cast<std::int64_t>(rows.size())
             ? nullptr
             : &rows[static_cast<std::size_t>(id - 1)];
}

class MemoryStore final : public Store {
 public:
  MemoryStore(const Limits& limits, Clock& clock, Random& random) : limits_(limits), clock_(clock) {
    data_.hash_key = {random.next(), random.next()};
  }

  void commit(Unit unit, Completion completion) override {
    auto outcome = apply(unit);
    completion(std::move(outcome));
  }
  Result<std::unique_ptr<Reader>> reader() override { return make_memory_reader(data_, limits_); }
  const search::HashKey& hash_key() const override { return data_.hash_key; }
  Health health() const override { return Health::good; }

 private:
  // Everything is decided before anything is changed, so a refused unit changes nothing.
  Result<UnitOutcome> apply(Unit& unit) {
    const std::unique_lock lock(data_.mutex);
    UnitOutcome outcome;
    if (unit.inbox) {
      for (const InboxRow& row : data_.inbox) {
        if (row.source != unit.inbox->source || row.key != unit.inbox->key) continue;
        if (row.digest != unit.inbox->digest) return other_content();
        outcome.duplicate = true;
        outcome.answer = row.answer;
        outcome.inbox_id = row.id;
        outcome.inbox_status = row.status;
        return outcome;
      }
    }
    const MemorySight sight(data_, unit.policy);
    LET_DONE(check_sight(unit, sight));
    LET_DONE(check_guards(unit, sight));
    if (unit.inbox) LET_DONE(check_room(*unit.inbox));
    const std::int64_t now = clock_.now_us();
    LET_DONE(decide_all(unit, now, outcome));
    std::vector<Indexed> indexed;
    for (auto& write : unit.writes) {
      LET(auto one, index_of(write));
      indexed.push_back(std::move(one));
    }
    std::vector<std::uint64_t> moved;
    const bool looks = unit.inspect || !unit.policy.everything;
    const State before = looks ? static_cast<const State&>(data_) : State();
    for (std::size_t i = 0; i < unit.writes.size(); ++i) {
      const auto* const old = data_.find(unit.writes[i].type, unit.writes[i].id);
      const auto whose = old == nullptr ? 0 : old->compartment;
      write(unit.writes[i], outcome.writes[i], std::move(indexed[i]), !unit.policy.everything);
      const bool changed = outcome.writes[i].change != Change::unchanged;
      if (changed && whose != unit.writes[i].index.compartment) moved.push_back(whose);
    }
    settle_others(unit);
    auto agreed = check_written(unit, sight);
    if (agreed) agreed = inspect(unit);
    if (!agreed) {
      static_cast<State&>(data_) = before;
      return agreed.error();
    }
    update_rows(unit);
    add_outbox(unit, now, outcome);
    add_inbox(unit, now, outcome);
    tell_whose(unit.audit, moved);
    add_audit(audit_text(unit, outcome), now);
    return outcome;
  }

  void add_audit(std::string text, std::int64_t now) {
    if (text.empty()) return;
    name_patients(text, [this](std::uint64_t reference) {
      for (const auto& one : data_.resources)
        if (one.reference == reference && one.type == "Patient" && !one.versions.empty())
          return one.id;
      return std::string();
    });
    data_.audit.push_back(chained(data_.audit_head, now, std::move(text)));
  }

  Result<void> inspect(const Unit& unit) const {
    if (!unit.inspect) return {};
    const Data staged(static_cast<const State&>(data_));  // without the lock that is held
    const auto reader = make_memory_reader(staged, limits_);
    const auto eyes = reader->seen_by(unit.policy);
    return unit.inspect(*eyes);
  }

  // As PolicyGuard has it.
  Result<void> check_sight(const Unit& unit, const MemorySight& sight) const {
    if (sight.everything()) return {};
    for (std::size_t i = 0; i < unit.asked; ++i) {
      const Write& write = unit.writes[i];
      const Resource* const there = data_.find(write.type, write.id);
      if (there != nullptr && !sight.sees(*there)) return not_in_sight();
      if (there != nullptr && write.type == "Organization" && write.op != Write::Op::drop_history &&
          there->belonging.codes != write.index.belonging.codes)
        return organisation_changed();
      if (write.op != Write::Op::put) continue;
      const auto whose = write.index.belonging.whose;
      if (whose == search::reference_hash(data_.hash_key, write.type, write.id)) {
        if (write.type == "Patient" && there == nullptr && !write.must_be_new)
          return not_in_sight();
        continue;
      }
      if (search::is_somebody(whose) && !is_made_by(unit, whose) && !sight.sees_patient(whose))
        return patient_not_in_sight();
    }
    return {};
  }

  bool is_made_by(const Unit& unit, std::uint64_t patient) const {
    for (std::size_t i = 0; i < unit.asked; ++i) {
      const Write& write = unit.writes[i];
      if (write.type == "Patient" && write.must_be_new &&
          search::reference_hash(data_.hash_key, write.type, write.id) == patient)
        return true;
    }
    return false;
  }

  bool is_seen(std::uint64_t reference, const MemorySight& sight) const {
    return std::any_of(data_.resources.begin(), data_.resources.end(), [&](const Resource& one) {
      return one.reference == reference && !one.versions.empty() && sight.sees(one);
    });
  }

  Result<void> check_written(const Unit& unit, const MemorySight& before) const {
    if (before.everything()) return {};
    const MemorySight now(data_, unit.policy);
    const auto& known = before.organisations();
    if (!std::includes(known.begin(), known.end(), now.organisations().begin(),
                       now.organisations().end()))
      return organisation_taken();
    for (std::size_t i = 0; i < unit.asked; ++i) {
      const Write& write = unit.writes[i];
      if (write.op != Write::Op::put) continue;
      const Resource& written = *data_.find(write.type, write.id);
      if (!now.sees(written)) return written_out_of_sight();
      for (const auto target : written.belonging.about)
        if (!is_seen(target, now)) return written_out_of_sight();
    }
    return {};
  }

  // Whose a resource is that is whose others are, which the unit may have written behind it.
  void settle_others(const Unit& unit) {
    for (const Write& write : unit.writes) {
      const auto at = data_.by_id.find({write.type, write.id});
      if (at == data_.by_id.end()) continue;
      Resource& resource = data_.resources[at->second];
      if (resource.removed() || resource.belonging.about.empty()) continue;
      resource.belonging.whose = whose(resource.belonging.about);
    }
  }

  std::uint64_t whose(const std::vector<std::uint64_t>& references) const {
    std::uint64_t whose = search::of_all;
    for (const auto reference : references) {
      auto its = search::unplaced;
      for (const Resource& one : data_.resources)
        if (one.reference == reference && !one.versions.empty()) its = one.belonging.whose;
      if (its == search::of_all) continue;
      const bool another = whose != search::of_all && whose != its;
      if (another || !search::is_somebody(its)) return search::unplaced;
      whose = its;
    }
    return whose;
  }

  // By the eyes of the unit, or by those that see all: rules added what they saw.
  Result<void> check_guards(const Unit& unit, const MemorySight& sight) const {
    const MemorySight all(data_, {});
    for (const auto& guard : unit.reads)
      if (!holds(guard, sight) && !holds(guard, all)) return guard_failed();
    for (const auto& guard : unit.searches) {
      LET(const bool held, holds(guard, sight));
      LET(const bool held_for_all, held ? Result<bool>(true) : holds(guard, all));
      if (!held_for_all) return guard_failed();
    }
    return {};
  }

  bool holds(const ReadGuard& guard, const MemorySight& sight) const {
    const Resource* const resource = data_.find(guard.type, guard.id);
    const bool there = resource != nullptr && !resource->removed() && sight.sees(*resource);
    return (there ? resource->current().version : 0) == guard.version;
  }
  Result<bool> holds(const SearchGuard& guard, const MemorySight& sight) const {
    LET(const auto page, search_memory(data_, guarding(guard), limits_, sight));
    return finds_exactly(page, guard.ids);
  }

  Result<void> check_room(const InboxRow& row) const {
    auto bytes = refused_bytes(row);
    if (bytes == 0) return {};
    for (const auto& kept : data_.inbox) bytes += refused_bytes(kept);
    if (bytes > limits_.refused_bytes_together) return no_room_for_refused();
    return {};
  }

  Result<void> decide_all(const Unit& unit, std::int64_t now, UnitOutcome& outcome) {
    for (const auto& update : unit.inbox_updates) {
      const auto* row = row_of(data_.inbox, update.id);
      if (row == nullptr) return no_such_row("inbox");
      if (update.from && *update.from != row->status) return other_status();
    }
    for (const auto& update : unit.outbox_updates)
      if (row_of(data_.outbox, update.id) == nullptr) return no_such_row("outbox");
    std::map<std::pair<std::string, std::string>, std::pair<Current, std::string>> changed;
    for (const Write& write : unit.writes) {
      const std::pair key(write.type, write.id);
      std::optional<Current> current;
      if (const auto at = changed.find(key); at != changed.end()) {
        current = at->second.first;
        current->body = at->second.second;
      } else if (const Resource* resource = data_.find(write.type, write.id)) {
        const Stored& stored = resource->current();
        current = Current{stored.version, stored.last_updated_us, resource->removed(), stored.body};
      }
      LET(const WriteOutcome decided, decide(write, current, now));
      outcome.writes.push_back(decided);
      if (decided.change == Change::unchanged) continue;
      changed[key] = {
          {decided.version, decided.last_updated_us, decided.change == Change::removed, {}},
          complete(write.body, decided.version, decided.last_updated_us)};
    }
    return {};
  }

  Result<Indexed> index_of(Write& write) {
    Indexed made;
    made.values.belonging = write.index.belonging;
    if (write.index.parameters == nullptr) return made;
    LET(const auto map, data_.keys->map(*write.index.parameters));
    LET(made.keys, keys_of(data_, *write.index.parameters, write.type));
    for (const auto& one : write.index.contained) {
      LET(made.inside[one.type], keys_of(data_, *write.index.parameters, one.type));
    }
    (void)search::take_words(write.index);  // it reads them when it is asked for them
    made.values = translate(std::move(write.index), *map);
    made.values.parameters = nullptr;
    made.values.holder = nullptr;
    return made;
  }

  void write(Write& write, const WriteOutcome& outcome, Indexed index, bool keeps_labels) {
    if (write.op == Write::Op::reindex) return reindex(write, std::move(index));
    if (outcome.change == Change::unchanged) return;
    if (const auto* old = data_.find(write.type, write.id); old && write.op != Write::Op::put)
      write.index.compartment = old->compartment;
    if (write.op == Write::Op::expunge || write.op == Write::Op::drop_history) return forget(write);
    const auto [at, is_new] =
        data_.by_id.try_emplace({write.type, write.id}, data_.resources.size());
    if (is_new) {
      data_.resources.push_back({static_cast<std::int64_t>(data_.resources.size()) + 1,
                                 write.type,
                                 write.id,
                                 search::reference_hash(data_.hash_key, write.type, write.id),
                                 {},
                                 {},
                                 0});
    }
    Resource& resource = data_.resources[at->second];
    Stored stored{write.type,     write.id, outcome.version, outcome.last_updated_us,
                  outcome.change, {},       write.how,       {}};
    const bool put = write.op == Write::Op::put;
    if (put) stored.body = complete(write.body, outcome.version, outcome.last_updated_us);
    resource.compartment = write.index.compartment;
    if (put) belong(resource, index.values.belonging, outcome.version, keeps_labels);
    resource.versions.push_back(std::move(stored));
    resource.index = put ? std::move(index) : Indexed{};
  }

  // As Applier::standing has it.
  static void belong(Resource& resource, search::Belonging to, std::int64_t version,
                     bool keeps_labels) {
    const bool is_new = resource.versions.empty();
    auto labels = to.labels;
    if (keeps_labels) labels |= resource.labels;
    const bool moved = resource.belonging.whose != to.whose || (resource.labels & ~labels) != 0;
    if (moved && !is_new) resource.seen_from = version;
    resource.belonging = std::move(to);
    resource.labels = labels;
  }

  void reindex(const Write& write, Indexed index) {
    const auto at = data_.by_id.find({write.type, write.id});
    if (at == data_.by_id.end()) return;
    Resource& resource = data_.resources[at->second];
    const bool same = !resource.removed() && write.if_version == resource.current().version;
    if (!same) return;
    resource.belonging = index.values.belonging;
    resource.labels |= resource.belonging.labels;
    resource.index = std::move(index);
  }

  void forget(const Write& write) {
    const auto at = data_.by_id.find({write.type, write.id});
    Resource& resource = data_.resources[at->second];
    if (write.op == Write::Op::drop_history) {
      resource.versions.erase(resource.versions.begin(), resource.versions.end() - 1);
      return;
    }
    resource.versions.clear();
    resource.index = {};
    data_.by_id.erase(at);
  }

  template <class Row, class Update>
  static void update_row(Row& row, const Update& update) {
    row.status = update.status;
    if (update.note) row.note = *update.note;
    if (update.attempts) row.attempts = *update.attempts;
    if (update.due_us) row.due_us = *update.due_us;
  }

  void update_rows(const Unit& unit) {
    for (const auto& update : unit.inbox_updates) {
      InboxRow& row = *row_of(data_.inbox, update.id);
      update_row(row, update);
      if (update.answer) row.answer = *update.answer;
    }
    for (const auto& update : unit.outbox_updates) {
      OutboxRow& row = *row_of(data_.outbox, update.id);
      update_row(row, update);
      if (update.body) row.body = *update.body;
    }
    for (const auto& update : unit.lanes) data_.held_lanes[update.lane] = update.held;
  }

  bool is_for(const OutboxRow& row, const Unit& unit) const {
    if (row.eyes == nullptr || row.eyes->everything) return true;
    const Write& write = unit.writes.at(row.about);
    const Resource* const left = data_.find(write.type, write.id);
    return left != nullptr && MemorySight(data_, *row.eyes).sees(*left);
  }

  void add_outbox(Unit& unit, std::int64_t now, UnitOutcome& outcome) {
    for (OutboxRow& row : unit.outbox) {
      const auto there = [&](const OutboxRow& old) {
        return old.idempotency_key == row.idempotency_key;
      };
      if (!is_for(row, unit) || std::any_of(data_.outbox.begin(), data_.outbox.end(), there)) {
        outcome.outbox_ids.push_back(0);
        continue;
      }
      row.id = static_cast<std::int64_t>(data_.outbox.size()) + 1;
      if (row.created_us == 0) row.created_us = now;
      row.number = row.counts ? 1 : 0;
      for (const auto& old : data_.outbox) row.number += old.counts && old.lane == row.lane ? 1 : 0;
      outcome.outbox_ids.push_back(row.id);
      data_.outbox.push_back(std::move(row));
    }
  }

  void add_inbox(Unit& unit, std::int64_t now, UnitOutcome& outcome) {
    if (!unit.inbox) return;
    InboxRow& row = *unit.inbox;
    row.id = static_cast<std::int64_t>(data_.inbox.size()) + 1;
    if (row.received_us == 0) row.received_us = now;
    outcome.inbox_id = row.id;
    if (row.make_answer) row.answer = row.make_answer(outcome);
    row.make_answer = nullptr;
    outcome.answer = row.answer;
    data_.inbox.push_back(row);
  }

  const Limits limits_;
  Clock& clock_;
  Data data_;
};

}  // namespace

std::unique_ptr<Store> open_memory(const Limits& limits, Clock& clock, Random& random) {
  return std::make_unique<MemoryStore>(limits, clock, random);
}

}  // namespace fingerpost::store
