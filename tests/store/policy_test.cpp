// Z1 to Z8, Z12: what a policy hides changes no answer. For random callers, a store and its twin,
// in which all that the caller does not see was changed, removed or forgotten, answer alike to the
// byte.

#include "store/fixture.h"
#include "store/random_people.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>

using namespace fingerpost;
using namespace fingerpost::test;
using namespace fingerpost::test::drawn;

namespace {

constexpr unsigned seed = 20261123;

// Of both stores together; FINGERPOST_POLICY_CASES says another number.
int cases() {
  const char* const asked = std::getenv("FINGERPOST_POLICY_CASES");
  return asked == nullptr ? 2'000 : std::atoi(asked);
}

struct Step {
  std::string type, id, json;  // json "": removed
};

std::vector<Step> steps(Dice& dice) {
  std::vector<Step> all;
  for (int n = 0; n < 140; ++n) {
    Step step{dice.of(people_types), dice.id(), ""};
    if (step.type == "Organization") step.id = std::to_string(dice.below(4));
    const bool remove = dice.once_in(10);
    auto json = of_people(dice, step.type, step.id);
    if (!remove) step.json = std::move(json);
    all.push_back(std::move(step));
  }
  return all;
}

store::Write put(const World& world, std::string json, const std::string& id) {
  json.insert(1, R"("id":")" + id + "\",");
  return world.put(json, id);
}

store::Write write_of(const World& world, const Step& step) {
  return step.json.empty() ? World::remove(step.type, step.id) : put(world, step.json, step.id);
}

void take(World& world, const std::vector<Step>& steps) {
  for (std::size_t at = 0; at < steps.size();) {
    store::Unit unit;
    for (; at < steps.size() && unit.writes.size() < 7; ++at)
      unit.writes.push_back(write_of(world, steps[at]));
    REQUIRE(store::commit_now(*world.store, std::move(unit)));
  }
}

std::string told(const store::Stored& one) {
  return one.type + "/" + one.id + "/" + std::to_string(one.version) + " " +
         std::to_string(one.last_updated_us) + " " + std::to_string(static_cast<int>(one.change)) +
         " " + std::to_string(one.compartment) + " " + one.body + "\n";
}
std::string told(const Error& error) {
  return "error: " + error.text + " " + error.where + "\n";
}
std::string told(const Result<store::Stored>& one) {
  return one ? told(*one) : told(one.error());
}

Result<store::Page> search(const World& world, store::Reader& reader, const std::string& type,
                           const std::vector<search::Pair>& pairs) {
  search::Query query;
  query.type = type;
  query.pairs = &pairs;
  query.now_us = 1'600'000'000'000'000;
  auto plan = search::plan(*world.parameters, query, Limits{});
  if (!plan) return std::move(plan).error();
  return reader.search(*plan);
}

// Every page, with all that an answer is made of. `brief`: what both kinds of store give alike.
std::string pages(const World& world, store::Reader& reader, const std::string& type,
                  std::vector<search::Pair> pairs, bool brief) {
  std::string text;
  for (int n = 0; n < 40; ++n) {
    const auto page = search(world, reader, type, pairs);
    if (!page) return text + told(page.error());
    std::set<std::string> included;
    for (const auto& hit : page->hits) {
      const auto name = hit.resource.type + "/" + hit.resource.id;
      if (hit.included && brief) included.insert("+" + name);
      if (!hit.included && brief) text += name + " ";
      if (!brief) text += (hit.included ? "+" : "") + told(hit.resource);
    }
    for (const auto& name : included) text += name + " ";
    if (page->total) text += "total " + std::to_string(*page->total);
    text += page->cut ? " cut" : "";
    if (!brief && page->other_version) text += " other version";
    text += "\n";
    for (const auto& part : page->partial)
      text += part.parameter + std::to_string(part.indexed) + "/" + std::to_string(part.resources);
    if (!brief) text += page->next + "\n";
    if (page->next.empty()) break;
    if (pairs.back().first == "_cursor") pairs.pop_back();
    pairs.emplace_back("_cursor", page->next);
  }
  return text;
}

std::string histories(store::Reader& reader, store::HistoryQuery query) {
  std::string text;
  for (int n = 0; n < 40; ++n) {
    const auto page = reader.history(query);
    if (!page) return text + told(page.error());
    for (const auto& one : page->versions) text += told(one);
    if (!page->next) break;
    text += std::to_string(page->next->at) + "\n";
    query.after = page->next;
  }
  return text;
}

// One question, and what is answered.
class Question {
 public:
  Question(Dice& dice, const std::vector<Step>& steps) {
    const auto& any = steps[static_cast<std::size_t>(dice.below(static_cast<int>(steps.size())))];
    type_ = any.type;
    id_ = any.id;
    way_ = dice.below(10);
    version_ = 1 + dice.below(3);
    if (way_ < 4) return;
    pairs_ = people_query(dice, type_);
    pairs_.emplace_back("_count", std::to_string(dice.once_in(12) ? 0 : 1 + dice.below(9)));
    if (dice.once_in(2)) pairs_.emplace_back("_total", dice.once_in(2) ? "accurate" : "estimate");
  }

