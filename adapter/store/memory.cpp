// The store in memory: every answer by looking at everything. For tests, and as the measure of what
// the other implementations must answer.

#include "search/index_to_store.h"
#include "store/audit_names.h"
#include "store/memory_search.h"
#include "store/rules.h"
#include "store/store.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
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

template <class Row, class Look>
void each(const std::vector<Row>& rows, bool newest_first, Look look) {
  if (newest_first)
    std::for_each(rows.rbegin(), rows.rend(), look);
  else
    std::for_each(rows.begin(), rows.end(), look);
}

// Whether a list that the filter asks for goes past the row, or has not come to it.
template <class Filter, class Row>
bool is_beyond(const Filter& filter, const Row& row) {
  if (!filter.newest_first) return row.id <= filter.after;
  return filter.after != 0 && row.id >= filter.after;
}

bool is_asked(const OutboxFilter& filter, const OutboxRow& row) {
  if (is_beyond(filter, row) || (filter.status && row.status != *filter.status)) return false;
  if (!filter.lane.empty() && row.lane != filter.lane) return false;
  return filter.order_key.empty() || row.order_key == filter.order_key;
}
bool is_numbered(const OutboxFilter& filter, const OutboxRow& row) {
  return row.lane == filter.lane && row.counts && row.number >= filter.from_number;
}

class MemoryReader final : public Reader {
 public:
  MemoryReader(const Data& data, const Limits& limits) : data_(data), limits_(limits) {}

  Result<Stored> read(std::string_view type, std::string_view id) override {
    const std::shared_lock lock(data_.mutex);
    const Resource* resource = data_.find(type, id);
    if (resource == nullptr) return not_there();
    return found(*resource, resource->current());
  }

  Result<Stored> vread(std::string_view type, std::string_view id, std::int64_t version) override {
    const std::shared_lock lock(data_.mutex);
    const Resource* resource = data_.find(type, id);
    if (resource == nullptr) return not_there();
    for (const Stored& one : resource->versions)
      if (one.version == version) return found(*resource, one);
    return not_there();
  }

  Result<HistoryPage> history(const HistoryQuery& query) override {
    const std::shared_lock lock(data_.mutex);
    if (!query.id.empty() && data_.find(query.type, query.id) == nullptr) return not_there();
    std::map<std::pair<std::int64_t, std::int64_t>, const Stored*, std::greater<>> all;
    for (const Resource& resource : data_.resources) {
      if (!query.type.empty() && resource.type != query.type) continue;
      if (!query.id.empty() && resource.id != query.id) continue;
      for (std::size_t i = 0; i < resource.versions.size(); ++i)
        if (wanted(query, resource, i))
          all.emplace(place(resource, resource.versions[i]), &resource.versions[i]);
    }
    HistoryPage page;
    for (const auto& [place, version] : all) {
      if (query.after && place >= std::pair(query.after->updated_us, query.after->at)) continue;
      if (page.versions.size() == static_cast<std::size_t>(query.limit)) {
        const auto& last = page.versions.back();
        const auto at = this->place(*data_.find(last.type, last.id), last);
        page.next = {at.first, at.second};
        break;
      }
      page.versions.push_back(*version);
      page.versions.back().compartment = data_.find(version->type, version->id)->compartment;
    }
    return page;
  }

  Result<Page> search(const search::Plan& plan) override {
    const std::shared_lock lock(data_.mutex);
    return search_memory(data_, plan, limits_);
  }

  Result<std::vector<Stored>> outdated(const search::Parameters& parameters, int limit) override {
    const std::shared_lock lock(data_.mutex);
    std::vector<Stored> found;
    for (const Resource& resource : data_.resources) {
      if (resource.removed() || found.size() == static_cast<std::size_t>(limit)) continue;
      LET(const auto keys, keys_of(data_, parameters, resource.type));
      bool current = resource.index.keys == keys;
      for (const auto& [type, inside] : resource.index.inside) {
        LET(const auto those, keys_of(data_, parameters, type));
        current = current && inside == those;
      }
      if (!current) found.push_back(resource.current());
    }
    return found;
  }
  Result<Explained> explain(const search::Plan& plan) override {
    const std::shared_lock lock(data_.mutex);
    auto none = plan;
    none.count = 0;
    LET(auto page, search_memory(data_, none, limits_));
    Explained explained;
    explained.types.push_back({plan.type, 0, "everything that is stored", "sorted", {}});
    explained.partial = std::move(page.partial);
    return explained;
  }

