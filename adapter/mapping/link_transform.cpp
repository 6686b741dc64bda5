#include "mapping/link.h"

#include <algorithm>
#include <array>

namespace fingerpost::mapping {
namespace {

constexpr std::size_t any_number = 64;

// How many arguments a transform takes: in the standard, and with our extensions.
struct Arity {
  Transform transform;
  std::string_view name;
  std::size_t least;
  std::size_t most;
  std::size_t extended_least;
  std::size_t extended_most;  // 0 with least 1: not in this dialect
};
constexpr std::array arities = {
    Arity{Transform::create, "create", 1, 1, 1, 1},
    Arity{Transform::copy, "copy", 1, 1, 1, 1},
    Arity{Transform::truncate, "truncate", 2, 2, 2, 2},
    Arity{Transform::escape, "escape", 2, 3, 2, 3},
    Arity{Transform::cast, "cast", 1, 2, 1, 2},
    Arity{Transform::append, "append", 1, any_number, 1, any_number},
    Arity{Transform::translate, "translate", 3, 3, 4, 4},
    Arity{Transform::reference, "reference", 1, 1, 1, any_number},
    Arity{Transform::date_op, "dateOp", 3, 3, 3, 3},
    Arity{Transform::uuid, "uuid", 0, 0, 0, any_number},
    Arity{Transform::pointer, "pointer", 1, 1, 1, 1},
    Arity{Transform::evaluate, "evaluate", 1, 2, 1, 2},
    Arity{Transform::cc, "cc", 1, 3, 1, 3},
    Arity{Transform::c, "c", 2, 3, 2, 3},
    Arity{Transform::qty, "qty", 1, 4, 1, 4},
    Arity{Transform::id, "id", 2, 3, 2, 3},
    Arity{Transform::cp, "cp", 1, 2, 1, 2},
    Arity{Transform::error, "error", 1, 0, 2, 2},
    Arity{Transform::warn, "warn", 1, 0, 2, 2},
    Arity{Transform::ignore, "ignore", 1, 0, 1, 2},
    Arity{Transform::v2date, "v2date", 1, 0, 1, 1},
    Arity{Transform::hl7v3date, "hl7v3date", 1, 0, 1, 1},
    Arity{Transform::csvdate, "csvdate", 1, 0, 2, 3},
    Arity{Transform::clear, "clear", 1, 0, 1, 1},
};

}  // namespace

void Linker::check_transform(const TargetText& text, Target& target) {
  if (text.transform == Transform::none) return;
  const auto arity = std::find_if(arities.begin(), arities.end(), [&](const Arity& known) {
    return known.transform == text.transform;
  });
  const bool extended = map_text(map_).dialect == Dialect::extended;
  const std::size_t least = extended ? arity->extended_least : arity->least;
  const std::size_t most = extended ? arity->extended_most : arity->most;
  const std::string name(arity->name);
  if (most < least) {
    report(Severity::error, text.at, name + "() is an extension, and this map is a standard one");
    return;
  }
  const std::size_t given = text.arguments.size();
  if (text.transform == Transform::translate && extended && given == 3) {
    report(Severity::error, text.at,
           "translate() must say what an unmapped code becomes: 'provided', 'fixed:<code>', "
           "'error', 'drop' or 'text'");
    return;
  }
  if (given < least || given > most) {
    const auto with = std::to_string(given) + (given == 1 ? " argument" : " arguments");
    const bool ours = !extended && given >= arity->extended_least && given <= arity->extended_most;
    report(Severity::error, text.at,
           ours ? name + "() with " + with + " is an extension, and this map is a standard one"
                : name + "() does not take " + with);
    return;
  }
  const bool makes_nodes = text.transform == Transform::create || text.transform == Transform::cc ||
                           text.transform == Transform::c || text.transform == Transform::qty ||
                           text.transform == Transform::id || text.transform == Transform::cp;
  if (makes_nodes && text.path.empty())
    report(Severity::error, text.at, name + "() needs an element to make it in");
  if (text.transform == Transform::create) type_argument(text, target, 0);
  if (text.transform == Transform::cast && given == 2) type_argument(text, target, 1);
  if (text.transform == Transform::translate) translate_arguments(text, target);
}

void Linker::type_argument(const TargetText& text, Target& target, std::size_t index) {
  const auto& argument = text.arguments[index];
  target.type = type_of(map_, argument.text, Mode::target);
  if (target.type == no_type)
    report(Severity::error, argument.at, "there is no type " + argument.text);
}

void Linker::translate_arguments(const TargetText& text, Target& target) {
  struct Named {
    std::string_view name;
    Output output;
  };
  constexpr Named outputs[] = {{"code", Output::code},
                               {"uri", Output::code},
                               {"string", Output::code},
                               {"system", Output::system},
                               {"display", Output::display},
                               {"Coding", Output::coding},
                               {"CodeableConcept", Output::codeable_concept}};
  bool known = false;
  for (const auto& output : outputs)
    if (output.name == text.arguments[2].text) {
      target.output = output.output;
      known = true;
    }
  if (!known)
    report(Severity::error, text.arguments[2].at,
           "translate() answers code, system, display, Coding or CodeableConcept");
  target.translation = translation_of(text.arguments[1].text, text.arguments[1].at);
  if (text.arguments.size() == 4) unmapped_mode(text, target);
}

void Linker::unmapped_mode(const TargetText& text, Target& target) {
  const auto& mode = text.arguments[3];
  constexpr std::string_view fixed = "fixed:";
  if (mode.text.starts_with(fixed)) {
    target.unmapped = Unmapped::fixed;
    target.fixed = program_->texts[this->text(mode.text.substr(fixed.size()))];
    return;
  }
  struct Named {
    std::string_view name;
    Unmapped mode;
  };
  constexpr Named modes[] = {{"provided", Unmapped::provided},
                             {"error", Unmapped::error},
                             {"drop", Unmapped::drop},
                             {"text", Unmapped::text}};
  for (const auto& known : modes)
    if (known.name == mode.text) {
      target.unmapped = known.mode;
      return;
    }
  report(Severity::error, mode.at,
         "translate() has no mode for unmapped codes '" + mode.text + "'");
}

// Calls visit(partner, map) for each that is known by the url. False when that is too costly.
bool Linker::each_concept_map(
    std::string_view url,
    const std::function<void(const std::string&, const ConceptMapPointer&)>& visit) {
  for (const auto& [partner, map] : sources_.written.concept_maps) {
    const auto& former = map->former_urls();
    if (!charge(1 + former.size())) return false;
    if (map->url() == url || std::find(former.begin(), former.end(), url) != former.end())
      visit(partner, map);
  }
  return true;
}

// The maps that are asked about what is not mapped, and those that they name in turn.
bool Linker::add_other_maps(Translation& made, At at) {
  std::vector<const terminology::ConceptMap*> open;
  if (made.general != nullptr) open.push_back(made.general);
  for (const auto& [partner, map] : made.by_partner) open.push_back(map);
  while (!open.empty()) {
    const auto* const map = open.back();
    open.pop_back();
    for (const auto url : map->other_maps()) {
      if (made.others.contains(url)) continue;
      const terminology::ConceptMap* found = nullptr;
      const auto take = [&](const std::string& partner, const ConceptMapPointer& other) {
        if (!partner.empty()) return;
        found = other.get();
        program_->concept_maps.push_back(other);
      };
      if (!each_concept_map(url, take)) return false;
      if (found == nullptr) {
        report(map_text(map_).dialect == Dialect::extended ? Severity::error : Severity::warning,
               at, "no ConceptMap " + std::string(url) + " is loaded");
        continue;
      }
      made.others.emplace(url, found);
      open.push_back(found);
    }
  }
  return true;
}

// A url, or '#name' of a conceptmap in this map.
Index Linker::translation_of(const std::string& name, At at) {
  const bool local = name.starts_with("#");
  const std::string key = local ? std::to_string(map_) + name : name;
  if (const auto known = translations_.find(key); known != translations_.end())
    return known->second;
  Translation made;
  made.url = name;
  if (local) {
    for (const auto& written : map_text(map_).concept_maps) {
      if (!charge(1)) return none;
      if (written.name != name.substr(1)) continue;
      const auto map = std::make_shared<terminology::ConceptMap>(name);
      for (const auto& pair : written.pairs)
        map->add({pair.source_system, pair.source, pair.target_system, pair.target, "",
                  terminology::equivalence_named(pair.relation)});
      made.general = map.get();
      program_->concept_maps.push_back(map);
    }
  }
  if (!each_concept_map(name, [&](const std::string& partner, const ConceptMapPointer& map) {
        const auto* kept = map.get();
        program_->concept_maps.push_back(map);
        if (partner.empty()) {
          made.general = kept;
        } else {
          made.by_partner[partner] = kept;
        }
      }))
    return none;
  if (made.general == nullptr && made.by_partner.empty())
    report(map_text(map_).dialect == Dialect::extended ? Severity::error : Severity::warning, at,
           "no ConceptMap " + name + " is loaded");
  if (!add_other_maps(made, at)) return none;
  program_->translations.push_back(std::move(made));
  return translations_[key] = static_cast<Index>(program_->translations.size() - 1);
}

}  // namespace fingerpost::mapping
