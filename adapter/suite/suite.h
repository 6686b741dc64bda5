// Public test suites, read as they were published, and what came of each case.

#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::suite {

enum class Verdict { passed, failed, skipped };

struct Case {
  std::string name;  // as the suite has it; "name#2" where a name comes again
  Verdict verdict = Verdict::passed;
  std::string expected, actual;  // of a failure
  std::string reason;            // of a skip
};

using Report = std::vector<Case>;

// A case that is known to fail, and why: the lines "name: reason" of conformance/expected-failures.
using Known = std::map<std::string, std::string>;
Known read_known(std::string_view text);

// The cases that failed though nobody expected it, and those that passed though they are listed: a
// list may only shrink.
struct Surprises {
  std::vector<std::string> failed, passed;
};
Surprises surprises(const Report& report, const Known& known);

// A line for each case that did not pass, with expected and actual, and as the last line
// "N passed, N failed, N skipped". A known failure counts as failed and shows its reason.
std::string to_text(const Report& report, const Known& known);

}  // namespace fingerpost::suite
