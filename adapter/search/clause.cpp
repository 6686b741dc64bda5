// The plain forms of SearchParameter expressions: text to steps.

#include "base/text.h"
#include "search/extract.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

namespace fingerpost::search {
namespace {

Error not_plain() {
  return {Kind::unsupported, "not a plain search expression", ""};
}

// Cuts at `by` outside brackets and quotes.
std::vector<std::string_view> split_outside(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  int depth = 0;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (text[i] != by || depth != 0) continue;
    parts.push_back(trim(text.substr(start, i - start)));
    start = i + 1;
  }
  parts.push_back(trim(text.substr(start)));
  return parts;
}

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

// "f(x)" with this f: x.
std::optional<std::string_view> argument(std::string_view text, std::string_view function) {
  if (!text.starts_with(function) || !text.ends_with(')')) return {};
  text.remove_prefix(function.size());
  if (!text.starts_with('(')) return {};
  return trim(text.substr(1, text.size() - 2));
}

std::optional<std::string_view> literal(std::string_view text) {
  if (text.size() < 2 || text.front() != '\'' || text.back() != '\'') return {};
  text = text.substr(1, text.size() - 2);
  if (text.find_first_of("'\\") != std::string_view::npos) return {};
  return text;
}

class Parser {
 public:
  explicit Parser(const model::Definitions& definitions) : definitions_(definitions) {}

  // Appends the steps of one part between dots.
  Result<void> part(std::string_view text, std::vector<Step>& steps) const {
    if (const auto at = text.find('['); at != std::string_view::npos && text.back() == ']') {
      const auto place = to_integer(text.substr(at + 1, text.size() - at - 2));
      if (!place || *place < 0 || !is_name(text.substr(0, at))) return not_plain();
      steps.push_back(child(text.substr(0, at)));
      steps.push_back({Step::To::item, no_name, no_type, "", static_cast<std::size_t>(*place)});
      return {};
    }
    if (is_name(text)) {
      steps.push_back(child(text));
      return {};
    }
    if (const auto type = argument(text, "as")) return of_type(*type, steps);
    if (const auto type = argument(text, "ofType")) return of_type(*type, steps);
    if (const auto url = argument(text, "extension")) {
      const auto value = literal(*url);
      if (!value) return not_plain();
      steps.push_back({Step::To::extension, no_name, no_type, std::string(*value), 0});
      return {};
    }
    if (const auto condition = argument(text, "where")) return where(*condition, steps);
    return not_plain();
  }

  Result<void> of_type(std::string_view name, std::vector<Step>& steps) const {
    if (!is_name(name)) return not_plain();
    TypeId type = definitions_.find(name);
    // R4's own parameters write DateTime for dateTime.
    if (type == no_type) type = definitions_.find(to_lower(name[0]) + std::string(name.substr(1)));
    steps.push_back({Step::To::of_type, no_name, type, "", 0});
    return {};
  }

 private:
  Step child(std::string_view name) const {
    return {Step::To::child, definitions_.names().find(name), no_type, "", 0};
  }

  Result<void> where(std::string_view condition, std::vector<Step>& steps) const {
    constexpr std::string_view leads = "resolve() is ";
    if (condition.starts_with(leads)) {
      const auto type = trim(condition.substr(leads.size()));
      if (!is_name(type)) return not_plain();
      steps.push_back(
          {Step::To::where_leads, no_name, definitions_.find(type), std::string(type), 0});
      return {};
    }
    const auto equals = condition.find('=');
    if (equals == std::string_view::npos) return not_plain();
    const auto name = trim(condition.substr(0, equals));
    const auto value = literal(trim(condition.substr(equals + 1)));
    if (!is_name(name) || !value) return not_plain();
    Step step{Step::To::where_equals, definitions_.names().find(name), no_type, std::string(*value),
              0};
    steps.push_back(std::move(step));
    return {};
  }

