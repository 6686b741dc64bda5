// What the measure of search answers reads from a resource, and R4's rules about single values. It
// knows as much of dates, units and accents as its tests make.

#pragma once

#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "support/definitions.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <initializer_list>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::test::oracle {

using Text = std::string;

constexpr std::int64_t now = 1'600'000'000;  // seconds since 1970, for the prefix ap

inline std::vector<Text> split(const Text& text, char by) {
  std::vector<Text> parts(1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      parts.back() += text[++i];
    } else if (text[i] == by) {
      parts.emplace_back();
    } else {
      parts.back() += text[i];
    }
  }
  return parts;
}

// Only the accents that the tests use.
inline Text folded(Text text) {
  constexpr std::pair<const char*, const char*> plain[] = {
      {"é", "e"}, {"É", "e"}, {"ó", "o"}, {"Ó", "o"}, {"ü", "u"}, {"Ü", "u"}, {"ñ", "n"}};
  for (const auto& [from, to] : plain)
    for (auto at = text.find(from); at != Text::npos; at = text.find(from))
      text.replace(at, Text(from).size(), to);
  Text out;
  for (const char c : text) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

struct Span {
  double low = 0, high = 0;  // seconds, or a number
};
constexpr double infinite = std::numeric_limits<double>::infinity();

inline double seconds(int year, int month, int day, int hour = 0, int minute = 0, int second = 0) {
  std::tm time{};
  time.tm_year = year - 1900;
  time.tm_mon = month - 1;
  time.tm_mday = day;
  time.tm_hour = hour;
  time.tm_min = minute;
  time.tm_sec = second;
  return static_cast<double>(::timegm(&time));
}

// The last moment is a microsecond before the next unit.
inline std::optional<Span> date_span(const Text& text) {
  int y = 0, m = 0, d = 0, hour = 0, minute = 0, second = 0;
  constexpr double last = 1e-6;
  const int read =
      std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d", &y, &m, &d, &hour, &minute, &second);
  if (read == 1) return Span{seconds(y, 1, 1), seconds(y + 1, 1, 1) - last};
  if (read == 2) return Span{seconds(y, m, 1), seconds(y, m + 1, 1) - last};
  if (read == 3) return Span{seconds(y, m, d), seconds(y, m, d + 1) - last};
  if (read < 5) return {};
  double start = seconds(y, m, d, hour, minute, read == 6 ? second : 0);
  const auto zone = text.find_first_of("+-", 11);
  if (zone != Text::npos)
    start += (text[zone] == '+' ? -3600 : 3600) * std::atof(text.substr(zone + 1, 2).c_str());
  return Span{start, start + (read == 6 ? 1 : 60) - last};
}

// Ten-thousandths, to be compared without rounding; and half a unit of the last digit.
struct Number {
  double value = 0, half = 0;
};
inline std::optional<Number> number_of(const Text& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || end != text.c_str() + text.size()) return {};
  const auto point = text.find('.');
  const auto digits = point == Text::npos ? 0 : text.size() - point - 1;
  return Number{std::round(value * 1e10), 0.5 * std::pow(10.0, 10.0 - static_cast<double>(digits))};
}

struct Prefixed {
  Text prefix, rest;
};
inline Prefixed prefixed(const Text& value) {
  for (const char* prefix : {"eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"})
    if (value.starts_with(prefix)) return {prefix, value.substr(2)};
  return {"eq", value};
}

inline bool date_passes(const Span& item, const Text& value) {
  const auto [prefix, rest] = prefixed(value);
  auto asked = *date_span(rest);
  const bool within = asked.low <= item.low && item.high <= asked.high;
  if (prefix == "eq") return within;
  if (prefix == "ne") return !within;
  if (prefix == "gt") return item.high > asked.high;
  if (prefix == "lt") return item.low < asked.low;
  if (prefix == "ge") return item.high > asked.high || within;
  if (prefix == "le") return item.low < asked.low || within;
  if (prefix == "sa") return item.low > asked.high;
  if (prefix == "eb") return item.high < asked.low;
  const double tenth = std::abs(static_cast<double>(now) - asked.low) / 10;
  return item.low <= asked.high + tenth && asked.low - tenth <= item.high;
}

inline bool number_passes(const Span& item, const Number& asked, const Text& prefix,
                          double factor) {
  const double value = asked.value * factor, half = asked.half * factor;
  const bool within = value - half <= item.low && item.high < value + half;
  if (prefix == "eq") return within;
  if (prefix == "ne") return !within;
  if (prefix == "gt") return item.high > value;
  if (prefix == "lt") return item.low < value;
  if (prefix == "ge") return item.high >= value;
  if (prefix == "le") return item.low <= value;
  if (prefix == "sa") return item.low > value;
  if (prefix == "eb") return item.high < value;
  const double wide = std::max(half, std::abs(value) / 10);
  return item.low <= value + wide && value - wide <= item.high;
}

