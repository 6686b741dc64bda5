#include "base/text.h"
#include "base/uuid.h"
#include "exchange/neighbourhood.h"
#include "interaction/care.h"
#include "interaction/care_operations.h"
#include "interaction/measure_pairs.h"
#include "interaction/query.h"
#include "model/json.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace fingerpost::interaction {
namespace {

using exchange::child, exchange::child_text;

// What a plan is made of, and what tells that two of them are one: the values at these places, in
// words without regard to case. Nothing there: it is like no other.
struct Kept {
  std::string_view type;
  std::string_view parameter;
  std::array<std::string_view, 4> same;
};
constexpr Kept kept[] = {
    {"CarePlan", "patient", {}},
    {"CareTeam", "patient", {"name", "category"}},
    {"Goal", "patient", {"description", "lifecycleStatus", "start"}},
    {"ServiceRequest", "patient", {"code", "authoredOn", "performer", "status"}},
    {"Task", "patient", {"focus", "code", "owner", "authoredOn"}},
};

// An event of the timeline: when, and what it is called.
struct Moment {
  std::string_view type;
  std::string_view element;
  std::string_view inner;  // below it; "" for itself
  std::string_view called;
};
constexpr Moment moments[] = {
    {"CarePlan", "created", "", "Plan made"},
    {"CarePlan", "period", "start", "Plan begun"},
    {"CarePlan", "period", "end", "Plan ended"},
    {"Goal", "start", "", "Goal set"},
    {"Goal", "statusDate", "", "Goal looked at"},
    {"ServiceRequest", "authoredOn", "", "Support asked for"},
    {"Task", "authoredOn", "", "Task asked"},
    {"Task", "lastModified", "", "Task changed"},
};

struct One {
  Held held;
  const Kept* kept = nullptr;
  std::vector<std::string> others;  // places of those that are the same
};

class Merged {
 public:
  Merged(const Session& session, std::string id) : session_(session), id_(std::move(id)) {}

  Result<std::string> bundle();

 private:
  Result<void> gather(const Kept& kind);
  void fold();
  std::string plan() const;
  std::string timeline() const;
  std::string linkage(const One& one) const;
  std::string union_of(std::string_view element) const;
  std::string references(std::string_view type) const;
  std::string patient() const { return "Patient/" + id_; }
  void entry(std::string& out, const std::string& url, const std::string& resource) const;
  // A resource of this answer alone.
  std::string made(std::string_view what) const { return uuid_v5({"care-plan", what, id_}); }

