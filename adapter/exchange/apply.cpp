#include "exchange/apply.h"

#include "care/referral.h"
#include "exchange/complete.h"
#include "exchange/delivery.h"
#include "exchange/facts.h"
#include "exchange/links.h"
#include "exchange/neighbourhood.h"
#include "exchange/sender.h"
#include "exchange/whose.h"
#include "exchange/without_active.h"
#include "model/json.h"
#include "profile/validate.h"
#include "search/index_to_store.h"
#include "search/values.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>
#include <set>
#include <string_view>
#include <unordered_map>

namespace fingerpost::exchange {
namespace {

using care::Status;

// One resource on its way into the store.
struct Prepared {
  std::string type;
  std::string id;
  Tree tree;
  store::Write write = {};
  std::optional<store::Stored> stored = {};
  bool removed = false;               // it was stored once
  bool changed = true;                // the store has no version of this content now
  bool told_again = false;            // it has, but told of at another time
  bool kept = false;                  // the stored one stays, whatever the message says
  std::optional<Status> before = {};  // of a referral Task that is stored
  std::optional<Tree> previous = {};  // that Task, where the message replaces it
};

Tree own_tree(const Tree& source, NodeId resource) {
  Tree tree(source.names());
  tree.set_type(tree.root(), source[resource].type);
  tree.set_name(tree.root(), source[resource].name);
  for (auto node = source.first_child(resource); node != no_node; node = source.next(node))
    tree.copy(source, node, tree.root());
  return tree;
}

std::vector<NodeId> resources_of(const Tree& bundle) {
  std::vector<NodeId> found;
  const NodeRef root{&bundle, bundle.root()};
  for (auto entry = child(root, "entry").node; entry != no_node; entry = bundle.next_same(entry))
    if (const auto resource = child({&bundle, entry}, "resource")) found.push_back(resource.node);
  return found;
}

// Whether the message's resource has ended the referral: then the stored one has, too.
bool end(const model::Definitions& definitions, NodeRef said, Tree& stored) {
  constexpr std::array<std::string_view, 3> ends = {"revoked", "cancelled", "entered-in-error"};
  const auto type = definitions.type_name((*said.tree)[said.node].type);
  const auto status = child_text(said, "status");
  if (type != "Task" && type != "ServiceRequest") return false;
  if (std::find(ends.begin(), ends.end(), status) == ends.end()) return false;
  stored.set(child({&stored, stored.root()}, "status").node, Shape::string, status);
  const auto reason = child(said, "statusReason");
  if (reason && !child({&stored, stored.root()}, "statusReason"))
    stored.copy(*said.tree, reason.node, stored.root());
  return true;
}

// The work of one call.
class Application {
 public:
  Application(const Parts& parts, store::Reader& reader, const Translation& translation,
              const Source& source)
      : parts_(parts),
        reader_(reader),
        translation_(translation),
        source_(source),
        near_(parts, reader) {
    result_.issues = translation.issues;
    if (source.links) links_.emplace(parts.definitions, translation.bundle);
  }

  Result<Applied> run();
  const std::optional<Error>& trouble() const { return near_.trouble(); }

 private:
  using Types = std::unordered_map<std::string, std::string>;
  void rewrite_url(Tree& tree, NodeId at, const Types& types) const;
  void rewrite(Tree& tree, NodeId node, const Types& types) const;
  Result<void> prepare(NodeId resource, const Types& types);
  std::vector<NodeId> spoilt(const Prepared& resource, const Issues& issues) const;
  Result<bool> valid(Prepared& resource);
  Result<void> stored_before(Prepared& resource);
  Result<bool> own_patient(const Prepared& resource);
  std::string_view action_of(const Prepared& resource) const;
  Result<bool> keep_newer(Prepared& resource);
  Result<void> settle(Prepared& resource);
  Result<bool> is_phantom(Prepared& resource);
  Result<void> said_something() const;
  void compare(Prepared& resource);
  Result<void> judge(Prepared& resource);
  Result<void> judge_past(Prepared& resource);
  Result<void> judge_task(Prepared& task, Tree* stored);
  void keep(Prepared& resource, Tree stored, const char* why);
  Result<void> deliver();

