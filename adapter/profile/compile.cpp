#include "base/text.h"
#include "profile/invariants.h"
#include "profile/profile.h"
#include "profile/view.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>

namespace fingerpost::profile {
namespace {

using model::Definitions;

std::uint32_t number(View view, std::uint32_t otherwise) {
  const auto text = view.text();
  if (text == "*") return any_number;
  const auto value = to_integer(text);
  return value && *value >= 0 ? static_cast<std::uint32_t>(*value) : otherwise;
}

std::string_view last_segment(std::string_view text, char separator) {
  return text.substr(text.rfind(separator) + 1);
}

// `%extension` by another name: a variable of that name would hide the element `extension`.
std::string with_extension_named(std::string_view expression, std::string_view name) {
  constexpr std::string_view variable = "%extension";
  std::string made;
  for (auto at = expression.find(variable); at != std::string_view::npos;
       at = expression.find(variable)) {
    made += expression.substr(0, at + 1);
    made += name;
    expression.remove_prefix(at + variable.size());
  }
  return made += expression;
}

// R4's vital signs profiles require these units of every component: the flow of oxygen, which is
// measured with its saturation, could not be told. The validator suite takes others with a warning.
bool is_unit_of_component(std::string_view path, std::string_view value_set) {
  return path == "Observation.component.value[x]" &&
         value_set == "http://hl7.org/fhir/ValueSet/ucum-vitals-common|4.0.1";
}

class Compiler {
 public:
  Compiler(const Definitions& definitions, Profile& profile, Budget& budget)
      : definitions_(definitions), profile_(profile), budget_(budget) {}

  void run() {
    const View root(profile_.tree, profile_.tree.root());
    profile_.url = root["url"].text();
    profile_.version = root["version"].text();
    profile_.type = definitions_.find(root["type"].text());
    root.each("context", [&](View context) { add_context(context); });
    root.each("contextInvariant", [&](View text) { add_context_invariant(text.text()); });
    root["snapshot"].each("element", [&](View element) {
      if (budget_.fits(profile_.rules.size() + 1) && budget_.charge(1)) add(element);
    });
    if (budget_.over)
      profile_.issues.push_back({Severity::error, "too-costly", profile_.url,
                                 "has more elements, or takes more work, than a definition may: "
                                 "not all of it is checked"});
    if (profile_.rules.empty()) profile_.rules.emplace_back();
    profile_.rules[0].types = {{profile_.type, {}, {}, 0, Versioning::either}};
    for (Rule& rule : profile_.rules)
      if (!rule.slices.empty()) settle_slicing(rule);
    for (RuleId rule = static_cast<RuleId>(profile_.rules.size()); rule-- > 0;) settle(rule);
  }

 private:
  void add_context(View from) {
    Context made;
    made.text = from["expression"].text();
    const auto kind = from["type"].text();
    if (kind == "extension") made.kind = Context::Kind::extension;
    if (kind == "fhirpath") {
      made.kind = Context::Kind::path;
      auto compiled = path::compile(made.text, definitions_);
      if (!compiled)
        return warn(profile_.url, "a context cannot be evaluated: " + compiled.error().text);
      made.expression = *std::move(compiled);
    }
    profile_.contexts.push_back(std::move(made));
  }

  void add_context_invariant(std::string_view text) {
    constexpr std::string_view names[] = {"contextExtension"};
    path::CompileOptions options;
    options.variables = names;
    auto compiled = path::compile(with_extension_named(text, names[0]), definitions_, options);
    if (!compiled)
      return warn(profile_.url,
                  "an invariant of its context cannot be evaluated: " + compiled.error().text);
    profile_.context_invariants.push_back(
        {Context::Kind::path, std::string(text), *std::move(compiled)});
  }

  void warn(std::string place, std::string text) {
    profile_.issues.push_back(
        {Severity::warning, "not-supported", std::move(place), text + ": not checked"});
  }

  // Extensions are sliced by their URLs and choices by their types, though a snapshot may not say
  // so (R4 profiling.html#slicing).
  void settle_slicing(Rule& rule) {
    const bool choice = rule.path.ends_with("[x]");
    const bool extension =
        rule.types.size() == 1 && rule.types[0].type == definitions_.common().extension;
    if (!rule.slicing) {
      rule.slicing = std::make_unique<Slicing>();
      if (extension) rule.slicing->by = {parse_discriminator(definitions_, "value", "url")};
      if (choice) rule.slicing->by = {parse_discriminator(definitions_, "type", "$this")};
    }
    if (!rule.slicing->decidable())
      warn(rule.path, "the slices of " + rule.path + " cannot be told apart");
  }

