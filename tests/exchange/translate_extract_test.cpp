// Extracts made by tests/support/make_extract.py, whole.

#include "exchange/translate_extract.h"

#include "support/folder.h"
#include "support/translator.h"

#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace fingerpost;

namespace {

struct Close {
  void operator()(FILE* pipe) const { pclose(pipe); }
};

// What the script prints; nothing when there is no Python.
std::string make_extract(const std::string& arguments) {
  const auto command =
      "python3 " + (test::project() / "tests/support/make_extract.py").string() + " " + arguments;
  const std::unique_ptr<FILE, Close> pipe(popen(command.c_str(), "r"));
  std::string text;
  std::array<char, 4096> piece;
  for (std::size_t got; pipe && (got = fread(piece.data(), 1, piece.size(), pipe.get())) > 0;)
    text.append(piece.data(), got);
  return text;
}

struct Translated {
  std::map<std::string, std::string> texts;
  std::vector<Translation> bundles;
  std::string error;
};

std::map<std::string, std::string> files_of(const test::fs::path& folder) {
  std::map<std::string, std::string> texts;
  for (const auto& entry : test::fs::directory_iterator(folder))
    texts[entry.path().filename().string()] = test::read_file(entry.path());
  return texts;
}

Translated translate(Format format, std::map<std::string, std::string> texts, bool trace = false,
                     std::uint64_t steps = Limits().steps, const char* owner = "north") {
  Translated made{std::move(texts), {}, ""};
  std::vector<record::ExtractFile> files;
  for (const auto& [name, text] : made.texts) files.push_back({name, text});
  TranslateOptions options;
  options.now = "2026-11-22T09:30:00Z";
  options.trace = trace;
  options.limits.steps = steps;
  options.key_prefix = owner;
  const auto done = exchange::translate_extract(test::translator(), format, files, options,
                                                [&](Translation translation) -> Result<void> {
                                                  made.bundles.push_back(std::move(translation));
                                                  return {};
                                                });
  if (!done) made.error = done.error().where + ": " + done.error().text;
  return made;
}

std::multiset<std::string> issues_of(const Translated& made) {
  std::multiset<std::string> found;
  for (const auto& translation : made.bundles)
    for (const auto& issue : translation.issues)
      found.insert(std::string(code(issue.severity)) + " " + issue.code + " " + issue.expression);
  return found;
}

std::multiset<std::string> lines_of(const std::string& text) {
  std::multiset<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

std::size_t resources(const Translated& made, const std::string& type) {
  std::size_t count = 0;
  for (const auto& translation : made.bundles) {
    const auto& tree = translation.bundle;
    const auto entry = tree.names().find("entry");
    const auto resource = tree.names().find("resource");
    for (auto at = tree.child(tree.root(), entry); at != no_node; at = tree.next_same(at))
      if (test::definitions().type_name(tree[tree.child(at, resource)].type) == type) ++count;
  }
  return count;
}

struct Case {
  Format format;
  std::map<std::string, std::size_t> resources;  // of each patient
};

Case one_case() {
  return GENERATE(Case{Format::tpp,
                       {{"Patient", 1},
                        {"Goal", 1},
                        {"CarePlan", 1},
                        {"Condition", 1},
                        {"ServiceRequest", 2},
                        {"Task", 1}}},
                  Case{Format::emis, {{"Patient", 1}, {"ServiceRequest", 2}, {"CarePlan", 1}}});
}

}  // namespace

TEST_CASE("an extract becomes what each of its patients has, and nothing is wrong with it") {
  const auto one = one_case();
  const test::Folder folder;
  constexpr std::size_t patients = 400;
  make_extract(std::string(name(one.format)) + " " + folder.path() + " --patients " +
               std::to_string(patients));
  const auto files = files_of(folder.path());
  if (files.empty()) {
    WARN("SKIP: no python3 to make an extract with");
    return;
  }
  const auto made = translate(one.format, files);
  CHECK(made.error.empty());
  CHECK(made.bundles.size() > 1);
  CHECK(issues_of(made).empty());
  for (const auto& [type, count] : one.resources) {
    CAPTURE(type);
    CHECK(resources(made, type) == count * patients);
  }
}

TEST_CASE("each defect of an extract is one line of the report, and the rest is translated") {
  const auto one = one_case();
  const test::Folder folder;
  const auto arguments = std::string(name(one.format)) + " " + folder.path() + " --patients 3";
  const auto expected = lines_of(make_extract(arguments + " --defects"));
  const auto files = files_of(folder.path());
  if (files.empty()) {
    WARN("SKIP: no python3 to make an extract with");
    return;
  }
  CHECK(expected.size() > 5);
  const auto made = translate(one.format, files);
  CHECK(made.error.empty());
  CHECK(issues_of(made) == expected);
  CHECK(resources(made, "Patient") == 3);
}

TEST_CASE("an extract cut anywhere in a file is refused, and nothing of it is given") {
  const test::Folder folder;
  make_extract("tpp " + folder.path() + " --patients 2");
  const auto files = files_of(folder.path());
  if (files.empty()) {
    WARN("SKIP: no python3 to make an extract with");
    return;
  }
  const auto whole = files.at("SRGoal.csv");
  for (std::size_t size = 0; size + 2 < whole.size(); size += 37) {
    auto cut = files;
    cut["SRGoal.csv"].resize(size);
    const auto made = translate(Format::tpp, cut);
    CAPTURE(size);
    if (size > 0 && whole[size - 1] == '\n') continue;  // between two rows nothing shows it
    CHECK(made.error.starts_with("SRGoal.csv: "));
    CHECK(made.bundles.empty());
  }
}

TEST_CASE("the trace says the file, the row and the column of each value") {
  const std::map<std::string, std::string> files = {
      {"SRManifest.csv", "FileName,DateExtractTo\nSRGoal,20261122_0200\n"},
      {"SRGoal.csv", "RowIdentifier,GoalType,IDPatient\n1,Walk,2\n7,Swim,2\n"}};
  const auto made = translate(Format::tpp, files, true);
  REQUIRE(made.bundles.size() == 1);
  bool found = false;
  for (const auto& step : made.bundles[0].traced)
    found = found || (step.source == "SRGoal.csv row 3 GoalType" &&
                      step.target == "Bundle.entry[1].resource.description.text");
  CHECK(found);
}

TEST_CASE("numbers without the system they are of are refused") {
  const auto made = translate(Format::tpp,
                              {{"SRManifest.csv", "FileName,DateExtractTo\nSRGoal,20261122_0200\n"},
                               {"SRGoal.csv", "RowIdentifier,GoalType,IDPatient\n1,Walk,2\n"}},
                              false, Limits().steps, "");
  CHECK(made.error.find("unique in one system alone") != std::string::npos);
  CHECK(made.bundles.empty());
}

TEST_CASE("a row that is too costly costs only itself, and is told") {
  std::string items = "RowIdentifier,Instruction,IDCarePlan,IDPatient\n";
  for (int i = 1; i <= 3000; ++i) items += std::to_string(i) + ",Call,9,2\n";
  const auto made =
      translate(Format::tpp,
                {{"SRManifest.csv",
                  "FileName,DateExtractTo\nSRGoal,1\nSRCarePlanDetail,1\nSRCarePlanItem,1\n"},
                 {"SRGoal.csv", "RowIdentifier,GoalType,IDPatient\n1,Walk,2\n7,Swim,2\n"},
                 {"SRCarePlanDetail.csv", "RowIdentifier,Aim,IDPatient\n8,a,2\n9,b,2\n10,c,2\n"},
                 {"SRCarePlanItem.csv", items}},
                false, 20'000);
  CHECK(made.error.empty());
  CHECK(resources(made, "Goal") == 2);
  CHECK(resources(made, "CarePlan") == 2);
  CHECK(issues_of(made).count("error too-costly SRCarePlanDetail.csv row 3") == 1);
}

TEST_CASE("an extract as one file is refused") {
  const auto made = test::translator().translate(Format::tpp, "RowIdentifier\n1\n", {});
  REQUIRE(made.has_error());
  CHECK(made.error().kind == Kind::unsupported);
}
