#include "store/sqlite_walk.h"

#include "search/search.h"
#include "search/token.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace fingerpost::store {
namespace {

using search::SortedValue;

constexpr std::int64_t first_time = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t last_time = std::numeric_limits<std::int64_t>::max();

model::SearchType kind_of(const search::Plan& asked) {
  return asked.parameters->key(asked.sort[0].key).kind;
}

// Greater than every text with this beginning.
std::string after_all(std::string text) {
  return text + '\xff';
}

}  // namespace

bool OrderedWalk::possible(const search::Plan& asked) {
  using model::SearchType;
  const auto& key = asked.sort[0];
  if (key.by == search::SortKey::By::last_updated) return true;
  if (key.by == search::SortKey::By::id) return false;
  const SearchType kind = kind_of(asked);
  return kind == SearchType::string || kind == SearchType::uri || kind == SearchType::date ||
         kind == SearchType::number || kind == SearchType::quantity;
}

OrderedWalk::~OrderedWalk() {
  if (statement_ != nullptr) statement_->reset();
}

// From the place before on, as far as a page's resources can be.
Rows OrderedWalk::by_times() const {
  const bool down = key_.descending;
  Times within = updated_within(asked_.criteria);
  const std::int64_t time =
      after_ == nullptr ? 0 : search::sorted_time(key_, after_->sort_values[0]).value_or(0);
  if (after_ != nullptr) {
    auto& end = down ? within.until : within.from;
    end = down ? std::min(end, time) : std::max(end, time);
  }
  Rows rows{
      "SELECT updated, row FROM resource INDEXED BY resource_updated WHERE type = ? AND removed = "
      "0 "
      "AND updated >= ? AND updated <= ?",
      {type_, within.from, within.until}};
  // By more keys than one, those of the page's last time are in another order than that of rows.
  if (after_ != nullptr && asked_.sort.size() == 1) {
    rows.sql += down ? " AND (+updated, row) < (?, ?)" : " AND (+updated, row) > (?, ?)";
    rows.values.emplace_back(time);
    rows.values.emplace_back(after_->row);
  }
  rows.sql += down ? " ORDER BY updated DESC, row DESC" : " ORDER BY updated, row";
  return rows;
}

Rows OrderedWalk::valued() const {
  const bool down = key_.descending;
  const std::string order = down ? " DESC" : "";
  const std::string after = down ? " <= ?" : " >= ?";
  if (by_time()) return by_times();
  if (by_ != nullptr) return of_value();
  std::optional<SortedValue> from;
  if (after_ != nullptr) from = search::sorted_value(key_, after_->sort_values[0]);
  const std::int64_t key = key_.key;
  switch (kind_of(asked_)) {
    case model::SearchType::date: {
      const std::int64_t start = from ? from->date : down ? last_time : first_time;
      const std::string of = "SELECT low, row FROM by_date WHERE key = ? AND long = ";
      return {of + "0 AND low" + after + " UNION ALL " + of + "1 AND low" + after +
                  " ORDER BY low" + order,
              {key, start, key, start}};
    }
    case model::SearchType::number:
    case model::SearchType::quantity: {
      const double infinity = std::numeric_limits<double>::infinity();
      const double start = from ? from->number : down ? infinity : -infinity;
      return {"SELECT low, row FROM by_number WHERE key = ? AND unit = 0 AND low" + after +
                  " ORDER BY low" + order,
              {key, start}};
    }
    default: {
      Rows rows{"SELECT text, row FROM by_text WHERE key = ?", {key}};
      if (from) {
        rows.sql += " AND text" + after;
        rows.values.emplace_back(down ? after_all(from->text) : from->text);
      }
      rows.sql += " ORDER BY text" + order;
      return rows;
    }
  }
}

Rows OrderedWalk::of_value() const {
  const bool down = key_.descending;
  const ValueHash& value = by_->values[value_];
  Rows rows{"SELECT row, row FROM by_hash WHERE key = ? AND hash = ?",
            {std::int64_t{by_->lead}, bound(value.hash)}};
  if (after_ != nullptr && asked_.sort.size() == 1 && after_->sort_values[0] == value.value) {
    rows.sql += down ? " AND row < ?" : " AND row > ?";
    rows.values.emplace_back(after_->row);
  }
  rows.sql += down ? " ORDER BY row DESC" : " ORDER BY row";
  return rows;
}

