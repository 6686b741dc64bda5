#include "store/oracle.h"

#include "fingerpost/limits.h"
#include "model/json.h"
#include "path/fhirpath.h"
#include "store/oracle_values.h"
#include "support/catch.h"
#include "support/definitions.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>

namespace fingerpost::test {

using namespace oracle;

struct Oracle::Values {
  bool any = false;
  std::vector<Token> tokens;
  std::vector<Text> texts, folded_words, references, uris;
  std::vector<Text> versioned;     // references with the versions that they name
  std::vector<Token> identifiers;  // of references
  std::vector<Typed> typed;
  std::vector<Span> dates;
  std::vector<Span> numbers;
  std::vector<Quantity> quantities;
  std::vector<std::pair<double, double>> places;
};

struct Oracle::Resource {
  Text type, id;
  std::shared_ptr<const Tree> tree;
  NodeId root = no_node;
  std::int64_t updated = 0, row = 0;
  const Resource* container = nullptr;                  // of a contained one
  std::map<Text, std::shared_ptr<Resource>> contained;  // by "#id"
  std::map<Text, Values> values;
  std::set<Text> narrative, content;
  Text name() const { return container ? "#" + id : type + "/" + id; }
  Node node() const { return {*tree, root}; }
};

struct Oracle::Parameters {
  struct One {
    model::SearchType kind;
    path::Expression expression;
  };
  std::map<Text, One> all;

