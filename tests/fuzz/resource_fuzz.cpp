// A resource, JSON or XML: what is read without an issue is written and read again the same, in
// both forms.
#include "fuzz/fuzz.h"
#include "model/xml.h"
#include "support/definitions.h"

using namespace fingerpost;

namespace {

std::string json_of(const Tree& tree) {
  std::string out;
  model::write_json(test::definitions(), tree, tree.root(), out);
  return out;
}

std::string xml_of(const Tree& tree) {
  std::string out;
  model::write_xml(test::definitions(), tree, tree.root(), out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& definitions = test::definitions();
  const auto limits = fuzz::bounds();
  const auto read =
      model::read_resource(definitions, std::string(fuzz::text_of(data, size)), limits);
  if (!read) return 0;
  const auto xml = xml_of(read->tree);
  const auto json = json_of(read->tree);
  if (!read->issues.empty()) return 0;
  auto wide = limits;
  wide.depth *= 2;  // XML has a level of its own for a resource within another
  const auto again = model::read_json(definitions, json, wide);
  fuzz::require(again.has_value(), "JSON that was written is read");
  fuzz::require(json_of(again->tree) == json, "JSON comes back the same");
  const auto by_xml = model::read_xml(definitions, xml, wide);
  fuzz::require(by_xml.has_value(), "XML that was written is read");
  fuzz::require(xml_of(by_xml->tree) == xml, "XML comes back the same");
  return 0;
}
