#include "base/text.h"
#include "mapping/link.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

namespace fingerpost::mapping {
namespace {

// Appends a finished block, so that its members stand side by side.
template <class T>
Range append(std::vector<T>& to, std::vector<T>& block) {
  const Range range{static_cast<Index>(to.size()), static_cast<Index>(block.size())};
  to.insert(to.end(), block.begin(), block.end());
  return range;
}

constexpr Slot most_slots = no_slot - 1;

// Could it be a JSON name of a choice, such as valueString?
bool may_be_typed(std::string_view name) {
  for (std::size_t i = 1; i < name.size(); ++i)
    if (name[i] >= 'A' && name[i] <= 'Z') return true;
  return false;
}

}  // namespace

const Variable* Linker::find(const std::string& name, Mode preferred) {
  const Variable* any = nullptr;
  if (!charge(scope_.size())) return nullptr;
  for (auto at = scope_.rbegin(); at != scope_.rend(); ++at) {
    if (at->name != name) continue;
    // A run's parameter, of whatever map of the set, gives way to every variable of that name.
    if (at->slot < program_->parameters.size()) return any != nullptr ? any : &*at;
    if (at->mode == preferred) return &*at;
    if (any == nullptr) any = &*at;
  }
  return any;
}

Slot Linker::declare(const std::string& name, Mode mode, TypeId type, At at) {
  if (next_slot_ >= most_slots) {
    report(Severity::error, at, "the group has too many variables");
    return 0;
  }
  const Slot slot = next_slot_++;
  if (next_slot_ > slots_) slots_ = next_slot_;
  scope_.push_back({name, mode, slot, type});
  return slot;
}

RuleId Linker::place_of(const RuleText& rule) {
  const auto& place = places_[group_];
  RuleInfo info;
  info.line = rule.at.line;
  info.rule = rule.name.empty() ? 0 : text(rule.name);
  const auto& last = program_->places.back();
  const bool same = last.group != 0 && program_->texts[last.group] == place.text->name &&
                    program_->texts[last.file] == place.map->file;
  info.file = same ? last.file : text(place.map->file);
  info.group = same ? last.group : text(place.text->name);
  program_->places.push_back(info);
  return static_cast<RuleId>(program_->places.size() - 1);
}

Range Linker::compile_rules(const std::vector<RuleText>& rules) {
  std::vector<Rule> block;
  for (const auto& text : rules) {
    if (!charge(1)) break;
    const auto scope = scope_.size();
    const Slot slot = next_slot_;
    const TypeId focus = focus_;
    block.push_back(compile_rule(text));
    scope_.resize(scope);
    next_slot_ = slot;
    focus_ = focus;
  }
  return append(program_->rules, block);
}

Rule Linker::compile_rule(const RuleText& text) {
  Rule rule;
  rule.id = place_of(text);
  rule.shorthand = text.shorthand;
  std::vector<Source> sources;
  for (const auto& source : text.sources) sources.push_back(compile_source(source));
  rule.sources = append(program_->sources, sources);
  std::vector<Target> targets;
  for (const auto& target : text.targets) targets.push_back(compile_target(target));
  rule.targets = append(program_->targets, targets);
  std::vector<Call> calls;
  for (const auto& call : text.calls) calls.push_back(compile_call(call));
  rule.calls = append(program_->calls, calls);
  rule.rules = compile_rules(text.rules);
  const bool written = text.at.line > 0;  // as text: a StructureMap's rules have names
  const bool complex = text.targets.size() > 1 && (!text.calls.empty() || !text.rules.empty());
  const bool of_element = std::any_of(text.sources.begin(), text.sources.end(),
                                      [](const SourceText& one) { return !one.path.empty(); });
  const bool warns = map_text(map_).dialect == Dialect::standard;
  if (written && complex && text.name.empty() && (warns || !of_element))
    report(of_element ? Severity::warning : Severity::error, text.at,
           of_element ? "other engines may want a name for a rule with several targets and `then`"
                      : "a rule with several targets and `then` needs a name: it has no source "
                        "element to be called by");
  return rule;
}

// Follows a path; `type` is the context's static type before and the element's after. With `check`
// a name the type does not have is an error.
Range Linker::compile_steps(const std::vector<std::string>& path, TypeId& type, At at, bool check) {
  std::vector<PathStep> block;
  for (const auto& name : path) {
    PathStep step;
    step.name = this->name(name);
    step.is_value = step.name == program_->words.value;
    step.typed = may_be_typed(name);
    block.push_back(step);
    if (type == no_type) continue;
    const auto& known = definitions_.type(type);
    const bool own = step.is_value && known.kind == model::TypeKind::primitive;
    const auto* element = definitions_.element(type, step.name);
    block.back().parent = type;
    block.back().element = element;
    block.back().only = only_type(*program_, element);
    if (element != nullptr) {
      const auto types = definitions_.types_of(*element);
      type =
          types.size() == 1 && !definitions_.type(types[0].type).abstract ? types[0].type : no_type;
    } else if (const auto member = definitions_.member(type, step.name);
               member.element != nullptr) {
      type = member.type;
    } else {
      if (check && !own && !known.abstract)
        report(Severity::error, at,
               std::string(definitions_.type_name(type)) + " has no element " + name);
      type = no_type;
    }
  }
  return append(program_->steps, block);
}

Source Linker::compile_source(const SourceText& text) {
  Source source;
  const Variable* context = find(text.context, Mode::source);
  TypeId type = no_type;
  if (context == nullptr) {
    report(Severity::error, text.at, "there is no variable " + text.context);
  } else {
    source.context = context->slot;
    type = context->type;
  }
  source.steps = compile_steps(text.path, type, text.at, true);
  if (!text.type.empty()) {
    const TypeId wanted = type_of(map_, text.type, Mode::source);
    const auto name =
        wanted == no_type ? std::string_view(text.type) : definitions_.type_name(wanted);
    source.type = this->name(name);
    // The model of the source is not known by the type's name alone, so nothing is checked below.
    type = no_type;
  }
  if (text.min) source.min = *text.min;
  if (text.max) source.max = *text.max;
  source.list = text.list;
  source.fallback = compile_path(text.fallback, no_type);
  focus_ = type;
  // Unnamed ones too: the item.
  source.variable = declare(text.variable, Mode::source, type, text.at);
  compile_expressions(text, type, source);
  source.bare = source.plain() && source.type == no_name && source.condition == none &&
                source.check == none && source.log == none;
  source.simple = source.plain() && source.type == no_name && source.check == none &&
                  source.log == none && source.item == no_slot;
  return source;
}

namespace {

// "a2" of "(a2.length() < 20)".
std::string_view leading_name(std::string_view text) {
  const auto start = text.find_first_not_of("( \t\r\n");
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start);
  std::size_t size = 0;
  while (size < text.size() &&
         (is_letter(text[size]) || text[size] == '_' || (size > 0 && is_digit(text[size]))))
    ++size;
  return text.substr(0, size);
}

}  // namespace