  struct Open {
    std::string path;
    RuleId rule;
  };

  static bool has_sense(std::string_view path) {
    constexpr std::size_t most_bytes = 2000;
    constexpr std::ptrdiff_t most_deep = 64;
    return path.size() <= most_bytes && std::count(path.begin(), path.end(), '.') <= most_deep;
  }

  void add(View element) {
    const std::string path(element["path"].text());
    if (!has_sense(path))
      return warn(profile_.url, "the path of an element is too long or too deep");
    const auto id = static_cast<RuleId>(profile_.rules.size());
    Rule rule;
    rule.path = path;
    rule.slice = element["sliceName"].text();
    const auto dot = path.rfind('.');
    if (dot == std::string::npos) {
      profile_.rules.push_back(std::move(rule));
      fill(0, element, nullptr);
      open_ = {{path, 0}};
      return;
    }
    const auto parent_path = std::string_view(path).substr(0, dot);
    while (!open_.empty() && open_.back().path != parent_path &&
           !(open_.back().path == path && !rule.slice.empty()))
      open_.pop_back();
    if (open_.empty()) return;
    RuleId parent = open_.back().rule;
    std::string name = path.substr(dot + 1);
    if (!rule.slice.empty() && open_.back().path == path) {
      parent = outer_of(open_.back().rule, rule.slice, path);
      place(parent, std::move(rule), id, element, true, name);
    } else if (const RuleId sliced = sliced_in(parent, name, rule); sliced != no_rule) {
      if (rule.slice.empty()) rule.slice = name;
      place(sliced, std::move(rule), id, element, true, name);
    } else {
      place(parent, std::move(rule), id, element, false, name);
    }
    open_.push_back({path, id});
  }

  // The element that a slice belongs to: of those with its path in one place, the one unsliced, or
  // for "a/b" the slice "a".
  RuleId outer_of(RuleId latest, std::string_view slice, const std::string& path) {
    RuleId element = latest;
    while (!profile_.rules[element].slice.empty() && parents_.contains(element) &&
           profile_.rules[parents_[element]].path == path && budget_.charge(1))
      element = parents_[element];
    const auto slash = slice.rfind('/');
    if (slash == std::string_view::npos) return element;
    const auto outer = slices_.find({path, std::string(slice.substr(0, slash))});
    return outer == slices_.end() ? element : outer->second;
  }

  // The rule of an element that stands in `parent` already, when this is a slice of it, or its
  // choice written with a type: "valueQuantity" beside value[x].
  RuleId sliced_in(RuleId parent, const std::string& name, const Rule& rule) const {
    if (!rule.slice.empty())
      if (const auto own = children_.find({parent, name}); own != children_.end())
        return own->second;
    for (std::size_t end = 1; end < name.size(); ++end) {
      if (!is_upper(name[end])) continue;
      const auto choice = children_.find({parent, name.substr(0, end) + "[x]"});
      if (choice != children_.end()) return choice->second;
    }
    return no_rule;
  }

  void place(RuleId parent, Rule rule, RuleId id, View element, bool as_slice, std::string name) {
    const Rule& outer = profile_.rules[parent];
    if (!rule.slice.empty()) slices_.emplace(std::pair(rule.path, rule.slice), id);
    if (!as_slice) children_.emplace(std::pair(parent, name), id);
    rule.owner = as_slice ? outer.owner : type_inside(outer);
    if (as_slice) {
      rule.name = outer.name;
    } else {
      if (name.ends_with("[x]")) name.resize(name.size() - 3);
      rule.name = definitions_.names().find(name);
    }
    profile_.rules.push_back(std::move(rule));
    parents_[id] = parent;
    Rule& owner = profile_.rules[parent];
    (as_slice ? owner.slices : owner.children).push_back(id);
    const Rule& made = profile_.rules[id];
    const auto* base = definitions_.element(made.owner, made.name);
    if (base == nullptr && !as_slice) typed_choice(id, name);
    fill(id, element, definitions_.element(profile_.rules[id].owner, profile_.rules[id].name));
  }

  // "valueQuantity" without value[x] beside it: the choice, where only that type is spoken of.
  void typed_choice(RuleId id, const std::string& name) {
    Rule& rule = profile_.rules[id];
    const auto member = definitions_.member(rule.owner, definitions_.names().find(name));
    if (member.element == nullptr) return;
    rule.name = member.element->name;
  }

