// The same records as GP Connect (STU3) and as GP2GP, of which another adaptor made one from the
// other: what both say of referrals and plans must be the same when each is read by our maps.
// Skipped where the public data is not there.

#include "support/catch.h"
#include "support/reading.h"
#include "support/translator.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace fingerpost;

namespace {

using Facts = std::multiset<std::string>;

// A difference that is not ours to mend, and why.
struct Argued {
  std::string_view record;
  std::string_view gpconnect;  // the fact as GP Connect has it; "" when it has none
  std::string_view gp2gp;
  std::string_view why;
};

constexpr Argued argued[] = {
    {"9465699926_Sajal_full_20210122", "plan||2011-09-22T10:00:28Z|2012-03-07T00:00:00Z|",
     "plan||2011-09-22T10:00:28Z|2012-03-07|",
     "GP2GP pads a day with a midnight, so that a plan for midnight itself reads as for the day"},
};

// A dateTime as whole seconds of UTC, so that offsets and milliseconds, which GP2GP has not, are no
// difference; other precisions as they are.
std::string moment(std::string_view text) {
  if (text.size() < 19) return std::string(text);
  const auto number = [&](std::size_t at, std::size_t size) {
    return std::stoi(std::string(text.substr(at, size)));
  };
  using namespace std::chrono;
  auto at = sys_days{year{number(0, 4)} / number(5, 2) / number(8, 2)} + hours{number(11, 2)} +
            minutes{number(14, 2)} + seconds{number(17, 2)};
  const auto offset = text.find_first_of("+-", 19);
  if (offset != std::string_view::npos) {
    const minutes east = hours{number(offset + 1, 2)} + minutes{number(offset + 4, 2)};
    at += text[offset] == '+' ? -east : east;
  }
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  char out[32];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", int{date.year()},
                unsigned{date.month()}, unsigned{date.day()}, int(time.hours().count()),
                int(time.minutes().count()), int(time.seconds().count()));
  return out;
}

// Without the line breaks and blanks of a pretty-printed text.
std::string squashed(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!blank) out += c;
    if (blank && !out.empty() && out.back() != ' ') out += ' ';
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// One R4 result, to pick facts from.
class Record : private test::Reader {
 public:
  explicit Record(const Translation& made) : Reader(made.bundle) {}

  std::vector<NodeId> requests() const { return resources(tree().root(), "ServiceRequest"); }

  // SNOMED CT descriptions and the concepts they were sent with.
  void descriptions(std::map<std::string, std::string>& known) const {
    for (const auto request : requests())
      for (const auto coding : codings(request))
        if (const auto id = description(coding); !id.empty() && !text(coding, "code").empty())
          known[id] = text(coding, "code");
  }

  Facts facts(const std::map<std::string, std::string>& concepts) const {
    Facts found;
    for (const auto request : requests()) {
      const auto intent = text(request, "intent");
      found.insert(intent + "|" + code(request, concepts) + "|" +
                   moment(text(request, "authoredOn")) + "|" + moment(occurrence(request)) + "|" +
                   text(request, "priority"));
    }
    return found;
  }

  // Every text of every request.
  std::string said() const {
    std::string found;
    for (const auto& note : notes()) found += note + "\n";
    return found;
  }
  std::vector<std::string> notes() const {
    std::vector<std::string> found;
    for (const auto request : requests())
      for (const auto note : all(request, "note")) found.push_back(squashed(text(note, "text")));
    return found;
  }

  std::size_t activities() const {
    std::size_t count = 0;
    for (const auto plan : resources(tree().root(), "CarePlan"))
      count += all(plan, "activity").size();
    return count;
  }

 private:
  // A time, or the end of a span: GP2GP has one time only.
  std::string occurrence(NodeId request) const {
    const auto end = text(one(request, "occurrence"), "end");
    return end.empty() ? text(request, "occurrence") : end;
  }

