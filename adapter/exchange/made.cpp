#include "exchange/made.h"

#include "exchange/quoted.h"
#include "model/json.h"
#include "search/index_to_store.h"
#include "search/search.h"
#include "store/body.h"

#include <algorithm>
#include <utility>

namespace fingerpost::exchange {

Result<Tree> with_members(const Parts& parts, const std::string& body, const std::string& type,
                          const std::string& members) {
  LET(auto read, model::read_json(parts.definitions, body, parts.limits));
  LET(const auto said,
      model::read_json(parts.definitions,
                       R"({"resourceType":)" + quoted(type) + "," + members + "}", parts.limits));
  auto& tree = read.tree;
  for (auto node = said.tree.first_child(said.tree.root()); node != no_node;
       node = said.tree.next(node)) {
    const auto name = said.tree[node].name;
    for (auto old = tree.child(tree.root(), name); old != no_node;
         old = tree.child(tree.root(), name))
      tree.remove(old);
    tree.copy(said.tree, node, tree.root());
  }
  return std::move(tree);
}

void add_write(const Parts& parts, Neighbourhood& near, Tree tree, const std::string& id,
               std::int64_t version, store::Unit& unit) {
  auto& write = unit.writes.emplace_back();
  write.type = parts.definitions.type_name(tree[tree.root()].type);
  write.id = id;
  if (version == 0) write.must_be_new = true;
  if (version != 0) write.if_version = version;
  write.index = search::index_to_store(*parts.parameters.now(), {&tree, tree.root()});
  write.body = store::prepare_body(parts.definitions, tree, id);
  auto json = store::complete(write.body, version + 1, parts.clock.now_us());
  near.keep(write.type, id, std::move(tree), std::move(json));
}

bool writes(const store::Unit& unit, std::string_view type, std::string_view id) {
  return std::any_of(unit.writes.begin(), unit.writes.end(), [&](const store::Write& write) {
    return write.type == type && write.id == id;
  });
}

Result<bool> add_once(const Parts& parts, Neighbourhood& near, const std::string& json,
                      const std::string& type, const std::string& id, store::Reader& reader,
                      store::Unit& unit) {
  if (writes(unit, type, id)) return false;
  const auto known = reader.read(type, id);
  if (!known && !is_absence(known.error())) return known.error();
  if (known || known.error().kind == Kind::gone) return false;
  LET(auto read, model::read_json(parts.definitions, json, parts.limits));
  add_write(parts, near, std::move(read.tree), id, 0, unit);
  return true;
}

namespace {

// Visits each page of a search in turn; an error of `visit` ends it.
template <class Visit>
Result<void> each_page(const Parts& parts, store::Reader& reader, const std::string& type,
                       std::vector<search::Pair> pairs, Visit visit) {
  pairs.emplace_back("_count", std::to_string(parts.limits.page_max));
  const auto own = pairs.size();
  for (;;) {
    search::Query query;
    query.type = type;
    query.pairs = &pairs;
    LET(const auto plan, search::plan(*parts.parameters.now(), query, parts.limits));
    LET(const auto page, reader.search(plan));
    if (!page.partial.empty())
      return Error{Kind::busy, "the index is still being made of " + type, ""};
    LET_DONE(visit(plan, page));
    if (page.next.empty()) return {};
    pairs.resize(own);
    pairs.emplace_back("_cursor", page.next);
  }
}

}  // namespace

Result<store::SearchGuard> find_all(const Parts& parts, store::Reader& reader,
                                    const std::string& type, std::vector<search::Pair> pairs) {
  store::SearchGuard found;
  const auto take = [&](const search::Plan& plan, const store::Page& page) {
    for (const auto& hit : page.hits) found.ids.push_back(hit.resource.id);
    if (found.plan.type.empty()) found.plan = plan;
    return Result<void>();
  };
  LET_DONE(each_page(parts, reader, type, std::move(pairs), take));
  return found;
}

Result<std::size_t> look_at_all(const Parts& parts, store::Reader& reader, const std::string& type,
                                std::vector<search::Pair> pairs, const Look& look) {
  std::size_t failed = 0;
  const auto look_at_page = [&](const search::Plan&, const store::Page& page) {
    for (const auto& hit : page.hits) {
      auto looked = look(hit.resource);
      if (looked) continue;
      const auto kind = looked.error().kind;
      if (kind == Kind::busy || kind == Kind::fault) return looked;
      ++failed;
    }
    return Result<void>();
  };
  LET_DONE(each_page(parts, reader, type, std::move(pairs), look_at_page));
  return failed;
}

std::string json_of(const Parts& parts, NodeRef node) {
  std::string json;
  if (node) model::write_json(parts.definitions, *node.tree, node.node, json);
  return json;
}

std::string member_of(const Parts& parts, std::string_view name, NodeRef node) {
  return node ? quoted(name) + ":" + json_of(parts, node) + "," : std::string();
}

std::string coded(std::string_view system, std::string_view code, std::string_view more) {
  return R"({"coding":[{"system":)" + quoted(system) + R"(,"code":)" + quoted(code) + "}]" +
         std::string(more) + "}";
}

}  // namespace fingerpost::exchange