  // The type whose elements stand within an element.
  TypeId type_inside(const Rule& outer) const {
    if (outer.owner == no_type) return profile_.type;
    const auto* element = definitions_.element(outer.owner, outer.name);
    if (element != nullptr) {
      const auto types = definitions_.types_of(*element);
      if (types.size() == 1 && definitions_.type(types[0].type).kind == model::TypeKind::backbone)
        return types[0].type;
    }
    if (outer.types.size() == 1) return outer.types[0].type;
    return definitions_.common().element;
  }

  void fill(RuleId id, View element, const model::Element* base) {
    Rule& rule = profile_.rules[id];
    rule.min = number(element["min"], 0);
    rule.max = number(element["max"], any_number);
    rule.fixed = value_of(rule, element["fixed"]);
    rule.pattern = value_of(rule, element["pattern"]);
    rule.min_value = element["minValue"].node();
    rule.max_value = element["maxValue"].node();
    rule.max_length = number(element["maxLength"], any_number);
    element.each("type", [&](View type) { add_type(rule, type); });
    if (element["contentReference"] && base != nullptr)
      for (const auto& type : definitions_.types_of(*base))
        rule.types.push_back({type.type, {}, {}, 0, Versioning::either});
    read_extensions(rule, element);
    read_binding(rule, element["binding"], base);
    if (element["slicing"]) read_slicing(rule, element["slicing"]);
    rule.types_narrowed = narrowed(rule, base);
    element.each("constraint", [&](View constraint) { add_invariant(rule, constraint, base); });
  }

  NodeId value_of(Rule& rule, View value) {
    constexpr std::uint64_t most_bytes = 128u << 10;
    if (!value) return no_node;
    const auto weight = Budget::weight(value.tree(), value.node());
    if (weight > most_bytes)
      return warn(rule.path, "the value that is fixed is too large"), no_node;
    rule.value_nodes += count_nodes(value);
    return value.node();
  }
  static std::uint32_t count_nodes(View value) {
    std::uint32_t sum = 1;
    value.children([&](View part) { sum += count_nodes(part); });
    return sum;
  }

  void add_type(Rule& rule, View from) {
    RuleType made;
    const auto code = from["code"].text();
    constexpr std::string_view system = "http://hl7.org/fhirpath/System.";
    if (code.starts_with(system)) return;
    made.type = definitions_.find(code);
    from.each("profile", [&](View at) { made.profiles.emplace_back(at.text()); });
    from.each("targetProfile", [&](View at) { made.targets.emplace_back(at.text()); });
    from.each("aggregation", [&](View at) {
      constexpr std::pair<std::string_view, Aggregation> all[] = {
          {"contained", Aggregation::contained},
          {"referenced", Aggregation::referenced},
          {"bundled", Aggregation::bundled}};
      for (const auto& [text, flag] : all)
        if (text == at.text()) made.aggregation |= static_cast<std::uint8_t>(flag);
    });
    if (from["versioning"].text() == "independent") made.versioning = Versioning::independent;
    if (from["versioning"].text() == "specific") made.versioning = Versioning::specific;
    rule.types.push_back(std::move(made));
  }

  void read_extensions(Rule& rule, View element) {
    element.each("extension", [&](View extension) {
      auto url = extension["url"].text();
      if (url == "http://hl7.org/fhir/StructureDefinition/minLength")
        rule.min_length = number(extension["value"], 0);
      if (!url.starts_with("http://hl7.org/fhir/")) return;
      url = last_segment(url, '/');
      if (url == "extension-ElementDefinition.mustHaveValue")
        rule.must_have_value = extension["value"].is_true();
      if (url == "extension-ElementDefinition.valueAlternatives")
        rule.value_alternatives.emplace_back(extension["value"].text());
      if (url.starts_with("narrative-"))
        rule.narrative.push_back(std::string(url) + "=" + std::string(extension["value"].text()));
    });
  }

  // One that the profile contains is known by the profile's url too.
  std::string value_set_named(std::string_view canonical) const {
    return canonical.starts_with('#') ? profile_.url + std::string(canonical)
                                      : std::string(canonical);
  }

