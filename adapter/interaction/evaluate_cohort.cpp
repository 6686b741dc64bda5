#include "base/percent.h"
#include "base/uuid.h"
#include "exchange/neighbourhood.h"
#include "exchange/whose.h"
#include "interaction/answers.h"
#include "interaction/care.h"
#include "interaction/care_operations.h"
#include "interaction/cohort_tier.h"
#include "interaction/query.h"
#include "interaction/url.h"
#include "interaction/world.h"
#include "model/json.h"
#include "path/fhirpath.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace fingerpost::interaction {
namespace {

using exchange::child, exchange::child_text;

using care::cohort_profile, care::evaluated_extension;
// R4 extension-cqf-expression.html: what a characteristic comes to, as a search.
constexpr std::string_view query_extension =
    "http://hl7.org/fhir/StructureDefinition/cqf-expression";
constexpr std::string_view query_language = "application/x-fhir-query";
constexpr std::size_t most_people = 500'000;  // of one criterion
constexpr std::size_t most_hits = 2'000'000;  // looked at for one criterion
constexpr int hits_of_a_page = 10'000;        // each page selects all anew

using People = std::set<std::string>;  // ids

struct Evaluation {
  CareParameters parameters;
  std::string id;
};

// What a query can hold of a value.
Result<std::string> text_of(const path::Value& value) {
  if (value.is_node() && value.node().tree->has_value(value.node().node))
    return std::string(value.node().tree->text(value.node().node));
  if (value.kind() == path::Value::Kind::string) return std::string(value.string());
  if (value.kind() == path::Value::Kind::temporal) return value.temporal().text();
  if (value.kind() == path::Value::Kind::integer) return std::to_string(value.integer());
  return Error{Kind::unsupported,
               "an expression of a query comes to a text, a date, a whole number or an element",
               "Group.characteristic"};
}

// {{expression}} of a query, by the Group itself and the time.
Result<std::string> filled(const Session& session, NodeRef group, std::string_view query) {
  const auto& context = session.context;
  const auto now = now_of(context);
  std::string out;
  for (;;) {
    const auto begin = query.find("{{");
    const auto end = query.find("}}", begin == std::string_view::npos ? 0 : begin);
    if (begin == std::string_view::npos || end == std::string_view::npos)
      return out + std::string(query);
    out += query.substr(0, begin);
    LET(const auto expression,
        path::compile(query.substr(begin + 2, end - begin - 2), context.definitions));
    path::Environment environment(context.limits);
    world_of(context)(environment);
    environment.now = now;
    LET(const auto found, path::evaluate(expression, path::Value(group), environment));
    if (found.size() != 1)
      return Error{Kind::unsupported, "an expression of a query comes to one value",
                   "Group.characteristic"};
    LET(const auto text, text_of(found[0]));
    out += percent_encoded(text);
    query.remove_prefix(end + 2);
  }
}

// Whom a resource is about, where its text shows that at once: it says so in one place, and not of
// a resource that it contains. "": it is to be read.
std::string_view person_shown(std::string_view body) {
  if (body.find("\"contained\"") != std::string_view::npos) return {};
  for (const std::string_view name : {"\"subject\":", "\"patient\":"}) {
    constexpr std::string_view begin = "{\"reference\":\"Patient/";
    const auto at = body.find(name);
    if (at == std::string_view::npos) continue;
    const auto value = body.substr(at + name.size());
    if (!value.starts_with(begin) || value.find(name) != std::string_view::npos) return {};
    const auto id = value.substr(begin.size(), value.find('"', begin.size()) - begin.size());
    return is_id(id) ? id : std::string_view();
  }
  return {};
}

// Whom a resource is about.
std::string person_of(const store::Stored& stored, NodeRef resource) {
  if (stored.type == "Patient") return stored.id;
  for (const auto element : exchange::subject_elements) {
    const auto place = exchange::read_reference(child_text(child(resource, element), "reference"));
    if (place.type == "Patient") return place.id;
  }
  return {};
}

// Kind::unsupported: resources of the type do not say whom they are about (an Appointment has
// participants), and a criterion that nobody meets would be no criterion.
Result<void> check_about_people(const Context& context, std::string_view type) {
  if (type == "Patient") return {};
  const auto& definitions = context.definitions;
  for (const auto element : exchange::subject_elements)
    if (definitions.member(definitions.find(type), definitions.names().find(element)).element)
      return {};
  return Error{
      Kind::unsupported,
      "what a criterion asks for is of a type that is not about one person: " + std::string(type),
      "Group.characteristic"};
}

// Everybody whom the search "Type?criteria" is about.
Result<People> people_of(const Session& session, const std::string& query) {
  const auto& context = session.context;
  const auto mark = query.find('?');
  const auto type = query.substr(0, mark);
  if (mark == std::string::npos || !is_resource_type(context, type))
    return Error{Kind::unsupported, "a query is Type?criteria", "Group.characteristic"};
  LET_DONE(check_about_people(context, type));
  LET(auto pairs, read_query(std::string_view(query).substr(mark + 1), context.limits));
  const auto own = pairs.size();
  People people;
  std::size_t hits = 0;
  for (bool more = true; more;) {
    LET(auto plan, plan_of(context, type, pairs));
    plan.count = hits_of_a_page;
    LET(const auto page, search_all(session, plan));
    for (const auto& hit : page.hits) {
      if (hit.included) continue;
      if (type == "Patient") {
        people.insert(hit.resource.id);
        continue;
      }
      if (const auto shown = person_shown(hit.resource.body); !shown.empty()) {
        people.emplace(shown);
        continue;
      }
      LET(const auto read,
          model::read_json(context.definitions, hit.resource.body, context.limits));
      auto id = person_of(hit.resource, {&read.tree, read.tree.root()});
      if (!id.empty()) people.insert(std::move(id));
    }
    hits += page.hits.size();
    if (people.size() > most_people || hits > most_hits)
      return Error{Kind::too_costly, "a criterion is met by too many", "Group.characteristic"};
    more = !page.next.empty();
    pairs.resize(own);
    if (more) pairs.emplace_back("_cursor", page.next);
  }
  return people;
}

Result<std::string> query_of_characteristic(const Session& session, NodeRef group,
                                            NodeRef characteristic) {
  const Tree& tree = *characteristic.tree;
  for (auto node = child(characteristic, "extension").node; node != no_node;
       node = tree.next_same(node)) {
    if (child_text({&tree, node}, "url") != query_extension) continue;
    const auto expression = child({&tree, node}, "value");
    if (child_text(expression, "language") == query_language)
      return filled(session, group, child_text(expression, "expression"));
  }
  return Error{Kind::unsupported,
               "a characteristic has its search as the extension cqf-expression, in "
               "application/x-fhir-query",
               "Group.characteristic"};
}

// Why those are left out whom an excluding characteristic finds: its code of cohort-change.
std::string reason_of(NodeRef characteristic) {
  const auto code = child(characteristic, "code");
  if (!code) return "criteria-not-met";
  const Tree& tree = *code.tree;
  for (auto node = child(code, "coding").node; node != no_node; node = tree.next_same(node))
    if (child_text({&tree, node}, "system") == care::cohort_change_system)
      return std::string(child_text({&tree, node}, "code"));
  return "criteria-not-met";
}

Result<People> people_of_characteristic(const Session& session, NodeRef group,
                                        NodeRef characteristic) {
  LET(const auto query, query_of_characteristic(session, group, characteristic));
  return people_of(session, query);
}

// What is wrong with a search is wrong with the Group, and not with who asks.
Error in_characteristic(Error error, int index) {
  if (error.kind != Kind::invalid && error.kind != Kind::unsupported) return error;
  auto text = std::move(error.text);
  if (!error.where.empty() && error.where != "Group.characteristic") text += ": " + error.where;
  return {Kind::unsupported, std::move(text),
          "Group.characteristic[" + std::to_string(index) + "]"};
}

// Who meets the criteria, and who would but is left out, with the reason.
struct Found {
  People in;
  std::map<std::string, std::string> out;