// Published maps also write `src.a2 as a where a2.length() < 20`: where the item has no such
// element itself, the name is the item's own.
bool Linker::names_its_item(const SourceText& text, TypeId type) const {
  if (text.path.empty() || type == no_type) return false;
  const auto& name = text.path.back();
  const auto leads = [&](const PathText& path) { return leading_name(path.text) == name; };
  if (!leads(text.condition) && !leads(text.check) && !leads(text.log)) return false;
  const NameId known = definitions_.names().find(name);
  const bool element = known != no_name && definitions_.member(type, known).element != nullptr;
  const bool variable = std::any_of(scope_.begin(), scope_.end(),
                                    [&](const Variable& one) { return one.name == name; });
  return !element && !variable;
}

void Linker::compile_expressions(const SourceText& text, TypeId type, Source& source) {
  const bool named = names_its_item(text, type);
  if (named) source.item = declare(text.path.back(), Mode::source, type, text.at);
  source.condition = compile_path(text.condition, type);
  source.check = compile_path(text.check, type);
  source.log = compile_path(text.log, type);
  if (named) scope_.pop_back();
}

Index Linker::compile_path(const PathText& text, TypeId focus) {
  if (text.text.empty() || !charge(scope_.size() + text.text.size())) return none;
  std::vector<std::string_view> names(next_slot_);
  std::unordered_set<std::string_view> seen;
  // Later variables hide earlier ones, and a source variable hides a target's of the same name.
  for (const auto mode : {Mode::source, Mode::target})
    for (auto at = scope_.rbegin(); at != scope_.rend(); ++at) {
      if (at->mode != mode || at->name.empty()) continue;
      // A run's parameter is %name only: a bare `source` is an element.
      const bool parameter = at->slot < program_->parameters.size();
      if (parameter && text.text.find("%" + at->name) == std::string::npos) continue;
      if (seen.insert(at->name).second) names[at->slot] = at->name;
    }
  path::CompileOptions options;
  options.variables = names;
  options.start = focus;
  options.limits = sources_.limits;
  const bool standard = map_text(map_).dialect == Dialect::standard;
  options.nulls = !standard;
  auto mistake = path::Mistake::none;
  auto compiled = path::compile(text.text, definitions_, options, &mistake);
  if (!compiled && standard && mistake != path::Mistake::syntax) {
    // A standard map loads all the same, and fails where it gets there.
    report(Severity::warning, text.at,
           "in the expression, " + compiled.error().where + ": " + compiled.error().text);
    program_->expressions.emplace_back();
    const auto index = static_cast<Index>(program_->expressions.size() - 1);
    program_->mistakes.emplace(index, compiled.error());
    return index;
  }
  if (!compiled) {
    report(Severity::error, text.at,
           "in the expression, " + compiled.error().where + ": " + compiled.error().text);
    return none;
  }
  program_->expressions.push_back(*std::move(compiled));
  return static_cast<Index>(program_->expressions.size() - 1);
}

