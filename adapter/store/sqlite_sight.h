// A policy as SQL: what is appended to every statement that fetches resources.

#pragma once

#include "fingerpost/result.h"
#include "search/hash.h"
#include "store/policy.h"
#include "store/sqlite_cache.h"
#include "store/sqlite_db.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fingerpost::store {

// Of one transaction: the organisations are those with the client's code in it.
class Sight {
 public:
  static Result<Sight> of(StatementCache& statements, const search::HashKey& key,
                          const Policy& policy);

  // " AND …" about the table resource, there called r. Its parameters are unnumbered.
  const std::string& sql() const { return sql_; }
  // From a parameter on; gives the one behind the last.
  int bind(Statement& statement, int from) const;
  const std::vector<std::int64_t>& values() const { return values_; }

  // Whether a Patient is in sight, stored or not; nobody is while something that may refuse is not
  // looked at.
  Result<bool> sees(StatementCache& statements, std::uint64_t patient) const;
  // Sorted.
  const std::vector<std::int64_t>& organisations() const { return organisations_; }

 private:
  std::string sql_;
  std::vector<std::int64_t> values_;
  // Of a Patient's hash: some organisation is related to him by a row that is seen, and he has no
  // label that is not, is not one who was not looked at, and refuses none with the code.
  std::string related(const std::string& patient) const;
  std::vector<std::int64_t> related_values() const;

  std::vector<std::int64_t> organisations_;
  std::int64_t client_ = 0;
  std::int64_t hidden_ = 0;  // labels, and what stands for a refusal
  // With the client's code, labelled and removed ones too, and refused by somebody: nearly always
  // none is, and no row need be asked for it.
  std::vector<std::int64_t> refused_;
  bool withheld_ = false;    // by what is not looked at yet and may refuse
  bool unlabelled_ = false;  // Patients there are who are not looked at yet
};

}  // namespace fingerpost::store
