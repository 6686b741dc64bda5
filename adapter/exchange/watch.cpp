#include "exchange/watch.h"

#include "base/digest.h"
#include "care/loop.h"
#include "care/referral.h"
#include "exchange/cycle.h"
#include "exchange/delivery.h"
#include "exchange/facts.h"
#include "exchange/made.h"
#include "exchange/neighbourhood.h"
#include "exchange/referral_checks.h"
#include "exchange/referral_step.h"
#include "exchange/step_author.h"
#include "exchange/waiting.h"
#include "exchange/whose.h"
#include "exchange/whose_entry.h"
#include "model/json.h"
#include "search/range.h"
#include "search/search.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

const store::Write* write_of(const store::Unit& unit, const Written& written) {
  for (const auto& write : unit.writes)
    if (write.op == store::Write::Op::put && write.type == written.type && write.id == written.id)
      return &write;
  return nullptr;
}

// Whom a referral may be about, asked by or owned by.
bool is_party(std::string_view type) {
  constexpr std::array parties = {"Patient", "Organization", "PractitionerRole",
                                  "HealthcareService"};
  return std::find(parties.begin(), parties.end(), type) != parties.end();
}

// What says whose something is.
bool says_whose(const Written& one) {
  return is_entry(one.type) || (one.type == "Patient" && one.after != nullptr);
}

// Whom a request names as who asked and who is asked.
std::string named_by(const Parts& parts, NodeRef request) {
  std::string all;
  for (const std::string element : {"requester", "performer"})
    each(request, element, [&](NodeRef named) { all += element + json_of(parts, named); });
  return all;
}

// A new request concerns nobody yet.
bool is_watched(const Written& one) {
  return is_of_cycle(one.type) || (one.type == "ServiceRequest" && !one.before.empty()) ||
         (one.after == nullptr && is_party(one.type));
}

// The body that is replaced carries its version, so the seed is this change's alone.
std::string seed_of(const Written& written, const store::Write& write) {
  return hex(sha256(written.before)) + hex(sha256(write.body.head + write.body.tail));
}

// One unit before its commit.
class Change {
 public:
  Change(const Parts& parts, store::Reader& reader, store::Unit& unit,
         std::span<const Written> written, const Speaker& speaker)
      : parts_(parts),
        reader_(reader),
        near_(parts, reader),
        stored_(parts, reader),
        unit_(unit),
        written_(written),
        speaker_(speaker),
        author_(parts, near_, stored_, speaker) {}

  Result<void> run();
  // The rest is of a run that is done.
  const std::optional<Error>& trouble() const {
    return near_.trouble() ? near_.trouble() : stored_.trouble();
  }
  std::vector<store::ReadGuard> reads() const {
    auto all = near_.reads();
    all.insert(all.end(), stored_.reads().begin(), stored_.reads().end());
    return all;
  }

 private:
  bool changes(const Written& written, const store::Write& write) const {
    return written.before.empty() || !store::same(write.body, written.before);
  }
  Result<Word> word_on(const Written& written, NodeRef task);
  bool named_version(std::string_view id) const;
  Result<bool> is_one_person(std::string_view said, std::string_view known);
  Result<void> check_person(const Before& before, NodeRef task);
  Result<care::Event> check_step(const Written& written, const Before& before, NodeRef task);
  Result<void> check_deadline(const Written& written, const Before& before, NodeRef task,
                              care::Party by);
  Result<void> check_not_revoked(const Written& task);
  Result<void> check_asks(NodeRef task);
  Result<void> put_task(const Written& written);
  Result<void> check_whose(const Written& written);
  Result<void> put_request(const Written& written);
  Result<void> remove(const Written& written);
  Result<void> check_unnamed(const Written& removed, NodeRef task);
  Result<void> remove_party(const Written& written);
  template <class Work>
  Result<void> each_open_task(std::vector<search::Pair> pairs, Work work);
  template <class Work>
  Result<void> each_open_referral(std::string_view request, Work work);

