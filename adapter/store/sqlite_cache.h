// Prepared statements of one connection by their text.

#pragma once

#include "fingerpost/result.h"
#include "store/sqlite_db.h"

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

namespace fingerpost::store {

class StatementCache {
 public:
  explicit StatementCache(Db& db) : db_(db) {}

  // Good until it is reset, which the caller does, and a next call is made.
  Result<Statement*> get(const std::string& sql) {
    if (const auto at = statements_.find(sql); at != statements_.end()) return &at->second;
    LET(auto statement, db_.prepare(sql));
    if (statements_.size() >= most)
      std::erase_if(statements_, [](const auto& one) { return !one.second.running(); });
    return &(statements_[sql] = std::move(statement));
  }

 private:
  static constexpr std::size_t most = 200;
  Db& db_;
  std::unordered_map<std::string, Statement> statements_;
};

}  // namespace fingerpost::store