// "%name" and no more: the variable.
const Variable* Linker::alone(const std::string& path) {
  return path.starts_with('%') ? find(path.substr(1), Mode::source) : nullptr;
}

Argument Linker::compile_argument(const ArgumentText& argument, TypeId focus) {
  Argument made;
  made.kind = Argument::Kind::literal;
  using K = ArgumentText::Kind;
  switch (argument.kind) {
    case K::variable:
      made.kind = Argument::Kind::slot;
      if (const Variable* found = find(argument.text, Mode::source)) {
        made.slot = found->slot;
      } else {
        report(Severity::error, argument.at, "there is no variable " + argument.text);
      }
      break;
    case K::text:
      made.literal = std::string_view(program_->texts[text(argument.text)]);
      break;
    case K::boolean:
      made.literal = argument.text == "true";
      break;
    case K::integer: {
      std::int64_t number = 0;
      std::from_chars(argument.text.data(), argument.text.data() + argument.text.size(), number);
      made.literal = number;
      break;
    }
    case K::decimal:
      if (const auto number = path::Decimal::parse(argument.text)) made.literal = *number;
      break;
    case K::path:
      made.kind = Argument::Kind::path;
      if (const Variable* found = alone(argument.text)) {
        made.kind = Argument::Kind::slot;
        made.slot = found->slot;
        break;
      }
      made.path = compile_path({argument.text, argument.at}, focus);
      break;
  }
  return made;
}

Range Linker::compile_arguments(const std::vector<ArgumentText>& texts, TypeId focus) {
  std::vector<Argument> block;
  for (const auto& text : texts) block.push_back(compile_argument(text, focus));
  return append(program_->arguments, block);
}

namespace {

Plain plain_of(const Target& target) {
  if (target.context == no_slot || target.steps.count != 1 || target.list != TargetList::none)
    return Plain::no;
  switch (target.transform) {
    case Transform::none:
    case Transform::create:
      return Plain::element;
    case Transform::translate:
      return target.output == Output::coding || target.output == Output::codeable_concept
                 ? Plain::no
                 : Plain::text;
    case Transform::copy:
    case Transform::append:
    case Transform::truncate:
    case Transform::escape:
    case Transform::uuid:
    case Transform::reference:
    case Transform::pointer:
    case Transform::v2date:
    case Transform::hl7v3date:
    case Transform::csvdate:
      return Plain::text;
    default:
      return Plain::no;
  }
}

}  // namespace

Target Linker::compile_target(const TargetText& text) {
  Target target;
  target.transform = text.transform;
  target.list = text.list;
  TypeId type = no_type;
  if (!text.context.empty()) {
    const Variable* context = find(text.context, Mode::target);
    if (context == nullptr) {
      report(Severity::error, text.at, "there is no variable " + text.context);
    } else {
      target.context = context->slot;
      type = context->type;
    }
  }
  target.steps = compile_steps(text.path, type, text.at, true);
  for (const auto& name : text.path)
    if (this->name(name) == unheard_name)
      report(Severity::error, text.at, "no definition has an element " + name);
  if (text.list == TargetList::share) {
    // A share name belongs to its group's rules: other groups of the same name do not meet it.
    const auto key = std::to_string(group_) + "/" + text.share;
    target.share = shares_.emplace(key, static_cast<Index>(shares_.size())).first->second;
  }
  check_transform(text, target);
  const bool path_last = text.transform == Transform::evaluate && !text.arguments.empty();
  auto arguments = text.arguments;
  if (path_last && arguments.back().kind != ArgumentText::Kind::path) {
    auto& last = arguments.back();
    if (last.kind == ArgumentText::Kind::text && arguments.size() == 1)
      last.text = path_string(last.text);
    last.kind = ArgumentText::Kind::path;
  }
  target.arguments = compile_arguments(arguments, focus_);
  if (target.transform == Transform::create) type = target.type;
  target.variable = declare(text.variable, Mode::target, type, text.at);
  target.plain = plain_of(target);
  return target;
}

Call Linker::compile_call(const CallText& text) {
  Call call;
  call.group = find_group(map_, text.group, text.at);
  std::vector<Argument> block;
  const Range parameters = call.group == none ? Range{} : program_->groups[call.group].parameters;
  if (call.group != none && parameters.count != text.arguments.size())
    report(Severity::error, text.at,
           "the group " + text.group + " takes " + std::to_string(parameters.count) +
               " variables, not " + std::to_string(text.arguments.size()));
  for (std::size_t i = 0; i < text.arguments.size(); ++i) {
    Argument made = compile_argument(text.arguments[i], focus_);
    if (made.kind == Argument::Kind::slot && i < parameters.count) {
      const auto mode = program_->group_parameters[parameters.first + i].mode;
      if (const Variable* found = find(text.arguments[i].text, mode)) made.slot = found->slot;
    }
    block.push_back(made);
  }
  call.arguments = append(program_->arguments, block);
  return call;
}

}  // namespace fingerpost::mapping