  const Parts& parts_;
  store::Reader& reader_;
  Neighbourhood near_;
  Neighbourhood stored_;  // without what this unit puts
  store::Unit& unit_;
  std::span<const Written> written_;
  const Speaker& speaker_;
  StepAuthor author_;
  std::set<std::string, std::less<>> told_;  // Tasks whose owners get all of it by this unit
};

Result<Word> Change::word_on(const Written& written, NodeRef task) {
  std::vector<NodeRef> said;
  for (const auto& one : written_)
    if (one.type == "Provenance" && one.after != nullptr)
      said.push_back({one.after, one.after->root()});
  if (said.empty()) return Word{};
  return word_about(parts_, near_, said, std::string(written.type) + "/" + std::string(written.id),
                    task);
}

bool Change::named_version(std::string_view id) const {
  return std::any_of(unit_.reads.begin(), unit_.reads.end(), [&](const store::ReadGuard& guard) {
    return guard.type == "Task" && guard.id == id && guard.version != 0;
  });
}

Result<bool> Change::is_one_person(std::string_view said, std::string_view known) {
  const auto said_place = read_reference(said);
  const auto known_place = read_reference(known);
  const bool same = said_place.type == known_place.type && said_place.id == known_place.id;
  if (said == known || (same && !said_place.id.empty())) return true;
  if (said_place.id.empty() || known_place.id.empty()) return false;
  return same_person(parts_, reader_, {}, said, known);
}

// Whom a referral is for stays, and is whom its request is for: nothing of anybody else may reach
// its owner.
Result<void> Change::check_person(const Before& before, NodeRef task) {
  const auto person = reference_of(task, "for");
  const bool asked = before.status && *before.status != care::Status::draft;
  const auto was = asked ? reference_of(before.task(), "for") : std::string_view();
  if (!was.empty()) {
    LET(const bool stays, is_one_person(person, was));
    if (stays) return {};
    return Error{Kind::unsupported, "a referral stays about the same person", "Task.for"};
  }
  const auto* request = near_.find(reference_of(task, "focus"));
  const auto subject = request == nullptr ? std::string_view() : subject_of(request->node).patient;
  if (person.empty() || subject.empty()) return {};
  LET(const bool same, is_one_person(person, subject));
  if (same) return {};
  return Error{Kind::unsupported, "a referral is about whom its request is about", "Task.for"};
}

Result<care::Event> Change::check_step(const Written& written, const Before& before, NodeRef task) {
  LET(const auto was, standing_of(before.task()));
  LET(const auto now, standing_of(task));
  LET_DONE(check_claim(before, task, named_version(written.id)));
  const bool owned = static_cast<bool>(child(before.task(), "owner"));
  if (was.status != now.status || (owned && !child(task, "owner"))) LET_DONE(check_owner(task));
  LET(const auto word, word_on(written, owned ? before.task() : task));
  care::Given given;
  given.reason = static_cast<bool>(child(task, "statusReason"));
  given.output = static_cast<bool>(child(task, "output"));
  given.audit = word.audited;
  if (now.status == care::Status::cancelled) {
    const auto& deadlines = parts_.policy.deadlines;
    const Past past{parts_.definitions, parts_.limits, reader_};
    LET(const auto since, waiting_since(past, written.id, before.task(), was, deadlines));
    given.overdue =
        care::overdue(was, since, seconds_of(parts_.clock.now_us()), deadlines).has_value();
  }
  const auto likely = care::event_between(was, now, care::Party::either, given);
  LET(const auto by,
      author_.party(before.task(), task, word.by, care::code(likely ? *likely : care::Event::note),
                    likely ? care::party_of(*likely) : care::Party::either));
  LET_DONE(check_deadline(written, before, task, by));
  LET(const auto event, care::event_between(was, now, by, given));
  if (event == care::Event::reject) LET_DONE(check_not_revoked(written));
  return event;
}

