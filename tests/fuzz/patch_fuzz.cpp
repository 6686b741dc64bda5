// A resource and a patch of any form: refused, or applied to what is JSON, XML or a tree again;
// twice the same, and by FHIRPath the same whether both were written in JSON or in XML.
#include "fuzz/fuzz.h"
#include "model/xml.h"
#include "patch/patch.h"
#include "support/definitions.h"
#include "wire/json.h"

#include <functional>
#include <optional>

using namespace fingerpost;

namespace {

// A patch may nest one document in the other.
Limits wide() {
  auto limits = fuzz::bounds();
  limits.depth *= 3;
  limits.nodes *= 3;
  return limits;
}

using Apply = Result<std::string> (*)(std::string_view resource, std::string_view operations,
                                      const Limits& limits);

// The result, or the kind of the refusal.
std::string told(const Result<std::string>& made) {
  return made ? *made : "refused: " + std::to_string(static_cast<int>(made.error().kind));
}

void check_text(Apply apply, std::string_view resource, std::string_view operations,
                const std::function<bool(const std::string&)>& is_read) {
  const auto made = apply(resource, operations, fuzz::bounds());
  fuzz::require(!made || is_read(*made), "what was patched is read again");
  fuzz::require(told(apply(resource, operations, fuzz::bounds())) == told(made),
                "the same patch twice gives the same");
}

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

Result<std::string> patched(std::string_view resource, std::string_view operations) {
  const auto& definitions = test::definitions();
  LET(auto tree, model::read_resource(definitions, std::string(resource), wide()));
  LET(const auto parameters, model::read_resource(definitions, std::string(operations), wide()));
  LET_DONE(patch::apply_fhirpath(definitions, tree.tree, parameters.tree, fuzz::bounds()));
  return json_of(tree.tree);
}

void check_tree(std::string_view resource, std::string_view operations) {
  const auto made = patched(resource, operations);
  fuzz::require(!made || wire::parse_json(*made, wide()).has_value(),
                "a patched resource is written");
  fuzz::require(told(patched(resource, operations)) == told(made),
                "the same patch twice gives the same");
}

// Nothing where it is no resource as FHIR has it: that has no other form.
std::optional<Tree> read(std::string_view text) {
  auto made = model::read_resource(test::definitions(), std::string(text), wide());
  if (!made || !made->issues.empty()) return {};
  return std::move(made->tree);
}

// A resource in XML and in JSON, its elements in the order of the definition in both: what a path
// gives by order alone is then the same.
struct Forms {
  std::string xml, json;
};
std::optional<Forms> forms_of(std::string_view text) {
  const auto given = read(text);
  if (!given) return {};
  Forms forms{xml_of(*given), ""};
  const auto by_xml = read(forms.xml);
  if (!by_xml) return {};
  forms.json = json_of(*by_xml);
  return forms;
}

void check_forms(std::string_view resource, std::string_view operations) {
  const auto first = forms_of(resource);
  const auto second = first ? forms_of(operations) : std::nullopt;
  if (!second) return;
  fuzz::require(told(patched(first->json, second->json)) == told(patched(first->xml, second->xml)),
                "a patch in JSON gives what it gives in XML");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [resource, operations] = fuzz::halves(fuzz::text_of(data, size));
  const auto is_json = [](const std::string& text) {
    return wire::parse_json(text, wide()).has_value();
  };
  const auto is_xml = [](const std::string& text) {
    return wire::parse_xml(text, wide()).has_value();
  };
  check_text(patch::apply_json, resource, operations, is_json);
  check_text(patch::apply_merge, resource, operations, is_json);
  check_text(patch::apply_xml, resource, operations, is_xml);
  check_tree(resource, operations);
  check_forms(resource, operations);
  return 0;
}
