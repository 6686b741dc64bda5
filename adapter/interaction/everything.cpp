#include "interaction/everything.h"

#include "base/text.h"
#include "interaction/answers.h"
#include "interaction/commit.h"
#include "interaction/interactions.h"
#include "interaction/operations.h"
#include "interaction/parameters.h"
#include "model/json.h"
#include "search/cursor.h"
#include "search/extract.h"
#include "search/range.h"

#include <algorithm>
#include <utility>

namespace fingerpost::interaction {
namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

constexpr std::string_view parameters = "start end _since _type _count _cursor";

Result<void> read_pair(const Context& context, const search::Pair& pair, EverythingAsked& asked) {
  const auto& [name, value] = pair;
  if (name == "start" || name == "end" || name == "_since") {
    const auto range = search::date_range(value);
    if (!range) return Error{Kind::invalid, "this is no date", name};
    (name == "start" ? asked.start : name == "end" ? asked.end : asked.since) = value;
    if (name == "_since") asked.since_us = range->low;
  } else if (name == "_type") {
    for (auto& type : split(value)) {
      if (!is_resource_type(context, type))
        return Error{Kind::invalid, "R4 has no such type of resource", name};
      asked.types.push_back(std::move(type));
    }
  } else if (name == "_count") {
    LET(asked.count, read_count(value, context.limits));
  } else if (name == "_cursor") {
    asked.cursor = value;
    return {};
  }
  asked.used.push_back(pair);
  return {};
}

std::uint64_t fingerprint(const Context& context, const std::string& path,
                          const EverythingAsked& asked) {
  std::string text = path;
  for (const auto& [name, value] : asked.used) text += "&" + name + "=" + value;
  return search::hash(context.store.hash_key(), text);
}

Result<EverythingAsked> read_call(const Context& context, const OperationCall& call,
                                  const std::string& path) {
  EverythingAsked asked;
  asked.id = call.id;
  LET(const auto all, pairs_of(context, call));
  LET(const auto pairs, take_parameters(all, parameters, call.handling));
  for (const auto& pair : pairs) LET_DONE(read_pair(context, pair, asked));
  if (asked.cursor.empty()) return asked;
  auto sealed =
      search::unseal(context.store.hash_key(), fingerprint(context, path, asked), asked.cursor);
  if (!sealed || sealed->sort_values.empty())
    return Error{Kind::invalid, "the cursor is not of this request", "_cursor"};
  asked.after = std::move(sealed->sort_values);
  return asked;
}

}  // namespace

bool EverythingAsked::wants(std::string_view type) const {
  return types.empty() || std::find(types.begin(), types.end(), type) != types.end();
}

bool EverythingAsked::wants(const store::Stored& stored) const {
  return wants(stored.type) && (!since_us || stored.last_updated_us >= *since_us);
}

Error too_much(const Limits& limits) {
  return {Kind::too_costly,
          "there is more than the limit everything of " + std::to_string(limits.everything) +
              "; ask by _type",
          ""};
}

Result<std::vector<Found>> referred_by(const Context& context, const store::Stored& stored) {
  LET(const auto read, model::read_json(context.definitions, stored.body, context.limits));
  const auto& tree = read.tree;
  std::vector<Found> found;
  for (NodeId node = 1; node <= tree.size(); ++node) {
    if (tree[node].type != context.definitions.common().reference) continue;
    const auto parts = search::split_reference(child_text(tree, node, "reference"));
    const bool here = parts.base.empty() || parts.base == context.base_url;
    if (here && is_resource_type(context, parts.type) && is_id(parts.id))
      found.emplace_back(parts.type, parts.id);
  }
  return found;
}

Result<std::optional<Found>> take_page(const Session& session, const EverythingAsked& asked,
                                       const std::set<Found>& found, Found after,
                                       EverythingPage& page) {
  for (auto at = found.upper_bound(after); at != found.end(); ++at) {
    if (!asked.wants(at->first)) continue;
    auto stored = session.reader.read(at->first, at->second);
    if (!stored && stored.error().kind != Kind::gone && stored.error().kind != Kind::not_found)
      return stored.error();
    if (!stored || !asked.wants(*stored)) continue;
    if (asked.count > 0 && page.resources.size() == static_cast<std::size_t>(asked.count))
      return std::optional(std::move(after));
    page.resources.push_back(*std::move(stored));
    if (page.resources.size() > session.context.limits.everything)
      return too_much(session.context.limits);
    after = *at;
  }
  return std::optional<Found>();
}

// R4 patient-operation-everything.html; of a CarePlan its graph.
Answer everything(const Session& session, const OperationCall& call) {
  const auto& context = session.context;
  const auto path = std::string(call.type) + "/" + std::string(call.id) + "/$everything";
  const auto asked = read_call(context, call, path);
  if (!asked) return failure(asked.error());
  const auto page = call.type == "Patient" ? everything_of_patient(session, *asked)
                                           : everything_of_care_plan(session, *asked);
  if (!page) return failure(page.error());
  std::string next;
  if (!page->next.empty())
    next =
        search::seal(context.store.hash_key(), fingerprint(context, path, *asked), {page->next, 0});
  Answer answer;
  auto& out = answer.body;
  out = R"({"resourceType":"Bundle","type":"searchset",)";
  write_links(context, out, path, asked->used, asked->cursor, next);
  if (!page->resources.empty()) out += R"(,"entry":[)";
  for (const auto& stored : page->resources) {
    if (out.back() == '}') out += ',';
    const bool match = stored.type == call.type && stored.id == call.id;
    write_entry(context, out, stored, match);
  }
  out += page->resources.empty() ? "}" : "]}";
  return answer;
}

}  // namespace fingerpost::interaction