// By when an answer is due is the requester's word, and once somebody was asked he has the time
// that he was given.
Result<void> Change::check_deadline(const Written& written, const Before& before, NodeRef task,
                                    care::Party by) {
  if (author_.anybody() || *before.status == care::Status::draft) return {};
  const auto was = child(before.task(), "restriction"), is = child(task, "restriction");
  if (json_of(parts_, was) == json_of(parts_, is)) return {};
  if (by == care::Party::owner)
    return Error{Kind::forbidden, "by when, and by whom, it is done is the requester's to say",
                 "Task.restriction"};
  const auto end_of = [](NodeRef restriction) {
    return child_text(child(restriction, "period"), "end");
  };
  LET(const auto standing, standing_of(before.task()));
  const bool waits = care::waits_for(standing) == care::Wait::response;
  const bool same_owner = child(before.task(), "owner") &&
                          organisation_of(parts_, stored_, child(before.task(), "owner")) ==
                              organisation_of(parts_, near_, child(task, "owner"));
  if (!waits || !same_owner || end_of(was) == end_of(is)) return {};
  const auto& deadlines = parts_.policy.deadlines;
  const Past past{parts_.definitions, parts_.limits, reader_};
  LET(const auto since, waiting_since(past, written.id, before.task(), standing, deadlines));
  const auto end = search::date_range(end_of(is));
  if (end && seconds_of(end->high) >= since + deadlines.response) return {};
  return Error{Kind::unsupported, "who was asked is not given less time than he had",
               "Task.restriction"};
}

// A request whose Task was rejected is routed to somebody else: who revokes it says so by itself.
Result<void> Change::check_not_revoked(const Written& task) {
  const auto* is = near_.find("Task", task.id);
  const auto request = read_reference(reference_of(is->node, "focus"));
  for (const auto& one : written_) {
    if (one.type != request.type || one.id != request.id || one.after == nullptr) continue;
    if (child_text({one.after, one.after->root()}, "status") != "revoked") continue;
    LET(const auto read,
        model::read_json(parts_.definitions, std::string(one.before), parts_.limits));
    if (child_text({&read.tree, read.tree.root()}, "status") != "revoked")
      return Error{Kind::unsupported, "a rejected Task does not revoke its request",
                   "ServiceRequest.status"};
  }
  return {};
}

// A request that is here already is given to somebody, and so shown, by whoever asked, or whom it
// names: nobody has another's request sent to himself.
Result<void> Change::check_asks(NodeRef task) {
  if (author_.anybody()) return {};
  const auto* request = stored_.find(reference_of(task, "focus"));
  if (request == nullptr || author_.has_request(request->node)) return {};
  LET(auto asked, find_all(parts_, reader_, "Task", {{"focus", "ServiceRequest/" + request->id}}));
  bool asks = false;
  for (const auto& id : asked.ids)
    if (const auto* known = stored_.find("Task", id))
      asks = asks || author_.sides_of(stored_, known->node).requester;
  unit_.searches.push_back(std::move(asked));
  if (asks) return {};
  return Error{Kind::forbidden,
               "the request is another organisation's: this client does not refer it",
               "Task.focus"};
}

// A referral Task that is put.
Result<void> Change::put_task(const Written& written) {
  const auto* write = write_of(unit_, written);
  if (write == nullptr) return {};
  const NodeRef task{written.after, written.after->root()};
  LET(const auto before, read_before(parts_, near_, written.before));
  if (!before.status && !is_referral(near_, task)) return {};
  LET_DONE(check_kept(parts_, near_, before, task));
  LET_DONE(check_person(before, task));
  std::optional<care::Party> told;
  if (before.status) {
    LET(const auto event, check_step(written, before, task));
    if (asks_owner(event, before, task)) told = care::Party::owner;
  } else {
    LET_DONE(author_.check_first(task));
    LET_DONE(check_first(task));
  }
  if (!before.status || *before.status == care::Status::draft) LET_DONE(check_asks(task));
  LET_DONE(check_choice(near_, before, task));
  if (!changes(written, *write)) return {};
  const auto seed = seed_of(written, *write);
  TaskChange change{task, written.id, before.status, seed, "", false, told};
  LET(const auto after, status_of(task));
  const bool moved = before.status && withdraw(parts_, near_, change, before.task(), unit_.outbox);
  if (moved && care::terminal(after))
    return Error{Kind::unsupported, "a referral ends with the owner it has", "Task.owner"};
  LET(change.fact, add_fact(parts_, near_, reader_, change, after, unit_));
  if (moved) change.before.reset();  // whoever is asked now has not seen it
  if (care::route(change.before, after) == care::Party::owner) told_.emplace(written.id);
  return add_deliveries(parts_, near_, change, unit_.outbox);
}