  void leave_out(const People& people, const std::string& reason) {
    for (const auto& id : people) out.emplace(id, reason);
  }
};

Result<Found> find_people(const Session& session, NodeRef group, std::string_view practice) {
  Found found;
  std::optional<People> in;
  const auto narrow = [&](People people) {
    if (!in) {
      in = std::move(people);
      return;
    }
    for (auto at = in->begin(); at != in->end();)
      at = people.count(*at) != 0 ? std::next(at) : in->erase(at);
  };
  const Tree& tree = *group.tree;
  int index = 0;
  LET(const auto dead, people_of(session, "Patient?deceased=true"));
  found.leave_out(dead, "deceased");
  LET(const auto gone, people_of(session, "Patient?active=false"));
  found.leave_out(gone, "deregistered");
  for (auto node = child(group, "characteristic").node; node != no_node;
       node = tree.next_same(node)) {
    const NodeRef characteristic{&tree, node};
    auto met = people_of_characteristic(session, group, characteristic);
    if (!met) return in_characteristic(met.error(), index);
    ++index;
    auto people = *std::move(met);
    if (child_text(characteristic, "exclude") == "true")
      found.leave_out(people, reason_of(characteristic));
    else
      narrow(std::move(people));
  }
  if (!in)
    return Error{Kind::unsupported, "criteria have one characteristic that includes people",
                 "Group.characteristic"};
  if (!practice.empty()) {
    LET(auto registered,
        people_of(session, "Patient?general-practitioner=" + std::string(practice)));
    LET(const auto managed, people_of(session, "Patient?organization=" + std::string(practice)));
    registered.insert(managed.begin(), managed.end());
    narrow(std::move(registered));
  }
  for (const auto& id : *in)
    if (found.out.count(id) == 0) found.in.insert(id);
  return found;
}

std::string member_json(const std::string& id, std::string_view reason, const std::string& start,
                        const std::string& end) {
  std::string json = R"({"extension":[{"url":)" + quoted(care::cohort_change_extension) +
                     R"(,"valueCode":)" + quoted(reason) + R"(}],"entity":{"reference":)" +
                     quoted("Patient/" + id) + R"(},"period":{"start":)" + quoted(start);
  if (!end.empty()) json += R"(,"end":)" + quoted(end);
  return json + R"(},"inactive":)" + (end.empty() ? "false}" : "true}");
}

// The members as they were, with who left and who joined since.
struct Members {
  std::string list;
  std::size_t active = 0;
  std::vector<TierChange> changes;

