// What every format must tell alike is told in one place: NHS numbers are checked in
// record/nhs_number.h, times are read by v2date, hl7v3date and csvdate, what SNOMED CT ids are by
// their partition in one map. A map that has such a rule of its own is listed; the list may only
// shrink.

#include "support/catch.h"
#include "support/files.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

using namespace fingerpost;
namespace fs = std::filesystem;

namespace {

struct Kernel {
  const char* what;
  std::vector<const char*> signs;          // of a rule of one's own
  std::map<std::string, std::size_t> own;  // how often a file has one
};

const std::vector<Kernel>& kernels() {
  static const std::vector<Kernel> all = {
      {"the check digit of a NHS number",
       {"substring(9, 1).toInteger()", "* 10 + ", "mod 11"},
       {{"hl7v2/patient.map", 4}, {"hl7v2/ref.map", 4}}},
      {"the months by their names",
       {"JanFebMar", "'Jan'"},
       {{"gp2gp/clinical.map", 1}, {"tpp/referrals.map", 3}}},
      {"the partition of a SNOMED CT id",
       {"[01]1[0-9]$", "length() - 3, 2)"},
       {{"gp2gp/types.map", 2}}},
      {"the form of an ODS code", {"[A-Za-z0-9]{2,9}"}, {{"tpp/types.map", 2}}},
      {"the summer time of London", {"+01:00", "lastSunday"}, {}}};
  return all;
}

std::size_t count(const std::string& text, const std::string& sign) {
  std::size_t found = 0;
  for (auto at = text.find(sign); at != std::string::npos; at = text.find(sign, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("no map has a rule of its own for what all formats share, beyond those that are listed") {
  const auto root = test::project() / "mappings";
  for (const auto& kernel : kernels()) {
    std::map<std::string, std::size_t> found;
    for (const auto& file : fs::recursive_directory_iterator(root)) {
      if (file.path().extension() != ".map") continue;
      const auto text = test::read_file(file.path());
      std::size_t own = 0;
      for (const auto* sign : kernel.signs) own += count(text, sign);
      if (own > 0) found[file.path().lexically_relative(root).generic_string()] = own;
    }
    CAPTURE(kernel.what);
    CHECK(found == kernel.own);
  }
}