  // SNOMED CT's of the main code, be it the code or the first reason.
  std::vector<NodeId> codings(NodeId request) const {
    std::vector<NodeId> found;
    for (const auto* name : {"code", "reasonCode"})
      if (const auto main = one(request, name); main != no_node)
        for (const auto coding : all(main, "coding"))
          if (text(coding, "system") == "http://snomed.info/sct") found.push_back(coding);
    return found;
  }

  std::string description(NodeId coding) const {
    for (const auto extension : all(coding, "extension"))
      if (text(extension, "url").ends_with("coding-sctdescid")) return text(extension, "value");
    return {};
  }

  // The concepts, but for those that only say "referral" or that a code is missing.
  std::string code(NodeId request, const std::map<std::string, std::string>& concepts) const {
    std::set<std::string> found;
    for (const auto coding : codings(request)) {
      auto id = text(coding, "code");
      if (const auto known = concepts.find(description(coding)); known != concepts.end())
        id = known->second;
      if (id.empty()) id = description(coding);
      if (id != "3457005" && id != "196431000000106" && id != "196451000000104") found.insert(id);
    }
    std::string joined;
    for (const auto& id : found) joined += (joined.empty() ? "" : ",") + id;
    return joined;
  }
};

Translation read(Format format, const test::fs::path& file) {
  auto made = test::translator().translate(format, test::read_file(file), {});
  if (!made) throw std::runtime_error(file.filename().string() + ": " + made.error().text);
  return *std::move(made);
}

Facts without(const Facts& from, const Facts& these) {
  Facts rest;
  std::set_difference(from.begin(), from.end(), these.begin(), these.end(),
                      std::inserter(rest, rest.end()));
  return rest;
}

// Takes what is argued out of both, and tells the rest.
void check_differences(const std::string& record, Facts gpconnect, Facts gp2gp) {
  for (const auto& one : argued) {
    if (one.record != record) continue;
    CHECK(gpconnect.erase(std::string(one.gpconnect)) == (one.gpconnect.empty() ? 0 : 1));
    CHECK(gp2gp.erase(std::string(one.gp2gp)) == (one.gp2gp.empty() ? 0 : 1));
  }
  for (const auto& fact : gpconnect) FAIL_CHECK("only GP Connect has " << fact);
  for (const auto& fact : gp2gp) FAIL_CHECK("only GP2GP has " << fact);
}

struct Seen {
  int pairs = 0;
  std::size_t facts = 0;
  std::size_t texts = 0;
};

// The same requests, in the same words. The record's name finds what is argued of it.
void check_same(const std::string& record, const Translation& one, const Translation& other,
                Seen& seen) {
  const Record from(one);
  const Record to(other);
  std::map<std::string, std::string> concepts;
  from.descriptions(concepts);
  const auto want = from.facts(concepts);
  const auto got = to.facts(concepts);
  check_differences(record, without(want, got), without(got, want));
  CHECK(from.activities() == to.activities());
  const auto said = to.said();
  for (const auto& note : from.notes()) {
    CAPTURE(note);
    CHECK(said.find(note) != std::string::npos);
    ++seen.texts;
  }
  ++seen.pairs;
  seen.facts += want.size();
}

void check_pair(const test::fs::path& stu3, const test::fs::path& v3, Seen& seen) {
  const auto record = v3.stem().string();
  CAPTURE(record);
  check_same(record, read(Format::gpconnect, stu3), read(Format::gp2gp, v3), seen);
}

bool skipped(const test::fs::path& data) {
  if (!data.empty()) return false;
  WARN("skipped: no shared data");
  return true;
}

void tell(const char* what, const Seen& seen) {
  std::cout << what << ": " << seen.pairs << " pairs, " << seen.facts << " requests, " << seen.texts
            << " texts\n";
}

}  // namespace