  void read_binding(Rule& rule, View binding, const model::Element* base) {
    if (!binding) return;
    constexpr std::pair<std::string_view, model::Binding> strengths[] = {
        {"required", model::Binding::required},
        {"extensible", model::Binding::extensible},
        {"preferred", model::Binding::preferred}};
    rule.binding.strength = model::Binding::example;
    for (const auto& [text, strength] : strengths)
      if (binding["strength"].text() == text) rule.binding.strength = strength;
    if (is_unit_of_component(rule.path, binding["valueSet"].text()))
      rule.binding.strength = model::Binding::extensible;
    rule.binding.value_set = value_set_named(binding["valueSet"].text());
    binding.each("extension", [&](View extension) {
      const auto url = last_segment(extension["url"].text(), '/');
      if (url == "elementdefinition-maxValueSet")
        rule.binding.max_value_set = value_set_named(extension["value"].text());
      if (url != "additional-binding" && url != "extension-ElementDefinition.binding.additional")
        return;
      std::string_view purpose, value_set;
      extension.each("extension", [&](View part) {
        if (part["url"].text() == "purpose") purpose = part["value"].text();
        if (part["url"].text() == "valueSet") value_set = part["value"].text();
      });
      if (purpose == "required" || purpose == "maximum")
        rule.binding.also_required.push_back(value_set_named(value_set));
    });
    // The base's own binding is the base walk's to check.
    if (base == nullptr || base->binding != rule.binding.strength) return;
    const bool same = definitions_.names().text(definitions_.value_sets()[base->value_set].url) ==
                      without_version(rule.binding.value_set);
    if (same) rule.binding.strength = model::Binding::none;
  }

  void read_slicing(Rule& rule, View from) {
    rule.slicing = std::make_unique<Slicing>();
    rule.slicing->ordered = from["ordered"].is_true();
    if (from["rules"].text() == "closed") rule.slicing->rules = SliceRules::closed;
    if (from["rules"].text() == "openAtEnd") rule.slicing->rules = SliceRules::open_at_end;
    from.each("discriminator", [&](View at) {
      rule.slicing->by.push_back(
          parse_discriminator(definitions_, at["type"].text(), at["path"].text()));
    });
  }

  bool narrowed(const Rule& rule, const model::Element* base) const {
    if (base == nullptr) return false;
    const auto types = definitions_.types_of(*base);
    std::vector<TypeId> distinct;
    for (const auto& type : rule.types) {
      if (!type.profiles.empty() || type.aggregation != 0 || type.versioning != Versioning::either)
        return true;
      if (std::find(distinct.begin(), distinct.end(), type.type) == distinct.end())
        distinct.push_back(type.type);
    }
    if (!rule.types.empty() && distinct.size() < types.size()) return true;
    for (const auto& type : rule.types) {
      const auto own = std::find_if(types.begin(), types.end(),
                                    [&](const auto& may) { return may.type == type.type; });
      if (own == types.end()) {
        if (!rule.types.empty() && types.size() == 1 &&
            definitions_.is_a(type.type, types[0].type) && type.type != types[0].type)
          return true;
        continue;
      }
      for (const auto& target : type.targets)
        if (definitions_.find(without_version(target)) == no_type) return true;
      if (!type.targets.empty() && type.targets.size() != own->target_count &&
          !(own->target_count == 0 && type.targets.size() == 1 &&
            type.targets[0].ends_with("/Resource")))
        return true;
    }
    return false;
  }

  bool of_base(const Rule& rule, const model::Element* base, std::string_view key,
               std::string_view expression) const {
    const auto among = [&](std::uint32_t first, std::uint32_t count) {
      for (const auto& own : definitions_.constraints(first, count))
        if (definitions_.names().text(own.key) == key &&
            definitions_.names().text(own.expression) == expression)
          return true;
      return false;
    };
    if (base != nullptr && among(base->first_constraint, base->constraint_count)) return true;
    for (const auto& may : rule.types)
      for (TypeId type = may.type; type != no_type; type = definitions_.type(type).base)
        if (among(definitions_.type(type).first_constraint,
                  definitions_.type(type).constraint_count))
          return true;
    for (TypeId type = base == nullptr ? profile_.type : no_type; type != no_type;
         type = definitions_.type(type).base)
      if (among(definitions_.type(type).first_constraint, definitions_.type(type).constraint_count))
        return true;
    return false;
  }

  void add_invariant(Rule& rule, View from, const model::Element* base) {
    const auto key = from["key"].text();
    const auto text = from["expression"].text();
    if (is_universal(key)) return;
    if (text.empty())
      return warn(rule.path, "the invariant " + std::string(key) + " has no expression");
    if (!budget_.charge(1 + rule.types.size()) || of_base(rule, base, key, text)) return;
    path::CompileOptions options;
    auto compiled = path::compile(meant(key, text), definitions_, options);
    if (!compiled)
      return warn(rule.path, "the invariant " + std::string(key) +
                                 " cannot be evaluated: " + compiled.error().text);
    Invariant made;
    made.key = key;
    made.human = from["human"].text();
    made.error = from["severity"].text() != "warning";
    made.best_practice =
        extension(from, "http://hl7.org/fhir/StructureDefinition/elementdefinition-bestpractice")
            .is_true();
    made.expression = *std::move(compiled);
    rule.invariants.push_back(std::move(made));
  }

