#include "exchange/write_hl7v2.h"

#include "base/text.h"
#include "base/uuid.h"
#include "exchange/neighbourhood.h"
#include "exchange/outward.h"
#include "exchange/translate_steps.h"
#include "model/xml.h"

#include <memory>
#include <utility>

namespace fingerpost::exchange {
namespace {

struct Held {
  bool task = false, plan = false, goal = false, free_goal = false, problem = false;
};

Held held(const model::Definitions& definitions, const Tree& bundle) {
  Held found;
  const NodeRef root{&bundle, bundle.root()};
  for (auto entry = child(root, "entry").node; entry != no_node; entry = bundle.next_same(entry)) {
    const auto resource = child({&bundle, entry}, "resource");
    if (!resource) continue;
    const auto type = definitions.type_name(bundle[resource.node].type);
    found.task |= type == "Task";
    found.plan |= type == "CarePlan";
    found.goal |= type == "Goal";
    found.free_goal |= type == "Goal" && !child(resource, "addresses");
    found.problem |= type == "Condition";
  }
  return found;
}

struct Chosen {
  Outgoing what;
  std::string_view event;
};

Result<Chosen> choose(const Held& held) {
  if (held.task) return Chosen{Outgoing::request, "I12"};
  if (held.plan) return Chosen{Outgoing::plan, held.free_goal ? "PCG" : "PCB"};
  if (held.goal) return Chosen{Outgoing::plan, "PC6"};
  if (held.problem) return Chosen{Outgoing::plan, "PC1"};
  return Error{Kind::invalid,
               "what becomes HL7 v2 is a Bundle with a Task, CarePlan, Goal or Condition",
               "Bundle"};
}

// An instant as HL7 writes it: "20261122093000".
std::string digits(std::string_view instant) {
  std::string out;
  for (const char c : instant.substr(0, 19))
    if (is_digit(c)) out += c;
  return out;
}

}  // namespace

Result<WrittenMessage> write_hl7v2(const model::Definitions& definitions, const Hl7v2Maps& maps,
                                   std::string bundle, const TranslateOptions& options) {
  const auto id = control_id(uuid_v5({"written", bundle}));
  const auto time = digits(options.now);
  LET(auto read, model::read_resource(definitions, std::move(bundle), options.limits));
  if (read.tree[read.tree.root()].type != definitions.common().bundle)
    return Error{Kind::invalid, "what becomes an HL7 v2 message is a Bundle", ""};
  const auto source = std::make_shared<const Tree>(std::move(read.tree));
  LET(const auto chosen, choose(held(definitions, *source)));
  OutwardHeader header;
  header.sending_application = "FINGERPOST";
  header.sending_facility = options.key_prefix;
  header.receiving_application = options.partner;
  header.time = time;
  header.control_id = id;
  header.event = chosen.event;
  header.version = "2.5.1";
  header.partner = options.partner;
  WrittenMessage made{"", {Tree(definitions.names()), std::move(read.issues), {}, {}}};
  auto& message = made.report.bundle;
  message.keep(source);
  LET(const auto run, run_outgoing(maps, chosen.what, {source.get(), source->root()}, header,
                                   options.limits, message));
  add_report(maps.maps, run, {}, options.trace, made.report);
  LET(auto written, record::write_hl7v2(maps.grammar, message, {}));
  made.bytes = std::move(written.bytes);
  return made;
}

}  // namespace fingerpost::exchange