TEST_CASE("a record says the same as GP Connect and as the GP2GP another adaptor made of it") {
  const auto data = test::shared_data();
  if (skipped(data)) return;
  const auto folder = data / "gp/gp2gp-sending/uat";
  Seen seen;
  for (const auto& file : test::files_in(folder / "input/TC4", ".json"))
    check_pair(file, folder / "output/TC4" / file.filename().replace_extension(".xml"), seen);
  tell("GP Connect made into GP2GP", seen);
  CHECK(seen.pairs == 13);
  CHECK(seen.facts == 53);
}

TEST_CASE("a record says the same as GP2GP and as the GP Connect another adaptor made of it") {
  const auto data = test::shared_data();
  if (skipped(data)) return;
  const auto folder = data / "gp/gp2gp-requesting";
  Seen seen;
  for (const auto& file : test::files_in(folder / "e2e", ".xml"))
    check_pair(folder / "e2e" / (file.stem().string() + "-output.json"), file, seen);
  CHECK(seen.pairs == 5);
  check_pair(folder / "expected-json/expectedBundle.json",
             folder / "RCMR_IN030000UK06/payload_part.xml", seen);
  tell("GP2GP made into GP Connect", seen);
  CHECK(seen.facts == 12);
}

TEST_CASE("every referral and plan of every vendor comes through") {
  const auto data = test::shared_data();
  if (skipped(data)) return;
  struct Row {
    const char* file;
    std::size_t requests;
    std::size_t plans;
  };
  const auto row = GENERATE(Row{"TppMisc.xml", 7, 7}, Row{"TppConsultations.xml", 3, 3},
                            Row{"hl7_90.xml", 13, 10}, Row{"smith_stripped.xml", 7, 4},
                            Row{"49recallsRC.xml", 19, 19});
  CAPTURE(row.file);
  const auto made = read(Format::gp2gp, data / "gp/gp2gp-multivendor" / row.file);
  const Record record(made);
  CHECK(record.requests().size() == row.requests);
  CHECK(record.activities() == row.plans);
  for (const auto& lost : made.lost) {
    CHECK_FALSE(lost.place.starts_with("RequestStatement"));
    CHECK_FALSE(lost.place.starts_with("PlanStatement"));
  }
  for (const auto& issue : made.issues) CHECK(issue.severity > Severity::error);
}

namespace {

// From R4 to GP2GP and back.
void check_round_trip(const Translation& made, Seen& seen) {
  TranslateOptions options;
  options.now = "2026-11-22T09:30:00Z";
  const auto written = test::translator().write_gp2gp(test::json(made), options);
  REQUIRE(written);
  CAPTURE(written->bytes);
  const auto again = test::translator().translate(Format::gp2gp, written->bytes, options);
  REQUIRE(again);
  check_same("", made, *again, seen);
}

}  // namespace

TEST_CASE("what is written as GP2GP is read again as it was") {
  Seen seen;
  check_round_trip(read(Format::gp2gp, test::project() / "mappings/gp2gp/samples/gp2gp-record.xml"),
                   seen);
  check_round_trip(
      read(Format::gpconnect, test::project() / "mappings/gpconnect/samples/gpconnect-record.json"),
      seen);
  CHECK(seen.facts > 3);
}

TEST_CASE("whole records are written as GP2GP and read again as they were") {
  const auto data = test::shared_data();
  if (skipped(data)) return;
  Seen seen;
  for (const auto& file : test::files_in(data / "gp/gp2gp-sending/uat/input/TC4", ".json")) {
    CAPTURE(file.filename());
    check_round_trip(read(Format::gpconnect, file), seen);
  }
  for (const auto& file : test::files_in(data / "gp/gp2gp-multivendor", ".xml")) {
    CAPTURE(file.filename());
    const auto made = read(Format::gp2gp, file);
    // This one is of nobody's: its patient has no NHS number.
    if (file.filename() == "hl7_90.xml")
      CHECK_FALSE(test::translator().write_gp2gp(test::json(made), {}));
    else
      check_round_trip(made, seen);
  }
  tell("R4 made into GP2GP and back", seen);
  CHECK(seen.pairs == 17);
}