// Tasks of this unit stand as they will.
template <class Work>
Result<void> Change::each_open_task(std::vector<search::Pair> pairs, Work work) {
  const auto each = [&](const std::string& id) -> Result<void> {
    const bool removed = std::any_of(written_.begin(), written_.end(), [&](const Written& one) {
      return one.after == nullptr && one.type == "Task" && one.id == id;
    });
    const auto* task = removed ? nullptr : near_.find("Task", id);
    if (task == nullptr) return {};
    LET(const auto status, status_of(task->node));
    if (!care::open(status)) return {};
    return work(*task, status);
  };
  LET(auto tasks, find_all(parts_, reader_, "Task", std::move(pairs)));
  for (const auto& id : tasks.ids) LET_DONE(each(id));
  unit_.searches.push_back(std::move(tasks));
  return {};
}

template <class Work>
Result<void> Change::each_open_referral(std::string_view request, Work work) {
  return each_open_task({{"focus", "ServiceRequest/" + std::string(request)}}, std::move(work));
}

// A request that is put: its owners get it anew, unless they do with the Task.
Result<void> Change::put_request(const Written& written) {
  const auto* write = write_of(unit_, written);
  if (write == nullptr || written.before.empty() || !changes(written, *write)) return {};
  const auto seed = seed_of(written, *write) + "request";
  LET(const auto was,
      model::read_json(parts_.definitions, std::string(written.before), parts_.limits));
  LET(const bool same,
      is_one_person(reference_of({written.after, written.after->root()}, "subject"),
                    reference_of({&was.tree, was.tree.root()}, "subject")));
  const auto was_status = child_text({&was.tree, was.tree.root()}, "status");
  const auto status_now = child_text({written.after, written.after->root()}, "status");
  const bool asks = author_.speaks_for(stored_, child({&was.tree, was.tree.root()}, "requester"));
  const NodeRef earlier{&was.tree, was.tree.root()};
  const bool unnamed = author_.check_resting(earlier) && !asks;  // it names no organisation
  const bool names_others =
      named_by(parts_, earlier) != named_by(parts_, {written.after, written.after->root()});
  bool any = asks, open = false;
  LET_DONE(each_open_referral(
      written.id, [&](const Resource& task, care::Status status) -> Result<void> {
        const auto* known = author_.anybody() ? nullptr : stored_.find("Task", task.id);
        const auto sides = author_.sides_of(stored_, known == nullptr ? task.node : known->node);
        open = true;
        any = any || sides.requester || sides.owner;
        if (!same)
          return Error{Kind::unsupported, "the request of an open referral stays about its person",
                       "ServiceRequest.subject"};
        LET(const auto word, word_on(written, task.node));
        const bool owners = word.by == care::Party::owner || !(asks || sides.requester);
        if (owners && was_status != status_now)
          return Error{Kind::forbidden, "the status of a request is its requester's",
                       "ServiceRequest.status"};
        if (!asks && !(unnamed && sides.requester) && names_others)
          return Error{Kind::forbidden, "who asks, and who is asked, is the requester's to say",
                       "ServiceRequest.requester"};
        const bool told = told_.find(task.id) != told_.end();
        if (told || find_partner(parts_, near_, child(task.node, "owner")) == nullptr) return {};
        return add_deliveries(parts_, near_, {task.node, task.id, status, seed, "", true},
                              unit_.outbox);
      }));
  if (!open) return author_.check_resting(earlier);
  if (any) return {};
  return Error{Kind::forbidden,
               "the request of an open referral is changed by whoever asked or has it",
               "ServiceRequest"};
}

