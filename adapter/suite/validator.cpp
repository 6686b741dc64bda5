#include "suite/validator.h"

#include "profile/validator.h"
#include "suite/resource.h"
#include "terminology/build.h"
#include "terminology/core.h"
#include "wire/json_view.h"

#include <algorithm>

namespace fingerpost::suite {
namespace {

namespace fs = std::filesystem;
using wire::JsonView;

// The outcome of one run in a few words; "" is none.
std::string errors_of(const Issues& issues) {
  std::string text;
  int shown = 0;
  for (const auto& issue : issues) {
    if (issue.severity > Severity::error || ++shown > 4) continue;
    if (!text.empty()) text += "; ";
    text += issue.expression + " " + issue.text;
  }
  return text;
}

class Suite {
 public:
  Suite(const Setting& setting, const fs::path& manifest)
      : setting_(setting),
        files_(manifest.parent_path() / "files"),
        core_(terminology::core(setting.definitions)) {}

  void run(JsonView test, Report& report) {
    const std::string name(test["name"].text());
    terminology_ = core_;
    profile::Validator validator(setting_.definitions, &terminology_);
    for (const auto member : {"supporting", "profiles", "supporting5"})
      load(validator, test[member]);
    auto text = setting_.read(files_ / test["file"].text());
    if (!text) return report.push_back(judged(name, "a file that can be read", text.error().text));
    const auto resource = read_resource(setting_, *std::move(text));
    judge(name, test, test["java"], validator, resource, {}, report);
    const auto wanted = test["profile"];
    if (!wanted || !wanted["java"]) return;
    load(validator, wanted["supporting"]);
    const auto source = load_one(validator, wanted["source"].text());
    judge(name + " profile", test, wanted["java"], validator, resource, {source}, report);
  }

 private:
  void load(profile::Validator& validator, JsonView names) {
    names.each([&](JsonView name) { load_one(validator, name.text()); });
  }
  // Gives its URL.
  std::string load_one(profile::Validator& validator, std::string_view name) {
    auto read = read_resource_file(setting_, files_ / name);
    if (!read) return "";
    const NameId url = setting_.definitions.names().find("url");
    const NodeId at = read->tree.child(read->tree.root(), url);
    std::string text(at == no_node ? std::string_view() : read->tree.text(at));
    terminology::Builder codes(setting_.definitions);
    if (codes.add(read->tree, read->tree.root())) terminology_.add(std::move(codes).finish());
    validator.registry().add(std::move(read->tree));
    return text;
  }

  profile::Options options_of(JsonView test) {
    profile::Options options;
    options.unknown_extension = Severity::error;
    options.unknown_profile = Severity::error;
    options.wrong_display = Severity::error;
    options.contained = test["validateContains"].text() != "IGNORE";
    options.references_resolve = test["validateReference"].text() == "CHECK_VALID";
    options.now = "2026-01-01T00:00:00Z";
    options.markup_in_text =
        !test["security-checks"].is_true() && !test["noHtmlInMarkdown"].is_true();
    options.example_urls = !test["examples"] || test["examples"].is_true();
    return options;
  }

  void judge(const std::string& name, JsonView test, JsonView outcome,
             const profile::Validator& validator, const Result<model::ReadTree>& resource,
             std::vector<std::string> profiles, Report& report) {
    const auto expected = expected_of(outcome);
    if (!expected) {
      report.push_back(skipped(name, expected.error().text));
      return;
    }
    std::string found;
    if (!resource) {
      found = resource.error().where + " " + resource.error().text;
    } else {
      auto options = options_of(test);
      options.profiles = std::move(profiles);
      found = errors_of(resource->issues);
      const auto issues =
          validator.validate(resource->tree, resource->tree.root(), options, wide_limits());
      if (found.empty()) found = errors_of(issues);
    }
    const bool agrees = found.empty() == expected->empty();
    report.push_back(judged(name, expected->empty() ? "no error" : *expected,
                            agrees ? "" : (found.empty() ? "no error" : found)));
  }

  // The errors of the reference validator's outcome.
  Result<std::string> expected_of(JsonView outcome) {
    if (!outcome) return Error{Kind::not_found, "the suite states no outcome", ""};
    if (outcome["outcome"]) return said(outcome["outcome"]);
    LET(auto text, setting_.read(files_ / "outcomes" / outcome.text()));
    LET(const auto document, wire::parse_json(std::move(text), wide_limits()));
    return said(JsonView(document));
  }

  static std::string said(JsonView outcome) {
    std::string text;
    outcome["issue"].each([&](JsonView issue) {
      const auto severity = issue["severity"].text();
      if (severity != "error" && severity != "fatal") return;
      if (!text.empty()) text += "; ";
      (text += issue["expression"].first().text()) += " ";
      text += issue["details"]["text"].text().substr(0, 200);
    });
    return text;
  }

  const Setting& setting_;
  fs::path files_;
  terminology::Terminology core_;
  terminology::Terminology terminology_;  // of the case at hand
};

}  // namespace

Result<Report> run_validator(const Setting& setting, const fs::path& manifest) {
  LET(auto text, setting.read(manifest));
  LET(const auto document, wire::parse_json(std::move(text), wide_limits()));
  Report report;
  Suite suite(setting, manifest);
  JsonView(document)["test-cases"].each([&](JsonView test) { suite.run(test, report); });
  number_names(report);
  return report;
}

}  // namespace fingerpost::suite
