// Files for tests: the project's own, the FHIR packages', and the shared public data when it is
// there.

#pragma once

#include "support/places.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace fingerpost::test {

namespace fs = std::filesystem;

inline std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

inline fs::path project() {
  return project_dir();
}
inline fs::path packages() {
  return project() / "build/packages/node_modules";
}

// Public data beside the checkout; empty when it is not there, and then a test skips with a line.
inline fs::path shared_data() {
  const fs::path folder = project().parent_path() / "shared" / "data";
  return fs::is_directory(folder) ? folder : fs::path();
}

inline std::vector<fs::path> files_in(const fs::path& folder, const std::string& ending) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().filename().string().ends_with(ending)) found.push_back(entry.path());
  std::sort(found.begin(), found.end());
  return found;
}

// Every official R4 example and definition.
inline std::vector<fs::path> r4_examples() {
  auto files = files_in(packages() / "hl7.fhir.r4.examples", ".json");
  std::erase_if(files, [](const fs::path& file) {
    const auto name = file.filename().string();
    return name == "package.json" || name.starts_with(".");
  });
  return files;
}

}  // namespace fingerpost::test
