#include "suite/testscript.h"

#include "base/text.h"
#include "suite/resource.h"
#include "suite/testscript_stage.h"

namespace fingerpost::suite {
namespace {

using wire::JsonView;

// What became of the actions up to the first that stopped them.
struct Played {
  Verdict verdict = Verdict::passed;
  std::string wanted, found;
};

class Player {
 public:
  Player(Stage& stage, const profile::Validator& validator)
      : stage_(stage), validator_(validator) {}

  Played play(JsonView actions) {
    Played played;
    bool asserted = true;  // what the last operation answered
    std::string last;
    actions.each([&](JsonView action) {
      if (played.verdict != Verdict::passed) return;
      if (const auto operation = action["operation"]) {
        if (!asserted) played = unasserted(last);
        if (played.verdict != Verdict::passed) return;
        played = operate(operation);
        asserted = stage_.response().message.status < 400;
        last = stage_.request().message.method + " " + stage_.request().message.url;
      } else {
        asserted = true;
        played = look(action["assert"]);
      }
    });
    if (played.verdict == Verdict::passed && !asserted) return unasserted(last);
    return played;
  }

 private:
  // A failing answer that nobody wanted.
  Played unasserted(const std::string& request) const {
    return {Verdict::failed, request + " to be answered",
            "status " + std::to_string(stage_.response().message.status)};
  }

  Played operate(JsonView operation) {
    const auto done = stage_.operate(operation);
    if (done) return {};
    if (done.error().kind == Kind::unsupported) return {Verdict::skipped, "", done.error().text};
    return {Verdict::failed, "an operation", done.error().text};
  }

  Played look(JsonView assertion) {
    if (assertion["extension"]) return {Verdict::skipped, "", "it asserts by an extension"};
    const auto failure = check(stage_, assertion, validator_);
    if (!failure || assertion["warningOnly"].is_true()) return {};
    return {Verdict::failed, failure->wanted, failure->found};
  }

  Stage& stage_;
  const profile::Validator& validator_;
};

void add(Report& report, const std::string& name, const Played& played) {
  if (played.verdict == Verdict::skipped) return report.push_back(skipped(name, played.found));
  report.push_back(
      judged(name, played.wanted, played.verdict == Verdict::passed ? "" : played.found + " "));
}

void run_one(const Setting& setting, const std::filesystem::path& file, JsonView script,
             const TestScripts& with, const profile::Validator& validator, Report& report) {
  Stage stage(setting, with, script, file.parent_path());
  Player player(stage, validator);
  const auto name = file.stem().string() + "/";
  std::string not_played;
  if (const auto loaded = stage.load_fixtures(); !loaded) {
    not_played = loaded.error().text;
  } else if (script["setup"]) {
    const auto played = player.play(script["setup"]["action"]);
    if (played.verdict != Verdict::passed) {
      not_played = "the setup did not come through";
      add(report, name + "setup", played);
    }
  }
  script["test"].each([&](JsonView test) {
    const auto title = name + std::string(test["name"] ? test["name"].text() : test["id"].text());
    if (!not_played.empty()) return report.push_back(skipped(title, not_played));
    add(report, title, player.play(test["action"]));
  });
  if (not_played.empty()) player.play(script["teardown"]["action"]);
}

}  // namespace

std::string_view HttpMessage::field(std::string_view name) const {
  for (const auto& [is, value] : fields)
    if (equal_ignoring_case(is, name)) return value;
  return {};
}

Result<Report> run_testscripts(const Setting& setting, std::span<const std::filesystem::path> files,
                               const TestScripts& with) {
  const profile::Validator validator(setting.definitions);
  Report report;
  for (const auto& file : files) {
    LET(const auto read, read_resource_file(setting, file));
    if (resource_type(setting.definitions, read.tree) != "TestScript") {
      report.push_back(skipped(file.stem().string(), "it is no TestScript"));
      continue;
    }
    LET(const auto document,
        wire::parse_json(to_json(setting.definitions, read.tree), wide_limits()));
    run_one(setting, file, wire::JsonView(document), with, validator, report);
  }
  number_names(report);
  return report;
}

}  // namespace fingerpost::suite