  void add(const std::string& json, bool is_active) {
    list += (list.empty() ? "[" : ",") + json;
    if (is_active) ++active;
  }
};

Members members_of(const Context& context, const Found& found, const Held* before,
                   bool other_criteria) {
  const auto today = now_of(context).substr(0, std::string_view("2026-11-22").size());
  Members members;
  People known;
  const auto root = before == nullptr ? NodeRef{} : before->root();
  for (auto node = root ? child(root, "member").node : no_node; node != no_node;
       node = root.tree->next_same(node)) {
    const NodeRef member{root.tree, node};
    const auto id = exchange::read_reference(child_text(child(member, "entity"), "reference")).id;
    const bool was = child_text(member, "inactive") != "true";
    const bool is = found.in.count(id) != 0;
    if (was && is) known.insert(id);
    if (was && is && other_criteria)
      members.changes.push_back(
          {id, std::string(child_text(child(member, "period"), "start")), ""});
    if (!was || is) {
      members.add(json_of(context, member), was);
      continue;
    }
    const std::string start(child_text(child(member, "period"), "start"));
    members.changes.push_back({id, start, today});
    const auto out = found.out.find(id);
    const std::string_view left = other_criteria ? "criteria-changed" : "criteria-not-met";
    members.add(member_json(id, out == found.out.end() ? left : std::string_view(out->second),
                            start, today),
                false);
  }
  const bool changed = before != nullptr && other_criteria;
  for (const auto& id : found.in)
    if (known.count(id) == 0) {
      members.add(member_json(id, changed ? "criteria-changed" : "criteria-met", today, ""), true);
      members.changes.push_back({id, today, ""});
    }
  return members;
}

std::string cohort_json(const Session& session, const Held& criteria, const std::string& id,
                        NodeRef managing, const std::string& evaluated, const Members& members) {
  const auto& context = session.context;
  std::string json = R"({"resourceType":"Group",)" + member("id", quoted(id));
  json += R"("meta":{"profile":[)" + quoted(cohort_profile) + "]},";
  json += R"("extension":[{"url":)" + quoted(evaluated_extension) +
          R"(,"valueReference":{"reference":)" + quoted(evaluated) + "}}],";
  json += R"("active":true,"type":"person","actual":true,)";
  const auto name = child_text(criteria.root(), "name");
  if (!name.empty()) json += member("name", quoted(name));
  json += member("managingEntity", json_of(context, managing));
  json += R"("quantity":)" + std::to_string(members.active);
  if (!members.list.empty()) json += R"(,"member":)" + members.list + "]";
  return json + "}";
}

// A practice that is mistyped has no patients, and that nobody is in need would be no answer.
Result<void> check_practice(const Session& session, NodeRef asked) {
  const auto reference = child_text(asked, "reference");
  if (reference.empty())
    return Error{Kind::invalid, "the practice is named by a reference to an Organization",
                 "practice"};
  const auto place = exchange::read_reference(reference);
  if (place.id.empty()) return {};  // elsewhere
  if (place.type != "Organization")
    return Error{Kind::unsupported, "the practice is an Organization", "practice"};
  const auto held = hold(session, place.type, place.id);
  if (held) return {};
  if (!exchange::is_absence(held.error())) return held.error();
  return Error{Kind::unsupported, "the practice is not known here", "practice"};
}

Decision decide(const Session& session, const Evaluation& evaluation) {
  const auto criteria = hold(session, "Group", evaluation.id);
  if (!criteria) return care_failure(criteria.error());
  if (child_text(criteria->root(), "actual") == "true")
    return care_failure(
        Error{Kind::unsupported, "criteria are a Group that is not actual", "Group.actual"});
  const auto asked = evaluation.parameters.value("practice");
  const auto practice = asked ? child_text(asked, "reference") : std::string_view();
  if (asked)
    if (const auto fit = check_practice(session, asked); !fit) return care_failure(fit.error());
  const auto found = find_people(session, criteria->root(), practice);
  if (!found) return care_failure(found.error());
  const auto id = uuid_v5({"cohort", evaluation.id, practice});
  auto before = hold(session, "Group", id);
  if (!before && !exchange::is_absence(before.error())) return care_failure(before.error());
  const bool removed = !before && before.error().kind == Kind::gone;
  const auto evaluated =
      criteria->place() + "/_history/" + std::to_string(criteria->stored.version);
  const bool other_criteria =
      before &&
      child_text(child(child(before->root(), "extension"), "value"), "reference") != evaluated;
  const auto members =
      members_of(session.context, *found, before ? &*before : nullptr, other_criteria);
  const auto managing = asked ? asked : child(criteria->root(), "managingEntity");
  auto drafted =
      draft_new(session, cohort_json(session, *criteria, id, managing, evaluated, members));
  if (auto* failed = std::get_if<Answer>(&drafted)) return std::move(*failed);
  auto& draft = std::get<Draft>(drafted);
  if (before && changes_nothing(session.context, draft, before->stored))
    return answer_of(before->stored);
  draft.must_be_new = !before && !removed;
  if (before) draft.if_version = before->stored.version;
  draft.how = store::How::put;
  Attempt attempt;
  attempt.reads.push_back({"Group", evaluation.id, criteria->stored.version});
  if (auto refused = add(attempt, std::move(drafted))) return *std::move(refused);
  if (auto refused = add_tiers(session, *criteria, id, members.changes, other_criteria, attempt))
    return *std::move(refused);
  if (auto refused = add_agent(session, evaluation.parameters, attempt)) return *std::move(refused);
  return attempt;
}

}  // namespace

void evaluate_cohort(const Session& session, const OperationCall& call, Done done) {
  auto parameters = CareParameters::read(session.context, call, "practice agent");
  if (!parameters) return done(care_failure(parameters.error()));
  const auto evaluation =
      std::make_shared<const Evaluation>(Evaluation{*std::move(parameters), std::string(call.id)});
  decide_and_commit(
      session, [&session, evaluation] { return decide(session, *evaluation); },
      Return::representation, std::move(done));
}

}  // namespace fingerpost::interaction
