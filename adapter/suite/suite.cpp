#include "suite/suite.h"

#include <algorithm>
#include <array>
#include <set>

namespace fingerpost::suite {

Case judged(std::string name, std::string expected, std::string actual) {
  const auto verdict = actual.empty() ? Verdict::passed : Verdict::failed;
  return {std::move(name), verdict, std::move(expected), std::move(actual), ""};
}

Case skipped(std::string name, std::string reason) {
  return {std::move(name), Verdict::skipped, "", "", std::move(reason)};
}

void number_names(Report& report) {
  std::map<std::string, int> times;
  for (auto& one : report)
    if (const int time = ++times[one.name]; time > 1) one.name += "#" + std::to_string(time);
}

Known read_known(std::string_view text) {
  Known known;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto colon = line.find(": ");
    if (!line.starts_with('#') && colon != std::string_view::npos)
      known.emplace(line.substr(0, colon), line.substr(colon + 2));
  }
  return known;
}

Surprises surprises(const Report& report, const Known& known) {
  Surprises found;
  std::set<std::string_view> names;
  for (const auto& one : report) {
    names.insert(one.name);
    const bool listed = known.contains(one.name);
    if (one.verdict == Verdict::failed && !listed) found.failed.push_back(one.name);
    if (one.verdict != Verdict::failed && listed) found.passed.push_back(one.name);
  }
  for (const auto& [name, why] : known)
    if (!names.contains(name)) found.absent.push_back(name);
  return found;
}

bool judged_any(const Report& report) {
  return std::any_of(report.begin(), report.end(),
                     [](const Case& one) { return one.verdict != Verdict::skipped; });
}

std::string to_text(const Report& report, const Known& known) {
  std::string out;
  std::array<int, 3> counts{};
  for (const auto& one : report) {
    ++counts[static_cast<std::size_t>(one.verdict)];
    if (one.verdict == Verdict::skipped) out += "skipped " + one.name + ": " + one.reason + "\n";
    if (one.verdict != Verdict::failed) continue;
    out += "failed " + one.name + "\n  expected: " + one.expected + "\n  actual:   " + one.actual +
           "\n";
    if (const auto why = known.find(one.name); why != known.end())
      out += "  known:    " + why->second + "\n";
  }
  return out + std::to_string(counts[0]) + " passed, " + std::to_string(counts[1]) + " failed, " +
         std::to_string(counts[2]) + " skipped\n";
}

}  // namespace fingerpost::suite
