// What the maps of HL7 v2 read and write, against the model of their messages
// (mappings/hl7v2/structures.txt).

#include "base/text.h"
#include "support/catch.h"
#include "support/files.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

using namespace fingerpost;
namespace fs = std::filesystem;

namespace {

bool is_of_name(char c) {
  return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}

// Words of capitals, from behind a point where `after_point`; comments, from `comment`, left out.
std::set<std::string> names_in(const std::string& text, const std::string& comment,
                               bool after_point) {
  std::set<std::string> names;
  for (std::size_t line = 0; line < text.size();) {
    auto end = std::min(text.find('\n', line), text.size());
    const auto rest = text.substr(line, end - line);
    const auto words = rest.substr(0, rest.find(comment));
    line = end + 1;
    for (std::size_t at = 0; at < words.size();) {
      if (words[at] == '\'' || words[at] == '"') {
        const auto close = words.find(words[at], at + 1);
        at = close == std::string::npos ? words.size() : close + 1;
        continue;
      }
      const auto from = at;
      while (at < words.size() && (is_of_name(words[at]) || is_letter(words[at]))) ++at;
      const auto word = words.substr(from, at - from);
      const bool pointed = from > 0 && words[from - 1] == '.';
      const bool capitals = word.size() > 2 && !is_digit(word[0]) &&
                            std::all_of(word.begin(), word.end(), is_of_name);
      if (capitals && (pointed || !after_point)) names.insert(word);
      if (at == from) ++at;
    }
  }
  return names;
}

}  // namespace

TEST_CASE("a map of HL7 v2 names no segment or group that no message has") {
  const auto folder = test::project() / "mappings/hl7v2";
  const auto known = names_in(test::read_file(folder / "structures.txt"), "#", false);
  std::size_t named = 0;
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.path().extension() != ".map") continue;
    for (const auto& name : names_in(test::read_file(file.path()), "//", true)) {
      CAPTURE(file.path().filename().string(), name);
      CHECK(known.count(name) == 1);
      ++named;
    }
  }
  CHECK(named > 40);
}
