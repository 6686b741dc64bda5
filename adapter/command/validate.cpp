#include "base/system.h"
#include "command/command.h"
#include "command/named_code.h"
#include "command/packages.h"
#include "interaction/outcome.h"
#include "model/xml.h"
#include "profile/validator.h"
#include "store/body.h"
#include "terminology/core.h"

#include <algorithm>
#include <ostream>

namespace fingerpost::command {
namespace {

Issues check(const profile::Validator& validator, const profile::Options& options,
             std::string bytes) {
  auto read = model::read_resource(validator.registry().definitions(), std::move(bytes), Limits{});
  if (!read) return {interaction::issue_of(read.error())};
  auto issues = std::move(read->issues);
  for (auto& issue : validator.validate(read->tree, read->tree.root(), options, Limits{}))
    issues.push_back(std::move(issue));
  for (auto& issue : issues)
    if (const auto code = code_of(read->tree, issue); !code.empty())
      issue.text += " (" + code + ")";
  return issues;
}

void choose(std::string_view name, Severity& severity) {
  if (name == "error") severity = Severity::error;
  if (name == "warning") severity = Severity::warning;
  if (name == "information") severity = Severity::information;
}

}  // namespace

int run(const Validate& command, Console console) {
  const auto definitions = open_definitions(command.shared);
  if (!definitions) return refuse(definitions.error(), console);
  auto codes = terminology::core(**definitions);
  profile::Validator validator(**definitions, &codes);
  const auto added =
      add_packages(**definitions, command.packages, validator.registry(), codes, console.error);
  if (!added) return refuse(added.error(), console);
  for (const auto& flaw : validator.registry().flaws())
    console.error << flaw.expression << ": " << flaw.text << '\n';
  profile::Options options;
  options.profiles = command.profiles;
  choose(command.unknown_extension, options.unknown_extension);
  choose(command.unknown_profile, options.unknown_profile);
  choose(command.wrong_display, options.wrong_display);
  options.now = store::instant(SystemClock().now_us());
  int status = done;
  for (const auto& file : command.files) {
    auto bytes = read_file(file);
    if (!bytes) {
      status = refuse(bytes.error(), console);
      continue;
    }
    const auto issues = check(validator, options, *std::move(bytes));
    if (has_errors(issues)) status = std::max(status, found_errors);
    std::string outcome;
    interaction::write_outcome(issues, outcome);
    console.out << outcome << '\n';
  }
  return status;
}

}  // namespace fingerpost::command
