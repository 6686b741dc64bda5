#include "command/command.h"
#include "command/configuration.h"
#include "exchange/mapping_cases.h"

#include <ostream>

namespace fingerpost::command {
namespace {

Result<exchange::CasesRun> run_cases(const TestMappings& command) {
  Configuration configuration;
  if (!command.config.empty()) {
    LET(configuration, load_configuration(command.config));
  }
  const auto& partners = configuration.partners;
  LET(const auto definitions, open_definitions(command.shared));
  LET(const auto mappings, read_mappings(command.shared, partners, command.config));
  LET(const auto translator, exchange::Translator::make(*definitions, mappings));
  LET(const auto cases, read_mapping_cases(command.shared, partners, command.config));
  return exchange::run_mapping_cases(translator, cases);
}

}  // namespace

int run(const TestMappings& command, Console console) {
  const auto ran = run_cases(command);
  if (!ran) {
    refuse(ran.error(), console);
    return ran.error().kind == Kind::invalid ? found_errors : could_not_run;
  }
  for (const auto& failed : ran->failed) {
    console.out << failed.file << ": " << failed.name << '\n';
    for (const auto& wrong : failed.wrong) console.out << "  " << wrong << '\n';
  }
  console.out << ran->passed << " passed, " << ran->failed.size() << " failed, " << ran->skipped
              << " skipped\n";
  if (ran->passed == 0 && ran->failed.empty()) {
    console.error << "error: no case was run: DIR holds a folder for each format\n";
    return could_not_run;
  }
  return ran->failed.empty() ? done : found_errors;
}

}  // namespace fingerpost::command
