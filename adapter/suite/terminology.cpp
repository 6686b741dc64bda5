#include "suite/terminology.h"

#include "suite/resource.h"
#include "suite/template.h"
#include "terminology/build.h"
#include "terminology/capabilities.h"
#include "terminology/operations.h"

#include <array>
#include <filesystem>

namespace fingerpost::suite {
namespace {

struct Operation {
  std::string_view name;
  terminology::Reply (*run)(const terminology::Question& question);
};
constexpr std::array operations = {
    Operation{"expand", terminology::expand},
    Operation{"validate-code", terminology::validate_code},
    Operation{"cs-validate-code", terminology::validate_code_in_system},
    Operation{"lookup", terminology::lookup},
    Operation{"subsumes", terminology::subsumes},
    Operation{"translate", terminology::translate}};

const Operation* operation_named(std::string_view name) {
  for (const auto& operation : operations)
    if (operation.name == name) return &operation;
  return nullptr;
}

class Run {
 public:
  Run(const Setting& setting, std::filesystem::path folder)
      : setting_(setting), folder_(std::move(folder)), limits_(wide_limits()) {}

  Result<Report> all() {
    LET(const auto text, setting_.read(folder_ / "test-cases.json"));
    LET(const auto document, wire::parse_json(text, limits_));
    Report report;
    std::optional<Error> trouble;
    wire::JsonView(document)["suites"].each([&](wire::JsonView one) {
      if (trouble) return;
      if (auto done = suite(one, report); !done) trouble = done.error();
    });
    if (trouble) return *trouble;
    number_names(report);
    return report;
  }

 private:
  bool exists(std::string_view file) const {
    std::error_code error;
    return std::filesystem::exists(folder_ / file, error);
  }

  Result<void> suite(wire::JsonView one, Report& report) {
    terminology::Terminology loaded;
    terminology::Builder builder(setting_.definitions);
    std::string missing;
    std::optional<Error> trouble;
    one["setup"].each([&](wire::JsonView file) {
      if (trouble || !missing.empty()) return;
      if (!exists(file.text())) {
        missing = file.text();
        return;
      }
      auto read = read_resource_file(setting_, folder_ / file.text());
      if (!read) {
        trouble = read.error();
      } else if (auto added = builder.add(read->tree, read->tree.root()); !added) {
        trouble = added.error();
      }
    });
    if (trouble) return *trouble;
    loaded.add(std::move(builder).finish());
    one["tests"].each([&](wire::JsonView test) {
      const std::string name(test["name"].text());
      const auto mode = test["mode"].text();
      if (!mode.empty()) {
        report.push_back(skipped(name, "only for servers in the mode " + std::string(mode)));
      } else if (!missing.empty()) {
        report.push_back(skipped(name, "not at hand: " + missing));
      } else {
        report.push_back(judge(name, test, loaded));
      }
    });
    return {};
  }

  Case judge(const std::string& name, wire::JsonView test,
             const terminology::Terminology& loaded) const {
    if (test["operation"].text() == "term-caps") return told(name, test, loaded);
    const auto* operation = operation_named(test["operation"].text());
    if (!operation)
      return skipped(name, "asks a running server: " + std::string(test["operation"].text()));
    for (const auto* part : {"request", "response"})
      if (!exists(test[part].text()))
        return skipped(name, "not at hand: " + std::string(test[part].text()));
    const auto request = read_resource_file(setting_, folder_ / test["request"].text());
    const auto wanted = setting_.read(folder_ / test["response"].text());
    if (!request || !wanted) return judged(name, "readable files", "a file that cannot be read");
    const auto expected = wire::parse_json(*wanted, limits_);
    if (!expected) return judged(name, "a JSON answer", expected.error().text);
    const auto reply = operation->run({setting_.definitions, loaded, limits_, request->tree,
                                       test["Accept-Language"].text(), "2024-01-01T00:00:00Z",
                                       "urn:uuid:4c2e1d5a-8a10-4f6e-9d1c-0f7a2b9e6c11"});
    return compared(name, test, wire::json_value(wire::JsonView(*expected)), reply);
  }

  // "The minimum expected things": more may be told.
  Case told(const std::string& name, wire::JsonView test,
            const terminology::Terminology& loaded) const {
    const auto wanted = setting_.read(folder_ / test["response"].text());
    if (!wanted) return skipped(name, "not at hand: " + std::string(test["response"].text()));
    const auto tree = terminology::capabilities(setting_.definitions, loaded, "1.0", "2024-01-01");
    const auto expected = wire::parse_json(*wanted, limits_);
    const auto actual = wire::parse_json(to_json(setting_.definitions, tree), limits_);
    if (!expected || !actual) return judged(name, "JSON", "a text that cannot be read");
    return judged(name, differs(wire::json_value(wire::JsonView(*expected)),
                                wire::json_value(wire::JsonView(*actual)), Say::at_least));
  }

  static Case judged(const std::string& name, const Difference& difference) {
    if (!difference) return suite::judged(name, "the template", "");
    return suite::judged(name, difference.path + " " + difference.expected,
                         difference.actual.empty() ? "an empty text" : difference.actual);
  }
  static Case judged(const std::string& name, const char* expected, const std::string& actual) {
    return suite::judged(name, expected, actual);
  }

  Case compared(const std::string& name, wire::JsonView test, Json expected,
                const terminology::Reply& reply) const {
    const auto text = to_json(setting_.definitions, reply.tree);
    const bool to_fail = test["http-code"].text() == "4xx";
    const bool failed = reply.failed && *reply.failed != Kind::fault;
    if (to_fail != failed)
      return judged(name, to_fail ? "a refusal" : "an answer", "otherwise: " + text);
    const auto parsed = wire::parse_json(text, limits_);
    if (!parsed) return judged(name, "a JSON answer", parsed.error().text);
    auto actual = wire::json_value(wire::JsonView(*parsed));
    to_r5(actual);
    to_r5(expected);
    return judged(name, differs(expected, actual));
  }

  const Setting& setting_;
  std::filesystem::path folder_;
  Limits limits_;
};

}  // namespace

Result<Report> run_terminology(const Setting& setting, const std::filesystem::path& folder) {
  std::error_code error;
  const bool nested = !std::filesystem::exists(folder / "test-cases.json", error);
  return Run(setting, nested ? folder / "tests" : folder).all();
}

}  // namespace fingerpost::suite
