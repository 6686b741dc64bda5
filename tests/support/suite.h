// The public suites and their lists of expected failures, for tests.

#pragma once

#include "suite/suite.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "support/files.h"
#include "support/program.h"

#include <iostream>
#include <string>

namespace fingerpost::test {

// A folder of the public data; when it is not there, says so and gives "".
inline fs::path public_suite(const std::string& name) {
  const auto data = shared_data();
  if (!data.empty() && fs::is_directory(data / name)) return data / name;
  WARN("SKIP: no shared/data/" << name << " beside the project");
  return {};
}

inline suite::Setting setting() {
  const auto read = [](const fs::path& path) -> Result<std::string> {
    if (!fs::is_regular_file(path))
      return Error{Kind::not_found, "is no file", path.filename().string()};
    return read_file(path);
  };
  const auto open = []() -> Result<std::unique_ptr<model::Definitions>> {
    return std::make_unique<model::Definitions>(load_definitions());
  };
  return {definitions(), read, open};
}

// The failures are those of the list, no more and no fewer; no list: none.
inline void judge(const Result<suite::Report>& report, const std::string& list, std::size_t cases) {
  REQUIRE(report);
  CHECK(report->size() == cases);
  const auto text =
      list.empty() ? "" : read_file(project() / "conformance/expected-failures" / list);
  const auto known = suite::read_known(text);
  const auto found = suite::surprises(*report, known);
  const auto said = suite::to_text(*report, known);
  if (found.any()) UNSCOPED_INFO(said);
  CHECK(found.failed == std::vector<std::string>{});
  CHECK(found.passed == std::vector<std::string>{});
  CHECK(found.absent == std::vector<std::string>{});
  const auto last = said.rfind('\n', said.size() - 2);
  std::cout << (list.empty() ? "" : list + ": ")
            << said.substr(last == std::string::npos ? 0 : last + 1);
}

}  // namespace fingerpost::test