Result<void> Change::check_unnamed(const Written& removed, NodeRef task) {
  for (const auto* element : {"for", "requester", "owner"}) {
    const auto place = read_reference(reference_of(task, element));
    if (place.type == removed.type && place.id == removed.id && is_referral(near_, task))
      return Error{Kind::conflict, "an open referral that names it is ended before it is deleted",
                   std::string("Task.") + element};
  }
  return {};
}

// Whoever goes on with a referral has its person, and whom to tell.
Result<void> Change::remove_party(const Written& written) {
  const auto check = [&](const Resource& task, care::Status) {
    return check_unnamed(written, task.node);
  };
  const auto place = std::string(written.type) + "/" + std::string(written.id);
  for (const auto* name : {"subject", "requester", "owner"})
    LET_DONE(each_open_task(
        {{name, place}, {"status", "requested,received,accepted,ready,in-progress,on-hold"}},
        check));
  for (const auto& one : written_) {
    if (one.type != "Task" || one.after == nullptr) continue;
    const NodeRef task{one.after, one.after->root()};
    LET(const auto status, status_of(task));
    if (care::open(status)) LET_DONE(check_unnamed(written, task));
  }
  return {};
}

Result<void> Change::remove(const Written& written) {
  if (is_party(written.type)) return remove_party(written);
  if (written.type == "Task") {
    LET(const auto before, read_before(parts_, near_, written.before));
    if (before.status) LET_DONE(author_.check_removed(before.task()));
    return check_removal(before);
  }
  if (written.type != "ServiceRequest") return {};
  LET_DONE(each_open_referral(written.id, [](const Resource&, care::Status) -> Result<void> {
    return Error{Kind::conflict, "the request of an open referral is revoked, not deleted",
                 "ServiceRequest.status"};
  }));
  const auto* request = stored_.find("ServiceRequest", written.id);
  return request == nullptr ? Result<void>{} : author_.check_resting(request->node);
}

Result<void> Change::check_whose(const Written& written) {
  const Entries entries{parts_, near_, stored_, reader_, unit_, author_.own()};
  if (written.type == "Patient") return check_practice(entries, written.id);
  return check_entry(entries, written.type, written.id, written.after == nullptr);
}

Result<void> Change::run() {
  for (const auto& one : written_) {
    const auto* write = write_of(unit_, one);
    if (one.after == nullptr || write == nullptr) continue;
    const auto version = write->if_version.value_or(0) + 1;
    near_.add({std::string(one.type),
               std::string(one.id),
               {one.after, one.after->root()},
               store::complete(write->body, version, parts_.clock.now_us())});
  }
  for (const auto& one : written_)
    if (!author_.anybody() && says_whose(one)) LET_DONE(check_whose(one));
  for (const auto& one : written_)
    if (one.type == "Task" && one.after != nullptr) LET_DONE(put_task(one));
  for (const auto& one : written_) {
    if (!is_watched(one)) continue;
    if (one.after == nullptr) LET_DONE(remove(one));
    if (one.after != nullptr && one.type == "ServiceRequest") LET_DONE(put_request(one));
  }
  Cycle cycle{parts_, near_, stored_, reader_, unit_, written_, speaker_};
  return keep_cycle(cycle);
}

}  // namespace

std::vector<std::string> watched_types() {
  return {"Task", "ServiceRequest", "Appointment", "Slot", "Communication", "CarePlan"};
}

Result<void> Watch::before_commit(store::Unit& unit, std::span<const Written> written,
                                  const Speaker& speaker) {
  const bool entries = !speaker.anybody && std::any_of(written.begin(), written.end(), says_whose);
  if (!entries && std::none_of(written.begin(), written.end(), is_watched)) return {};
  LET(const auto reader, readers_.lend());
  Change change(parts_, *reader, unit, written, speaker);
  auto done = change.run();
  if (change.trouble()) return *change.trouble();
  const auto reads = change.reads();
  unit.reads.insert(unit.reads.end(), reads.begin(), reads.end());
  return done;
}

}  // namespace fingerpost::exchange
