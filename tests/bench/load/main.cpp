// Loads a FHIR server on this machine and prints what it did:
//   load chain|care|read|transactions|import|search --port N [--seconds S] [--rate R] … [FILE…]
// Status 1 when an answer was not as it should be.

#include "bench/load/scripts.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <fstream>

using namespace fingerpost::bench;

namespace {

std::vector<std::string> lines_of(const std::vector<std::string>& files) {
  std::vector<std::string> lines;
  for (const auto& name : files) {
    std::ifstream file(name);
    for (std::string line; std::getline(file, line);)
      if (!line.empty() && line[0] != '#') lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app("Loads a FHIR server on this machine and prints what it did.");
  Load load;
  std::string workload;
  std::string seeds = "tests/bench/load/seeds";
  std::vector<std::string> files;
  app.add_option("workload", workload)
      ->required()
      ->check(CLI::IsMember({"chain", "care", "read", "transactions", "import", "search"}));
  app.add_option("files", files, "transactions to import, or files with a search a line");
  app.add_option("--port", load.port)->required();
  app.add_option("--connections", load.connections)->check(CLI::Range(1, 1000));
  app.add_option("--seconds", load.seconds)->check(CLI::Range(0.1, 3600.0));
  app.add_option("--warm", load.warm_seconds, "seconds before it counts")
      ->check(CLI::Range(0.0, 600.0));
  app.add_option("--rate", load.rate, "requests a second, answered or not; 0: as answers come");
  app.add_option("--pid", load.server_pid, "of the server, for its processor time");
  app.add_flag("--refusals", load.refusals, "count answers of 503 apart, as no errors");
  app.add_option("--seeds", seeds, "the folder of the seed resources");
  CLI11_PARSE(app, count, arguments);

  const auto chained = workload == "care" ? care_seeds(seeds) : chain_seeds(seeds);
  MakeScript script;
  if (workload == "read") {
    script = reads(chained.front());
  } else if (workload == "transactions") {
    script = small_transactions();
  } else if (workload == "import") {
    script = imports({files.begin(), files.end()});
  } else if (workload == "search") {
    script = searches(lines_of(files));
  } else {
    script = chain(chained);
  }
  const auto report = drive(load, script);
  print(report);
  return report.fault.empty() && report.errors() == 0 ? 0 : 1;
}
