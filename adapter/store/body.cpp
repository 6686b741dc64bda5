#include "store/body.h"

#include "model/json.h"

#include <array>
#include <cstdio>

namespace fingerpost::store {
namespace {

constexpr std::int64_t day_us = 86'400'000'000;

// The members of `object`, an object's JSON, with a comma before them; "" when it has none.
std::string_view members(std::string_view object) {
  return object.substr(1, object.size() - 2);
}

void remove_child(Tree& tree, NodeId node, NameId name) {
  while (const NodeId child = tree.child(node, name)) tree.remove(child);
}

}  // namespace

Body prepare_body(const model::Definitions& definitions, Tree& tree, std::string_view id) {
  const Names& names = definitions.names();
  const NameId id_name = names.find("id");
  const NameId meta_name = names.find("meta");

  Tree meta(names);
  NodeId kept = no_node;
  if (const NodeId old = tree.child(tree.root(), meta_name)) {
    kept = meta.copy(tree, old, meta.root());
    remove_child(meta, kept, names.find("versionId"));
    remove_child(meta, kept, names.find("lastUpdated"));
  }
  remove_child(tree, tree.root(), meta_name);
  remove_child(tree, tree.root(), id_name);

  std::string rest;
  model::write_json(definitions, tree, tree.root(), rest);
  std::string meta_text = "{}";
  if (kept != no_node) {
    meta_text.clear();
    model::write_json(definitions, meta, kept, meta_text);
    tree.copy(meta, kept, tree.root());
  }
  const NodeId id_node = tree.add(tree.root(), id_name, definitions.common().id);
  tree.set(id_node, Shape::string, id);

  const auto type = definitions.type_name(tree[tree.root()].type);
  Body body;
  body.head.append(R"({"resourceType":")").append(type).append(R"(","id":")").append(id);
  body.head.append(R"(","meta":{"versionId":")");
  const std::string start = R"({"resourceType":")" + std::string(type) + "\"";
  const auto others = members(rest).substr(start.size() - 1);
  body.tail = "\"";
  if (const auto more = members(meta_text); !more.empty()) body.tail.append(",").append(more);
  body.tail.append("}").append(others).append("}");
  return body;
}

std::string complete(const Body& body, std::int64_t version, std::int64_t time_us) {
  const std::string number = std::to_string(version);
  std::string bytes;
  bytes.reserve(body.size() + number.size() + Body::middle.size() + 24);
  bytes.append(body.head).append(number).append(Body::middle).append(instant(time_us));
  return bytes.append(body.tail);
}

bool same(const Body& body, std::string_view complete_bytes) {
  if (complete_bytes.size() < body.size() || !complete_bytes.starts_with(body.head)) return false;
  if (!complete_bytes.ends_with(body.tail)) return false;
  complete_bytes.remove_prefix(body.head.size());
  complete_bytes.remove_suffix(body.tail.size());
  const auto digits = complete_bytes.find_first_not_of("0123456789");
  if (digits == std::string_view::npos) return false;
  complete_bytes.remove_prefix(digits);
  return complete_bytes.starts_with(Body::middle) &&
         complete_bytes.size() == Body::middle.size() + instant(0).size();
}

// Howard Hinnant's algorithm, from days since 1970-01-01 to the Gregorian calendar.
std::string instant(std::int64_t time_us) {
  const std::int64_t day = (time_us >= 0 ? time_us : time_us - day_us + 1) / day_us;
  const std::int64_t left = time_us - day * day_us;
  const std::int64_t shifted = day + 719468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const std::int64_t day_of_era = shifted - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const auto date = static_cast<int>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  const auto month =
      static_cast<int>(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
  const auto year = static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
  const auto ms = static_cast<int>(left / 1000);
  std::array<char, 64> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month,
                    date, ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace fingerpost::store
