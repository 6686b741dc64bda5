#include "store/memory_reader.h"

#include "store/audit.h"
#include "store/memory_sight.h"
#include "store/rules.h"
#include "store/under_policy.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <utility>

namespace fingerpost::store {
namespace {

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

class MemoryReader final : public Eyes {
 public:
  MemoryReader(const Data& data, const Limits& limits) : data_(data), limits_(limits) {}

  Result<Stored> read(std::string_view type, std::string_view id) override {
    const std::shared_lock lock(data_.mutex);
    const Resource* resource = data_.find(type, id);
    if (resource == nullptr || !sight().sees(*resource)) return not_there();
    return found(*resource, resource->current());
  }

  Result<Stored> vread(std::string_view type, std::string_view id, std::int64_t version) override {
    const std::shared_lock lock(data_.mutex);
    const Resource* resource = data_.find(type, id);
    if (resource == nullptr || !sight().sees(*resource, version)) return not_there();
    for (const Stored& one : resource->versions)
      if (one.version == version) return found(*resource, one);
    return not_there();
  }

  Result<HistoryPage> history(const HistoryQuery& query) override {
    const std::shared_lock lock(data_.mutex);
    const auto seen = sight();
    if (!query.id.empty()) {
      const auto* const one = data_.find(query.type, query.id);
      if (one == nullptr || !seen.sees(*one)) return not_there();
    }
    std::map<std::pair<std::int64_t, std::int64_t>, const Stored*, std::greater<>> all;
    for (const Resource& resource : data_.resources) {
      if (!query.type.empty() && resource.type != query.type) continue;
      if (!query.id.empty() && resource.id != query.id) continue;
      for (std::size_t i = 0; i < resource.versions.size(); ++i)
        if (wanted(query, resource, i) && seen.sees(resource, resource.versions[i].version))
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
    return search_memory(data_, plan, limits_, sight());
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
    LET(auto page, search_memory(data_, none, limits_, sight()));
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
  MemorySight sight() const { return {data_, policy()}; }

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

}  // namespace

std::unique_ptr<Reader> make_memory_reader(const Data& data, const Limits& limits) {
  return std::make_unique<MemoryReader>(data, limits);
}

}  // namespace fingerpost::store