  const model::Definitions& definitions_;
};

// "(X as T)": the X and the T.
std::optional<std::pair<std::string_view, std::string_view>> cast(std::string_view text) {
  if (!text.starts_with('(') || !text.ends_with(')')) return {};
  text = trim(text.substr(1, text.size() - 2));
  const auto as = text.rfind(" as ");
  if (as == std::string_view::npos) return {};
  return std::pair{trim(text.substr(0, as)), trim(text.substr(as + 4))};
}

// Whether a path that starts with this name starts at a resource of `type`; unknown names are
// elements of it.
enum class Start { here, elsewhere, element };
Start start_of(const model::Definitions& definitions, std::string_view name, TypeId type) {
  if (!is_upper(name[0])) return Start::element;
  const TypeId named = definitions.find(name);
  return named != no_type && definitions.is_a(type, named) ? Start::here : Start::elsewhere;
}

// The steps of one alternative; nothing when it is about another type.
Result<std::optional<Clause>> parse_clause(const model::Definitions& definitions,
                                           std::string_view text, TypeId type) {
  const Parser parser(definitions);
  auto parts = split_outside(text, '.');
  Clause clause;
  std::size_t next = 1;
  std::optional<std::string_view> cast_to;
  std::vector<std::string_view> inner{parts[0]};
  if (const auto as = cast(parts[0])) {
    inner = split_outside(as->first, '.');
    cast_to = as->second;
  }
  if (inner[0].empty() || !is_letter(inner[0][0])) return not_plain();
  const Start start = start_of(definitions, inner[0], type);
  if (start == Start::elsewhere) return std::optional<Clause>{};
  if (start == Start::here) inner.erase(inner.begin());
  for (const auto part : inner) {
    if (auto done = parser.part(part, clause.steps); !done) return std::move(done).error();
  }
  if (cast_to) {
    if (auto done = parser.of_type(*cast_to, clause.steps); !done) return std::move(done).error();
  }
  for (; next < parts.size(); ++next) {
    if (auto done = parser.part(parts[next], clause.steps); !done) return std::move(done).error();
  }
  return std::optional<Clause>(std::move(clause));
}

}  // namespace

Result<std::vector<Clause>> parse_expression(const model::Definitions& definitions,
                                             std::string_view expression, TypeId type) {
  std::vector<Clause> clauses;
  for (const auto alternative : split_outside(expression, '|')) {
    if (alternative.empty()) return not_plain();
    if (alternative.find(" and ") != std::string_view::npos) return not_plain();
    LET(auto clause, parse_clause(definitions, alternative, type));
    if (clause) clauses.push_back(std::move(*clause));
  }
  return clauses;
}

const model::Element* end_element(const model::Definitions& definitions, TypeId type,
                                  const Clause& clause) {
  const model::Element* element = nullptr;
  for (const Step& step : clause.steps) {
    if (step.to == Step::To::of_type) type = step.type;
    if (step.to != Step::To::child) continue;
    if (type == no_type) return nullptr;
    element = definitions.element(type, step.name);
    if (element == nullptr) return nullptr;
    const auto types = definitions.types_of(*element);
    type = types.empty() ? no_type : types[0].type;
  }
  return element;
}

std::span<const model::ElementType> end_types(const model::Definitions& definitions, TypeId type,
                                              const Clause& clause) {
  const auto* element = end_element(definitions, type, clause);
  if (element == nullptr) return {};
  return definitions.types_of(*element);
}

std::vector<TypeId> reference_targets(const model::Definitions& definitions, TypeId type,
                                      const Clause& clause) {
  for (const Step& step : clause.steps)
    if (step.to == Step::To::where_leads) return {step.type};
  for (const auto& one : end_types(definitions, type, clause)) {
    if (!definitions.is_a(one.type, definitions.common().reference)) continue;
    const auto targets = definitions.targets(one.first_target, one.target_count);
    return {targets.begin(), targets.end()};
  }
  return {};
}

bool ends_at_uri(const model::Definitions& definitions, TypeId type, const Clause& clause) {
  const auto types = end_types(definitions, type, clause);
  return std::any_of(types.begin(), types.end(), [&](const model::ElementType& one) {
    return definitions.is_a(one.type, definitions.common().uri);
  });
}

}  // namespace fingerpost::search
