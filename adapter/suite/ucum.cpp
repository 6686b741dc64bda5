#include "suite/ucum.h"

#include "suite/resource.h"
#include "value/ucum.h"
#include "wire/xml.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace fingerpost::suite {
namespace {

using value::Ratio;
using wire::XmlView;

Case validity(const XmlView& test) {
  const bool valid = value::parse_unit(test["unit"]).has_value();
  const std::string said = valid ? "valid" : "not valid";
  const std::string wanted = test["valid"] == "true" ? "valid" : "not valid";
  return judged(std::string(test["id"]), wanted + ": " + std::string(test["unit"]),
                said == wanted ? "" : said);
}

int significant_digits(std::string_view number) {
  number = number.substr(0, number.find('e'));
  const auto first = std::min(number.find_first_of("123456789"), number.size());
  return static_cast<int>(std::count_if(number.begin() + static_cast<std::ptrdiff_t>(first),
                                        number.end(), [](char c) { return c != '.'; }));
}

// The value of that unit in the other one, against the number and unit that the case gives.
Case in_unit(const XmlView& test, const Ratio& number, const std::string& unit,
             std::string_view wanted, std::string_view wanted_unit) {
  const auto from = value::parse_unit(unit);
  const auto to = value::parse_unit(wanted_unit.empty() ? "1" : wanted_unit);
  std::string expected(wanted);
  (expected += ' ') += wanted_unit;
  std::string actual = "units that do not compare";
  if (from && to && comparable(*from, *to)) {
    actual = to_text(converted(number, *from, *to), significant_digits(wanted));
    const auto made = value::parse_ratio(actual), known = value::parse_ratio(wanted);
    if (made && known && compare(*made, *known) == std::strong_ordering::equal) actual.clear();
  }
  return judged(std::string(test["id"]), expected, actual);
}

Case conversion(const XmlView& test) {
  const auto number = value::parse_ratio(test["value"]);
  return in_unit(test, number ? *number : Ratio(), std::string(test["srcUnit"]), test["outcome"],
                 test["dstUnit"]);
}

Case product(const XmlView& test, bool quotient) {
  const auto a = value::parse_ratio(test["v1"]), b = value::parse_ratio(test["v2"]);
  if (!a || !b || b->zero()) return judged(std::string(test["id"]), "numbers", "none");
  const auto unit =
      "(" + std::string(test["u1"]) + (quotient ? ")/(" : ").(") + std::string(test["u2"]) + ")";
  return in_unit(test, *a * (quotient ? b->inverse() : *b), unit, test["vRes"], test["uRes"]);
}

Case run_one(std::string_view section, const XmlView& test) {
  if (section == "validation") return validity(test);
  if (section == "conversion") return conversion(test);
  if (section == "multiplication" || section == "division")
    return product(test, section == "division");
  return skipped(std::string(test["id"]), "units are not named for people");
}

}  // namespace

Result<Report> run_ucum(const Setting& setting, const std::filesystem::path& tests) {
  LET(auto text, setting.read(tests));
  LET(const auto document, wire::parse_xml(std::move(text), wide_limits()));
  Report report;
  XmlView(document).each([&](const XmlView& section) {
    section.each([&](const XmlView& test) {
      if (test.name() == "case") report.push_back(run_one(section.name(), test));
    });
  });
  number_names(report);
  return report;
}

}  // namespace fingerpost::suite
