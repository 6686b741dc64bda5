#include "suite/json.h"

#include "wire/json.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace fingerpost::suite {
namespace {

// What RFC 8259 leaves to the reader, and where FHIR JSON (R4 json.html) is stricter than it. The
// first row that fits decides.
struct Decided {
  std::string_view start;  // of the file's name, without .json
  bool accepted;
  std::string_view why;
};
constexpr Decided decided[] = {
    {"y_object_duplicated_key", false, "a member name stands once in an object"},
    {"y_string_null_escape", false, "FHIR strings hold no U+0000"},
    {"y_object_escaped_null_in_key", false, "FHIR strings hold no U+0000"},
    {"i_number_huge_exp", false, "beyond a double"},
    {"i_number_neg_int_huge_exp", false, "beyond a double"},
    {"i_number_pos_double_huge_exp", false, "beyond a double"},
    {"i_number_real_neg_overflow", false, "beyond a double"},
    {"i_number_real_pos_overflow", false, "beyond a double"},
    {"i_number_", true, "numbers are kept as they are written"},
    {"i_object_key_lone_2nd_surrogate", false, "half a character"},
    {"i_string_", false, "half a character, or bytes that are not UTF-8"},
    {"i_structure_500_nested_arrays", false, "deeper than the limit depth"},
    {"i_structure_UTF-8_BOM_empty_object", true, "the mark is passed over"},
};

const Decided* decision(std::string_view name) {
  const auto* const end = std::end(decided);
  const auto* const row = std::find_if(
      std::begin(decided), end, [&](const Decided& one) { return name.starts_with(one.start); });
  return row == end ? nullptr : row;
}

Result<Case> run_one(const Setting& setting, const std::filesystem::path& file) {
  const auto name = file.stem().string();
  LET(auto text, setting.read(file));
  const auto* row = decision(name);
  if (row == nullptr && !name.starts_with("y_") && !name.starts_with("n_"))
    return skipped(name, "neither y_ nor n_, and not decided");
  const bool wanted = row != nullptr ? row->accepted : name.starts_with("y_");
  const auto parsed = wire::parse_json(std::move(text), Limits{});
  std::string expected = wanted ? "accepted" : "refused";
  if (row != nullptr) (expected += ": ") += row->why;
  if (wanted == parsed.has_value()) return judged(name, expected, "");
  return judged(name, expected, parsed ? "accepted" : "refused: " + parsed.error().text);
}

}  // namespace

Result<Report> run_json(const Setting& setting, const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  if (error) return Error{Kind::not_found, error.message(), folder.string()};
  std::sort(files.begin(), files.end());
  Report report;
  for (const auto& file : files) {
    LET(auto one, run_one(setting, file));
    report.push_back(std::move(one));
  }
  return report;
}

}  // namespace fingerpost::suite
