#include "interaction/meta_in_use.h"

#include "interaction/commit.h"
#include "interaction/query.h"
#include "model/json.h"
#include "store/store.h"
#include "wire/json.h"

#include <array>
#include <map>
#include <utility>
#include <vector>

namespace fingerpost::interaction {
namespace {

// One of Meta's sets: the parameter that finds who has any, and what they have, each once.
struct Set {
  std::string_view name;
  std::string_view parameter;
  std::map<std::string, std::string> items = {};  // by what makes them the same
};

Result<void> take(const Context& context, const store::Stored& stored, Set& set) {
  LET(const auto read, model::read_json(context.definitions, stored.body, context.limits));
  const auto& tree = read.tree;
  const auto meta = child(tree, tree.root(), "meta");
  for (auto item = child(tree, meta, set.name); item != no_node; item = tree.next_same(item)) {
    std::string key(tree.text(item));
    key.append(child_text(tree, item, "system")).append("|").append(child_text(tree, item, "code"));
    auto& text = set.items[key];
    if (!text.empty()) continue;
    if (tree.has_value(item))
      wire::write_json_string(text, tree.text(item));
    else
      model::write_json(context.definitions, tree, item, text);
  }
  return {};
}

Result<void> gather(const Session& session, std::string_view type, Set& set) {
  const auto& context = session.context;
  std::vector<search::Pair> pairs{{std::string(set.parameter) + ":missing", "false"},
                                  {"_count", std::to_string(context.limits.page_max)}};
  std::size_t looked = 0;
  for (;;) {
    LET(const auto plan, plan_of(context, type, pairs));
    LET(const auto page, search_all(session, plan));
    looked += page.hits.size();
    if (looked > context.limits.everything)
      return Error{Kind::too_costly,
                   "more resources have any than the limit everything of " +
                       std::to_string(context.limits.everything),
                   ""};
    for (const auto& hit : page.hits) LET_DONE(take(context, hit.resource, set));
    if (page.next.empty()) return {};
    pairs.resize(2);
    pairs.emplace_back("_cursor", page.next);
  }
}

}  // namespace

Result<std::string> meta_in_use(const Session& session, std::string_view type) {
  std::array<Set, 3> sets = {Set{"profile", "_profile"}, Set{"security", "_security"},
                             Set{"tag", "_tag"}};
  std::string out = "{";
  for (auto& set : sets) {
    LET_DONE(gather(session, type, set));
    if (set.items.empty()) continue;
    if (out.size() > 1) out += ',';
    out.append("\"").append(set.name).append("\":");
    char joint = '[';
    for (const auto& [key, text] : set.items) {
      out += joint;
      out += text;
      joint = ',';
    }
    out += ']';
  }
  return out + "}";
}

}  // namespace fingerpost::interaction
