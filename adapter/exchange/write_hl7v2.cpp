#include "exchange/write_hl7v2.h"

#include "base/text.h"
#include "base/uuid.h"
#include "care/referral.h"
#include "exchange/neighbourhood.h"
#include "exchange/outward.h"
#include "exchange/translate_steps.h"
#include "model/xml.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

// What a Bundle holds, as far as it says which message it becomes.
struct Held {
  bool task = false, plan = false, goal = false, free_goal = false, problem = false;
  bool revoked = false;                // a ServiceRequest
  std::string status;                  // of the Task
  std::vector<std::string> problems;   // their fullUrls
  std::vector<std::string> addressed;  // what the goals refer to

  // A problem that no goal addresses.
  bool free_problem() const;
};

bool Held::free_problem() const {
  return std::any_of(problems.begin(), problems.end(), [&](const std::string& url) {
    return std::none_of(addressed.begin(), addressed.end(), [&](const std::string& reference) {
      return url == reference || url.ends_with("/" + reference);
    });
  });
}

void hold(Held& found, std::string_view type, std::string_view url, NodeRef resource) {
  const Tree& tree = *resource.tree;
  const auto status = child_text(resource, "status");
  if (type == "Task") {
    found.task = true;
    found.status = status;
  }
  found.revoked |= type == "ServiceRequest" && status == "revoked";
  found.plan |= type == "CarePlan";
  if (type == "Goal") {
    found.goal = true;
    const auto about = child(resource, "addresses");
    found.free_goal |= !about;
    for (auto node = about.node; node != no_node; node = tree.next_same(node))
      found.addressed.emplace_back(child_text({&tree, node}, "reference"));
  }
  if (type == "Condition") {
    found.problem = true;
    found.problems.emplace_back(url);
  }
}

Held held(const model::Definitions& definitions, const Tree& bundle) {
  Held found;
  const NodeRef root{&bundle, bundle.root()};
  for (auto entry = child(root, "entry").node; entry != no_node; entry = bundle.next_same(entry))
    if (const auto resource = child({&bundle, entry}, "resource"))
      hold(found, definitions.type_name(bundle[resource.node].type),
           child_text({&bundle, entry}, "fullUrl"), resource);
  return found;
}

struct Chosen {
  Outgoing what;
  std::string_view event;
};

// A step that is the owner's to take is his answer; its event is that of the REF last received.
Chosen of_referral(const Held& held) {
  const auto status = care::read_status(held.status);
  if (held.revoked || held.status == "cancelled") return {Outgoing::request, "I14"};
  if (status && care::writer(*status) == care::Party::owner) return {Outgoing::answer, ""};
  return {Outgoing::request, "I12"};
}

Result<Chosen> choose(const Held& held) {
  if (held.task) return of_referral(held);
  if (held.plan) return Chosen{Outgoing::plan, held.free_goal ? "PCG" : "PCB"};
  const bool under_problems = held.free_problem() && !held.free_goal;
  if (held.goal && !under_problems) return Chosen{Outgoing::plan, "PC6"};
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
