// The cases beside the maps: mappings/<format>/*.test.json, run through the whole translator.
//
//   {"map": url, "cases": [{"name", "sourceFile" or "source", "partner", "checks": [FHIRPath …],
//     "sameIdsAs": file, "issues": ["code place" …], "lost": {place: count}}]}
//
// The source of an extract is an object: each member a file, its lines. `checks` are true of the
// Bundle that is made. `sameIdsAs`: every id of the result is one of that file's result too.
// `issues` are all there are, in any order, but for those of severity information; `lost` are all
// places of the loss report. Both are looked at only where they stand.

#include "exchange/translate_extract.h"
#include "support/translator.h"
#include "wire/json_view.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <string_view>

using namespace fingerpost;

namespace {

void print(wire::JsonView value, std::string& out) {
  using Kind = wire::JsonToken::Kind;
  const char* comma = "";
  switch (value.kind()) {
    case Kind::object:
      out += '{';
      value.members([&](std::string_view name, wire::JsonView member) {
        out += comma;
        comma = ",";
        wire::write_json_string(out, name);
        out += ':';
        print(member, out);
      });
      out += '}';
      break;
    case Kind::array:
      out += '[';
      value.each([&](wire::JsonView item) {
        out += comma;
        comma = ",";
        print(item, out);
      });
      out += ']';
      break;
    case Kind::string:
      wire::write_json_string(out, value.text());
      break;
    default:
      out += value.kind() == Kind::null ? "null" : value.text();
  }
}

struct Folder {
  test::fs::path path;
  Format format;
};

// A file of the folder, or the case's own text: a list of lines is an HL7 v2 message or an XML text,
// a list of objects the resources of a Bundle.
std::string source_of(const Folder& folder, wire::JsonView one) {
  if (const auto file = one["sourceFile"])
    return test::read_file(folder.path / std::string(file.text()));
  const auto source = one["source"];
  if (source.kind() == wire::JsonToken::Kind::string) return std::string(source.text());
  std::string text;
  if (source.first().kind() == wire::JsonToken::Kind::string) {
    source.each([&](wire::JsonView line) { text.append(line.text()) += '\r'; });
    return text;
  }
  source.each([&](wire::JsonView resource) {
    text += text.empty() ? R"({"resource":)" : R"(,{"resource":)";
    print(resource, text);
    text += '}';
  });
  return R"({"resourceType":"Bundle","type":"collection","entry":[)" + text + "]}";
}

// The files of an extract, small enough for one Bundle.
Translation translate_files(const Folder& folder, wire::JsonView source,
                            const TranslateOptions& options) {
  const auto texts = std::make_shared<std::map<std::string, std::string>>();
  source.members([&](std::string_view name, wire::JsonView lines) {
    auto& text = (*texts)[std::string(name)];
    lines.each([&](wire::JsonView line) { text.append(line.text()) += "\r\n"; });
  });
  std::vector<record::ExtractFile> files;
  for (const auto& [name, text] : *texts) files.push_back({name, text});
  std::vector<Translation> made;
  const auto done = exchange::translate_extract(test::translator(), folder.format, files, options,
                                                [&](Translation translation) -> Result<void> {
                                                  made.push_back(std::move(translation));
                                                  return {};
                                                });
  if (!done) throw std::runtime_error(done.error().text + " at " + done.error().where);
  if (made.size() != 1) throw std::runtime_error("not one Bundle");
  made[0].bundle.keep(texts);
  return std::move(made[0]);
}

Translation translate(const Folder& folder, const std::string& text, wire::JsonView one) {
  TranslateOptions options;
  options.now = "2026-11-22T09:30:00Z";
  options.partner = one["partner"].text();
  if (is_extract(folder.format) && options.partner.empty()) options.key_prefix = "north";
  if (is_extract(folder.format)) return translate_files(folder, one["source"], options);
  auto made = test::translator().translate(folder.format, text, options);
  if (!made) throw std::runtime_error(made.error().text + " at " + made.error().where);
  return *std::move(made);
}

std::set<std::string> ids(const Translation& made) {
  std::set<std::string> found;
  const auto& tree = made.bundle;
  const auto full_url = tree.names().find("fullUrl");
  for (auto entry = tree.child(tree.root(), tree.names().find("entry")); entry != no_node;
       entry = tree.next_same(entry))
    found.emplace(tree.text(tree.child(entry, full_url)));
  return found;
}

void check_issues(const Translation& made, wire::JsonView expected) {
  if (!expected) return;
  std::multiset<std::string> want;
  expected.each([&](wire::JsonView issue) { want.emplace(issue.text()); });
  std::multiset<std::string> got;
  for (const auto& issue : made.issues)
    if (issue.severity < Severity::information) got.insert(issue.code + " " + issue.expression);
  CHECK(got == want);
}

void check_lost(const Translation& made, wire::JsonView expected) {
  if (!expected) return;
  std::map<std::string, std::string> want;
  expected.members([&](std::string_view place, wire::JsonView count) {
    want[std::string(place)] = count.text();
  });
  std::map<std::string, std::string> got;
  for (const auto& lost : made.lost) got[lost.place] = std::to_string(lost.count);
  CHECK(got == want);
}

void check_case(const Folder& folder, wire::JsonView one) {
  CAPTURE(std::string(one["name"].text()));
  const auto made = translate(folder, source_of(folder, one), one);
  CAPTURE(test::json(made), report_json(made));
  int checks = 0;
  one["checks"].each([&](wire::JsonView check) {
    CAPTURE(std::string(check.text()));
    CHECK(test::holds(made, check.text()));
    ++checks;
  });
  CHECK(checks > 0);
  check_issues(made, one["issues"]);
  check_lost(made, one["lost"]);
  if (const auto other = one["sameIdsAs"]) {
    const auto first =
        ids(translate(folder, test::read_file(folder.path / std::string(other.text())), one));
    for (const auto& id : ids(made)) CHECK(first.count(id) == 1);
  }
}

void check_folder(const Folder& folder) {
  const auto files = test::files_in(folder.path, ".test.json");
  CHECK_FALSE(files.empty());
  for (const auto& file : files) {
    CAPTURE(file.filename());
    const auto document = wire::parse_json(test::read_file(file), {});
    REQUIRE(document.has_value());
    const wire::JsonView root(*document);
    int cases = 0;
    root["cases"].each([&](wire::JsonView one) {
      check_case(folder, one);
      ++cases;
    });
    CHECK(cases > 0);
  }
}

}  // namespace

TEST_CASE("the cases beside the GP Connect maps hold") {
  check_folder({test::project() / "mappings/gpconnect", Format::gpconnect});
}

TEST_CASE("the cases beside the TPP maps hold") {
  check_folder({test::project() / "mappings/tpp", Format::tpp});
}

TEST_CASE("the cases beside the EMIS maps hold") {
  check_folder({test::project() / "mappings/emis", Format::emis});
}

TEST_CASE("the cases beside the HL7 v2 maps hold") {
  check_folder({test::project() / "mappings/hl7v2", Format::hl7v2});
}

TEST_CASE("the cases beside the GP2GP maps hold") {
  check_folder({test::project() / "mappings/gp2gp", Format::gp2gp});
}