  std::string text() const {
    std::string text = std::to_string(way_) + " " + type_ + "/" + id_;
    for (const auto& [name, value] : pairs_) text += " " + name + "=" + value;
    return text;
  }

  std::string ask(const World& world, store::Reader& reader, bool brief) const {
    store::HistoryQuery query;
    query.limit = 5;
    switch (way_) {
      case 0:
        return told(reader.read(type_, id_));
      case 1:
        return told(reader.vread(type_, id_, version_));
      case 2:
        query.id = id_;
        query.type = type_;
        return histories(reader, query);
      case 3:
        query.type = version_ == 1 ? std::string_view() : std::string_view(type_);
        return histories(reader, query);
      default:
        return pages(world, reader, type_, pairs_, brief);
    }
  }

 private:
  std::string type_, id_;
  int way_ = 0, version_ = 1;
  std::vector<search::Pair> pairs_;
};

store::Policy random_policy(Dice& dice) {
  constexpr std::array labels = {std::uint64_t{0}, std::uint64_t{search::restricted},
                                 search::every_label};
  store::Policy policy;
  policy.everything = false;
  policy.organisation = dice.once_in(8) ? "NOBODY" : dice.of(ods_codes);
  policy.labels = labels[static_cast<std::size_t>(dice.below(3))];
  return policy;
}

enum class Way { changed, removed, forgotten };

// What is stored and not seen is done away with, or made another without becoming another's.
std::size_t hide(World& world, store::Reader& eyes, const std::vector<Step>& steps, Way way,
                 Dice& dice) {
  std::map<std::pair<std::string, std::string>, const Step*> last;
  for (const Step& step : steps) last[{step.type, step.id}] = &step;
  store::Unit unit;
  for (const auto& [name, step] : last) {
    const auto all = world.reader->read(step->type, step->id);
    if (!all && all.error().kind == Kind::not_found) continue;
    const auto seen = eyes.read(step->type, step->id);
    if (seen || seen.error().kind != Kind::not_found) continue;
    if (way == Way::changed && step->json.empty()) continue;
    auto write = World::remove(step->type, step->id);
    if (way == Way::forgotten) write.op = store::Write::Op::expunge;
    if (way == Way::changed) {
      auto belonging = put(world, step->json, step->id).index.belonging;
      if (!belonging.about.empty()) continue;  // whose these are may have changed since
      write = put(world, of_people(dice, step->type, step->id), step->id);
      write.index.belonging = std::move(belonging);
    }
    unit.writes.push_back(std::move(write));
  }
  const auto hidden = unit.writes.size();
  REQUIRE(store::commit_now(*world.store, std::move(unit)));
  return hidden;
}

// A store of each kind, on disk or in memory.
struct Twins {
  Folder folder, other;
  World full, twin;
  explicit Twins(bool on_disk)
      : full(on_disk ? folder.path() : ""), twin(on_disk ? other.path() : "") {}
};

}  // namespace

TEST_CASE("Z2, Z3: nothing that a policy hides changes an answer") {
  INFO("seed " << seed);
  constexpr int asked_of_each = 100;
  const int rounds = std::max(1, cases() / 2 / asked_of_each);
  std::size_t hidden = 0, found = 0;
  for (int round = 0; round < rounds; ++round) {
    Dice dice(seed + static_cast<unsigned>(round));
    const auto all = steps(dice);
    const auto policy = random_policy(dice);
    const auto way = static_cast<Way>(dice.below(3));
    Twins memory(false), disk(true);
    for (auto* const twins : {&memory, &disk}) {
      take(twins->full, all);
      take(twins->twin, all);
      Dice same(seed + static_cast<unsigned>(round));
      hidden += hide(twins->twin, *twins->twin.reader->seen_by(policy), all, way, same);
    }
    const auto seen = [&](World& world) { return world.reader->seen_by(policy); };
    const auto in_memory = seen(memory.full), in_twin = seen(memory.twin),
               on_disk = seen(disk.full), on_twin = seen(disk.twin);
    for (int n = 0; n < asked_of_each; ++n) {
      const Question question(dice, all);
      INFO("round " << round << ", way " << static_cast<int>(way) << ", of " << policy.organisation
                    << " with labels " << policy.labels << ": " << question.text());
      const auto right = question.ask(memory.full, *in_memory, false);
      CHECK(question.ask(memory.twin, *in_twin, false) == right);
      const auto stored = question.ask(disk.full, *on_disk, false);
      CHECK(question.ask(disk.twin, *on_twin, false) == stored);
      CHECK(question.ask(disk.full, *on_disk, true) == question.ask(memory.full, *in_memory, true));
      if (right.find("resourceType") != std::string::npos) ++found;
    }
  }
  CHECK(hidden > static_cast<std::size_t>(rounds) * 20);
  CHECK(found > static_cast<std::size_t>(rounds * asked_of_each) / 10);
}
