// GP Connect records: reading alone, with the maps, with the result written as JSON, and back to
// STU3; BaRS messages in and out.

#include "bench/measure.h"
#include "record/gpconnect.h"
#include "support/translator.h"

#include <cstdio>
#include <string>

using namespace fingerpost;

int main() {
  const double start = bench::cpu_us();
  const auto& translator = test::translator();
  std::printf("definitions and maps ready in %.1f ms CPU\n", (bench::cpu_us() - start) / 1e3);
  const auto real = test::shared_data() / "gp/gp2gp-sending/uat/input/TC4";
  struct Row {
    const char* name;
    test::fs::path file;
    int times;
  };
  const Row rows[] = {
      {"sample record", test::project() / "mappings/gpconnect/samples/gpconnect-record.json", 200},
      {"record of mostly mapped types 0.39 MB", real / "9465700193_Birdi_full_20210119.json", 10},
      {"record 1.27 MB", real / "9465698490_Daniels_full_20210119.json", 5},
  };
  for (const auto& row : rows) {
    if (!test::fs::exists(row.file)) continue;
    const auto text = test::read_file(row.file);
    const auto size = static_cast<double>(text.size());
    const std::string name(row.name);
    bench::print(
        name + ": read",
        bench::measure(row.times,
                       [&] { (void)record::read_gpconnect(test::definitions(), text, {}); }),
        size);
    bench::print(
        name + ": translate",
        bench::measure(row.times, [&] { (void)translator.translate(Format::gpconnect, text, {}); }),
        size);
    bench::print(name + ": translate and write",
                 bench::measure(row.times,
                                [&] {
                                  const auto made =
                                      translator.translate(Format::gpconnect, text, {});
                                  std::string out;
                                  if (made)
                                    model::write_json(test::definitions(), made->bundle,
                                                      made->bundle.root(), out);
                                }),
                 size);
    const auto made = translator.translate(Format::gpconnect, text, {});
    if (!made) continue;
    std::string bundle;
    model::write_json(test::definitions(), made->bundle, made->bundle.root(), bundle);
    bench::print(
        name + ": R4 to STU3",
        bench::measure(row.times, [&] { (void)translator.write(Format::gpconnect, bundle, {}); }),
        static_cast<double>(bundle.size()));
  }
  const auto message =
      test::read_file(test::project() / "mappings/bars/samples/referral-request.json");
  TranslateOptions options;
  options.now = "2026-11-22T09:30:00Z";
  options.use_case = "a4t3";
  bench::print(
      "BaRS request: translate",
      bench::measure(200, [&] { (void)translator.translate(Format::bars, message, options); }),
      static_cast<double>(message.size()));
  const auto made = translator.translate(Format::bars, message, options);
  if (!made) return 1;
  std::string bundle;
  model::write_json(test::definitions(), made->bundle, made->bundle.root(), bundle);
  bench::print("BaRS request: write",
               bench::measure(200, [&] { (void)translator.write(Format::bars, bundle, options); }),
               static_cast<double>(bundle.size()));
}
