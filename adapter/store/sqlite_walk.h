// The resources of a type in the order of one sort key, by its index: a page of a sorted search
// needs only so many of them as pass.

#pragma once

#include "fingerpost/result.h"
#include "search/plan.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_driver.h"
#include "store/sqlite_values.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fingerpost::store {

class OrderedWalk {
 public:
  // Whether there is an index of the key's order. `parameters` and the key as the plan came.
  static bool possible(const search::Plan& asked);

  // The values of a token or a reference, and under which of the database's keys they are.
  struct ByValues {
    search::KeyId lead = 0;
    std::vector<ValueHash> values;
  };

  // `key` with the database's number; `after`: the place to go on from, or null; `by`: null where
  // possible().
  OrderedWalk(StatementCache& statements, const search::SortKey& key, const search::Plan& asked,
              std::int64_t type, const search::Place* after, const ByValues* by)
      : statements_(statements), key_(key), asked_(asked), type_(type), after_(after), by_(by) {}
  ~OrderedWalk();
  OrderedWalk(const OrderedWalk&) = delete;
  OrderedWalk& operator=(const OrderedWalk&) = delete;

  struct Step {
    std::string value;  // as search::sort_value makes it
    std::int64_t row = 0;
  };
  // A resource with several values comes once for each of them. Those of equal value come in any
  // order, unless rows_in_order() says otherwise. Nothing: the end.
  Result<std::optional<Step>> next();
  bool rows_in_order() const { return stage_ != Stage::valued || by_time() || by_ != nullptr; }

 private:
  enum class Stage { valued, missing, done };
  bool by_time() const { return key_.by == search::SortKey::By::last_updated; }
  Result<bool> begin();
  Rows valued() const;
  Rows by_times() const;
  Rows of_value() const;
  Rows of_all() const;
  Result<Rows> missing() const;
  bool is_past();
  void go_on();
  std::string value_at() const;

  StatementCache& statements_;
  const search::SortKey key_;
  const search::Plan& asked_;
  const std::int64_t type_;
  const search::Place* after_;
  const ByValues* by_;
  std::size_t value_ = 0;  // of by_->values
  Stage stage_ = Stage::valued;
  Statement* statement_ = nullptr;
  std::string sql_;
};

}  // namespace fingerpost::store