  const One& of(const Text& type, const Text& code) {
    const auto [at, is_new] = all.try_emplace(type + "." + code);
    if (!is_new) return at->second;
    const auto& definitions = test::definitions();
    const Names& names = definitions.names();
    for (const auto& one : definitions.search_parameters()) {
      if (names.text(one.code) != code) continue;
      const auto bases = definitions.targets(one.first_base, one.base_count);
      const bool fits = std::any_of(bases.begin(), bases.end(), [&](TypeId base) {
        return definitions.is_a(definitions.find(type), base);
      });
      if (!fits) continue;
      at->second.kind = one.type;
      path::CompileOptions options;
      options.start = definitions.find(type);
      at->second.expression =
          path::compile(names.text(one.expression), definitions, options).value();
      return at->second;
    }
    throw std::logic_error("no parameter " + type + "." + code);
  }
};

Oracle::Oracle() : parameters_(std::make_unique<Parameters>()) {}
Oracle::~Oracle() = default;

void Oracle::put(const Text& json, const Text& id, std::int64_t updated_us) {
  auto read = model::read_json(test::definitions(), json, Limits{});
  const Text type(test::definitions().type_name(read->tree[read->tree.root()].type));
  const auto tree = std::make_shared<const Tree>(std::move(read->tree));
  auto made = std::make_shared<Resource>();
  made->type = type;
  made->id = id;
  const auto next = static_cast<std::int64_t>(rows_.size()) + 1;
  made->row = rows_.try_emplace(made->name(), next).first->second;
  const auto read_into = [&](Resource& one, NodeId root) {
    one.tree = tree;
    one.root = root;
    one.updated = updated_us;
    for (NodeId at = tree->first_child(root); at; at = tree->next(at))
      collect_words({*tree, at}, one.narrative, one.content);
  };
  read_into(*made, tree->root());
  for (const Node& node : made->node().all("contained")) {
    auto inner = std::make_shared<Resource>();
    inner->type = node.type();
    inner->id = node.at("id");
    inner->container = made.get();
    read_into(*inner, node.id);
    made->contained["#" + inner->id] = std::move(inner);
  }
  resources_[made->name()] = std::move(made);
}

void Oracle::remove(const Text& type, const Text& id) {
  resources_.erase(type + "/" + id);
}

const Oracle::Values& Oracle::values(const Resource& at, const Text& code) {
  auto& known = const_cast<Resource&>(at).values;
  const auto found = known.find(code);
  if (found != known.end()) return found->second;
  const auto& parameter = parameters_->of(at.type, code);
  Values& made = known[code];
  path::Environment environment;
  const auto nodes =
      path::evaluate(parameter.expression, NodeRef{at.tree.get(), at.root}, environment);
  made.any = nodes && !nodes->empty();
  for (const auto& value : *nodes)
    if (value.is_node()) read_node(Node{*at.tree, value.node().node}, parameter.kind, made);
  return made;
}

bool Oracle::missing(const Resource& at, const Text& code) {
  return !values(at, code).any;
}

std::vector<const Oracle::Resource*> Oracle::targets(const Resource& at, const Text& code) {
  std::vector<const Resource*> found;
  for (const Text& reference : values(at, code).references) {
    const Resource& whole = at.container ? *at.container : at;
    if (reference == "#" && at.container) found.push_back(&whole);
    if (const auto there = whole.contained.find(reference); there != whole.contained.end())
      found.push_back(there->second.get());
    if (const auto there = resources_.find(reference); there != resources_.end())
      found.push_back(there->second.get());
    for (const auto& [name, other] : resources_) {
      const Node root = other->node();
      const Text url = root.at("url");
      if (!url.empty() && (reference == url || reference == url + "|" + root.at("version")))
        found.push_back(other.get());
    }
  }
  return found;
}

bool Oracle::passes(const Resource& at, const Text& name, const Text& value) {
  if (name == "_filter") {
    std::string_view text = value;
    return passes_filter(at, text);
  }
  if (name.starts_with("_has:")) {
    const auto first = name.find(':', 5), second = name.find(':', first + 1);
    const Text source = name.substr(5, first - 5),
               code = name.substr(first + 1, second - first - 1);
    const auto refers = [&](const Resource& one) {
      if (one.type != source) return false;
      const auto& references = values(one, code).references;
      return std::find(references.begin(), references.end(), at.name()) != references.end() &&
             passes(one, name.substr(second + 1), value);
    };
    if (at.container == nullptr)
      return std::any_of(resources_.begin(), resources_.end(),
                         [&](const auto& one) { return refers(*one.second); });
    const auto& beside = at.container->contained;
    return refers(*at.container) || std::any_of(beside.begin(), beside.end(), [&](const auto& one) {
             return refers(*one.second);
           });
  }
  if (const auto dot = name.find('.'); dot != Text::npos) {
    const auto link = split(name.substr(0, dot), ':');
    const auto reached = targets(at, link[0]);
    // Where R4 has but one type for what is referred to, a reference to another leads nowhere.
    const Text type = link.size() > 1 ? link[1] : link[0] == "part-of" ? "CarePlan" : "";
    return std::any_of(reached.begin(), reached.end(), [&](const Resource* to) {
      return (type.empty() || to->type == type) && passes(*to, name.substr(dot + 1), value);
    });
  }
  const auto colon = name.find(':');
  const Text code = name.substr(0, colon);
  const Text modifier = colon == Text::npos ? "" : name.substr(colon + 1);
  if (modifier == "missing") return missing(at, code) == (value == "true");
  if (code == "_text") return words_pass(at.narrative, value);
  if (code == "_content") return words_pass(at.content, value);
  bool any = false;
  for (std::size_t start = 0; start <= value.size() && !any;) {
    auto end = value.find(',', start);
    while (end != Text::npos && end > 0 && value[end - 1] == '\\') end = value.find(',', end + 1);
    if (end == Text::npos) end = value.size();
    any = passes_one(at, code, modifier, value.substr(start, end - start));
    start = end + 1;
  }
  return any != (modifier == "not");
}

// Whether the one is the other, or lies under it by what is stored.
bool Oracle::is_under(const Text& one, const Text& other, const Text& code) {
  std::set<Text> up = {one};
  for (std::size_t before = 0; before != up.size();) {
    before = up.size();
    for (const Text& name : std::set<Text>(up))
      if (const auto there = resources_.find(name); there != resources_.end())
        for (const Resource* to : targets(*there->second, code)) up.insert(to->name());
  }
  if (up.contains(other)) return true;
  // What is not stored has still those under it that name it.
  return std::any_of(up.begin(), up.end(), [&](const Text& name) {
    const auto there = resources_.find(name);
    if (there == resources_.end() || resources_.contains(other)) return false;
    const auto& references = values(*there->second, code).references;
    return std::find(references.begin(), references.end(), other) != references.end();
  });
}

bool Oracle::passes_composite(const Resource& at, const Text& code, const Text& value) {
  const auto dollar = value.find('$');
  const Text first = value.substr(0, dollar), second = value.substr(dollar + 1);
  const Node root = at.node();
  std::vector<Node> elements;
  if (!code.starts_with("component")) elements.push_back(root);
  if (code.starts_with("com"))
    for (const Node& one : root.all("component")) elements.push_back(one);
  return std::any_of(elements.begin(), elements.end(), [&](const Node& element) {
    Values codes, seen;
    if (const Node node = element.one("code"); node.id) read_token(node, codes);
    const Node node = element.one("value");
    if (!node.id) return false;
    const bool concept_wanted = code.ends_with("concept");
    if (node.type() != (concept_wanted ? "CodeableConcept" : "Quantity")) return false;
    read_node(node, concept_wanted ? model::SearchType::token : model::SearchType::quantity, seen);
    const auto is = [](const Text& wanted) {
      return [&wanted](const Token& token) { return token_passes(token, wanted); };
    };
    if (std::none_of(codes.tokens.begin(), codes.tokens.end(), is(first))) return false;
    if (concept_wanted) return std::any_of(seen.tokens.begin(), seen.tokens.end(), is(second));
    return std::any_of(seen.quantities.begin(), seen.quantities.end(),
                       [&](const auto& one) { return quantity_passes(one, second); });
  });
}

bool Oracle::passes_reference(const Values& has, const Text& code, const Text& modifier,
                              const Text& value) {
  const auto any = [](const auto& items, const auto& test) {
    return std::any_of(items.begin(), items.end(), test);
  };
  if (modifier == "identifier")
    return any(has.identifiers, [&](const Token& one) { return token_passes(one, value); });
  if (modifier == "below" || modifier == "above")
    return any(has.references, [&](const Text& reference) {
      if (modifier == "below") return is_under(reference, value, code);
      return reference == value ||
             (resources_.contains(reference) && is_under(value, reference, code));
    });
  if (value.find("/_history/") != Text::npos)
    return any(has.versioned, [&](const Text& one) { return one == value; });
  return any(has.references,
             [&](const Text& reference) { return reference_passes(reference, modifier, value); });
}

bool Oracle::passes_one(const Resource& at, const Text& code, const Text& modifier,
                        const Text& value) {
  using model::SearchType;
  if (code == "_id") return at.id == value;
  if (code == "_lastUpdated") {
    const double time = static_cast<double>(at.updated) / 1e6;
    return date_passes({time, time}, value);
  }
  if (value.find('$') != Text::npos) return passes_composite(at, code, value);
  const Values& has = values(at, code);
  const auto any = [](const auto& items, const auto& test) {
    return std::any_of(items.begin(), items.end(), test);
  };
  switch (parameters_->of(at.type, code).kind) {
    case SearchType::token:
      if (modifier == "text")
        return any(has.folded_words,
                   [&](const Text& text) { return text.find(folded(value)) != Text::npos; });
      if (modifier == "of-type") {
        const auto parts = split(value, '|');
        return any(has.typed, [&](const Typed& one) {
          return one.system == parts[0] && one.code == parts[1] && one.value == parts[2];
        });
      }
      return any(has.tokens, [&](const Token& one) { return token_passes(one, value); });
    case SearchType::string: {
      const Text plain = split(value, '\1')[0];
      return any(has.texts, [&](const Text& text) {
        if (modifier == "exact") return text == plain;
        if (modifier == "contains") return folded(text).find(folded(plain)) != Text::npos;
        return folded(text).starts_with(folded(plain));
      });
    }
    case SearchType::uri:
      return any(has.uris, [&](const Text& uri) {
        if (modifier == "below") return uri.starts_with(value);
        if (const auto bar = value.find('|'); code == "url" && bar != Text::npos)
          return uri == value.substr(0, bar) && at.node().at("version") == value.substr(bar + 1);
        return modifier == "above" ? value.starts_with(uri) : uri == value;
      });
    case SearchType::reference:
      return passes_reference(has, code, modifier, value);
    case SearchType::date:
      return any(has.dates, [&](const Span& one) { return date_passes(one, value); });
    case SearchType::number: {
      const auto [prefix, rest] = prefixed(value);
      const auto asked = *number_of(rest);
      return any(has.numbers,
                 [&, by = prefix](const Span& one) { return number_passes(one, asked, by, 1); });
    }
    case SearchType::quantity:
      return any(has.quantities, [&](const Quantity& one) { return quantity_passes(one, value); });
    case SearchType::special: {
      const auto parts = split(value, '|');
      const double unit = parts[3] == "km" ? 1000 : parts[3] == "m" ? 1 : 1609.344;
      return any(has.places, [&](const auto& place) {
        return metres_between(place.first, place.second, std::atof(parts[0].c_str()),
                              std::atof(parts[1].c_str())) <= std::atof(parts[2].c_str()) * unit;
      });
    }
    default:
      return false;
  }
}

// The tests write filters with parentheses around everything that is joined: (a and b), not (a).
bool Oracle::passes_filter(const Resource& at, std::string_view& text) {
  const auto word = [&] {
    const auto end = text.find_first_of(" )");
    const Text found(text.substr(0, end));
    text.remove_prefix(std::min(end, text.size()));
    while (text.starts_with(' ')) text.remove_prefix(1);
    return found;
  };
  if (text.starts_with("not (")) {
    text.remove_prefix(4);
    return !passes_filter(at, text);
  }
  if (text.starts_with('(')) {
    text.remove_prefix(1);
    bool result = passes_filter(at, text);
    while (!text.starts_with(')')) {
      const Text joint = word();
      const bool more = passes_filter(at, text);
      result = joint == "and" ? result && more : result || more;
    }
    text.remove_prefix(1);
    while (text.starts_with(' ')) text.remove_prefix(1);
    return result;
  }
  const Text name = word(), op = word(), value = word();
  if (op == "pr") return passes(at, name + ":missing", value == "true" ? "false" : "true");
  if (op == "co") return passes(at, name + ":contains", value);
  if (op == "sw") return passes(at, name, value);
  if (op == "eq" || op == "re") return passes(at, name, value);
  const bool dated = name == "_lastUpdated" || name.ends_with("date");
  if (op == "ne" && !dated)
    return passes(at, name + ":missing", "false") && !passes(at, name, value);
  return passes(at, name, op + value);
}

// Bytes that compare as the values do; what is missing comes last either way.
Text Oracle::sort_value(const Resource& at, const Text& code, bool down) {
  std::vector<Text> all;
  const auto add_number = [&](double number) {
    // The bits of a double in the order of the numbers.
    const auto bits = std::bit_cast<std::uint64_t>(number == 0 ? 0.0 : number);
    const std::uint64_t top = std::uint64_t{1} << 63;
    char text[32];
    std::snprintf(text, sizeof text, "%016llx",
                  static_cast<unsigned long long>((bits & top) != 0 ? ~bits : bits | top));
    all.emplace_back(text);
  };
  if (code == "_id") {
    all.push_back(at.id);
  } else if (code == "_lastUpdated") {
    add_number(static_cast<double>(at.updated));
  } else {
    const Values& has = values(at, code);
    for (const Text& text : has.texts) all.push_back(folded(text));
    for (const Text& uri : has.uris) all.push_back(uri);
    for (const Token& token : has.tokens)
      if (!token.code.empty()) all.push_back(token.code);
    for (const Text& reference : has.references)
      if (!reference.starts_with('#')) all.push_back(reference);
    // Of a place only the distance to what is nearest of what was asked for, whatever the order.
    std::optional<double> nearest;
    for (const auto& [latitude, longitude] : has.places)
      for (const auto& [from_latitude, from_longitude] : near_)
        nearest = std::min(nearest.value_or(1e9),
                           metres_between(latitude, longitude, from_latitude, from_longitude));
    if (nearest) add_number(*nearest);
    for (const Span& date : has.dates) add_number(date.low);
    for (const Span& number : has.numbers) add_number(number.low);
    for (const Quantity& one : has.quantities) add_number(one.value.low);
  }
  if (all.empty()) return "\xff";
  std::sort(all.begin(), all.end());
  Text value = down ? all.back() : all.front();
  if (!down) return "\1" + value + '\0';
  for (char& c : value) c = static_cast<char>(~static_cast<unsigned char>(c));
  return "\1" + value + '\xff';
}

std::set<Text> Oracle::include_one(const Text& name, const Text& value,
                                   const std::set<Text>& from) {
  const auto parts = split(value, ':');
  const bool reverse = name.starts_with("_rev");
  std::set<Text> found;
  for (const auto& [here, resource] : resources_) {
    if (resource->type != parts[0]) continue;
    for (const Resource* to : targets(*resource, parts[1])) {
      if (to->container || (parts.size() > 2 && to->type != parts[2])) continue;
      if (!reverse && from.contains(here)) found.insert(to->name());
      if (reverse && from.contains(to->name())) found.insert(here);
    }
  }
  return found;
}

void Oracle::include(const std::vector<search::Pair>& pairs, Answer& answer) {
  std::set<Text> shown(answer.matches.begin(), answer.matches.end());
  std::set<Text> from = shown;
  for (int round = 0; !from.empty() && round <= Limits{}.include_rounds; ++round) {
    std::set<Text> next;
    for (const auto& [name, value] : pairs) {
      if (name.find("include") == Text::npos) continue;
      if (round > 0 && !name.ends_with(":iterate")) continue;
      for (const auto& one : include_one(name, value, from))
        if (shown.insert(one).second) next.insert(one);
    }
    answer.included.insert(next.begin(), next.end());
    from = std::move(next);
  }
}

Oracle::Answer Oracle::search(const Text& type, const std::vector<search::Pair>& pairs) {
  std::vector<std::pair<std::vector<Text>, const Resource*>> found;
  bool down = false;
  near_.clear();
  for (const auto& [name, value] : pairs)
    if (const auto parts = split(value, '|'); name == "near")
      near_.emplace_back(std::atof(parts[0].c_str()), std::atof(parts[1].c_str()));
  for (const auto& [name, resource] : resources_) {
    if (resource->type != type) continue;
    bool all = true;
    std::vector<Text> sorts;
    for (const auto& [parameter, value] : pairs) {
      if (parameter == "_sort") {
        down = value.starts_with('-');
        for (const auto& key : split(value, ',')) {
          const bool minus = key.starts_with('-');
          sorts.push_back(sort_value(*resource, key.substr(minus ? 1 : 0), minus));
        }
      } else if (parameter != "_count" && parameter != "_total" &&
                 parameter.find("include") == Text::npos) {
        all = all && passes(*resource, parameter, value);
      }
    }
    if (all) found.emplace_back(std::move(sorts), resource.get());
  }
  std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    return down ? a.second->row > b.second->row : a.second->row < b.second->row;
  });
  Answer answer;
  for (const auto& [sorts, resource] : found) answer.matches.push_back(resource->name());
  include(pairs, answer);
  return answer;
}

}  // namespace fingerpost::test

