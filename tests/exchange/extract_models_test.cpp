// The logical models of extracts (mappings/<format>/model.json) against what is read, and what maps
// read of it.

#include "base/text.h"
#include "model/json.h"
#include "record/extract_plan.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "support/files.h"
#include "support/reading.h"
#include "support/translator.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>

using namespace fingerpost;
namespace fs = std::filesystem;

namespace {

using Paths = std::set<std::string>;

fs::path folder_of(Format format) {
  return test::project() / "mappings" / std::string(name(format));
}

Paths paths_of_model(Format format) {
  const auto read =
      model::read_json(test::definitions(), test::read_file(folder_of(format) / "model.json"), {});
  REQUIRE(read);
  CHECK(read->issues.empty());
  const test::Reader reader(read->tree);
  Paths paths;
  const auto differential = reader.one(read->tree.root(), "differential");
  for (const auto element : reader.all(differential, "element")) {
    const auto path = reader.text(element, "path");
    paths.insert(path.substr(std::min(path.find('.'), path.size())));
  }
  return paths;
}

// What extract.h says that a batch looks like, to rows under rows under rows.
class Expected {
 public:
  explicit Expected(const record::ExtractPlan& plan) : plan_(plan) {
    paths.insert("");
    for (const auto& table : plan.tables)
      if (table.role == record::ExtractTable::Role::rows) row("." + table.name, table, 0, {});
    for (const auto& group : plan.groups) {
      paths.insert("." + group.name);
      row("." + group.name + ".row", *plan.find(group.table), 1, {});
    }
  }

  Paths paths;

 private:
  void row(const std::string& at, const record::ExtractTable& table, int depth,
           const record::Columns& only) {
    paths.insert(at);
    for (const auto& column : only.empty() ? table.columns : only) paths.insert(at + "." + column);
    if (!only.empty()) return;
    for (const auto& look : table.looks)
      for (const auto& name : look.tables) {
        const auto looked = at + "." + look.column + "." + name;
        paths.insert(looked);
        for (const auto& given : plan_.find(name)->give) paths.insert(looked + "." + given);
      }
    if (depth == 2) return;
    for (const auto& rows : table.rows)
      row(at + "." + rows.table, *plan_.find(rows.table), depth + 1, rows.give);
  }

  const record::ExtractPlan& plan_;
};

Paths names_in(const Paths& paths) {
  Paths names;
  for (const auto& path : paths) names.insert(path.substr(path.rfind('.') + 1));
  return names;
}

// The words of a map that can only be columns and tables: those that begin with a capital, but for
// texts, comments, types and the names of groups and rules.
Paths words_read(const std::string& text) {
  Paths words;
  std::string line;
  const auto take = [&] {
    const auto first = line.find_first_not_of(' ');
    const bool header = first == std::string::npos || line.compare(first, 4, "uses") == 0 ||
                        line.compare(first, 5, "group") == 0 || line.compare(first, 2, "//") == 0;
    std::string before;
    for (std::size_t at = 0; !header && at < line.size();) {
      if (line[at] == '\'' || line[at] == '"') {
        const auto end = line.find(line[at], at + 1);
        at = end == std::string::npos ? line.size() : end + 1;
        continue;
      }
      if (line.compare(at, 2, "//") == 0) break;
      std::string word;
      while (at < line.size() && (is_letter(line[at]) || is_digit(line[at]) || line[at] == '_'))
        word += line[at++];
      if (word.empty()) {
        ++at;
        continue;
      }
      const bool call = at < line.size() && line[at] == '(';
      const bool type = before == "ofType" || before == "is" || before == "as";
      if (word[0] >= 'A' && word[0] <= 'Z' && !call && !type) words.insert(word);
      before = word;
    }
    line.clear();
  };
  for (const char c : text) {
    if (c == '\n') take();
    if (c != '\n') line += c;
  }
  take();
  return words;
}

}  // namespace

TEST_CASE("the logical model of an extract says what is read, all of it and nothing else") {
  const auto format = GENERATE(Format::emis, Format::tpp);
  CAPTURE(name(format));
  const auto* plan = test::translator().extract_plan(format);
  REQUIRE(plan != nullptr);
  const auto model = paths_of_model(format);
  const Expected expected(*plan);
  Paths missing, strange;
  std::set_difference(expected.paths.begin(), expected.paths.end(), model.begin(), model.end(),
                      std::inserter(missing, missing.end()));
  std::set_difference(model.begin(), model.end(), expected.paths.begin(), expected.paths.end(),
                      std::inserter(strange, strange.end()));
  CHECK(missing == Paths{});
  CHECK(strange == Paths{});
}

TEST_CASE("a map of an extract reads nothing that its logical model does not name") {
  const auto format = GENERATE(Format::emis, Format::tpp);
  const auto names = names_in(paths_of_model(format));
  std::size_t read = 0;
  for (const auto& file : fs::directory_iterator(folder_of(format))) {
    if (file.path().extension() != ".map") continue;
    for (const auto& word : words_read(test::read_file(file.path()))) {
      CAPTURE(file.path().filename().string(), word);
      CHECK(names.count(word) == 1);
      ++read;
    }
  }
  CHECK(read > 50);
}
