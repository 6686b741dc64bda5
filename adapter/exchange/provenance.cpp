#include "exchange/provenance.h"

#include "base/base64.h"
#include "base/uuid.h"
#include "exchange/quoted.h"
#include "model/json.h"
#include "search/index_to_store.h"

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

std::string targets(const std::vector<store::Write>& writes) {
  std::string out;
  for (const auto& write : writes) {
    if (!out.empty()) out += ',';
    out += R"({"reference":)" + quoted(write.type + "/" + write.id) + "}";
  }
  return out;
}

}  // namespace

std::string report_with(const Translation& translation, const Issues& issues) {
  return report_json(
      {Tree(translation.bundle.names()), issues, translation.lost, translation.traced});
}

Result<store::Write> provenance(const Parts& parts, const std::vector<store::Write>& writes,
                                const store::InboxRow& message, std::string_view seed,
                                std::string_view report) {
  store::Write made;
  made.type = "Provenance";
  made.id = uuid_v5({"provenance", seed});
  std::string text = R"({"resourceType":"Provenance","id":)" + quoted(made.id);
  text += R"(,"contained":[{"resourceType":"Binary","id":"report","contentType":)"
          R"("application/json","data":")";
  text += to_base64(report, Base64::plain) + R"("}],"target":[)" + targets(writes);
  text += R"(],"recorded":)" + quoted(store::instant(parts.clock.now_us()));
  text += R"(,"agent":[)" + agents(parts, message.source);
  text += R"(],"entity":[{"role":"source","what":{"identifier":{"system":)";
  text += quoted(message_system) + R"(,"value":)" + quoted("sha256:" + message.digest);
  text += R"(},"display":)" + quoted(message.kind + " message");
  text += R"(}},{"role":"quotation","what":{"reference":"#report","display":"loss report"}}]})";
  auto read = model::read_json(parts.definitions, std::move(text), parts.limits);
  if (!read) return Error{Kind::fault, read.error().text, "Provenance"};
  auto& tree = read->tree;
  made.index = search::index_to_store(*parts.parameters.now(), {&tree, tree.root()});
  made.body = store::prepare_body(parts.definitions, tree, made.id);
  return made;
}

}  // namespace fingerpost::exchange
