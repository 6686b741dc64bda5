#include "interaction/reindex.h"

#include "model/json.h"

#include <utility>

namespace fingerpost::interaction {
namespace {

constexpr int together = 200;

}  // namespace

Result<std::size_t> reindex(const model::Definitions& definitions,
                            const search::Parameters& parameters, store::Store& store,
                            const Limits& limits) {
  LET(const auto reader, store.reader());
  std::size_t count = 0;
  for (;;) {
    LET(auto some, reader->outdated(parameters, together));
    if (some.empty()) return count;
    store::Unit unit;
    for (auto& stored : some) {
      auto read = model::read_json(definitions, std::move(stored.body), limits);
      if (!read) return Error{Kind::fault, "a stored resource cannot be read", ""};
      store::Write write;
      write.op = store::Write::Op::reindex;
      write.type = stored.type;
      write.id = stored.id;
      write.if_version = stored.version;
      write.index = search::index(parameters, {&read->tree, read->tree.root()});
      unit.writes.push_back(std::move(write));
    }
    count += unit.writes.size();
    LET_DONE(store::commit_now(store, std::move(unit)));
  }
}

}  // namespace fingerpost::interaction
