// Validation: a resource of some 2 KB against R4, and against a UK Core profile with slices; that
// one only where the shared data is at hand.

#include "bench/measure.h"
#include "model/xml.h"
#include "profile/validate.h"
#include "profile/validator.h"
#include "support/definitions.h"
#include "support/files.h"
#include "terminology/core.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <iostream>

using namespace fingerpost;

namespace {

double milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

}  // namespace

int main() {
  const auto patient = test::read_file(test::project() / "tests/bench/patient.json");
  const auto& definitions = test::definitions();
  auto codes = terminology::core(definitions);
  std::unique_ptr<profile::Validator> validator;
  std::cout << "a validator is built in " << milliseconds([&] {
    validator = std::make_unique<profile::Validator>(definitions, &codes);
  }) << " ms\n";
  const auto read = model::read_json(definitions, patient, {});
  if (!read) return 1;
  const auto size = static_cast<double>(patient.size());
  const profile::Options base;
  bench::print(
      "structure, 2 KB Patient",
      bench::measure(20'000, [&] { (void)profile::validate(definitions, read->tree, 1, {}); }),
      size);
  bench::print("R4 with invariants, 2 KB Patient",
               bench::measure(20'000, [&] { (void)validator->validate(read->tree, 1, base, {}); }),
               size);
  std::cout << "memory with R4 loaded: " << bench::resident_mb() << " MB\n";
  const auto folder = test::shared_data() / "gp/uk-core";
  if (!std::filesystem::is_directory(folder)) return 0;
  std::size_t files = 0;
  std::vector<std::string> urls;
  std::cout << "its profiles are read in " << milliseconds([&] {
    for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
      if (file.path().extension() != ".xml" && file.path().extension() != ".json") continue;
      auto definition = model::read_resource(definitions, test::read_file(file.path()), {});
      if (!definition) continue;
      const NodeId url =
          definition->tree.child(definition->tree.root(), definitions.names().find("url"));
      if (url != no_node) urls.emplace_back(definition->tree.text(url));
      validator->registry().add(std::move(definition->tree));
      ++files;
    }
  }) << " ms ("
            << files << " files)\n";
  profile::Options uk;
  uk.profiles = {"https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"};
  std::cout << "the profile is compiled in "
            << milliseconds([&] { (void)validator->validate(read->tree, 1, uk, {}); }) << " ms\n";
  bench::print("UK Core Patient with slices, 2 KB",
               bench::measure(5'000, [&] { (void)validator->validate(read->tree, 1, uk, {}); }),
               size);
  std::cout << "all profiles are compiled in " << milliseconds([&] {
    for (const auto& url : urls) (void)validator->registry().profile(url);
  }) << " ms\n"
            << "memory with R4 and UK Core loaded and compiled: " << bench::resident_mb()
            << " MB\n";
}
