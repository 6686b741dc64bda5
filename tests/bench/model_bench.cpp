// Reading, writing and validating FHIR, JSON and XML.

#include "bench/measure.h"
#include "model/xml.h"
#include "profile/validate.h"
#include "support/definitions.h"
#include "support/files.h"
#include "wire/json.h"

using namespace fingerpost;

int main() {
  const double start = bench::cpu_us();
  const auto all = test::load_definitions();
  std::printf("definitions loaded in %.1f ms CPU\n", (bench::cpu_us() - start) / 1e3);
  const auto examples = test::packages() / "hl7.fhir.r4.examples";
  const auto record =
      test::shared_data() / "gp/gp2gp-sending/uat/input/TC4/9465698490_Daniels_full_20210119.json";
  struct Row {
    const char* name;
    test::fs::path file;
    model::Model model;
    int times;
  };
  const Row rows[] = {
      {"Patient example", examples / "Patient-example.json", model::Model::r4, 2000},
      {"ServiceRequest lipid", examples / "ServiceRequest-lipid.json", model::Model::r4, 2000},
      {"GP Connect record 1.2 MB", record, model::Model::stu3, 5},
  };
  for (const auto& row : rows) {
    if (!test::fs::exists(row.file)) continue;
    const auto text = test::read_file(row.file);
    const auto size = static_cast<double>(text.size());
    const std::string name(row.name);
    bench::print(name + ": tokens",
                 bench::measure(row.times, [&] { (void)wire::parse_json(text, {}); }), size);
    bench::print(
        name + ": tree",
        bench::measure(row.times, [&] { (void)model::read_json(all, text, {}, row.model); }), size);
    const auto read = model::read_json(all, text, {}, row.model);
    if (!read) continue;
    bench::print(name + ": write",
                 bench::measure(row.times,
                                [&] {
                                  std::string out;
                                  model::write_json(all, read->tree, 1, out);
                                }),
                 size);
    std::string xml;
    model::write_xml(all, read->tree, 1, xml);
    const auto xml_size = static_cast<double>(xml.size());
    bench::print(name + ": XML tokens",
                 bench::measure(row.times, [&] { (void)wire::parse_xml(xml, {}); }), xml_size);
    bench::print(
        name + ": XML tree",
        bench::measure(row.times, [&] { (void)model::read_xml(all, xml, {}, row.model); }),
        xml_size);
    bench::print(name + ": XML write",
                 bench::measure(row.times,
                                [&] {
                                  std::string out;
                                  model::write_xml(all, read->tree, 1, out);
                                }),
                 xml_size);
    bench::print(
        name + ": validate",
        bench::measure(row.times, [&] { (void)profile::validate(all, read->tree, 1, {}); }), size);
  }
}
