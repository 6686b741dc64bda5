// A BaRS message: refused, or a Bundle whose references all lead to an entry, or to what is told.
#include "fuzz/fuzz.h"
#include "record/bars.h"
#include "support/definitions.h"

using namespace fingerpost;

namespace {

record::NameEntry names(std::string_view) {
  return [](std::string_view type, std::string_view key) {
    return std::string(type) + "/" + std::string(key);
  };
}

// Of the message's own references: not those to contained resources, nor addresses.
bool is_kept(std::string_view reference) {
  return reference.starts_with('#') || reference.starts_with("http:") ||
         reference.starts_with("https:");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto& definitions = test::definitions();
  const record::Spelling none{
      [](std::string_view) { return std::string_view{}; },
      [](std::string_view, std::string_view) { return record::Spelling::Coded{}; }};
  const auto read = record::read_bars(definitions, std::string(fuzz::text_of(data, size)), none,
                                      names, fuzz::bounds());
  if (!read) return 0;
  const auto& tree = read->tree;
  const auto reference = definitions.names().find("reference");
  for (NodeId node = tree.root(); node <= tree.size(); ++node) {
    if (tree[node].name != reference || !tree.has_value(node) || is_kept(tree.text(node))) continue;
    if (tree[tree.parent(node)].type != definitions.common().reference) continue;
    const bool leads =
        read->entries.count(tree.text(node)) + read->absent.count(tree.text(node)) > 0;
    fuzz::require(leads, "a reference leads to an entry, or to what is told");
  }
  return 0;
}
