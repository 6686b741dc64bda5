#include "base/text.h"
#include "interaction/answers.h"
#include "interaction/commit.h"
#include "interaction/interactions.h"
#include "interaction/operations.h"
#include "model/json.h"
#include "search/cursor.h"
#include "search/range.h"
#include "search/search.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <set>
#include <utility>

namespace fingerpost::interaction {
namespace {

using Pairs = std::vector<search::Pair>;
using Found = std::pair<std::string, std::string>;  // type and id

struct Asked {
  std::string start, end, since;
  std::vector<std::string> types;  // none: all
  int count = 0;                   // of a page; 0: all at once
  std::string cursor;
  Pairs used;  // for the links; without the cursor
};

Result<Asked> read_call(const OperationCall& call, const Limits& limits) {
  Asked asked;
  for (const auto& [name, value] : call.pairs) {
    if (name == "_format" || name == "_pretty") continue;
    if (name == "_cursor") {
      asked.cursor = value;
      continue;
    }
    if (name == "start" || name == "end" || name == "_since") {
      if (!search::date_range(value)) return Error{Kind::invalid, "this is no date", name};
      (name == "start" ? asked.start : (name == "end" ? asked.end : asked.since)) = value;
    } else if (name == "_type") {
      std::string_view rest = value;
      while (!rest.empty()) {
        const auto end = std::min(rest.find(','), rest.size());
        asked.types.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    } else if (name == "_count") {
      const auto number = to_integer(value);
      if (!number || *number < 1) return Error{Kind::invalid, "_count is a whole number", name};
      asked.count = static_cast<int>(std::min<std::int64_t>(*number, limits.page_max));
    } else {
      return Error{Kind::invalid, "$everything has no parameter of this name", "parameter"};
    }
    asked.used.emplace_back(name, value);
  }
  return asked;
}

// All that belongs to one resource, by reading and searching alone.
class Everything {
 public:
  Everything(const Session& session, const Asked& asked)
      : session_(session), context_(session.context), asked_(asked) {}

  // What refers to the patient, and what that refers to.
  Result<void> of_patient(const std::string& id) {
    LET_DONE(take({"Patient", id}, true));
    for (const auto& key : context_.parameters.keys()) {
      if (key.kind != model::SearchType::reference || key.type.empty()) continue;
      if (key.name.find(':') != std::string::npos || key.type == "Patient") continue;
      const bool may = key.targets.empty() || std::find(key.targets.begin(), key.targets.end(),
                                                        "Patient") != key.targets.end();
      if (may) LET_DONE(referring(key.type, key.code, "Patient/" + id, dated(key.type)));
    }
    const auto compartment = found_;
    for (const auto& one : compartment) LET_DONE(follow(one, {"Patient"}));
    return {};
  }

  // The graph of a plan: what it leads to, the requests and tasks that came of it, and their parts.
  Result<void> of_care_plan(const std::string& id) {
    LET_DONE(take({"CarePlan", id}, true));
    std::deque<Found> open{{"CarePlan", id}};
    while (!open.empty()) {
      const auto at = std::move(open.front());
      open.pop_front();
      const auto before = found_;
      LET_DONE(follow(at, {}));
      LET_DONE(asked_for_by(at));
      for (const auto& one : found_)
        if (before.count(one) == 0 && leads_on(one.first)) open.push_back(one);
    }
    return {};
  }

  const std::set<Found>& found() const { return found_; }

 private:
  // Whose own references belong to the graph.
  static bool leads_on(std::string_view type) {
    constexpr std::array types = {"CarePlan", "Goal",      "ServiceRequest", "Task",
                                  "CareTeam", "Condition", "RequestGroup",   "PractitionerRole"};
    return std::find(types.begin(), types.end(), type) != types.end();
  }

  Result<void> asked_for_by(const Found& at) {
    const auto reference = at.first + "/" + at.second;
    struct Row {
      std::string_view of, type, parameter;
    };
    constexpr Row rows[] = {{"CarePlan", "ServiceRequest", "based-on"},
                            {"CarePlan", "Task", "based-on"},
                            {"CarePlan", "Task", "focus"},
                            {"CarePlan", "CarePlan", "part-of"},
                            {"ServiceRequest", "Task", "focus"},
                            {"ServiceRequest", "Task", "based-on"},
                            {"Task", "Task", "part-of"}};
    for (const auto& row : rows)
      if (row.of == at.first) LET_DONE(referring(row.type, row.parameter, reference, {}));
    return {};
  }

  Result<void> take(const Found& one, bool must) {
    auto stored = session_.reader.read(one.first, one.second);
    if (!stored) {
      const bool absent =
          stored.error().kind == Kind::not_found || stored.error().kind == Kind::gone;
      if (must || !absent) return stored.error();
      return {};
    }
    return add(one);
  }

  Result<void> add(const Found& one) {
    found_.insert(one);
    if (found_.size() <= context_.limits.everything) return {};
    return Error{Kind::too_costly, "there is more than the limit everything allows; ask by _type",
                 ""};
  }

  // The care dates that are asked for, of types that have such.
  Pairs dated(std::string_view type) const {
    Pairs pairs;
    const auto key = context_.parameters.find(type, "date");
    if (key == 0 || context_.parameters.key(key).kind != model::SearchType::date) return pairs;
    if (!asked_.start.empty()) pairs.emplace_back("date", "ge" + asked_.start);
    if (!asked_.end.empty()) pairs.emplace_back("date", "le" + asked_.end);
    return pairs;
  }

  Result<void> referring(std::string_view type, std::string_view parameter,
                         const std::string& reference, Pairs pairs) {
    pairs.emplace_back(parameter, reference);
    pairs.emplace_back("_count", std::to_string(context_.limits.page_max));
    for (;;) {
      search::Query query;
      query.type = type;
      query.pairs = &pairs;
      query.base_url = context_.base_url;
      LET(const auto plan, search::plan(context_.parameters, query, context_.limits));
      LET(const auto page, session_.reader.search(plan));
      for (const auto& hit : page.hits) LET_DONE(add({hit.resource.type, hit.resource.id}));
      if (page.next.empty()) return {};
      if (pairs.back().first == "_cursor") pairs.pop_back();
      pairs.emplace_back("_cursor", page.next);
    }
  }

  // Adds what the resource refers to, but for resources of those types.
  Result<void> follow(const Found& from, std::initializer_list<std::string_view> but) {
    auto stored = session_.reader.read(from.first, from.second);
    if (!stored) return {};
    LET(const auto read,
        model::read_json(context_.definitions, std::move(stored->body), context_.limits));
    const auto& tree = read.tree;
    for (NodeId node = 1; node <= tree.size(); ++node) {
      if (tree[node].type != context_.definitions.common().reference) continue;
      const auto text = child_text(tree, node, "reference");
      const auto slash = text.find('/');
      if (slash == std::string_view::npos) continue;
      const auto type = text.substr(0, slash);
      auto id = text.substr(slash + 1);
      id = id.substr(0, id.find('/'));
      const bool left_out = std::find(but.begin(), but.end(), type) != but.end();
      if (left_out || !is_resource_type(context_, type) || !is_id(id)) continue;
      LET_DONE(take({std::string(type), std::string(id)}, false));
    }
    return {};
  }

  const Session& session_;
  const Context& context_;
  const Asked& asked_;
  std::set<Found> found_;
};

// The page of them that is asked for, as a Bundle. They come by type and id, so that the next page
// begins after the last one whatever is written meanwhile.
class Pages {
 public:
  Pages(const Session& session, const OperationCall& call, const Asked& asked)
      : session_(session), context_(session.context), asked_(asked) {
    path_ = std::string(call.type) + "/" + std::string(call.id) + "/$everything";
    std::string text = path_;
    for (const auto& [name, value] : asked.used) text += "&" + name + "=" + value;
    fingerprint_ = search::hash(context_.store.hash_key(), text);
  }

  Result<std::string> write(const Found& first, const std::set<Found>& found) {
    LET(const auto after, begin());
    std::string out;
    std::string next;
    int left = asked_.count == 0 ? static_cast<int>(context_.limits.everything) : asked_.count;
    Found last;
    for (const auto& one : in_order(first, found)) {
      if (after && place(first, one) <= place(first, *after)) continue;
      if (!wanted(one)) continue;
      auto stored = session_.reader.read(one.first, one.second);
      if (!stored || !fresh(*stored)) continue;
      if (left-- == 0) {
        next = seal(last);
        break;
      }
      write_entry(out, *stored, one == first);
      last = one;
    }
    return bundle(out, next);
  }

 private:
  // The one it is about comes first.
  static std::pair<bool, Found> place(const Found& first, const Found& one) {
    return {one != first, one};
  }
  static std::vector<Found> in_order(const Found& first, const std::set<Found>& found) {
    std::vector<Found> all{first};
    for (const auto& one : found)
      if (one != first) all.push_back(one);
    return all;
  }

  bool wanted(const Found& one) const {
    const auto& types = asked_.types;
    return types.empty() || std::find(types.begin(), types.end(), one.first) != types.end();
  }
  bool fresh(const store::Stored& stored) const {
    if (asked_.since.empty()) return true;
    return stored.last_updated_us >= search::date_range(asked_.since)->low;
  }

  std::string seal(const Found& last) const {
    return search::seal(context_.store.hash_key(), fingerprint_, {{last.first, last.second}, 0});
  }
  Result<std::optional<Found>> begin() const {
    if (asked_.cursor.empty()) return std::optional<Found>{};
    const auto sealed = search::unseal(context_.store.hash_key(), fingerprint_, asked_.cursor);
    if (!sealed || sealed->sort_values.size() != 2)
      return Error{Kind::invalid, "the cursor is not of this request", "_cursor"};
    return std::optional<Found>({sealed->sort_values[0], sealed->sort_values[1]});
  }

  void write_entry(std::string& out, const store::Stored& stored, bool match) const {
    if (!out.empty()) out += ',';
    out += '{';
    write_member(out, "fullUrl", context_.base_url + "/" + stored.type + "/" + stored.id);
    out += R"(,"resource":)";
    out += stored.body;
    out += match ? R"(,"search":{"mode":"match"}})" : R"(,"search":{"mode":"include"}})";
  }

  std::string bundle(const std::string& entries, const std::string& next) const {
    std::string out = R"({"resourceType":"Bundle","type":"searchset","link":[)";
    write_link(out, "self", url_of(context_, path_, asked_.used));
    if (!next.empty()) {
      auto pairs = asked_.used;
      pairs.emplace_back("_cursor", next);
      out += ',';
      write_link(out, "next", url_of(context_, path_, pairs));
    }
    out += ']';
    if (!entries.empty()) out += R"(,"entry":[)" + entries + ']';
    return out + '}';
  }

  const Session& session_;
  const Context& context_;
  const Asked& asked_;
  std::string path_;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace

// R4 patient-operation-everything.html; of a CarePlan its graph.
Answer everything(const Session& session, const OperationCall& call) {
  const auto asked = read_call(call, session.context.limits);
  if (!asked) return failure(asked.error());
  Everything all(session, *asked);
  const std::string id(call.id);
  const auto gathered = call.type == "Patient" ? all.of_patient(id) : all.of_care_plan(id);
  if (!gathered) return failure(gathered.error());
  auto body = Pages(session, call, *asked).write({std::string(call.type), id}, all.found());
  if (!body) return failure(body.error());
  Answer answer;
  answer.body = *std::move(body);
  return answer;
}

}  // namespace fingerpost::interaction
