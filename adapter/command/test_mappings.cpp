#include "command/command.h"
#include "exchange/mapping_cases.h"

#include <ostream>

namespace fingerpost::command {
namespace {

Result<exchange::CasesRun> run_cases(const SharedPaths& shared) {
  LET(const auto definitions, open_definitions(shared));
  LET(const auto mappings, read_mappings(shared, {}, {}));
  LET(const auto translator, exchange::Translator::make(*definitions, mappings));
  LET(const auto cases, read_mapping_cases(shared));
  return exchange::run_mapping_cases(translator, cases);
}

}  // namespace

int run(const TestMappings& command, Console console) {
  const auto ran = run_cases(command.shared);
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
  return ran->failed.empty() ? done : found_errors;
}

}  // namespace fingerpost::command
