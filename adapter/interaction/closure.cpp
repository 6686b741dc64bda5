#include "interaction/closure.h"

#include "base/text.h"
#include "interaction/stored_codes.h"
#include "model/json.h"
#include "store/body.h"
#include "terminology/elements.h"
#include "terminology/subsumption.h"
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

  terminology::Coded coded() const { return {system, "", code, ""}; }
  friend auto operator<=>(const Concept&, const Concept&) = default;
};

// One code below another, and the version of the table that has it first.
struct Below {
  std::size_t code = 0, above = 0;  // places among the concepts
  std::uint64_t version = 0;
};

struct Table {
  std::mutex mutex;  // guards the rest
  std::uint64_t version = 0;
  std::vector<Concept> concepts;
  std::set<Concept> known;
  std::vector<Below> pairs;
};

// What is kept is constant; the table that it holds is not.
struct Kept {
  std::shared_ptr<Table> table;
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

// All of the codes, or none: a table that lacks one would say too little ever after.
Result<void> add(Table& table, const Asked& asked, const terminology::Terminology& codes,
                 const ClosureLimits& limits, const Limits& steps) {
  std::vector<Concept> fresh;
  for (std::size_t i = 0; i < asked.concepts.size(); ++i) {
    const auto& one = asked.concepts[i];
    if (table.known.contains(one)) continue;
    if (table.concepts.size() + fresh.size() == limits.concepts)
      return Error{
          Kind::too_costly,
          "the table would have more codes than the limit of " + std::to_string(limits.concepts),
          "concept"};
    if (codes.check_code(one.coded()).membership != terminology::Membership::in)
      return Error{Kind::invalid, "is not a code of a code system that is at hand",
                   "concept[" + std::to_string(i) + "]"};
    if (std::find(fresh.begin(), fresh.end(), one) == fresh.end()) fresh.push_back(one);
  }
  if (fresh.empty()) return {};
  ++table.version;
  for (auto& one : fresh) {
    const auto place = table.concepts.size();
    for (std::size_t other = 0; other < place; ++other) {
      const auto& before = table.concepts[other];
      if (before.system != one.system) continue;
      if (terminology::subsumes(codes, before.coded(), one.coded(), steps) == true)
        table.pairs.push_back({place, other, table.version});
      else if (terminology::subsumes(codes, one.coded(), before.coded(), steps) == true)
        table.pairs.push_back({other, place, table.version});
    }
    table.known.insert(one);
    table.concepts.push_back(std::move(one));
  }
  return {};
}

// What was added after a version. R4 concept-map-equivalence: the target subsumes the source.
std::string written(const Session& session, const Table& table, std::uint64_t since) {
  const auto& definitions = session.context.definitions;
  const auto& types = definitions.common();
  Tree tree = terminology::make_resource(definitions, "ConceptMap");
  const terminology::Writer to(definitions, tree);
  const NodeId root = tree.root();
  to.text(root, "version", types.string, std::to_string(table.version));
  to.text(root, "name", types.string, "Closure");
  to.text(root, "status", types.code, "active");
  to.text(root, "date", types.date_time, store::instant(session.context.clock.now_us()));
  std::map<std::string_view, std::map<std::size_t, std::vector<std::size_t>>> by_system;
  for (const auto& pair : table.pairs)
    if (pair.version > since)
      by_system[table.concepts[pair.code].system][pair.code].push_back(pair.above);
  for (const auto& [system, elements] : by_system) {
    const NodeId group = to.object(root, "group", definitions.find("ConceptMap.group"));
    to.text(group, "source", types.uri, system);
    to.text(group, "target", types.uri, system);
    for (const auto& [code, all_above] : elements) {
      const NodeId element =
          to.object(group, "element", definitions.find("ConceptMap.group.element"));
      to.text(element, "code", types.code, table.concepts[code].code);
      for (const auto above : all_above) {
        const NodeId target =
            to.object(element, "target", definitions.find("ConceptMap.group.element.target"));
        to.text(target, "code", types.code, table.concepts[above].code);
        to.text(target, "equivalence", types.code, "subsumes");
      }
    }
  }
  std::string body;
  model::write_json(definitions, tree, root, body);
  return body;
}

std::shared_ptr<Table> table_named(Compiled& compiled, const std::string& name, bool begin) {
  constexpr std::size_t about_bytes = 512u << 10;  // of a full one
  const auto key = "closure\n" + name;
  if (const auto kept = compiled.find_set<Kept>(key)) return kept->table;
  if (!begin) return nullptr;
  const auto made = std::make_shared<const Kept>(Kept{std::make_shared<Table>()});
  compiled.keep_set<Kept>(key, made, about_bytes);
  const auto kept = compiled.find_set<Kept>(key);  // another's, if it was quicker
  return kept ? kept->table : made->table;
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
  const std::lock_guard lock(table->mutex);
  if (begin) {
    table->version = 0;
    table->concepts.clear();
    table->known.clear();
    table->pairs.clear();
  }
  const auto before = table->version;
  LET_DONE(add(*table, asked, codes, limits, session.context.limits));
  return written(session, *table, asked.since.value_or(before));
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
