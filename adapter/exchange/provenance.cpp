#include "exchange/provenance.h"

#include "base/base64.h"
#include "base/uuid.h"
#include "exchange/quoted.h"
#include "model/json.h"
#include "search/index_to_store.h"

#include <cstdint>
#include <map>
#include <utility>

namespace fingerpost::exchange {
namespace {

std::string agent(std::string_view type, std::string_view who) {
  return R"({"type":{"coding":[{"system":)"
         R"("http://terminology.hl7.org/CodeSystem/provenance-participant-type","code":)" +
         quoted(type) + R"(}]},"who":{"display":)" + quoted(who) + "}}";
}

std::string agents(const Parts& parts, std::string_view source) {
  const auto assembler = agent("assembler", "Fingerpost");
  const auto* partner = parts.partners.find(source);
  if (partner == nullptr) return assembler;
  return agent("author", partner->name.empty() ? partner->id : partner->name) + "," + assembler;
}

std::string references(const std::vector<std::string>& targets) {
  std::string out;
  for (const auto& target : targets) {
    if (!out.empty()) out += ',';
    out += R"({"reference":)" + quoted(target) + "}";
  }
  return out;
}

}  // namespace

std::string report_with(const Translation& translation, const Issues& issues) {
  return report_json(
      {Tree(translation.bundle.names()), issues, translation.lost, translation.traced});
}

std::string provenance_id(std::string_view seed) {
  return uuid_v5({"provenance", seed});
}

std::vector<std::string> targets_of(const std::vector<store::Write>& writes,
                                    std::vector<std::string> late) {
  std::vector<std::string> out;
  for (const auto& write : writes) out.push_back(write.type + "/" + write.id);
  out.insert(out.end(), late.begin(), late.end());
  return out;
}

namespace {

// A resource of the exchange's own, ready to be written.
Result<store::Write> made_of(const Parts& parts, const char* type, std::string id,
                             std::string text) {
  store::Write made;
  made.type = type;
  made.id = std::move(id);
  auto read = model::read_json(parts.definitions, std::move(text), parts.limits);
  if (!read) return Error{Kind::fault, read.error().text, type};
  auto& tree = read->tree;
  made.index = search::index_to_store(*parts.parameters.now(), {&tree, tree.root()});
  made.body = store::prepare_body(parts.definitions, tree, made.id);
  return made;
}

std::string binary(const std::string& id, std::string_view report) {
  return R"({"resourceType":"Binary","id":)" + quoted(id) +
         R"(,"contentType":"application/json","data":")" + to_base64(report, Base64::plain) + "\"}";
}

Result<store::Write> provenance_with(const Parts& parts, const std::vector<std::string>& targets,
                                     const store::InboxRow& message, std::string_view seed,
                                     const std::string& contained, const std::string& report,
                                     std::string_view activity = "") {
  auto id = provenance_id(seed);
  std::string text = R"({"resourceType":"Provenance","id":)" + quoted(id);
  if (!contained.empty()) text += R"(,"contained":[)" + contained + "]";
  text += R"(,"target":[)" + references(targets);
  text += R"(],"recorded":)" + quoted(store::instant(parts.clock.now_us()));
  if (!activity.empty()) text += R"(,"activity":{"text":)" + quoted(activity) + "}";
  text += R"(,"agent":[)" + agents(parts, message.source);
  text += R"(],"entity":[{"role":"source","what":{"identifier":{"system":)";
  text += quoted(message_system) + R"(,"value":)" + quoted("sha256:" + message.digest);
  text += R"(},"display":)" + quoted(message.kind + " message");
  text += R"(}},{"role":"quotation","what":{"reference":)" + quoted(report) +
          R"(,"display":"loss report"}}]})";
  return made_of(parts, "Provenance", std::move(id), std::move(text));
}

}  // namespace

Result<store::Write> provenance(const Parts& parts, const std::vector<std::string>& targets,
                                const store::InboxRow& message, std::string_view seed,
                                std::string_view report, std::string_view activity) {
  return provenance_with(parts, targets, message, seed, binary("report", report), "#report",
                         activity);
}

Result<std::vector<store::Write>> provenances(const Parts& parts,
                                              const std::vector<store::Write>& writes,
                                              const store::InboxRow& message, std::string_view seed,
                                              std::string_view report) {
  auto id = uuid_v5({"report", seed});
  const auto reference = "Binary/" + id;
  std::vector<store::Write> made;
  auto text = binary(id, report);
  LET(made.emplace_back(), made_of(parts, "Binary", std::move(id), std::move(text)));
  std::map<std::uint64_t, std::vector<std::string>> targets;
  for (const auto& write : writes)
    targets[write.index.compartment].push_back(write.type + "/" + write.id);
  for (const auto& [patient, about] : targets) {
    const auto own = std::string(seed) + "\n" + std::to_string(patient);
    LET(made.emplace_back(), provenance_with(parts, about, message, own, "", reference));
  }
  return made;
}

}  // namespace fingerpost::exchange
