#include "interaction/custom_parameters.h"

#include "interaction/answers.h"
#include "interaction/interactions.h"
#include "interaction/operations.h"
#include "interaction/query.h"
#include "model/json.h"
#include "search/parameter_text.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace fingerpost::interaction {
namespace {

using search::ParameterText;
using Texts = std::vector<ParameterText>;

// Nothing: it is not active.
Result<std::optional<ParameterText>> active(const model::Definitions& definitions,
                                            const Tree& tree) {
  if (child_text(tree, tree.root(), "status") != "active") return std::optional<ParameterText>{};
  LET(auto text, search::read_parameter(definitions, {&tree, tree.root()}));
  return std::optional<ParameterText>(std::move(text));
}

// Of a stored body; nothing too when it cannot be read.
std::optional<ParameterText> active(const model::Definitions& definitions, std::string body,
                                    const Limits& limits) {
  const auto read = model::read_json(definitions, std::move(body), limits);
  if (!read) return {};
  auto text = active(definitions, read->tree);
  return text ? *std::move(text) : std::nullopt;
}

void forget(Texts& texts, std::string_view id) {
  std::erase_if(texts, [&](const ParameterText& text) { return text.id == id; });
}

Result<void> add(Texts& texts, ParameterText text, const Limits& limits) {
  if (texts.size() >= limits.custom_parameters)
    return Error{Kind::too_costly,
                 "more SearchParameters are active than the limit custom_parameters of " +
                     std::to_string(limits.custom_parameters),
                 std::string(in_search_parameter)};
  const bool known = std::any_of(texts.begin(), texts.end(),
                                 [&](const ParameterText& other) { return other.url == text.url; });
  if (known)
    return Error{Kind::invalid, "another SearchParameter has this url", "SearchParameter.url"};
  texts.push_back(std::move(text));
  return {};
}

bool is_parameter(const Draft& draft) {
  return draft.type == in_search_parameter && draft.op != store::Write::Op::drop_history;
}

bool is_custom(const search::Parameters& parameters, std::string_view id) {
  const auto all = parameters.custom();
  return std::any_of(all.begin(), all.end(),
                     [&](const ParameterText& text) { return text.id == id; });
}

}  // namespace

Result<void> check_parameters(const Context& context, const std::vector<Draft>& drafts) {
  if (std::none_of(drafts.begin(), drafts.end(), is_parameter)) return {};
  const auto now = context.parameters.now();
  Texts texts(now->custom().begin(), now->custom().end());
  Texts added;
  for (const auto& draft : drafts) {
    if (!is_parameter(draft)) continue;
    forget(texts, draft.id);
    if (!draft.tree) continue;
    LET(auto text, active(context.definitions, *draft.tree));
    if (text) added.push_back(*std::move(text));
  }
  if (added.empty()) return {};
  for (const auto& text : added) LET_DONE(add(texts, text, context.limits));
  LET(const auto next, now->with(std::move(texts)));
  for (const auto& text : added)
    if (const auto at = next->refused().find(text.id); at != next->refused().end())
      return at->second;
  return {};
}

void take_up_parameters(const Session& session, const std::vector<Draft>& drafts) {
  const auto& context = session.context;
  const auto concerns = [&](const Draft& draft) {
    return is_parameter(draft) &&
           (is_custom(*context.parameters.now(), draft.id) ||
            (draft.tree && child_text(*draft.tree, draft.tree->root(), "status") == "active"));
  };
  if (std::none_of(drafts.begin(), drafts.end(), concerns)) return;
  // As it is stored now, which may be newer than the draft: the last one to come here tells the
  // last state. What cannot be taken up is not searched by, and a search by it is refused.
  auto parameters = context.parameters;
  (void)parameters.change(
      [&](const search::Parameters& now) -> Result<std::shared_ptr<const search::Parameters>> {
        Texts texts(now.custom().begin(), now.custom().end());
        for (const auto& draft : drafts) {
          if (!is_parameter(draft)) continue;
          forget(texts, draft.id);
          auto stored = session.reader.read(draft.type, draft.id);
          if (!stored) continue;
          auto text = active(context.definitions, std::move(stored->body), context.limits);
          if (text) (void)add(texts, *std::move(text), context.limits);
        }
        return now.with(std::move(texts));
      });
}

Result<void> load_parameters(store::Reader& reader, search::LiveParameters& parameters,
                             const Limits& limits) {
  const auto now = parameters.now();
  std::vector<search::Pair> pairs{{"_count", std::to_string(limits.page_max)}};
  Texts texts;
  for (;;) {
    search::Query query;
    query.type = in_search_parameter;
    query.pairs = &pairs;
    LET(const auto plan, search::plan(*now, query, limits));
    LET(auto page, reader.search(plan));
    for (auto& hit : page.hits) {
      auto text = active(now->definitions(), std::move(hit.resource.body), limits);
      if (text) (void)add(texts, *std::move(text), limits);
    }
    if (page.next.empty()) break;
    pairs.resize(1);
    pairs.emplace_back("_cursor", page.next);
  }
  if (texts.empty()) return {};
  return parameters.change(
      [&](const search::Parameters& first) { return first.with(std::move(texts)); });
}

}  // namespace fingerpost::interaction
