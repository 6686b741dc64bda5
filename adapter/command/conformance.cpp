#include "command/command.h"
#include "command/http_exchange.h"
#include "suite/fhirpath.h"
#include "suite/json.h"
#include "suite/mapping.h"
#include "suite/patch.h"
#include "suite/roundtrip.h"
#include "suite/terminology.h"
#include "suite/testscript.h"
#include "suite/ucum.h"
#include "suite/validator.h"

#include <algorithm>
#include <ostream>

namespace fingerpost::command {
namespace {

using suite::Report;
using suite::Setting;

// Each suite by its name on the command line.
struct Suite {
  std::string_view name;
  Result<Report> (*run)(const Setting& setting, const Conformance& command);
};
constexpr Suite suites[] = {
    {"fhirpath",
     [](const Setting& setting, const Conformance& command) {
       return suite::run_fhirpath(setting, command.files[0], command.inputs);
     }},
    {"mapping",
     [](const Setting& setting, const Conformance& command) {
       return suite::run_mapping(setting, command.files[0]);
     }},
    {"validator",
     [](const Setting& setting, const Conformance& command) {
       return suite::run_validator(setting, command.files[0]);
     }},
    {"patch",
     [](const Setting& setting, const Conformance& command) {
       return suite::run_patch(setting, command.files[0]);
     }},
    {"terminology",
     [](const Setting& setting, const Conformance& command) {
       return suite::run_terminology(setting, command.files[0]);
     }},
    {"ucum", [](const Setting& setting,
                const Conformance& command) { return suite::run_ucum(setting, command.files[0]); }},
    {"json", [](const Setting& setting,
                const Conformance& command) { return suite::run_json(setting, command.files[0]); }},
    {"roundtrip",
     [](const Setting& setting, const Conformance& command) {
       const std::vector<std::filesystem::path> files(command.files.begin(), command.files.end());
       return suite::run_roundtrip(setting, files);
     }},
    {"testscript",
     [](const Setting& setting, const Conformance& command) -> Result<Report> {
       if (command.servers.empty())
         return Error{Kind::invalid, "which server? --server http://HOST:PORT/fhir", ""};
       suite::TestScripts with;
       with.servers = command.servers;
       if (!command.inputs.empty()) with.folders.emplace_back(command.inputs);
       for (const auto& given : command.variables) {
         const auto equals = given.find('=');
         if (equals == std::string::npos)
           return Error{Kind::invalid, "--variable NAME=VALUE", given};
         with.variables[given.substr(0, equals)] = given.substr(equals + 1);
       }
       with.exchange = http_exchange(30);
       const std::vector<std::filesystem::path> files(command.files.begin(), command.files.end());
       return suite::run_testscripts(setting, files, with);
     }},
};

Result<int> judge(const Conformance& command, Console console) {
  LET(const auto definitions, open_definitions(command.shared));
  suite::Known known;
  if (!command.expected.empty()) {
    LET(const auto text, read_file(command.expected));
    known = suite::read_known(text);
  }
  const Setting setting{*definitions, [](const auto& path) { return read_file(path); },
                        [&] { return open_definitions(command.shared); }};
  const auto* const chosen =
      std::find_if(std::begin(suites), std::end(suites),
                   [&](const Suite& one) { return one.name == command.suite; });
  LET(const auto report, chosen->run(setting, command));
  console.out << suite::to_text(report, known);
  if (!suite::judged_any(report))
    return Error{Kind::invalid, "no case of the suite " + command.suite + " was run",
                 command.files[0]};
  const auto found = suite::surprises(report, known);
  for (const auto& name : found.passed)
    console.error << name << " is expected to fail, and does not\n";
  for (const auto& name : found.absent)
    console.error << name << " is expected to fail, and is no case\n";
  return found.any() ? found_errors : done;
}

}  // namespace

std::vector<std::string> suite_names() {
  std::vector<std::string> names;
  for (const auto& one : suites) names.emplace_back(one.name);
  return names;
}

int run(const Conformance& command, Console console) {
  const auto status = judge(command, console);
  return status ? *status : refuse(status.error(), console);
}

}  // namespace fingerpost::command