  Result<std::vector<InboxRow>> inbox_due(std::int64_t now_us, int limit) override {
    const std::shared_lock lock(data_.mutex);
    std::vector<InboxRow> found;
    std::set<std::pair<std::string, std::string>> begun;
    for (const InboxRow& row : data_.inbox) {
      if (row.status != InboxStatus::received) continue;
      const bool first = row.order_key.empty() || begun.insert({row.source, row.order_key}).second;
      if (first && row.due_us <= now_us) found.push_back(row);
    }
    by_due(found, limit);
    return found;
  }

  Result<std::vector<InboxRow>> inbox(const InboxFilter& filter) override {
    const std::shared_lock lock(data_.mutex);
    std::vector<InboxRow> found;
    const auto look = [&](const InboxRow& row) {
      if (is_beyond(filter, row) || (filter.status && row.status != *filter.status)) return;
      if (!filter.source.empty() && row.source != filter.source) return;
      if (found.size() == static_cast<std::size_t>(filter.limit)) return;
      found.push_back(row);
      found.back().raw.clear();
    };
    each(data_.inbox, filter.newest_first, look);
    return found;
  }

  Result<InboxRow> inbox_row(std::int64_t id) override {
    return first_inbox([&](const InboxRow& row) { return row.id == id; });
  }
  Result<InboxRow> inbox_row(std::string_view source, std::string_view key) override {
    return first_inbox([&](const InboxRow& row) { return row.source == source && row.key == key; });
  }

  Result<std::vector<OutboxRow>> outbox_due(std::string_view lane, std::int64_t now_us,
                                            int limit) override {
    const std::shared_lock lock(data_.mutex);
    std::vector<OutboxRow> found;
    const auto held = data_.held_lanes.find(std::string(lane));
    if (held != data_.held_lanes.end() && held->second) return found;
    std::set<std::string> begun;
    for (const OutboxRow& row : data_.outbox) {
      if (row.lane != lane || !is_open(row.status)) continue;
      const bool first = row.order_key.empty() || begun.insert(row.order_key).second;
      if (first && row.status == OutboxStatus::waiting && row.due_us <= now_us)
        found.push_back(row);
    }
    by_due(found, limit);
    return found;
  }

  Result<std::vector<OutboxRow>> outbox(const OutboxFilter& filter) override {
    const std::shared_lock lock(data_.mutex);
    std::vector<OutboxRow> found;
    const bool by_number = filter.from_number > 0;
    const auto look = [&](const OutboxRow& row) {
      if (!(by_number ? is_numbered(filter, row) : is_asked(filter, row))) return;
      if (found.size() == static_cast<std::size_t>(filter.limit)) return;
      found.push_back(row);
      found.back().body.clear();
    };
    each(data_.outbox, filter.newest_first && !by_number, look);
    return found;
  }

  Result<OutboxRow> outbox_row(std::int64_t id) override {
    return first_outbox([&](const OutboxRow& row) { return row.id == id; });
  }
  Result<OutboxRow> outbox_row(std::string_view idempotency_key) override {
    return first_outbox(
        [&](const OutboxRow& row) { return row.idempotency_key == idempotency_key; });
  }

  Result<std::vector<LaneState>> lanes() override {
    const std::shared_lock lock(data_.mutex);
    std::map<std::string, LaneState> states;
    for (const auto& [lane, held] : data_.held_lanes) states[lane].held = held;
    for (const OutboxRow& row : data_.outbox) {
      LaneState& state = states[row.lane];
      if (row.status == OutboxStatus::dead) ++state.dead;
      if (row.counts) ++state.counted;
      if (!is_open(row.status)) continue;
      ++state.open;
      if (state.oldest_us != 0 && row.created_us >= state.oldest_us) continue;
      state.oldest_us = row.created_us;
      state.oldest_row = row.id;
    }
    std::vector<LaneState> found;
    for (auto& [lane, state] : states) {
      state.lane = lane;
      found.push_back(state);
    }
    return found;
  }

  Result<QueueCounts> queue_counts() override {
    const std::shared_lock lock(data_.mutex);
    const auto count = [](const auto& rows, auto status) {
      const auto found = std::count_if(rows.begin(), rows.end(),
                                       [&](const auto& row) { return row.status == status; });
      return std::min<std::int64_t>(found, most_counted);
    };
    return QueueCounts{
        count(data_.inbox, InboxStatus::refused), count(data_.inbox, InboxStatus::quarantined),
        count(data_.outbox, OutboxStatus::held), count(data_.outbox, OutboxStatus::dead)};
  }

  Result<AuditPage> audit(const AuditQuery& query) override {
    const std::shared_lock lock(data_.mutex);
    return page_of(data_.audit, query);
  }

