// A Parameters resource with what came along: every operation answers it, the same twice, with JSON
// that is read again; and an expansion has just the codes that the value set is found to contain.
#include "fuzz/fuzz.h"
#include "model/json.h"
#include "support/definitions.h"
#include "terminology/build.h"
#include "terminology/compose.h"
#include "terminology/core.h"
#include "terminology/operations.h"

#include <set>

using namespace fingerpost;
namespace tx = terminology;

namespace {

Limits bounds() {
  auto limits = fuzz::bounds();
  limits.value_set_steps = 20'000;
  limits.expansion_codes = 2'000;
  return limits;
}

std::string answer(tx::Reply (*operation)(const tx::Question&), const tx::Terminology& codes,
                   const Tree& parameters, const Limits& limits) {
  const auto reply = operation({test::definitions(), codes, limits, parameters, "de, en;q=0.5",
                                "2026-11-22T09:30:00Z", "urn:uuid:1"});
  std::string out;
  model::write_json(test::definitions(), reply.tree, reply.tree.root(), out);
  return out;
}

std::string key(const tx::Item& item) {
  return std::string(item.url) + '|' + std::string(item.version) + '#' + std::string(item.code);
}

// What is expanded is contained; what is contained, of the code systems at hand, is expanded.
void check_set(const tx::Terminology& codes, const tx::Content& content, const tx::ValueSetRow& row,
               const Limits& limits) {
  const tx::ValueSet set{&content, &row, nullptr};
  const auto items = tx::Composer(codes, {}, limits).expand(set);
  if (!items) return;
  std::set<std::string> expanded;
  for (const auto& item : *items) {
    expanded.insert(key(item));
    const auto in = tx::Composer(codes, {}, limits).contains(set, item);
    fuzz::require(!in || *in, "a code of the expansion is in the value set");
  }
  for (const auto& system : content.code_systems) {
    const tx::CodeSystem of{&content, &system};
    for (std::uint32_t place = 0; place < of.size() && place < 50; ++place) {
      tx::Composer composer(codes, {}, limits);
      const auto item = composer.item(of.url(), of.version(), of.code(place));
      if (!item || item->place == tx::no_row) continue;
      const auto in = composer.contains(set, *item);
      fuzz::require(!in || !*in || expanded.contains(key(*item)),
                    "a code of the value set is in the expansion");
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto core = tx::core(test::definitions());
  const auto limits = bounds();
  const auto& definitions = test::definitions();
  const auto read = model::read_json(definitions, std::string(fuzz::text_of(data, size)), limits);
  if (!read) return 0;
  const auto& tree = read->tree;
  for (const auto operation : {tx::expand, tx::validate_code, tx::validate_code_in_system,
                               tx::lookup, tx::subsumes, tx::translate}) {
    const auto once = answer(operation, core, tree, limits);
    fuzz::require(once == answer(operation, core, tree, limits), "the same answer twice");
    fuzz::require(model::read_json(definitions, once, Limits{}).has_value(), "the answer is read");
  }
  tx::Builder builder(definitions);
  const tx::Elements at{tree};
  (void)builder.add(tree, tree.root());
  at.each(tree.root(), "parameter", [&](NodeId parameter) {
    if (const NodeId node = at.child(parameter, "resource"); node != no_node)
      (void)builder.add(tree, node);
  });
  if (builder.empty()) return 0;
  const auto content = std::move(builder).finish();
  tx::Terminology codes;
  codes.add(content);
  for (const auto& row : content->value_sets)
    if (!row.is_contained) check_set(codes, *content, row, limits);
  return 0;
}
