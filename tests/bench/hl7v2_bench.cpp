// HL7 v2: reading a REF^I12 alone, and from its bytes to the resources' JSON; PGL^PC6 as well.

#include "bench/measure.h"
#include "exchange/translate_hl7v2.h"
#include "record/hl7v2_ack.h"
#include "support/translator.h"

#include <cstdlib>
#include <string>

using namespace fingerpost;

int main() {
  const auto message =
      test::read_file(test::project() / "mappings/hl7v2/samples/ref-i12-social-prescribing.hl7");
  const auto bytes = static_cast<double>(message.size());
  const auto& translator = test::translator();
  const auto maps = translator.hl7v2();
  constexpr int times = 2000;
  bench::print("REF^I12 read to a tree",
               bench::measure(times,
                              [&] {
                                if (!record::read_hl7v2(maps.grammar, message)) std::abort();
                              }),
               bytes);
  bench::print("REF^I12 read and mapped",
               bench::measure(times,
                              [&] {
                                Tree bundle(test::definitions().names());
                                if (!exchange::run_hl7v2(maps, message, {}, bundle)) std::abort();
                              }),
               bytes);
  bench::print("REF^I12 translated, with its report",
               bench::measure(times,
                              [&] {
                                if (!translator.translate(Format::hl7v2, message, {})) std::abort();
                              }),
               bytes);
  std::string json;
  bench::print("REF^I12 bytes to JSON",
               bench::measure(times,
                              [&] {
                                const auto made = translator.translate(Format::hl7v2, message, {});
                                json.clear();
                                model::write_json(test::definitions(), made->bundle,
                                                  made->bundle.root(), json);
                              }),
               bytes);
  const auto goals = test::read_file(test::project() / "mappings/hl7v2/samples/pgl-pc6-goals.hl7");
  bench::print("PGL^PC6 translated, with its report",
               bench::measure(times,
                              [&] {
                                if (!translator.translate(Format::hl7v2, goals, {})) std::abort();
                              }),
               static_cast<double>(goals.size()));
  const auto made = translator.translate(Format::hl7v2, message, {});
  const NodeRef bundle{&made->bundle, made->bundle.root()};
  bench::print("RRI^I12 from a referral", bench::measure(times, [&] {
                 if (!exchange::write_hl7v2_answer(maps, bundle, {}, {}, {})) std::abort();
               }));
  const auto header = record::read_hl7v2_header(message);
  bench::print("ACK written", bench::measure(times, [&] {
                 record::write_acknowledgement(*header, {record::AckCode::AA, "1", "2026", {}});
               }));
}
