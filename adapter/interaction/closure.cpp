#include "interaction/closure.h"

#include "base/text.h"
#include "interaction/kept.h"
#include "interaction/stored_codes.h"
#include "model/json.h"
#include "store/body.h"
#include "terminology/compose.h"
#include "terminology/elements.h"
#include "terminology/writer.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::interaction {
namespace {

struct Concept {
  std::string system, code;
  friend auto operator<=>(const Concept&, const Concept&) = default;
};

// One code below another, and the version of the table that has it first.
struct Below {
  std::uint32_t code = 0, above = 0;  // places among the concepts
  std::uint32_t version = 0;
};

struct State {
  std::uint32_t version = 0;
  std::vector<Concept> concepts;
  std::set<Concept> known;
  std::vector<Below> pairs;
};

// Nobody waits while another computes: who is the second to change a state has to ask again.
class Table {
 public:
  std::shared_ptr<const State> state() const {
    const std::lock_guard lock(mutex_);
    return state_;
  }
  Result<void> replace(const std::shared_ptr<const State>& before,
                       std::shared_ptr<const State> after) {
    const std::lock_guard lock(mutex_);
    if (state_ != before)
      return Error{Kind::busy, "another request changed the table at the same time", "name"};
    state_ = std::move(after);
    return {};
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const State> state_ = std::make_shared<const State>();
};

struct Asked {
  std::string name;
  std::vector<Concept> concepts;
  std::optional<std::uint64_t> since;
};

Result<Asked> asked_of(const Tree& parameters, const ClosureLimits& limits) {
  const terminology::Elements at{parameters};
  Asked asked;
  std::string_view since;
  at.each(parameters.root(), "parameter", [&](NodeId parameter) {
    const auto name = at.text(parameter, "name");
    const NodeId value = at.child(parameter, "value");
    if (value == no_node) return;
    if (name == "name") asked.name = parameters.text(value);
    if (name == "version") since = parameters.text(value);
    if (name == "concept")
      asked.concepts.push_back(
          {std::string(at.text(value, "system")), std::string(at.text(value, "code"))});
  });
  if (asked.name.empty() || asked.name.size() > limits.name_bytes)
    return Error{Kind::invalid, "the parameter name is missing or too long", "name"};
  if (since.empty()) return asked;
  const auto number = to_integer(since);
  if (!number || *number < 0)
    return Error{Kind::invalid, "the version is none that was answered", "version"};
  asked.since = static_cast<std::uint64_t>(*number);
  return asked;
}

// Where a code is in a code system that is whole: of another it is not known what is above it.
Result<terminology::Item> item_of(const terminology::Composer& composer, const Concept& of) {
  auto item = composer.item(of.system, "", of.code);
  const bool known = item && item->system && item->place != terminology::no_row;
  if (!known || item->system.row->whole != terminology::Whole::complete)
    return Error{Kind::invalid, "is not a code of a whole code system that is at hand", "concept"};
  return *std::move(item);
}

// The places above one. Nothing: it takes more steps than are left.
std::optional<std::vector<bool>> above(const terminology::Item& item, std::uint64_t& steps_left) {
  std::vector<bool> made(item.system.size());
  std::vector<std::uint32_t> next{item.place};
  while (!next.empty()) {
    const auto parents = item.system.parents(next.back());
    next.pop_back();
    if (parents.size() >= steps_left) return {};
    steps_left -= parents.size() + 1;
    for (const auto parent : parents) {
      if (!made[parent]) next.push_back(parent);
      made[parent] = true;
    }
  }
  return made;
}

using Items = std::vector<std::optional<terminology::Item>>;

Result<Items> items_of(const std::vector<Concept>& concepts, std::size_t fresh,
                       const terminology::Composer& composer) {
  Items items;
  for (const auto& one : concepts) {
    auto item = item_of(composer, one);
    if (!item && items.size() >= fresh)
      return Error{item.error().kind, item.error().text, "concept \"" + one.code + "\""};
    items.push_back(item ? std::optional(*std::move(item)) : std::nullopt);
  }
  return items;
}

// Adds which of the concepts are above which, where one at least is at `fresh` or after it. One
// without an item is of a code system that is gone, or another by now.
Result<void> relate(State& state, const Items& items, std::size_t fresh,
                    const ClosureLimits& limits, std::uint64_t steps) {
  for (std::size_t code = 0; code < items.size(); ++code) {
    if (!items[code]) continue;
    const auto marks = above(*items[code], steps);
    if (!marks)
      return Error{Kind::too_costly, "the codes are below more than the limit value_set_steps",
                   "concept"};
    for (std::size_t other = code < fresh ? fresh : 0; other < items.size(); ++other)
      if (other != code && items[other] && items[other]->system == items[code]->system &&
          items[other]->place != items[code]->place && (*marks)[items[other]->place])
        state.pairs.push_back(
            {static_cast<std::uint32_t>(code), static_cast<std::uint32_t>(other), state.version});
    if (state.pairs.size() > limits.pairs)
      return Error{
          Kind::too_costly,
          "the table would have more pairs than the limit of " + std::to_string(limits.pairs),
          "concept"};
  }
  return {};
}

// All of the codes, or none: a table that lacks one would say too little ever after.
Result<std::shared_ptr<const State>> with(const std::shared_ptr<const State>& before,
                                          const Asked& asked, const terminology::Terminology& codes,
                                          const ClosureLimits& limits, const Limits& steps) {
  if (asked.concepts.empty()) return before;
  auto after = std::make_shared<State>(*before);
  for (const auto& one : asked.concepts)
    if (after->known.insert(one).second) after->concepts.push_back(one);
  const auto fresh = before->concepts.size();
  if (after->concepts.size() == fresh) return before;
  if (after->concepts.size() > limits.concepts)
    return Error{
        Kind::too_costly,
        "the table would have more codes than the limit of " + std::to_string(limits.concepts),
        "concept"};
  const terminology::Composer composer(codes, {}, steps);
  LET(const auto items, items_of(after->concepts, fresh, composer));
  ++after->version;
  LET_DONE(relate(*after, items, fresh, limits, steps.value_set_steps));
  return after;
}

// What was added after a version. R4 concept-map-equivalence: the target subsumes the source.
std::string written(const Session& session, const State& state, std::uint64_t since) {
  const auto& definitions = session.context.definitions;
  const auto& types = definitions.common();
  Tree tree = terminology::make_resource(definitions, "ConceptMap");
  const terminology::Writer to(definitions, tree);
  const NodeId root = tree.root();
  to.text(root, "version", types.string, std::to_string(state.version));
  to.text(root, "name", types.string, "Closure");
  to.text(root, "status", types.code, "active");
  to.text(root, "date", types.date_time, store::instant(session.context.clock.now_us()));
  std::map<std::string_view, std::map<std::size_t, std::vector<std::size_t>>> by_system;
  for (const auto& pair : state.pairs)
    if (pair.version > since)
      by_system[state.concepts[pair.code].system][pair.code].push_back(pair.above);
  for (const auto& [system, elements] : by_system) {
    const NodeId group = to.object(root, "group", definitions.find("ConceptMap.group"));
    to.text(group, "source", types.uri, system);
    to.text(group, "target", types.uri, system);
    for (const auto& [code, all_above] : elements) {
      const NodeId element =
          to.object(group, "element", definitions.find("ConceptMap.group.element"));
      to.text(element, "code", types.code, state.concepts[code].code);
      for (const auto above : all_above) {
        const NodeId target =
            to.object(element, "target", definitions.find("ConceptMap.group.element.target"));
        to.text(target, "code", types.code, state.concepts[above].code);
        to.text(target, "equivalence", types.code, "subsumes");
      }
    }
  }
  std::string body;
  model::write_json(definitions, tree, root, body);
  return body;
}

std::shared_ptr<Table> table_named(Compiled& compiled, const std::string& name, bool begin) {
  constexpr std::size_t about_bytes = std::size_t{2} << 20;  // of a full one
  const auto key = "closure\n" + name;
  return begin ? find_or_begin<Table>(compiled, key, about_bytes) : find_kept<Table>(compiled, key);
}

Result<std::string> answered(const Session& session, const OperationCall& call) {
  const ClosureLimits limits;
  LET(const auto parameters, parameters_of(session, call, ""));
  LET(const auto asked, asked_of(parameters, limits));
  const bool begin = asked.concepts.empty() && !asked.since;
  const auto table = table_named(*session.context.compiled, asked.name, begin);
  if (table == nullptr)
    return Error{Kind::not_found, "there is no closure table of this name: begin it anew", "name"};
  CodeGatherer gatherer(session);
  gatherer.want_all_of(parameters, parameters.root());
  LET_DONE(gatherer.gather(false));
  const auto codes = std::move(gatherer).take();
  const auto before = table->state();
  if (asked.since.value_or(0) > before->version)
    return Error{
        Kind::not_found,
        "the table never had this version: it is a later table of this name, begin it anew",
        "version"};
  auto after = std::make_shared<const State>();
  if (!begin) {
    LET(after, with(before, asked, codes, limits, session.context.limits));
  }
  if (after != before) LET_DONE(table->replace(before, after));
  return written(session, *after, asked.since.value_or(begin ? 0 : before->version));
}

}  // namespace

void closure(const Session& session, const OperationCall& call, Done done) {
  auto body = answered(session, call);
  if (!body) return done(failure(body.error()));
  Answer answer;
  answer.body = *std::move(body);
  done(std::move(answer));
}

}  // namespace fingerpost::interaction
