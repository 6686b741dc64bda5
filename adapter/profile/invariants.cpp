#include "profile/invariants.h"

#include "base/text.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace fingerpost::profile {
namespace {

// Expressions of R4 4.0.1 that do not say what their own text says, and what they are asked as.
// What gives nothing is broken (R4 elementdefinition.html#constraint: it must evaluate to true), so
// those that give nothing where their text asks nothing stand here too. No key: whoever says it.
struct Correction {
  std::string_view key, published, meant;
};
constexpr Correction corrections[] = {
    {"que-7", "operator = 'exists' implies (answer is Boolean)",
     "operator = 'exists' implies (answer is boolean)"},
    {"que-12", "enableWhen.count() > 2 implies enableBehavior.exists()",
     "enableWhen.count() > 1 implies enableBehavior.exists()"},
    // A name and a fullUrl need not be there.
    {"", "name.matches('[A-Z]([A-Za-z0-9_]){0,254}')",
     "name.exists() implies name.matches('[A-Z]([A-Za-z0-9_]){0,254}')"},
    {"bdl-8", "fullUrl.contains('/_history/').not()",
     "fullUrl.exists() implies fullUrl.contains('/_history/').not()"},
    // Of what is a decimal, or a dateTime: nothing else and nothing at all is neither.
    {"ras-2", "probability is decimal implies (probability as decimal) <= 100",
     "probability.ofType(decimal).all($this <= 100)"},
    {"vs-1", "($this as dateTime).toString().length() >= 8",
     "($this as dateTime).all(toString().length() >= 8)"},
    // A day and a time within it have no order in FHIRPath. R4 datatypes.html#Period: an end
    // includes all that matches it.
    {"per-1", "start.hasValue().not() or end.hasValue().not() or (start <= end)",
     "(start > end).allFalse()"},
    {"inv-1",
     "lastModified.exists().not() or authoredOn.exists().not() or lastModified >= authoredOn",
     "(lastModified < authoredOn).allFalse()"},
    {"mdd-1", "whenHandedOver.empty() or whenPrepared.empty() or whenHandedOver >= whenPrepared",
     "(whenHandedOver < whenPrepared).allFalse()"},
};

bool is_word(char c) {
  return is_letter(c) || is_digit(c) || c == '_';
}

// How long the comment is that the text begins with; 0: none.
std::size_t comment_size(std::string_view text) {
  const bool line = text.starts_with("//");
  if (!line && !text.starts_with("/*")) return 0;
  const auto end = line ? text.find_first_of("\r\n") : text.find("*/", 2);
  return end == std::string_view::npos ? text.size() : end + (line ? 0 : 2);
}

// `as String` as `as string`, outside of literals and comments. FHIRPath's own type is none that an
// element of FHIR has, so that the cast gives nothing; R4's own que-7 and profiles mean the type of
// FHIR.
std::string with_fhir_casts(std::string_view expression) {
  constexpr std::string_view types[] = {"Boolean", "Integer",  "Decimal", "String",
                                        "Date",    "DateTime", "Time"};
  std::string made;
  bool casts = false;  // the last word was a cast
  while (!expression.empty()) {
    if (const auto comment = comment_size(expression); comment > 0) {
      made += expression.substr(0, comment);
      expression.remove_prefix(comment);
      continue;
    }
    const char first = expression.front();
    std::size_t size = 1;
    if (first == '\'' || first == '"' || first == '`') {
      while (size < expression.size() && expression[size] != first)
        size += expression[size] == '\\' ? 2U : 1U;
      size = std::min(size + 1, expression.size());
    } else {
      while (is_word(first) && size < expression.size() && is_word(expression[size])) ++size;
    }
    const auto word = expression.substr(0, size);
    made += word;
    if (casts && std::find(std::begin(types), std::end(types), word) != std::end(types))
      made[made.size() - size] = to_lower(first);
    casts = word == "as" || word == "ofType" || (casts && (is_space(first) || first == '('));
    expression.remove_prefix(size);
  }
  return made;
}

class Builder {
 public:
  Builder(const model::Definitions& definitions, std::vector<Invariant>& all,
          std::vector<std::uint32_t>& lists)
      : definitions_(definitions), all_(all), lists_(lists) {}

  // Appends the invariants of these constraints; gives how many there were.
  std::uint32_t add(std::uint32_t first, std::uint32_t count) {
    std::uint32_t added = 0;
    for (const auto& from : definitions_.constraints(first, count)) {
      if (is_universal(text(from.key)) || text(from.expression).empty()) continue;
      const auto index = compiled(from);
      if (index == none) continue;
      lists_.push_back(index);
      ++added;
    }
    return added;
  }

 private:
  static constexpr std::uint32_t none = 0xffff'ffff;
  std::string_view text(NameId name) const { return definitions_.names().text(name); }

  std::uint32_t compiled(const model::Constraint& from) {
    const auto [at, fresh] = done_.try_emplace({from.key, from.expression}, none);
    if (!fresh) return at->second;
    auto made = path::compile(meant(text(from.key), text(from.expression)), definitions_);
    if (!made) return none;
    all_.push_back({std::string(text(from.key)), std::string(text(from.human)), from.error, false,
                    *std::move(made)});
    return at->second = static_cast<std::uint32_t>(all_.size() - 1);
  }

  const model::Definitions& definitions_;
  std::vector<Invariant>& all_;
  std::vector<std::uint32_t>& lists_;
  std::map<std::pair<NameId, NameId>, std::uint32_t> done_;
};

}  // namespace

std::string meant(std::string_view key, std::string_view expression) {
  for (const auto& row : corrections)
    if (row.published == expression && (row.key.empty() || row.key == key))
      return std::string(row.meant);
  const std::string own(expression);
  const auto cast = with_fhir_casts(expression);
  // A comment may stand at its end.
  return cast == own ? own : "iif((" + own + "\n).empty(), (" + cast + "\n), (" + own + "\n))";
}

BaseInvariants::BaseInvariants(const model::Definitions& definitions) {
  Builder builder(definitions, all_, lists_);
  types_.resize(definitions.types().size());
  std::size_t elements = 0;
  for (const auto& type : definitions.types())
    elements = std::max<std::size_t>(elements, type.first_element + type.element_count);
  elements_.resize(elements);
  std::map<TypeId, List>
      of_backbone;  // where a backbone type is defined, for where it is referred to
  std::vector<std::pair<std::size_t, TypeId>> referring;
  for (TypeId id = 1; id < definitions.types().size(); ++id) {
    const auto& type = definitions.type(id);
    if (type.model == model::Model::stu3) continue;
    auto first = static_cast<std::uint32_t>(lists_.size());
    types_[id] = {first, builder.add(type.first_constraint, type.constraint_count)};
    const auto own = definitions.elements(id);
    for (std::size_t i = 0; i < own.size(); ++i) {
      first = static_cast<std::uint32_t>(lists_.size());
      List& list = elements_[type.first_element + i];
      list = {first, builder.add(own[i].first_constraint, own[i].constraint_count)};
      const auto types = definitions.types_of(own[i]);
      if (types.size() != 1 || definitions.type(types[0].type).kind != model::TypeKind::backbone)
        continue;
      if (own[i].constraint_count > 0)
        of_backbone.emplace(types[0].type, list);
      else
        referring.emplace_back(type.first_element + i, types[0].type);
    }
  }
  for (const auto& [element, type] : referring)
    if (const auto found = of_backbone.find(type); found != of_backbone.end())
      elements_[element] = found->second;
}

}  // namespace fingerpost::profile