using namespace fingerpost;

TEST_CASE("the measure of search answers is itself right on what can be seen at a glance") {
  test::Oracle oracle;
  oracle.put(R"({"resourceType":"Patient","name":[{"family":"Óg"}],"birthDate":"1970-02"})", "1",
             1);
  oracle.put(R"({"resourceType":"Patient","name":[{"family":"Zhang"}]})", "2", 2);
  oracle.put(R"({"resourceType":"CarePlan","status":"active","subject":{"reference":"Patient/2"}})",
             "1", 3);
  using List = std::vector<std::string>;
  const auto found = [&](const char* type, std::vector<search::Pair> pairs) {
    return oracle.search(type, pairs).matches;
  };
  CHECK(found("Patient", {{"family", "og"}}) == List{"Patient/1"});
  CHECK(found("Patient", {{"family:exact", "Og"}}).empty());
  CHECK(found("Patient", {{"birthdate", "lt1970-02-02"}}) == List{"Patient/1"});
  CHECK(found("Patient", {{"birthdate:missing", "true"}}) == List{"Patient/2"});
  CHECK(found("Patient", {{"_sort", "-family"}}) == List{"Patient/2", "Patient/1"});
  CHECK(found("CarePlan", {{"subject:Patient.name", "zh"}}) == List{"CarePlan/1"});
  CHECK(found("Patient", {{"_has:CarePlan:patient:status", "active"}}) == List{"Patient/2"});
  CHECK(found("Patient", {{"_filter", "(name co g and not (birthdate pr true))"}}) ==
        List{"Patient/2"});
}
