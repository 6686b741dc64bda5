#include "exchange/mapping_cases.h"

#include "exchange/translate_extract.h"
#include "path/fhirpath.h"
#include "wire/json_value.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view suffix = ".test.json";
constexpr std::string_view partners = "partners/";
constexpr std::string_view file_members[] = {"map", "cases"};
constexpr std::string_view case_members[] = {"name",   "sourceFile", "source",    "partner",
                                             "checks", "issues",     "sameIdsAs", "lost"};

template <class Texts>
std::string listed(const Texts& texts) {
  std::string out = "[";
  for (const auto& text : texts) out.append(out.size() > 1 ? ", " : "").append(text);
  return out + "]";
}

std::set<std::string> full_urls(const Translation& made) {
  std::set<std::string> found;
  const auto& tree = made.bundle;
  const auto full_url = tree.names().find("fullUrl");
  for (auto entry = tree.child(tree.root(), tree.names().find("entry")); entry != no_node;
       entry = tree.next_same(entry))
    found.emplace(tree.text(tree.child(entry, full_url)));
  return found;
}

// The places of operators that join whole conditions or compare, outside all brackets and texts.
struct Operators {
  bool joins = false;  // and, or, xor, implies: no one comparison says what was found
  std::optional<std::size_t> compares;
};

Operators operators_of(std::string_view text) {
  Operators found;
  int depth = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quoted && c == '\\') ++at;
    if (c == '\'') quoted = !quoted;
    if (quoted) continue;
    depth += (c == '(') - (c == ')');
    if (depth > 0 || c != ' ') continue;
    const auto rest = text.substr(at);
    for (const std::string_view word : {" and ", " or ", " xor ", " implies "})
      found.joins = found.joins || rest.starts_with(word);
    for (const std::string_view word : {" = ", " contains ", " in ", " ~ ", " > ", " < "})
      if (rest.starts_with(word)) found.compares = at;
  }
  return found;
}

// The cases of one file.
class Cases {
 public:
  Cases(const Translator& translator, std::span<const MappingFile> files, const MappingFile& file,
        Format format, std::string_view partner, CasesRun& run)
      : translator_(translator),
        files_(files),
        file_(file),
        format_(format),
        partner_(partner),
        run_(run) {}

  void run() {
    const auto document = wire::parse_json(file_.text, {});
    if (!document) return fail("", {document.error().text + " at " + document.error().where});
    std::size_t count = 0;
    std::vector<std::string> unknown;
    find_unknown(wire::JsonView(*document), file_members, unknown);
    if (!unknown.empty()) fail("", std::move(unknown));
    wire::JsonView(*document)["cases"].each([&](wire::JsonView one) {
      ++count;
      std::vector<std::string> wrong;
      check(one, wrong);
      if (wrong.empty())
        ++run_.passed;
      else
        fail(one["name"].text(), std::move(wrong));
    });
    if (count == 0) fail("", {"holds no cases"});
  }

 private:
  void fail(std::string_view name, std::vector<std::string> wrong) {
    run_.failed.push_back({file_.path, std::string(name), std::move(wrong)});
  }

  // A misspelt member would check nothing.
  template <class Names>
  static void find_unknown(wire::JsonView object, const Names& known,
                           std::vector<std::string>& wrong) {
    object.members([&](std::string_view name, wire::JsonView) {
      if (std::find(std::begin(known), std::end(known), name) == std::end(known))
        wrong.push_back("has a member that nothing reads: " + std::string(name));
    });
  }

  void check(wire::JsonView one, std::vector<std::string>& wrong) {
    find_unknown(one, case_members, wrong);
    const auto made = translate(one, one["sourceFile"].text());
    if (!made) return wrong.push_back("does not translate: " + told(made.error()));
    std::size_t checks = 0;
    one["checks"].each([&](wire::JsonView expression) {
      ++checks;
      check_expression(*made, expression.text(), wrong);
    });
    if (checks == 0) wrong.emplace_back("checks nothing");
    check_issues(*made, one["issues"], wrong);
    check_lost(*made, one["lost"], wrong);
    check_ids(*made, one, wrong);
  }

  static std::string told(const Error& error) {
    return error.where.empty() ? error.text : error.text + " at " + error.where;
  }

  Result<std::string_view> sample(std::string_view name) const {
    const auto folder = std::string_view(file_.path).substr(0, file_.path.rfind('/') + 1);
    const auto path = std::string(folder) + std::string(name);
    for (const auto& file : files_)
      if (file.path == path) return std::string_view(file.text);
    return Error{Kind::not_found, "there is no such file", path};
  }

  // The case's own text: a list of lines is an HL7 v2 message or an XML text, a list of objects the
  // resources of a Bundle.
  static std::string text_of(wire::JsonView source) {
    if (source.kind() == wire::JsonToken::Kind::string) return std::string(source.text());
    std::string text;
    if (source.first().kind() == wire::JsonToken::Kind::string) {
      source.each([&](wire::JsonView line) { text.append(line.text()) += '\r'; });
      return text;
    }
    source.each([&](wire::JsonView resource) {
      text += text.empty() ? R"({"resource":)" : R"(,{"resource":)";
      wire::write_json_value(wire::json_value(resource), text);
      text += '}';
    });
    return R"({"resourceType":"Bundle","type":"collection","entry":[)" + text + "]}";
  }

  Result<Translation> translate(wire::JsonView one, std::string_view source_file) const {
    TranslateOptions options;
    options.now = "2026-11-22T09:30:00Z";
    options.partner = one["partner"] ? one["partner"].text() : partner_;
    if (is_extract(format_)) {
      if (options.partner.empty()) options.key_prefix = "north";
      return translate_files(one["source"], options);
    }
    std::string text;
    if (source_file.empty()) {
      text = text_of(one["source"]);
    } else {
      LET(text, sample(source_file));
    }
    return translator_.translate(format_, std::move(text), options);
  }

