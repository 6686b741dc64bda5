#include "profile/snapshot_check.h"

#include "base/text.h"
#include "profile/equal.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace fingerpost::profile {
namespace {

constexpr std::int64_t no_end = std::numeric_limits<std::int64_t>::max();

std::int64_t count_of(View bound, std::int64_t otherwise) {
  if (bound.text() == "*") return no_end;
  return to_integer(bound.text()).value_or(otherwise);
}

// 0: no binding, or none that a profile could weaken.
int strength_of(View element) {
  const auto text = element["binding"]["strength"].text();
  return text == "required" ? 2 : text == "extensible" ? 1 : 0;
}

class Check {
 public:
  Check(const model::Definitions& definitions, View base, View differential, Known known,
        const FindDefinition& find)
      : definitions_(definitions),
        base_(base),
        differential_(differential),
        known_(known),
        find_(find) {}

  std::vector<std::string> run() {
    counts();
    differential_.each("type", [&](View type) { this->type(type); });
    fixed("fixed");
    fixed("pattern");
    if (differential_["binding"]["strength"] && strength_of(differential_) < strength_of(base_))
      tell("the binding is weaker than the base's");
    if (base_["slicing"]["rules"].text() == "closed" && differential_["slicing"]["rules"] &&
        differential_["slicing"]["rules"].text() != "closed")
      tell("the slicing is closed in the base");
    if (base_["maxLength"] && differential_["maxLength"] &&
        count_of(differential_["maxLength"], 0) > count_of(base_["maxLength"], no_end))
      tell("maxLength is more than the base's");
    return std::move(found_);
  }

 private:
  void tell(std::string rule) { found_.push_back(std::move(rule)); }

  void counts() {
    const auto base_max = count_of(base_["max"], no_end);
    const auto max = count_of(differential_["max"], base_max);
    const auto min = count_of(differential_["min"], count_of(base_["min"], 0));
    if (max > base_max && known_ == Known::in_base)
      tell("max " + std::string(differential_["max"].text()) + " is more than the base's " +
           std::string(base_["max"].text()));
    if (min < count_of(base_["min"], 0))
      tell("min " + std::string(differential_["min"].text()) + " is less than the base's " +
           std::string(base_["min"].text()));
    if (min > max) tell("min is more than max");
  }

  // A code of FHIRPath's own types stands for what the base definitions alone can be.
  static bool is_primitive_form(std::string_view code) { return code.starts_with("http:"); }

  // Whether `code` is one of the types of `element`, or a kind of one; true where it has none.
  bool is_among(std::string_view code, View element) const {
    bool any = false;
    bool found = false;
    const TypeId type = definitions_.find(code);
    element.each("type", [&](View at) {
      any = true;
      const auto own = at["code"].text();
      const TypeId of = definitions_.find(own);
      found |= own == code || is_primitive_form(own) ||
               (type != no_type && of != no_type && definitions_.is_a(type, of));
    });
    return found || !any;
  }

  void type(View type) {
    const auto code = type["code"].text();
    if (is_primitive_form(code)) return;
    if (!is_among(code, base_))
      return tell("the type " + std::string(code) + " is none of the base's");
    type.each("targetProfile", [&](View target) { this->target(code, target.text()); });
  }

  TypeId type_named(std::string_view canonical) const {
    const auto url = without_version(canonical);
    if (const TypeId core = definitions_.find(url); core != no_type) return core;
    const Tree* known = find_(url);
    return known == nullptr ? no_type
                            : definitions_.find(View(*known, known->root())["type"].text());
  }

  // What cannot be told, because a profile is not known, is let pass.
  void target(std::string_view code, std::string_view canonical) {
    const TypeId wanted = type_named(canonical);
    if (wanted == no_type) return;
    bool any = false;
    bool fits = false;
    base_.each("type", [&](View at) {
      if (at["code"].text() != code) return;
      if (!at["targetProfile"]) fits = true;
      at.each("targetProfile", [&](View own) {
        any = true;
        const TypeId may = type_named(own.text());
        fits |= may == no_type || definitions_.is_a(wanted, may);
      });
    });
    if (any && !fits) tell("the target " + std::string(canonical) + " is none of the base's");
  }

  void fixed(std::string_view kind) {
    const View value = differential_[kind];
    if (!value || value.type() == no_type) return;
    const auto type = definitions_.type_name(value.type());
    if (!is_among(type, differential_["type"] ? differential_ : base_))
      tell(std::string(kind) + " is of type " + std::string(type) +
           ", which the element cannot have");
    const NodeRef own{&value.tree(), value.node()};
    if (const View of = base_["fixed"]; of && !equal(own, {&of.tree(), of.node()}))
      tell("the base fixes another value");
    if (const View of = base_["pattern"]; of && !fits(own, {&of.tree(), of.node()}))
      tell("the value does not have what the base fixes");
  }

  const model::Definitions& definitions_;
  View base_, differential_;
  Known known_;
  const FindDefinition& find_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> widenings(const model::Definitions& definitions, View base,
                                   View differential, Known known, const FindDefinition& find) {
  return Check(definitions, base, differential, known, find).run();
}

}  // namespace fingerpost::profile