  const Parts& parts_;
  store::Reader& reader_;
  const Translation& translation_;
  const Source& source_;
  Neighbourhood near_;
  std::optional<Links> links_;
  bool whole_ = false;  // something is given whole, and not only named
  std::deque<Prepared> prepared_;
  Applied result_;
};

// The url of an Attachment whose bytes are a Binary of this bundle.
void Application::rewrite_url(Tree& tree, NodeId at, const Types& types) const {
  if (tree.name_text(at) != "url" || !tree.has_value(at)) return;
  const auto place = read_reference(tree.text(at));
  const auto found = types.find(place.id);
  if (place.type.empty() && found != types.end() && found->second == "Binary")
    tree.set(at, Shape::string, "Binary/" + place.id);
}

// urn:uuid:<id> of a resource of this bundle becomes Type/<id>, and that of another of the same
// extract, by the type that the reference names; others stay as they came.
void Application::rewrite(Tree& tree, NodeId node, const Types& types) const {
  const bool is_reference = tree[node].type == parts_.definitions.common().reference;
  for (auto at = tree.first_child(node); at != no_node; at = tree.next(at)) {
    rewrite(tree, at, types);
    rewrite_url(tree, at, types);
    if (!is_reference || tree.name_text(at) != "reference" || !tree.has_value(at)) continue;
    const auto place = read_reference(tree.text(at));
    if (!place.type.empty() || place.id.empty()) continue;
    const auto found = types.find(place.id);
    const auto type = found != types.end() ? std::string_view(found->second)
                      : source_.past       ? child_text({&tree, node}, "type")
                                           : std::string_view();
    if (!type.empty()) tree.set(at, Shape::string, std::string(type) + "/" + place.id);
  }
}

// The elements that the errors are about, where the resource means the same without them: none that
// its type needs, and none that changes what the rest says.
std::vector<NodeId> Application::spoilt(const Prepared& resource, const Issues& issues) const {
  std::set<std::string_view> places;
  for (const auto& issue : issues)
    if (issue.severity <= Severity::error) places.insert(issue.expression);
  const auto& tree = resource.tree;
  std::vector<NodeId> found;
  for (auto node = tree.first_child(tree.root()); node != no_node; node = tree.next(node)) {
    const auto member = parts_.definitions.member(tree[tree.root()].type, tree[node].name);
    if (member.element == nullptr || member.element->modifier || member.element->min > 0) continue;
    // Its labels, and whose it is: without them it is left out.
    constexpr std::array<std::string_view, 5> kept = {"meta", "subject", "patient", "for",
                                                      "beneficiary"};
    if (std::find(kept.begin(), kept.end(), tree.name_text(node)) != kept.end()) continue;
    const auto own = model::location(parts_.definitions, tree, node);
    const bool wrong = std::any_of(places.begin(), places.end(), [&](std::string_view place) {
      return place.starts_with(own) &&
             (place.size() == own.size() || place[own.size()] == '.' || place[own.size()] == '[');
    });
    if (wrong) found.push_back(node);
  }
  return found;
}

Result<bool> Application::valid(Prepared& resource) {
  const auto check = [&] {
    return profile::validate(parts_.definitions, resource.tree, resource.tree.root(),
                             parts_.limits);
  };
  auto issues = check();
  if (has_errors(issues) && !source_.referral) {
    const auto wrong = spoilt(resource, issues);
    if (!wrong.empty()) {
      std::move(issues.begin(), issues.end(), std::back_inserter(result_.issues));
      for (const auto node : wrong) resource.tree.remove(node);
      result_.issues.push_back({Severity::warning, "value", resource.type,
                                "what is not valid R4 in a resource was left out of it"});
      issues = check();
    }
  }
  const bool good = !has_errors(issues);
  constexpr std::array<std::string_view, 3> essential = {"Task", "ServiceRequest", "Patient"};
  const bool needed =
      std::find(essential.begin(), essential.end(), resource.type) != essential.end();
  if (!good && source_.referral && needed) {
    for (const auto& issue : issues)
      if (issue.severity <= Severity::error)
        return Error{Kind::invalid, issue.text, issue.expression};
  }
  std::move(issues.begin(), issues.end(), std::back_inserter(result_.issues));
  return good;
}

Result<void> Application::prepare(NodeId node, const Types& types) {
  const auto& bundle = translation_.bundle;
  const NodeRef resource{&bundle, node};
  Prepared made{std::string(parts_.definitions.type_name(bundle[node].type)),
                std::string(child_text(resource, "id")), own_tree(bundle, node)};
  if (made.id.empty()) return Error{Kind::invalid, "nothing says which one this is", made.type};
  rewrite(made.tree, made.tree.root(), types);
  leave_out_active(parts_.definitions, made.tree, result_.issues);
  if (links_) {
    LET(const bool phantom, is_phantom(made));
    if (phantom) return {};
  }
  LET_DONE(stored_before(made));
  LET(const bool own, own_patient(made));
  if (!own) return {};
  LET(const bool late, keep_newer(made));
  if (links_ && !late) LET_DONE(settle(made));
  LET(const bool good, valid(made));
  if (!good) {
    result_.issues.push_back(
        {Severity::error, "invariant", made.type, "a resource that is not valid R4 was left out"});
    return {};
  }
  made.write.type = made.type;
  made.write.id = made.id;
  made.write.skip_same = true;
  made.write.index =
      search::index_to_store(*parts_.parameters.now(), {&made.tree, made.tree.root()});
  made.write.body = store::prepare_body(parts_.definitions, made.tree, made.id);
  whole_ |= links_ && !links_->named(made.id);
  compare(made);
  prepared_.push_back(std::move(made));
  return {};
}

Result<void> Application::stored_before(Prepared& resource) {
  auto stored = reader_.read(resource.type, resource.id);
  if (!stored) {
    if (!is_absence(stored.error())) return stored.error();
    resource.removed = stored.error().kind == Kind::gone;
    return {};
  }
  resource.stored = std::move(*stored);
  return {};
}

// Whether what is stored under this id is of the patient that the message says.
Result<bool> Application::own_patient(const Prepared& resource) {
  const auto said = subject_of({&resource.tree, resource.tree.root()});
  if (!resource.stored || said.patient.empty()) return true;
  const auto& body = resource.stored->body;
  const auto plain =
      '"' + std::string(said.element) + R"(":{"reference":")" + std::string(said.patient) + '"';
  const bool contains = body.find("\"contained\"") != std::string::npos;
  if (!contains && body.find(plain) != std::string::npos) return true;
  LET(const auto read, model::read_json(parts_.definitions, body, parts_.limits));
  const auto known = subject_of({&read.tree, read.tree.root()});
  if (known.patient.empty() || known.patient == said.patient) return true;
  const auto place = read_reference(said.patient);
  NodeRef patient;
  for (const auto node : resources_of(translation_.bundle))
    if (child_text({&translation_.bundle, node}, "id") == place.id)
      patient = {&translation_.bundle, node};
  LET(const bool same, same_person(parts_, reader_, patient, said.patient, known.patient));
  if (same) return true;
  constexpr auto text = "what is known under this number is another patient's: nothing was changed";
  const auto where = resource.type + "." + std::string(said.element);
  if (source_.referral) return Error{Kind::conflict, text, where};
  result_.issues.push_back({Severity::error, "conflict", where, text});
  return false;
}

// When what is told of the resource was done; "" for the message's own time.
std::string_view Application::action_of(const Prepared& resource) const {
  const auto action = links_ ? links_->told(resource.id) : std::string_view();
  return is_after(source_.told, action) ? std::string_view() : action;
}

// True: the same source has told of it since, and what is stored stays. Only the end of a referral
// never comes too late: its Task and ServiceRequest end, and are else as the newer message said.
Result<bool> Application::keep_newer(Prepared& resource) {
  const bool linked = links_ && (links_->named(resource.id) || links_->replaced(resource.id));
  if (!keeps_told(resource.type) || linked) return false;
  const auto action = action_of(resource);
  if (!resource.stored || !is_late(source_.told, action, resource.stored->body)) {
    tell(parts_.definitions, source_.told, action, resource.tree);
    if (source_.told.message.empty()) return false;
    // Nor may a newer one be stored between now and the commit.
    if (resource.stored) resource.write.if_version = resource.stored->version;
    resource.write.must_be_new = !resource.stored && !resource.removed;
    return false;
  }
  LET(auto read, model::read_json(parts_.definitions, resource.stored->body, parts_.limits));
  if (!end(parts_.definitions, {&resource.tree, resource.tree.root()}, read.tree)) {
    result_.late.push_back(resource.type + "/" + resource.id);
    result_.issues.push_back({Severity::warning, "conflict", resource.type,
                              "the sender has told of this since: of an older message it takes "
                              "nothing"});
  }
  resource.tree = std::move(read.tree);
  resource.write.if_version = resource.stored->version;
  return true;
}

// What is stored, as far as the message leaves it: then the commit is about that version.
Result<void> Application::settle(Prepared& resource) {
  const bool named = links_->named(resource.id);
  links_->unmark(resource.tree);
  if (!resource.stored) return {};
  const auto& stored = *resource.stored;
  constexpr std::array<std::string_view, 4> linked = {"CarePlan", "Goal", "Condition", "Patient"};
  const bool has_links = std::find(linked.begin(), linked.end(), resource.type) != linked.end();
  const bool labelled = stored.body.find("\"security\"") != std::string::npos;
  if (!named && !has_links && !labelled) return {};
  LET(auto read, model::read_json(parts_.definitions, stored.body, parts_.limits));
  resource.tree = links_->settle(resource.id, std::move(resource.tree), std::move(read.tree));
  resource.write.if_version = stored.version;
  return {};
}

// A merge often gives up a number that is not the patient's key: then he is the sender's only one
// of that number, which is in a system of the sender's own. True: he is not to be found, and nobody
// is made to be given up.
Result<bool> Application::is_phantom(Prepared& resource) {
  if (!links_ || !links_->replaced(resource.id)) return false;
  const auto known = reader_.read(resource.type, resource.id);
  if (known) return false;
  if (!is_absence(known.error())) return known.error();
  const NodeRef identifier = child({&resource.tree, resource.tree.root()}, "identifier");
  const auto system = child_text(identifier, "system"), value = child_text(identifier, "value");
  store::Page page;
  if (system.starts_with("urn:fingerpost:hl7v2:") && !value.empty()) {
    const auto token = search::escape(system) + "|" + search::escape(value);
    const std::vector<search::Pair> pairs = {{"identifier", token}, {"_count", "3"}};
    search::Query query;
    query.type = resource.type;
    query.pairs = &pairs;
    LET(const auto plan, search::plan(*parts_.parameters.now(), query, parts_.limits));
    LET(page, reader_.search(plan));
    if (!page.partial.empty())
      return Error{Kind::busy, "the index of the patients is still being made", ""};
  }
  std::vector<std::string> found;  // beside the one who stays, who may have the number already
  for (const auto& hit : page.hits)
    if (!links_->holds(hit.resource.id)) found.push_back(hit.resource.id);
  if (found.size() != 1) {
    result_.issues.push_back({Severity::warning, found.empty() ? "not-found" : "multiple-matches",
                              "MRG-1",
                              "which patient is given up is not known here: no one is merged"});
    return true;
  }
  links_->moved(resource.id, found[0]);
  resource.id = found[0];
  const auto id = child({&resource.tree, resource.tree.root()}, "id");
  resource.tree.set(id.node, Shape::string, resource.id);
  return false;
}

// A message whose every entry failed is refused with the first fault.
Result<void> Application::said_something() const {
  if (!links_ || whole_) return {};
  for (const auto& issue : result_.issues)
    if (issue.severity <= Severity::error)
      return Error{Kind::invalid, issue.text, issue.expression};
  return {};
}

// Told of again without a change, it gets the time alone.
void Application::compare(Prepared& resource) {
  if (!resource.stored) return;
  const auto& stored = resource.stored->body;
  resource.changed = !store::same(resource.write.body, stored);
  if (!resource.changed || source_.told.message.empty()) return;
  const auto anew = told_anew(stored, source_.told, action_of(resource));
  resource.told_again = store::same(resource.write.body, anew);
  if (!resource.told_again) return;
  resource.changed = false;
  resource.write.if_version = resource.stored->version;
}

// From here on the resource is what is stored, for whoever is told of it as well.
void Application::keep(Prepared& resource, Tree stored, const char* why) {
  resource.kept = true;
  resource.changed = false;
  resource.told_again = false;
  resource.tree = std::move(stored);
  near_.add(
      {resource.type, resource.id, {&resource.tree, resource.tree.root()}, resource.stored->body});
  result_.issues.push_back({Severity::information, "informational", resource.type, why});
}

Result<void> Application::judge_task(Prepared& task, Tree* stored) {
  const NodeRef incoming{&task.tree, task.tree.root()};
  if (!is_referral(near_, incoming)) return {};
  LET(const auto after, status_of(incoming));
  LET_DONE(check_requester(parts_, near_, source_, incoming));
  if (stored == nullptr) {
    LET_DONE(check_first_step(source_, after));
    const auto* request = near_.find(child_text(child(incoming, "focus"), "reference"));
    const bool is_ended = request != nullptr && child_text(request->node, "status") == "revoked";
    if (source_.by == care::Party::requester && after == Status::cancelled && is_ended)
      return Error{Kind::not_found, "no referral of this number came from the sender", "Task.id"};
    return care::check_transition(std::nullopt, after);
  }
  LET(const auto before, status_of({stored, stored->root()}));
  task.before = before;
  // From "received" on, the Task carries the owner's words: a request sent again must not wipe
  // them.
  const bool owners = care::writer(before) == care::Party::owner && before == after;
  if (owners || care::goes_back(before, after)) {
    keep(task, std::move(*stored),
         "the referral is further along than the message says: its Task stays as it is");
    return {};
  }
  const bool others = source_.by == care::Party::requester &&
                      care::writer(after) == care::Party::owner && before != after;
  if (others) {
    keep(task, std::move(*stored),
         "the step is the owner's to take, not the requester's: its Task stays as it is");
    return {};
  }
  LET_DONE(care::check_transition(before, after, source_.by));
  task.previous = std::move(*stored);
  return {};
}

Result<void> Application::judge(Prepared& resource) {
  if (source_.past) return judge_past(resource);
  const bool task = resource.type == "Task";
  if (!task && resource.type != "ServiceRequest") return {};
  if (!resource.stored) {
    if (task) resource.write.must_be_new = !resource.removed;
    return task ? judge_task(resource, nullptr) : Result<void>{};
  }
  resource.write.if_version = resource.stored->version;
  LET(auto read, model::read_json(parts_.definitions, resource.stored->body, parts_.limits));
  if (task) return judge_task(resource, &read.tree);
  const auto before = child_text({&read.tree, read.tree.root()}, "status");
  const auto after = child_text({&resource.tree, resource.tree.root()}, "status");
  const bool ended = before == "revoked" || before == "completed" || before == "entered-in-error";
  if (ended && (after == "active" || after == "draft"))
    keep(resource, std::move(read.tree),
         "the request has ended: a message that opens it again changes nothing");
  return {};
}

// An extract tells the rest of a resource on another day: what is stored is what it lacks.
Result<void> Application::judge_past(Prepared& resource) {
  const NodeRef said{&resource.tree, resource.tree.root()};
  if (!resource.stored) {
    // A part that was deleted is remembered: the part that comes later must not bring it to life.
    resource.changed = !says_error(said) || (is_partial(said) && names_missing_part(said));
    return {};
  }
  resource.write.if_version = resource.stored->version;
  if (!is_partial(said)) return {};
  LET(const auto read, model::read_json(parts_.definitions, resource.stored->body, parts_.limits));
  if (says_error({&read.tree, read.tree.root()}) && !says_error(said)) {
    resource.changed = false;
    result_.issues.push_back({Severity::information, "informational", resource.type,
                              "what was deleted stays so: a part of it changes nothing"});
    return {};
  }
  complete(resource.tree, read.tree);
  resource.write.index =
      search::index_to_store(*parts_.parameters.now(), {&resource.tree, resource.tree.root()});
  resource.write.body = store::prepare_body(parts_.definitions, resource.tree, resource.id);
  resource.changed = !store::same(resource.write.body, resource.stored->body);
  return {};
}

Result<void> Application::deliver() {
  if (source_.past) return {};
  const bool any = std::any_of(prepared_.begin(), prepared_.end(),
                               [](const Prepared& resource) { return resource.changed; });
  if (!any) return {};
  for (const auto& task : prepared_) {
    if (task.type != "Task" || (task.kept && care::terminal(*task.before))) continue;
    TaskChange change{{&task.tree, task.tree.root()},
                      task.id,
                      task.before,
                      source_.seed,
                      source_.partner,
                      task.kept};
    // Whoever is asked now has not seen it. How it ends is told to both.
    const bool moved =
        task.previous && withdraw(parts_, near_, change, {&*task.previous, task.previous->root()},
                                  result_.unit.outbox);
    if (moved) {
      LET(const auto after, status_of(change.task));
      if (!care::terminal(after)) change.before.reset();
    }
    LET(const auto stands, status_of(change.task));
    if (!task.kept) {
      LET(change.fact, add_fact(parts_, near_, reader_, change, stands, result_.unit));
    }
    const auto added = add_deliveries(parts_, near_, change, result_.unit.outbox);
    if (!added) return added;
  }
  return {};
}

Result<Applied> Application::run() {
  const auto resources = resources_of(translation_.bundle);
  Types types;
  for (const auto node : resources)
    types[std::string(child_text({&translation_.bundle, node}, "id"))] =
        parts_.definitions.type_name(translation_.bundle[node].type);
  for (const auto node : resources) {
    const auto done = prepare(node, types);
    if (!done) return done.error();
  }
  LET_DONE(said_something());
  for (auto& resource : prepared_) {
    const auto version = resource.stored ? resource.stored->version + 1 : 1;
    near_.add({resource.type,
               resource.id,
               {&resource.tree, resource.tree.root()},
               store::complete(resource.write.body, version, parts_.clock.now_us())});
  }
  for (auto& resource : prepared_) {
    const auto judged = judge(resource);
    if (!judged) return judged.error();
  }
  const auto delivered = deliver();
  if (!delivered) return delivered.error();
  for (auto& resource : prepared_)
    if (resource.changed || resource.told_again)
      result_.unit.writes.push_back(std::move(resource.write));
  return std::move(result_);
}

}  // namespace

Result<Applied> apply(const Parts& parts, store::Reader& reader, const Translation& translation,
                      const Source& source) {
  Application application(parts, reader, translation, source);
  auto applied = application.run();
  if (application.trouble()) return *application.trouble();
  return applied;
}

}  // namespace fingerpost::exchange