  // The files of an extract, small enough for one Bundle.
  Result<Translation> translate_files(wire::JsonView source,
                                      const TranslateOptions& options) const {
    const auto texts = std::make_shared<std::map<std::string, std::string>>();
    source.members([&](std::string_view name, wire::JsonView lines) {
      auto& text = (*texts)[std::string(name)];
      lines.each([&](wire::JsonView line) { text.append(line.text()) += "\r\n"; });
    });
    std::vector<record::ExtractFile> files;
    for (const auto& [name, text] : *texts) files.push_back({name, text});
    std::vector<Translation> made;
    LET_DONE(translate_extract(translator_, format_, files, options,
                               [&](Translation translation) -> Result<void> {
                                 made.push_back(std::move(translation));
                                 return {};
                               }));
    if (made.size() != 1) return Error{Kind::invalid, "the files do not make one Bundle", ""};
    made[0].bundle.keep(texts);
    return std::move(made[0]);
  }

  void check_expression(const Translation& made, std::string_view text,
                        std::vector<std::string>& wrong) const {
    const auto expression = path::compile(text, translator_.definitions());
    if (!expression)
      return wrong.push_back("is no FHIRPath: " + std::string(text) + ": " +
                             told(expression.error()));
    path::Environment environment;
    const path::Value root(NodeRef{&made.bundle, made.bundle.root()});
    const auto holds = path::test(*expression, root, environment);
    if (!holds)
      return wrong.push_back("cannot be told: " + std::string(text) + ": " + told(holds.error()));
    if (!*holds) wrong.push_back("is false: " + std::string(text) + found(made, text));
  }

  // What stands before the comparison, where the whole is one.
  std::string found(const Translation& made, std::string_view text) const {
    const auto operators = operators_of(text);
    if (operators.joins || !operators.compares) return "";
    const auto expression =
        path::compile(text.substr(0, *operators.compares), translator_.definitions());
    if (!expression) return "";
    path::Environment environment;
    const path::Value root(NodeRef{&made.bundle, made.bundle.root()});
    const auto values = path::evaluate(*expression, root, environment);
    if (!values) return "";
    std::vector<std::string> texts;
    for (const auto& value : *values)
      texts.push_back(path::value_text(translator_.definitions(), value));
    return "; found " + listed(texts);
  }

  static void check_issues(const Translation& made, wire::JsonView expected,
                           std::vector<std::string>& wrong) {
    if (!expected) return;
    std::multiset<std::string> want;
    expected.each([&](wire::JsonView issue) { want.emplace(issue.text()); });
    std::multiset<std::string> got;
    for (const auto& issue : made.issues)
      if (issue.severity < Severity::information) got.insert(issue.code + " " + issue.expression);
    if (got != want) wrong.push_back("issues: expected " + listed(want) + "; found " + listed(got));
  }

  static void check_lost(const Translation& made, wire::JsonView expected,
                         std::vector<std::string>& wrong) {
    if (!expected) return;
    std::set<std::string> want;
    expected.members([&](std::string_view place, wire::JsonView count) {
      want.insert(std::string(place) + ": " + std::string(count.text()));
    });
    std::set<std::string> got;
    for (const auto& lost : made.lost) got.insert(lost.place + ": " + std::to_string(lost.count));
    if (got != want) wrong.push_back("lost: expected " + listed(want) + "; found " + listed(got));
  }

  void check_ids(const Translation& made, wire::JsonView one,
                 std::vector<std::string>& wrong) const {
    const auto other = one["sameIdsAs"].text();
    if (other.empty()) return;
    const auto first = translate(one, other);
    if (!first) return wrong.push_back("sameIdsAs: " + told(first.error()));
    const auto known = full_urls(*first);
    for (const auto& id : full_urls(made))
      if (known.count(id) == 0)
        wrong.push_back("sameIdsAs: " + id + " is none of " + std::string(other));
  }

  const Translator& translator_;
  std::span<const MappingFile> files_;
  const MappingFile& file_;
  Format format_;
  std::string_view partner_;
  CasesRun& run_;
};

// Of a folder that is no format: they are counted, and what cannot be read is told.
void skip(const MappingFile& file, CasesRun& run) {
  const auto document = wire::parse_json(file.text, {});
  if (!document)
    return run.failed.push_back(
        {file.path, "", {document.error().text + " at " + document.error().where}});
  wire::JsonView(*document)["cases"].each([&](wire::JsonView) { ++run.skipped; });
}

// What the path of a file of cases says: "hl7v2/ref.test.json", "partners/elm/hl7v2.test.json".
struct Subject {
  std::optional<Format> format;
  std::string_view partner;
};

Subject subject_of(std::string_view path) {
  if (!path.starts_with(partners)) return {format_named(path.substr(0, path.find('/'))), ""};
  path.remove_prefix(partners.size());
  const auto end = path.find('/');
  if (end == std::string_view::npos) return {};
  const auto name = path.substr(path.rfind('/') + 1);
  return {format_named(name.substr(0, name.find_first_of(".-"))), path.substr(0, end)};
}

}  // namespace

CasesRun run_mapping_cases(const Translator& translator, std::span<const MappingFile> files) {
  CasesRun run;
  for (const auto& file : files) {
    if (!file.path.ends_with(suffix)) continue;
    const auto subject = subject_of(file.path);
    if (subject.format)
      Cases(translator, files, file, *subject.format, subject.partner, run).run();
    else
      skip(file, run);
  }
  return run;
}

}  // namespace fingerpost::exchange