  // Which elements have work; children come after their element, so they are settled first.
  void settle(RuleId id) {
    Rule& rule = profile_.rules[id];
    rule.fixes = rule.fixed != no_node || rule.pattern != no_node ||
                 rule.binding.strength == model::Binding::required;
    for (const RuleId child : rule.children) {
      if (profile_.rules[child].works) rule.work.push_back(child);
      rule.fixes = rule.fixes || profile_.rules[child].fixes;
    }
    const auto* base = definitions_.element(rule.owner, rule.name);
    const std::uint32_t base_max =
        base == nullptr || base->max == model::unbounded ? any_number : base->max;
    const bool counts = base == nullptr ? false : rule.min > base->min || rule.max < base_max;
    const bool values = rule.fixed != no_node || rule.pattern != no_node ||
                        rule.min_value != no_node || rule.max_value != no_node ||
                        rule.max_length != any_number || rule.min_length > 0 ||
                        rule.must_have_value || !rule.value_alternatives.empty();
    const bool codes = rule.binding.strength > model::Binding::none ||
                       !rule.binding.max_value_set.empty() || !rule.binding.also_required.empty();
    rule.works =
        counts || values || codes || rule.types_narrowed || !rule.invariants.empty() ||
        !rule.slices.empty() || !rule.work.empty() || !rule.slice.empty() ||
        !rule.narrative.empty() ||
        (rule.slicing && rule.slicing->rules == SliceRules::closed && !rule.slices.empty());
  }

  const Definitions& definitions_;
  Profile& profile_;
  std::vector<Open> open_;
  std::unordered_map<RuleId, RuleId> parents_;
  std::map<std::pair<RuleId, std::string>, RuleId> children_;     // by the last part of their path
  std::map<std::pair<std::string, std::string>, RuleId> slices_;  // by path and name
  Budget& budget_;
};

}  // namespace

bool is_universal(std::string_view key) {
  constexpr std::array<std::string_view, 10> keys{"ele-1", "ext-1", "dom-2", "dom-3", "dom-4",
                                                  "dom-5", "dom-6", "ref-1", "txt-1", "txt-2"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

Discriminator parse_discriminator(const Definitions& definitions, std::string_view by,
                                  std::string_view path) {
  Discriminator made;
  constexpr std::pair<std::string_view, By> all[] = {{"value", By::value},
                                                     {"exists", By::exists},
                                                     {"pattern", By::pattern},
                                                     {"type", By::type},
                                                     {"profile", By::profile}};
  made.understood = false;
  for (const auto& [text, kind] : all)
    if (text == by) made.by = kind, made.understood = true;
  while (!path.empty()) {
    const auto open = path.find_first_of(".(");
    const auto word = path.substr(0, open);
    Step step;
    std::string_view rest;
    if (open != std::string_view::npos && path[open] == '(') {
      const auto close = path.find(')', open);
      if (close == std::string_view::npos) return made.understood = false, made;
      auto argument = path.substr(open + 1, close - open - 1);
      if (argument.size() >= 2 && argument.front() == '\'')
        argument = argument.substr(1, argument.size() - 2);
      rest = path.substr(close + 1);
      if (word == "extension") {
        step.how = Step::How::extension;
        step.url = argument;
      } else if (word == "resolve") {
        step.how = Step::How::resolve;
      } else if (word == "ofType" || word == "as") {
        step.how = Step::How::of_type;
        step.type = definitions.find(argument);
      } else {
        made.understood = false;
      }
    } else {
      rest = open == std::string_view::npos ? std::string_view() : path.substr(open);
      step.name =
          definitions.names().find(word.ends_with("[x]") ? word.substr(0, word.size() - 3) : word);
      if (step.name == no_name && word != "$this") made.understood = false;
    }
    if (word != "$this") made.path.push_back(std::move(step));
    path = rest.starts_with('.') ? rest.substr(1) : rest;
  }
  return made;
}

std::unique_ptr<Profile> compile_profile(const Definitions& definitions, const Tree& tree,
                                         Issues issues, Budget& budget) {
  auto profile = std::make_unique<Profile>(tree);
  profile->issues = std::move(issues);
  Compiler(definitions, *profile, budget).run();
  return profile;
}

}  // namespace fingerpost::profile