// Grams and metres: a factor to the smallest, so that nothing is rounded.
inline double ucum_factor(const Text& code) {
  return code == "ug" ? 1 : code == "mg" ? 1e3 : code == "g" ? 1e6 : code == "kg" ? 1e9 : 0;
}

// The system of tokens that are compared without regard to case.
constexpr const char* in_any_case = "~";
struct Token {
  Text system, code;
};
struct Quantity {
  Span value;
  Text system, code, unit;
};
struct Typed {
  Text system, code, value;
};

inline double metres_between(double a_lat, double a_lon, double b_lat, double b_lon) {
  if (a_lat == b_lat && a_lon == b_lon) return 0;
  const double r = std::acos(-1.0) / 180;
  const double x = std::cos(a_lat * r) * std::cos(b_lat * r) * std::cos((a_lon - b_lon) * r) +
                   std::sin(a_lat * r) * std::sin(b_lat * r);
  return 6'371'008.8 * std::acos(std::clamp(x, -1.0, 1.0));
}

inline std::set<Text> words_of(const Text& text) {
  std::set<Text> words;
  Text word;
  for (const char c : folded(text) + " ") {
    const bool part = std::isalnum(static_cast<unsigned char>(c)) || (c & 0x80) != 0;
    if (part) word += c;
    if (part || word.empty()) continue;
    words.insert(word);
    word.clear();
  }
  return words;
}

inline bool words_pass(const std::set<Text>& words, const Text& asked) {
  Text rest = asked;
  for (;;) {
    const auto at = rest.find(" OR ");
    bool all = true;
    for (const auto& one : split(rest.substr(0, at), ' ')) {
      const bool begins = one.ends_with("*");
      const Text word = folded(begins ? one.substr(0, one.size() - 1) : one);
      const auto found = words.lower_bound(word);
      all = all && found != words.end() && (begins ? found->starts_with(word) : *found == word);
    }
    if (all) return true;
    if (at == Text::npos) return false;
    rest = rest.substr(at + 4);
  }
}

// Reads nodes by the names of their elements.
struct Node {
  const Tree& tree;
  NodeId id;

  Text text() const { return id ? Text(tree.text(id)) : Text(); }
  Text type() const { return Text(test::definitions().type_name(tree[id].type)); }
  std::vector<Node> all(std::string_view name) const {
    std::vector<Node> found;
    for (NodeId at = id ? tree.first_child(id) : no_node; at; at = tree.next(at))
      if (tree.name_text(at) == name) found.push_back({tree, at});
    return found;
  }
  Node one(std::string_view name) const {
    const auto found = all(name);
    return found.empty() ? Node{tree, no_node} : found[0];
  }
  Text at(std::string_view name) const { return one(name).text(); }
};

// The systems of the codes that the tests give to `code` elements.
inline Text system_of(const Node& node) {
  const auto name = node.tree.name_text(node.id);
  if (name == "gender") return "http://hl7.org/fhir/administrative-gender";
  if (name == "intent") return "http://hl7.org/fhir/request-intent";
  const Node parent{node.tree, node.tree.parent(node.id)};
  if (name != "status") return "?";
  return parent.type() == "CarePlan" ? "http://hl7.org/fhir/request-status"
                                     : "http://hl7.org/fhir/observation-status";
}

template <class Values>
void read_token(const Node& node, Values& values) {
  const Text type = node.type();
  const auto coding = [&](const Node& at) {
    values.tokens.push_back({at.at("system"), at.at("code")});
    if (!at.at("display").empty()) values.folded_words.push_back(folded(at.at("display")));
  };
  if (type == "Coding") return coding(node);
  if (type == "CodeableConcept") {
    if (!node.at("text").empty()) values.folded_words.push_back(folded(node.at("text")));
    for (const Node& at : node.all("coding")) coding(at);
  } else if (type == "Identifier") {
    values.tokens.push_back({node.at("system"), node.at("value")});
    for (const Node& at : node.one("type").all("coding"))
      values.typed.push_back({at.at("system"), at.at("code"), node.at("value")});
    if (const Text text = node.one("type").at("text"); !text.empty())
      values.folded_words.push_back(folded(text));
  } else if (type == "code") {
    values.tokens.push_back({system_of(node), node.text()});
  } else if (type == "ContactPoint" || type == "string") {
    values.tokens.push_back({in_any_case, type == "string" ? node.text() : node.at("value")});
  } else {
    values.tokens.push_back({"?", node.text()});
  }
}

