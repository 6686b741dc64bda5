#include "suite/json.h"

#include "wire/json.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::suite {
namespace {

// What RFC 8259 leaves to the reader, and where FHIR JSON (R4 json.html) is stricter than it. The
// first row that fits decides.
struct Decided {
  std::string_view start;  // of the file's name, without .json
  JsonReading reading;
};
constexpr Decided decided[] = {
    {"y_object_duplicated_key", {true, false, "FHIR: a member name stands once in an object"}},
    {"y_string_null_escape", {true, false, "FHIR: strings hold no U+0000"}},
    {"y_object_escaped_null_in_key", {true, false, "FHIR: strings hold no U+0000"}},
    {"y_", {true, true, ""}},
    {"n_", {false, false, ""}},
    {"i_number_huge_exp", {false, false, "beyond a double"}},
    {"i_number_neg_int_huge_exp", {false, false, "beyond a double"}},
    {"i_number_pos_double_huge_exp", {false, false, "beyond a double"}},
    {"i_number_real_neg_overflow", {false, false, "beyond a double"}},
    {"i_number_real_pos_overflow", {false, false, "beyond a double"}},
    {"i_number_", {true, true, "numbers are kept as they are written"}},
    {"i_object_key_lone_2nd_surrogate", {false, false, "half a character"}},
    {"i_string_", {false, false, "half a character, or bytes that are not UTF-8"}},
    {"i_structure_500_nested_arrays", {false, false, "deeper than the limit depth"}},
    {"i_structure_UTF-8_BOM_empty_object", {true, true, "the mark is passed over"}},
};

std::string said(bool accepted) {
  return accepted ? "accepted" : "refused";
}

Case run_one(const Setting& setting, const std::filesystem::path& file) {
  const auto name = file.stem().string();
  const auto text = setting.read(file);
  if (!text) return judged(name, "a file that can be read", text.error().text);
  const auto wanted = json_reading(name);
  const auto rfc = wire::parse_json(*text, Limits{}, wire::JsonRules::rfc8259).has_value();
  const auto fhir = wire::parse_json(*text, Limits{}).has_value();
  const auto both = [](bool first, bool second) {
    return "RFC 8259: " + said(first) + ", FHIR: " + said(second);
  };
  const bool same = rfc == wanted.rfc8259 && fhir == wanted.fhir;
  auto expected = both(wanted.rfc8259, wanted.fhir);
  if (!wanted.why.empty()) (expected += "; ") += wanted.why;
  return judged(name, std::move(expected), same ? "" : both(rfc, fhir));
}

}  // namespace

JsonReading json_reading(std::string_view name) {
  const auto* const end = std::end(decided);
  const auto* const row = std::find_if(
      std::begin(decided), end, [&](const Decided& one) { return name.starts_with(one.start); });
  return row == end ? JsonReading{false, false, "not decided"} : row->reading;
}

Result<Report> run_json(const Setting& setting, const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  if (error) return Error{Kind::not_found, error.message(), folder.string()};
  std::sort(files.begin(), files.end());
  Report report;
  for (const auto& file : files) report.push_back(run_one(setting, file));
  return report;
}

}  // namespace fingerpost::suite
