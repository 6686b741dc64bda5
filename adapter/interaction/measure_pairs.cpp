#include "interaction/measure_pairs.h"

#include "search/range.h"

#include <algorithm>
#include <map>
#include <utility>

namespace fingerpost::interaction {
namespace {

using exchange::child, exchange::child_text;

// PAM score and level, SWEMWBS, WEMWBS; the answers of ONS4.
constexpr std::string_view measures =
    "http://snomed.info/sct|925431000000109,http://snomed.info/sct|962851000000103,"
    "http://snomed.info/sct|718466001,http://snomed.info/sct|718426000,"
    "https://fingerpost.example/CodeSystem/wellbeing-measure|ons4,"
    "https://fingerpost.example/CodeSystem/wellbeing-measure|ons4-satisfaction,"
    "https://fingerpost.example/CodeSystem/wellbeing-measure|ons4-worthwhile,"
    "https://fingerpost.example/CodeSystem/wellbeing-measure|ons4-happiness,"
    "https://fingerpost.example/CodeSystem/wellbeing-measure|ons4-anxiety";

bool is_measure(std::string_view code) {
  for (auto rest = measures; !rest.empty();) {
    const auto end = std::min(rest.find(','), rest.size());
    if (rest.substr(0, end) == code) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

// The one of its codings that says which measure it is.
std::string code_of(NodeRef observation) {
  const Tree& tree = *observation.tree;
  for (auto node = child(child(observation, "code"), "coding").node; node != no_node;
       node = tree.next_same(node)) {
    auto code = std::string(child_text({&tree, node}, "system")) + "|" +
                std::string(child_text({&tree, node}, "code"));
    if (is_measure(code)) return code;
  }
  return {};
}

}  // namespace

Result<std::vector<MeasurePair>> measure_pairs(const Session& session, const std::string& patient) {
  LET(auto found,
      search_held(session, "Observation", {{"patient", patient}, {"code", std::string(measures)}}));
  std::map<std::string, std::multimap<std::int64_t, Held>> taken;
  for (auto& held : found.found) {
    const auto root = held.root();
    const auto status = child_text(root, "status");
    const auto when = search::date_range(child_text(root, "effective"));
    if (!when || status == "entered-in-error" || status == "cancelled") continue;
    auto code = code_of(root);
    taken[std::move(code)].emplace(when->low, std::move(held));
  }
  std::vector<MeasurePair> pairs;
  for (auto& [code, in_order] : taken) {
    auto& pair = pairs.emplace_back(MeasurePair{std::move(in_order.begin()->second), std::nullopt});
    if (in_order.size() > 1) pair.follow_up = std::move(std::prev(in_order.end())->second);
  }
  return pairs;
}

std::string pairs_list(const Session& session, const std::vector<MeasurePair>& pairs,
                       const std::string& id, const std::string& patient) {
  std::string json = R"({"resourceType":"List",)" + member("id", quoted(id)) +
                     R"("status":"current","mode":"snapshot","title":"Measures","subject":)" +
                     R"({"reference":)" + quoted(patient) + R"(},"date":)" +
                     quoted(now_of(session.context)) + R"(,"entry":[)";
  const auto add_one = [&](const Held& held, std::string_view flag) {
    if (json.back() != '[') json += ',';
    json += R"({"flag":{"text":)" + quoted(flag) + R"(},"date":)" +
            quoted(child_text(held.root(), "effective")) + R"(,"item":{"reference":)" +
            quoted(held.place()) + "}}";
  };
  for (const auto& pair : pairs) {
    add_one(pair.baseline, "baseline");
    if (pair.follow_up) add_one(*pair.follow_up, "follow-up");
  }
  return json + "]}";
}

}  // namespace fingerpost::interaction