template <class Values>
void read_string(const Node& node, Values& values) {
  const Text type = node.type();
  const auto add = [&](std::initializer_list<const char*> names) {
    for (const char* name : names)
      for (const Node& at : node.all(name)) values.texts.push_back(at.text());
  };
  if (type == "HumanName") return add({"text", "family", "given", "prefix", "suffix"});
  if (type == "Address")
    return add({"text", "line", "city", "district", "state", "postalCode", "country"});
  values.texts.push_back(node.text());
}

inline std::optional<Quantity> read_quantity(const Node& node) {
  const auto value = number_of(node.at("value"));
  if (!value) return {};
  Quantity made{{value->value, value->value}, node.at("system"), node.at("code"), node.at("unit")};
  const Text comparator = node.at("comparator");
  if (comparator.starts_with("<")) made.value.low = -infinite;
  if (comparator.starts_with(">")) made.value.high = infinite;
  return made;
}

template <class Values>
void read_node(const Node& node, model::SearchType kind, Values& values) {
  using model::SearchType;
  const Text type = node.type();
  switch (kind) {
    case SearchType::token:
      return read_token(node, values);
    case SearchType::string:
      return read_string(node, values);
    case SearchType::uri:
      return values.uris.push_back(node.text());
    case SearchType::reference:
      if (type != "Reference") return values.references.push_back(node.text());
      values.versioned.push_back(node.at("reference"));
      if (!node.at("reference").empty())
        values.references.push_back(
            node.at("reference").substr(0, node.at("reference").find("/_history/")));
      if (const Node identifier = node.one("identifier"); identifier.id)
        values.identifiers.push_back({identifier.at("system"), identifier.at("value")});
      return;
    case SearchType::date:
      if (type == "Period") {
        const auto low = date_span(node.at("start")), high = date_span(node.at("end"));
        if (low || high)
          values.dates.push_back({low ? low->low : -infinite, high ? high->high : infinite});
      } else if (const auto span = date_span(node.text())) {
        values.dates.push_back(*span);
      }
      return;
    case SearchType::number:
      if (const auto number = number_of(node.text()))
        values.numbers.push_back({number->value, number->value});
      return;
    case SearchType::quantity:
      if (const auto quantity = read_quantity(node)) values.quantities.push_back(*quantity);
      return;
    case SearchType::special:
      return values.places.emplace_back(std::atof(node.at("latitude").c_str()),
                                        std::atof(node.at("longitude").c_str())),
             void();
    default:
      return;
  }
}

inline bool token_passes(const Token& item, const Text& value) {
  const auto parts = split(value, '|');
  if (item.system == in_any_case && parts.size() == 1) return folded(item.code) == folded(parts[0]);
  if (parts.size() == 1) return !item.code.empty() && item.code == parts[0];
  if (parts[1].empty()) return item.system == parts[0];
  return item.code == parts[1] && item.system == parts[0];
}

// `type`: of the modifier, or empty.
inline bool reference_passes(const Text& reference, const Text& type, const Text& value) {
  if (!type.empty()) return reference == type + "/" + value;
  if (value.find_first_of("/:") != Text::npos)
    return reference == value || reference.substr(0, reference.find('|')) == value;
  const auto slash = reference.rfind('/');
  return slash != Text::npos && reference.find(':') == Text::npos &&
         reference.substr(slash + 1) == value;
}

inline bool quantity_passes(const Quantity& item, const Text& value) {
  const auto parts = split(value, '|');
  const auto [prefix, rest] = prefixed(parts[0]);
  const auto asked = *number_of(rest);
  if (parts.size() == 1) return number_passes(item.value, asked, prefix, 1);
  if (parts[1].empty())
    return (item.code == parts[2] || item.unit == parts[2]) &&
           number_passes(item.value, asked, prefix, 1);
  if (item.system != parts[1] || item.code.empty()) return false;
  if (item.system != "http://unitsofmeasure.org")
    return item.code == parts[2] && number_passes(item.value, asked, prefix, 1);
  const double here = ucum_factor(item.code), there = ucum_factor(parts[2]);
  return number_passes({item.value.low * here, item.value.high * here}, asked, prefix, there);
}

inline void collect_words(const Node& node, std::set<Text>& narrative, std::set<Text>& content) {
  const Text type = node.type();
  if (type == "xhtml") {
    Text plain;
    bool inside = false;
    for (const char c : node.text()) {
      inside = c == '<' || (inside && c != '>');
      plain += inside || c == '>' ? ' ' : c;
    }
    narrative = words_of(plain);
    content.merge(words_of(plain));
  } else if (type == "string" || type == "markdown") {
    content.merge(words_of(node.text()));
  }
  for (NodeId at = node.tree.first_child(node.id); at; at = node.tree.next(at))
    collect_words({node.tree, at}, narrative, content);
}

}  // namespace fingerpost::test::oracle