// Which tokens and references have no text to sort by, no index tells: all are looked at.
Rows OrderedWalk::of_all() const {
  const bool down = key_.descending;
  Rows rows{"SELECT row FROM resource WHERE type = ? AND removed = 0", {type_}};
  if (after_ != nullptr && asked_.sort.size() == 1 && after_->sort_values[0] == "\x01") {
    rows.sql += down ? " AND row < ?" : " AND row > ?";
    rows.values.emplace_back(after_->row);
  }
  rows.sql += down ? " ORDER BY row DESC" : " ORDER BY row";
  return rows;
}

Result<Rows> OrderedWalk::missing() const {
  if (by_ != nullptr) return of_all();
  constexpr std::int64_t few = 4096;
  LET(Statement* const sum,
      statements_.get("SELECT coalesce(sum(resources), 0) FROM shape WHERE type = ? AND "
                      "instr(keys, ?) = 0"));
  LET_DONE(sum->first(type_, "," + std::to_string(key_.key) + ","));
  const Way way = sum->integer(0) < few ? Way::shapes : Way::any;
  sum->reset();
  Rows rows = rows_without(key_.key, type_, true, way);
  if (after_ != nullptr && asked_.sort.size() == 1 &&
      !search::sorted_value(key_, after_->sort_values[0])) {
    rows.sql += key_.descending ? " AND row <= ?" : " AND row >= ?";
    rows.values.emplace_back(after_->row);
  }
  rows.sql += key_.descending ? " ORDER BY row DESC" : " ORDER BY row";
  return rows;
}

Result<bool> OrderedWalk::begin() {
  Rows rows;
  if (stage_ == Stage::valued) {
    rows = valued();
  } else {
    LET(rows, missing());
  }
  // One of its own: the cache may let go of a statement while others are asked for.
  LET(statement_, statements_.get(rows.sql));
  return first_row(*statement_, rows.values);
}

std::string OrderedWalk::value_at() const {
  if (stage_ == Stage::missing) return "\x01";
  if (by_ != nullptr) return by_->values[value_].value;
  SortedValue value;
  if (by_time()) {
    search::Row row;
    row.last_updated = statement_->integer(0);
    return search::sort_value(key_, row);
  }
  switch (kind_of(asked_)) {
    case model::SearchType::date:
      value.date = statement_->integer(0);
      break;
    case model::SearchType::number:
    case model::SearchType::quantity:
      value.is = SortedValue::Is::number;
      value.number = statement_->real(0);
      break;
    default:
      value.is = SortedValue::Is::text;
      value.text = statement_->text(0);
  }
  return search::sort_value(key_, value);
}

// Whether nothing of this stage comes after the place to go on from.
bool OrderedWalk::is_past() {
  if (stage_ != Stage::valued || by_time()) return false;
  if (by_ == nullptr)
    return after_ != nullptr && !search::sorted_value(key_, after_->sort_values[0]);
  while (after_ != nullptr && value_ < by_->values.size() &&
         by_->values[value_].value < after_->sort_values[0])
    ++value_;
  return value_ >= by_->values.size();
}

// To what is walked next.
void OrderedWalk::go_on() {
  if (statement_ != nullptr) statement_->reset();
  statement_ = nullptr;
  if (stage_ == Stage::valued && by_ != nullptr && ++value_ < by_->values.size()) return;
  stage_ = stage_ == Stage::valued && !by_time() ? Stage::missing : Stage::done;
}

Result<std::optional<OrderedWalk::Step>> OrderedWalk::next() {
  while (stage_ != Stage::done) {
    bool there = false;
    if (statement_ == nullptr) {
      if (!is_past()) {
        LET(there, begin());
      }
    } else {
      LET(there, statement_->step());
    }
    if (there) {
      const bool lone = stage_ == Stage::missing;
      return std::optional<Step>({value_at(), statement_->integer(lone ? 0 : 1)});
    }
    go_on();
  }
  return std::optional<Step>{};
}

}  // namespace fingerpost::store
