// Public test suites, read as they were published, and what came of each case.

#pragma once

#include "fingerpost/result.h"
#include "model/definitions.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::suite {

// What a suite is run with.
struct Setting {
  const model::Definitions& definitions;
  std::function<Result<std::string>(const std::filesystem::path&)> read;  // a whole file
  // The same definitions once more, for suites that add to them.
  std::function<Result<std::unique_ptr<model::Definitions>>()> open;
};

enum class Verdict { passed, failed, skipped };

struct Case {
  std::string name;  // as the suite has it; "name#2" where a name comes again
  Verdict verdict = Verdict::passed;
  std::string expected, actual;  // of a failure
  std::string reason;            // of a skip
};

using Report = std::vector<Case>;

// "" passes; any other text is what came instead of `expected`.
Case judged(std::string name, std::string expected, std::string actual);
Case skipped(std::string name, std::string reason);
// Names that come again get their number.
void number_names(Report& report);

// A case that is known to fail, and why: the lines "name: reason" of conformance/expected-failures.
using Known = std::map<std::string, std::string>;
Known read_known(std::string_view text);

// The cases that failed though nobody expected it, those that passed or were skipped though they
// are listed, and what is listed and no case at all: a list may only shrink.
struct Surprises {
  std::vector<std::string> failed, passed, absent;

  bool any() const { return !failed.empty() || !passed.empty() || !absent.empty(); }
};
Surprises surprises(const Report& report, const Known& known);

// Whether a case passed or failed: a report of nothing, or of skips, shows nothing.
bool judged_any(const Report& report);

// A line for each case that did not pass, with expected and actual, and as the last line
// "N passed, N failed, N skipped". A known failure counts as failed and shows its reason.
std::string to_text(const Report& report, const Known& known);

}  // namespace fingerpost::suite