 private:
  static std::pair<std::int64_t, std::int64_t> place(const Resource& resource,
                                                     const Stored& version) {
    return {version.last_updated_us, resource.row << 24 | version.version};
  }
  static bool wanted(const HistoryQuery& query, const Resource& resource, std::size_t i) {
    const auto time = resource.versions[i].last_updated_us;
    if (time < query.since_us) return false;
    if (!query.at_high_us) return true;
    const bool over = i + 1 < resource.versions.size() &&
                      resource.versions[i + 1].last_updated_us <= query.at_low_us;
    return time <= *query.at_high_us && !over;
  }

  static Error not_there() { return {Kind::not_found, "there is no such resource", ""}; }

  static Result<Stored> found(const Resource& resource, Stored stored) {
    if (stored.change == Change::removed) return Error{Kind::gone, "the resource was deleted", ""};
    stored.compartment = resource.compartment;
    return stored;
  }

  template <class Row>
  static void by_due(std::vector<Row>& rows, int limit) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const Row& a, const Row& b) { return a.due_us < b.due_us; });
    if (rows.size() > static_cast<std::size_t>(limit)) rows.resize(static_cast<std::size_t>(limit));
  }

  template <class Test>
  Result<InboxRow> first_inbox(const Test& test) const {
    const std::shared_lock lock(data_.mutex);
    const auto at = std::find_if(data_.inbox.begin(), data_.inbox.end(), test);
    if (at == data_.inbox.end()) return no_such_row("inbox");
    return *at;
  }
  template <class Test>
  Result<OutboxRow> first_outbox(const Test& test) const {
    const std::shared_lock lock(data_.mutex);
    const auto at = std::find_if(data_.outbox.begin(), data_.outbox.end(), test);
    if (at == data_.outbox.end()) return no_such_row("outbox");
    return *at;
  }

  const Data& data_;
  const Limits& limits_;
};

class MemoryStore final : public Store {
 public:
  MemoryStore(const Limits& limits, Clock& clock, Random& random) : limits_(limits), clock_(clock) {
    data_.hash_key = {random.next(), random.next()};
  }

  void commit(Unit unit, Completion completion) override {
    auto outcome = apply(unit);
    completion(std::move(outcome));
  }
  Result<std::unique_ptr<Reader>> reader() override {
    return std::unique_ptr<Reader>(std::make_unique<MemoryReader>(data_, limits_));
  }
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
    LET_DONE(check_guards(unit));
    if (unit.inbox) LET_DONE(check_room(*unit.inbox));
    const std::int64_t now = clock_.now_us();
    LET_DONE(decide_all(unit, now, outcome));
    std::vector<Indexed> indexed;
    for (auto& write : unit.writes) {
      LET(auto one, index_of(write));
      indexed.push_back(std::move(one));
    }
    std::vector<std::uint64_t> moved;
    const State before = unit.inspect ? static_cast<const State&>(data_) : State();
    for (std::size_t i = 0; i < unit.writes.size(); ++i) {
      const auto* const old = data_.find(unit.writes[i].type, unit.writes[i].id);
      const auto whose = old == nullptr ? 0 : old->compartment;
      write(unit.writes[i], outcome.writes[i], std::move(indexed[i]));
      const bool changed = outcome.writes[i].change != Change::unchanged;
      if (changed && whose != unit.writes[i].index.compartment) moved.push_back(whose);
    }
    if (auto agreed = inspect(unit); !agreed) {
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
    MemoryReader reader(staged, limits_);
    return unit.inspect(reader);
  }

  Result<void> check_guards(const Unit& unit) const {
    for (const auto& guard : unit.reads) {
      const Resource* const resource = data_.find(guard.type, guard.id);
      const bool there = resource != nullptr && !resource->removed();
      if ((there ? resource->current().version : 0) != guard.version) return guard_failed();
    }
    for (const auto& guard : unit.searches) {
      LET(const auto page, search_memory(data_, guarding(guard), limits_));
      if (!finds_exactly(page, guard.ids)) return guard_failed();
    }
    return {};
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

  void write(Write& write, const WriteOutcome& outcome, Indexed index) {
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
    resource.versions.push_back(std::move(stored));
    resource.index = put ? std::move(index) : Indexed{};
  }

  void reindex(const Write& write, Indexed index) {
    const auto at = data_.by_id.find({write.type, write.id});
    if (at == data_.by_id.end()) return;
    Resource& resource = data_.resources[at->second];
    const bool same = !resource.removed() && write.if_version == resource.current().version;
    if (same) resource.index = std::move(index);
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

  void add_outbox(Unit& unit, std::int64_t now, UnitOutcome& outcome) {
    for (OutboxRow& row : unit.outbox) {
      const auto there = [&](const OutboxRow& old) {
        return old.idempotency_key == row.idempotency_key;
      };
      if (std::any_of(data_.outbox.begin(), data_.outbox.end(), there)) {
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
