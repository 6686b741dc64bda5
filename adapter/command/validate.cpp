#include "profile/validate.h"

#include "command/command.h"
#include "interaction/outcome.h"
#include "model/json.h"

#include <algorithm>
#include <ostream>

namespace fingerpost::command {
namespace {

Issues check(const model::Definitions& definitions, std::string bytes) {
  auto read = model::read_json(definitions, std::move(bytes), Limits{});
  if (!read) return {interaction::issue_of(read.error())};
  auto issues = std::move(read->issues);
  for (auto& issue : profile::validate(definitions, read->tree, read->tree.root(), Limits{}))
    issues.push_back(std::move(issue));
  return issues;
}

}  // namespace

int run(const Validate& command, Console console) {
  const auto definitions = open_definitions(command.shared);
  if (!definitions) return refuse(definitions.error(), console);
  int status = done;
  for (const auto& file : command.files) {
    auto bytes = read_file(file);
    if (!bytes) {
      status = refuse(bytes.error(), console);
      continue;
    }
    const auto issues = check(**definitions, *std::move(bytes));
    if (has_errors(issues)) status = std::max(status, found_errors);
    std::string outcome;
    interaction::write_outcome(issues, outcome);
    console.out << outcome << '\n';
  }
  return status;
}

}  // namespace fingerpost::command
