#include "exchange/bars_step.h"

#include "wire/json_value.h"

#include <initializer_list>
#include <utility>

namespace fingerpost::exchange {
namespace {

using wire::JsonValue;

constexpr std::string_view kind_system = "urn:fingerpost:bars:kind";
constexpr std::string_view reason_system = "urn:fingerpost:bars:reason";

JsonValue text(std::string_view value) {
  JsonValue made;
  made.kind = JsonValue::Kind::string;
  made.text = value;
  return made;
}

JsonValue object(std::initializer_list<std::pair<std::string_view, JsonValue>> members) {
  JsonValue made;
  made.kind = JsonValue::Kind::object;
  for (const auto& [name, value] : members) made.members.push_back({std::string(name), value});
  return made;
}

void tag(JsonValue& tags, std::string_view system, std::string_view code) {
  tags.items.push_back(object({{"system", text(system)}, {"code", text(code)}}));
}

// The first resource of the type; nullptr: none.
JsonValue* resource(JsonValue& bundle, std::string_view type) {
  auto* const entries = bundle.member("entry");
  if (entries == nullptr) return nullptr;
  for (auto& entry : entries->items) {
    auto* const found = entry.member("resource");
    const auto* const is = found != nullptr ? found->member("resourceType") : nullptr;
    if (is != nullptr && is->text == type) return found;
  }
  return nullptr;
}

std::string_view reason_of(std::string_view event, bool wrong) {
  if (event == "I14") return wrong ? "delete" : "update";
  return event == "I13" ? "update" : "new";
}

}  // namespace

Result<std::string> tag_bars_step(const std::string& bundle, std::string_view type,
                                  std::string_view event, const Limits& limits) {
  LET(auto value, wire::read_json_value(bundle, limits));
  auto* const task = resource(value, "Task");
  auto* const status = task != nullptr ? task->member("status") : nullptr;
  if (status == nullptr)
    return Error{Kind::unsupported, "a BaRS message tells of a referral's Task", "Task.status"};
  JsonValue tags;
  tags.kind = JsonValue::Kind::array;
  if (type == "REF") {
    const bool wrong = status->text == "entered-in-error";
    if (event == "I14" && !wrong) status->text = "cancelled";
    tag(tags, kind_system, "request");
    tag(tags, reason_system, reason_of(event, wrong));
  } else {
    if (status->text == "requested" || status->text == "ready")
      return Error{Kind::unsupported,
                   "BaRS has no response that says that nothing was answered yet", "Task.status"};
    tag(tags, kind_system, "response");
  }
  value.members.push_back({"meta", object({{"tag", std::move(tags)}})});
  std::string out;
  wire::write_json_value(value, out);
  return out;
}

}  // namespace fingerpost::exchange
