// A GP2GP record: refused, or a tree whose places can all be told and whose ids lead to its nodes.
#include "fuzz/fuzz.h"
#include "record/gp2gp.h"

using namespace fingerpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Names names;
  const auto read =
      record::read_gp2gp(names, std::string(fuzz::text_of(data, size)), fuzz::bounds());
  if (!read) return 0;
  record::Gp2gpPlaces places(read->tree);
  for (NodeId node = 0; node < read->tree.size(); ++node) places.place({&read->tree, node});
  for (const auto& [id, node] : read->by_id)
    fuzz::require(record::resolve(*read, id).node == node, "an id leads to its node");
  return 0;
}