  const Session& session_;
  const std::string id_;
  std::vector<One> all_;
};

Result<void> Merged::gather(const Kept& kind) {
  const auto& context = session_.context;
  std::vector<search::Pair> pairs{{std::string(kind.parameter), patient()},
                                  {"_count", std::to_string(context.limits.page_max)}};
  for (bool more = true; more;) {
    LET(const auto plan, plan_of(context, kind.type, pairs));
    LET(auto page, search_all(session_, plan));
    for (auto& hit : page.hits) {
      LET(auto read, model::read_json(context.definitions, hit.resource.body, context.limits));
      const auto status = child_text({&read.tree, read.tree.root()}, "status");
      const auto lifecycle = child_text({&read.tree, read.tree.root()}, "lifecycleStatus");
      if (status == "entered-in-error" || lifecycle == "entered-in-error") continue;
      all_.push_back({{std::move(hit.resource), std::move(read.tree)}, &kind, {}});
      if (all_.size() > context.limits.everything)
        return Error{Kind::too_costly, "the plan has more than the limit everything", "Patient"};
    }
    more = !page.next.empty();
    pairs.resize(2);
    if (more) pairs.emplace_back("_cursor", page.next);
  }
  return {};
}

// The values below a node, in their order.
void add_words(const Tree& tree, NodeId node, std::string& out) {
  if (tree.has_value(node)) out += lower(tree.text(node)) + "\n";
  for (auto at = tree.first_child(node); at != no_node; at = tree.next(at))
    add_words(tree, at, out);
}

std::string key_of(const One& one) {
  std::string key;
  for (const auto element : one.kept->same)
    if (const auto found = child(one.held.root(), element)) {
      const Tree& tree = *found.tree;
      for (auto node = found.node; node != no_node; node = tree.next_same(node))
        add_words(tree, node, key);
    }
  const bool told = !one.kept->same[0].empty() && child(one.held.root(), one.kept->same[0]);
  return told ? std::string(one.kept->type) + "\n" + key : std::string();
}

// Of those that are the same the newest stands for all.
void Merged::fold() {
  std::stable_sort(all_.begin(), all_.end(), [](const One& a, const One& b) {
    return a.held.stored.last_updated_us > b.held.stored.last_updated_us;
  });
  std::map<std::string, std::size_t> first;
  std::vector<One> folded;
  for (auto& one : all_) {
    const auto key = key_of(one);
    const auto known = key.empty() ? first.end() : first.find(key);
    if (known != first.end()) {
      folded[known->second].others.push_back(one.held.place());
      continue;
    }
    if (!key.empty()) first.emplace(key, folded.size());
    folded.push_back(std::move(one));
  }
  all_ = std::move(folded);
}

// The elements of that name of all plans, each once.
std::string Merged::union_of(std::string_view element) const {
  std::set<std::string> seen;
  std::string list;
  for (const auto& one : all_) {
    if (one.kept->type != "CarePlan") continue;
    const Tree& tree = one.held.tree;
    for (auto node = child(one.held.root(), element).node; node != no_node;
         node = tree.next_same(node)) {
      auto json = json_of(session_.context, {&tree, node});
      if (!seen.insert(json).second) continue;
      list += (list.empty() ? "[" : ",") + json;
    }
  }
  return list.empty() ? list : list + "]";
}

std::string Merged::references(std::string_view type) const {
  std::string list;
  for (const auto& one : all_) {
    if (one.kept->type != type) continue;
    const auto reference = R"({"reference":)" + quoted(one.held.place()) + "}";
    list += list.empty() ? "[" : ",";
    list += type == "ServiceRequest" ? R"({"reference":)" + reference + "}" : reference;
  }
  return list.empty() ? list : list + "]";
}

// One plan of all that stand: what each says, with its goals and requests folded.
std::string Merged::plan() const {
  bool active = false;
  for (const auto& one : all_)
    active = active ||
             (one.kept->type == "CarePlan" && child_text(one.held.root(), "status") == "active");
  std::string json = R"({"resourceType":"CarePlan",)" + member("id", quoted(made("plan")));
  json +=
      R"("status":)" + std::string(active ? "\"active\"" : "\"unknown\"") + R"(,"intent":"plan",)";
  json += R"("subject":{"reference":)" + quoted(patient()) + "},";
  json += member("category", union_of("category")) + member("addresses", union_of("addresses"));
  json += member("careTeam", references("CareTeam")) + member("goal", references("Goal"));
  json += member("activity", references("ServiceRequest"));
  json += member("supportingInfo", references("CarePlan")) + member("note", union_of("note"));
  json += R"("created":)" + quoted(now_of(session_.context)) + "}";
  return json;
}

std::string Merged::timeline() const {
  std::multimap<std::string, std::string> events;
  for (const auto& one : all_)
    for (const auto& moment : moments) {
      if (moment.type != one.kept->type) continue;
      const auto element = child(one.held.root(), moment.element);
      if (!element) continue;
      const auto at = moment.inner.empty() ? element : child(element, moment.inner);
      if (!at || !at.tree->has_value(at.node)) continue;
      const std::string date(at.tree->text(at.node));
      events.emplace(date, R"({"flag":{"text":)" + quoted(moment.called) + R"(},"date":)" +
                               quoted(date) + R"(,"item":{"reference":)" +
                               quoted(one.held.place()) + "}}");
    }
  std::string json = R"({"resourceType":"List",)" + member("id", quoted(made("timeline"))) +
                     R"("status":"current","mode":"snapshot","title":"Timeline","subject":)" +
                     R"({"reference":)" + quoted(patient()) + R"(},"date":)" +
                     quoted(now_of(session_.context));
  char joint = '[';
  for (const auto& [date, event] : events) {
    if (joint == '[') json += R"(,"entry":)";
    json += joint + event;
    joint = ',';
  }
  return json + (joint == '[' ? "}" : "]}");
}

// R4 linkage.html: records that are of one and the same.
std::string Merged::linkage(const One& one) const {
  const auto item = [](std::string_view type, std::string_view place) {
    return R"({"type":")" + std::string(type) + R"(","resource":{"reference":)" + quoted(place) +
           "}}";
  };
  std::string items = item("source", one.held.place());
  for (const auto& place : one.others) items += "," + item("alternate", place);
  return R"({"resourceType":"Linkage",)" + member("id", quoted(made(one.held.place()))) +
         R"("active":true,"item":[)" + items + "]}";
}

void Merged::entry(std::string& out, const std::string& url, const std::string& resource) const {
  if (out.back() != '[') out += ',';
  out += R"({"fullUrl":)" + quoted(url) + R"(,"resource":)" + resource + "}";
}

Result<std::string> Merged::bundle() {
  LET(const auto person, session_.reader.read("Patient", id_));
  for (const auto& kind : kept) LET_DONE(gather(kind));
  fold();
  std::string out = R"({"resourceType":"Bundle","type":"collection","timestamp":)" +
                    quoted(now_of(session_.context)) + R"(,"entry":[)";
  constexpr std::size_t beside = 512;  // of each: its entry, its places in the plan and timeline
  std::size_t bytes = out.size();
  for (const auto& one : all_) bytes += one.held.stored.body.size() + beside;
  out.reserve(bytes);
  const std::string urn = "urn:uuid:";
  entry(out, urn + made("plan"), plan());
  entry(out, urn + made("timeline"), timeline());
  for (const auto& one : all_) {
    entry(out, session_.context.base_url + "/" + one.held.place(), one.held.stored.body);
    if (!one.others.empty()) entry(out, urn + made(one.held.place()), linkage(one));
  }
  LET(const auto pairs, measure_pairs(session_, patient()));
  if (pairs.empty()) return out + "]}";
  entry(out, urn + made("measures"), pairs_list(session_, pairs, made("measures"), patient()));
  for (const auto& pair : pairs)
    for (const auto* held : {&pair.baseline, pair.follow_up ? &*pair.follow_up : nullptr})
      if (held != nullptr)
        entry(out, session_.context.base_url + "/" + held->place(), held->stored.body);
  return out + "]}";
}

}  // namespace

Answer care_plan(const Session& session, const OperationCall& call) {
  auto body = Merged(session, std::string(call.id)).bundle();
  if (!body) return care_failure(body.error());
  Answer answer;
  answer.body = *std::move(body);
  return answer;
}

}  // namespace fingerpost::interaction
