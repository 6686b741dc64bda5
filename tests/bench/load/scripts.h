// The workloads that servers of this kind are measured by, as scripts for the driver.

#pragma once

#include "bench/load/driver.h"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::bench {

// A resource that is made, read, changed and deleted. In its body "<<Patient>>" stands for the
// reference to the Patient that was made before.
struct Seed {
  std::string_view type;
  std::string_view member;  // what an update changes
  std::string_view
      values[2];  // from the one to the other; both empty: a text that is new each time
  std::string body;
};
// Those of the nine types of the CRUD chain, or of ours: patients, plans, goals, referrals, tasks.
std::vector<Seed> chain_seeds(const std::filesystem::path& folder);
std::vector<Seed> care_seeds(const std::filesystem::path& folder);

// Makes one of each, reads them, changes them, deletes them in the opposite order; again.
MakeScript chain(std::span<const Seed> seeds);
// Makes the seed once for each connection and reads it from then on.
MakeScript reads(const Seed& seed);
// Transactions of a new Patient and an Observation of his.
MakeScript small_transactions();
// The transactions in these files one after the other, each once; then ever again.
MakeScript imports(std::vector<std::filesystem::path> files);
// Searches, a line each, in turns: "Patient?name={john|ann}&_count=20", one of the choices at
// random.
MakeScript searches(std::vector<std::string> lines);

}  // namespace fingerpost::bench
