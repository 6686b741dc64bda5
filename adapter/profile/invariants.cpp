#include "profile/invariants.h"

#include <algorithm>
#include <map>
#include <utility>

namespace fingerpost::profile {
namespace {

// Expressions of R4 4.0.1 that do not say what their own text says, and what they are asked as.
struct Correction {
  std::string_view key, published, meant;
};
constexpr Correction corrections[] = {
    {"que-7", "operator = 'exists' implies (answer is Boolean)",
     "operator = 'exists' implies (answer is boolean)"},
    {"que-12", "enableWhen.count() > 2 implies enableBehavior.exists()",
     "enableWhen.count() > 1 implies enableBehavior.exists()"},
};

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
    auto expression = text(from.expression);
    for (const auto& row : corrections)
      if (row.key == text(from.key) && row.published == expression) expression = row.meant;
    auto made = path::compile(expression, definitions_);
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
