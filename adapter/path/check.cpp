#include "path/check.h"

#include "base/text.h"
#include "path/program.h"

#include <algorithm>
#include <array>
#include <utility>

namespace fingerpost::path {
namespace {

// What a part of an expression may be: any of these types. Not known: anything at all.
struct Static {
  bool known = false;
  bool ordered = true;
  std::vector<TypeId> fhir;
  std::vector<std::string_view> system;  // "String", "Date" …

  static Static of(std::string_view name) {
    Static made;
    made.known = true;
    made.system.push_back(name);
    return made;
  }
};

Error error_at(const Syntax& syntax, std::string message) {
  return Error{Kind::invalid, std::move(message), text(syntax.place)};
}

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Functions whose result is of the input's types.
constexpr std::array<std::string_view, 14> passing = {
    "where", "first", "last",    "tail",      "skip",     "take",  "single",
    "trace", "sort",  "exclude", "intersect", "distinct", "slice", "checkModifiers"};
constexpr std::array<std::string_view, 7> needing_order = {"first", "last",    "tail",  "skip",
                                                           "take",  "indexOf", "single"};
constexpr std::array<std::string_view, 16> on_text = {
    "startsWith", "endsWith", "contains",       "indexOf", "lastIndexOf", "substring",
    "upper",      "lower",    "trim",           "replace", "matches",     "matchesFull",
    "length",     "toChars",  "replaceMatches", "split"};
constexpr std::array<std::string_view, 18> truths = {
    "empty",    "exists",  "all",        "allTrue",    "anyTrue",    "allFalse",
    "anyFalse", "not",     "isDistinct", "subsetOf",   "supersetOf", "hasValue",
    "memberOf", "matches", "startsWith", "conformsTo", "subsumes",   "subsumedBy"};

class Checker {
 public:
  Checker(const model::Definitions& definitions, const CompileOptions& options)
      : definitions_(definitions), options_(options) {}

  Result<Static> check(const Syntax& syntax, const Static& context) {
    using enum Syntax::Kind;
    switch (syntax.kind) {
      case boolean:
        return Static::of("Boolean");
      case string:
        return Static::of("String");
      case quantity:
        return Static::of("Quantity");
      case number:
        return Static::of(syntax.text.find('.') == std::string::npos ? "Integer" : "Decimal");
      case temporal:
        return Static::of(temporal_type(syntax.text));
      case index:
        return Static::of("Integer");
      case self:
        return context;
      case member:
        return member_type(syntax, context);
      case call:
        return call_type(syntax, context);
      case operation:
        return operation_type(syntax, context);
      case is:
      case as:
        return type_operation(syntax, context);
      case indexer:
      case sign:
        return operand_type(syntax, context);
      case nothing:
      case external:
      case total:
        break;
    }
    return Static{};
  }

 private:
  NameId name(std::string_view text) const { return definitions_.names().find(text); }
  bool is_variable(std::string_view text) const { return is_one_of(text, options_.variables); }

  static std::string_view temporal_type(std::string_view text) {
    if (text.starts_with('T')) return "Time";
    return text.find('T') == std::string_view::npos ? "Date" : "DateTime";
  }

  Result<Static> input_type(const Syntax& syntax, const Static& context) {
    if (!syntax.input) return context;
    return check(*syntax.input, context);
  }

  Result<Static> operand_type(const Syntax& syntax, const Static& context) {
    LET(auto inner, check(*syntax.arguments[0], context));
    if (syntax.kind == Syntax::Kind::sign) return inner;
    return check(*syntax.input, context);
  }

  // An abstract type may turn out to have any element.
  bool open(TypeId id) const {
    const auto& type = definitions_.type(id);
    return id == no_type || type.abstract || type.kind == model::TypeKind::logical;
  }

  // `Patient.name` where the focus is known: it must be able to be a Patient.
  Result<Static> gate(const Syntax& syntax, const Static& context, TypeId type) {
    const bool may_be = std::any_of(context.fhir.begin(), context.fhir.end(), [&](TypeId is) {
      return open(is) || definitions_.is_a(is, type) || definitions_.is_a(type, is);
    });
    if (context.known && !may_be) return error_at(syntax, "the focus is never a " + syntax.text);
    Static found;
    found.known = true;
    found.fhir.push_back(type);
    return found;
  }

  Result<Static> member_type(const Syntax& syntax, const Static& context) {
    if (!syntax.input && is_variable(syntax.text)) return Static{};
    if (!syntax.input && is_upper(syntax.text[0]))
      if (const TypeId type = definitions_.find(syntax.text); type != no_type)
        return gate(syntax, context, type);
    LET(const auto input, input_type(syntax, context));
    Static found;
    found.known = input.known;
    found.ordered = input.ordered;
    bool has = false;
    for (const TypeId type : input.fhir) has |= add_element(type, name(syntax.text), found);
    if (!input.system.empty()) return Static{};
    if (input.known && !has && !input.fhir.empty())
      return error_at(syntax, "there is no element " + syntax.text + " here");
    return found;
  }

  // The types of an element of this type. False: it has no such element.
  bool add_element(TypeId type, NameId element_name, Static& found) const {
    const bool primitive = definitions_.type(type).kind == model::TypeKind::primitive;
    if (open(type) || (primitive && element_name == name("value"))) {
      found.known = false;
      return true;
    }
    const auto* const element =
        element_name == no_name ? nullptr : definitions_.element(type, element_name);
    if (!element) return false;
    for (const auto& one : definitions_.types_of(*element)) found.fhir.push_back(one.type);
    if (element->type_count == 0) found.known = false;
    return true;
  }

  Result<void> check_arguments(const Syntax& syntax, const Static& input, const Static& context,
                               Static& last) {
    const auto* const function = find_function(syntax.text);
    if (!function || function->takes == Function::Takes::type_name) return {};
    const bool each = function->takes == Function::Takes::each;
    for (const auto& argument : syntax.arguments) {
      LET(last, check(*argument, each ? input : context));
      if (syntax.text == "iif" && argument == syntax.arguments[0] && never_boolean(last))
        return error_at(*argument, "a condition is wanted");
    }
    return {};
  }

  static bool never_boolean(const Static& type) {
    return type.known && type.fhir.empty() && !type.system.empty() &&
           !is_one_of("Boolean", type.system);
  }

  bool never_text(const Static& type) const {
    if (!type.known) return false;
    const auto is_text = [&](TypeId id) {
      return open(id) || definitions_.type(id).kind == model::TypeKind::primitive;
    };
    return std::none_of(type.fhir.begin(), type.fhir.end(), is_text) &&
           !is_one_of("String", type.system) && !(type.fhir.empty() && type.system.empty());
  }

  Result<Static> call_type(const Syntax& syntax, const Static& context) {
    const std::string_view called = syntax.text;
    LET(const auto input, input_type(syntax, context));
    if (options_.check_order && !input.ordered && is_one_of(called, needing_order))
      return error_at(syntax, syntax.text + " needs an order, and there is none here");
    if (is_one_of(called, on_text) && never_text(input))
      return error_at(syntax, syntax.text + " takes a string");
    Static last;
    if (auto checked = check_arguments(syntax, input, context, last); !checked)
      return checked.error();
    if (is_one_of(called, truths)) return Static::of("Boolean");
    if (is_one_of(called, passing)) return input;
    if (called == "count" || called == "length") return Static::of("Integer");
    if (called == "select") return last;
    if (called == "as" || called == "ofType") return named_type(syntax.arguments);
    Static found;
    found.ordered = called != "children" && called != "descendants";
    return found;
  }

  // How many arguments there are is judged later.
  Result<Static> named_type(const std::vector<SyntaxPtr>& arguments) const {
    if (arguments.size() != 1 || arguments[0]->kind != Syntax::Kind::member) return Static{};
    return type_called(arguments[0]->text);
  }

  Static type_called(std::string_view text) const {
    if (text.starts_with("FHIR.")) text.remove_prefix(5);
    Static found;
    if (const TypeId type = definitions_.find(text); type != no_type) {
      found.known = true;
      found.fhir.push_back(type);
    }
    return found;
  }

  Result<Static> type_operation(const Syntax& syntax, const Static& context) {
    LET(const auto input, input_type(syntax, context));
    if (syntax.kind == Syntax::Kind::is) return Static::of("Boolean");
    return type_called(syntax.text);
  }

  Result<Static> operation_type(const Syntax& syntax, const Static& context) {
    LET(auto left, check(*syntax.arguments[0], context));
    LET(auto right, check(*syntax.arguments[1], context));
    if (syntax.which == Operator::unite) {
      left.known = left.known && right.known;
      left.fhir.insert(left.fhir.end(), right.fhir.begin(), right.fhir.end());
      left.system.insert(left.system.end(), right.system.begin(), right.system.end());
      return left;
    }
    if (syntax.which >= Operator::less) return Static::of("Boolean");
    const bool moves = syntax.which == Operator::add || syntax.which == Operator::subtract;
    constexpr std::array<std::string_view, 3> moments = {"Date", "DateTime", "Time"};
    const auto is_moment = [&](std::string_view one) { return is_one_of(one, moments); };
    const auto is_number = [](std::string_view one) {
      return one == "Integer" || one == "Decimal";
    };
    if (moves && left.known && right.known &&
        std::any_of(left.system.begin(), left.system.end(), is_moment) &&
        std::any_of(right.system.begin(), right.system.end(), is_number))
      return error_at(syntax, "a date or time takes a quantity of time, not a number");
    return Static{};
  }

  const model::Definitions& definitions_;
  const CompileOptions& options_;
};

}  // namespace

Result<void> check_types(const Syntax& syntax, const model::Definitions& definitions,
                         const CompileOptions& options) {
  Static start;
  if (options.start != no_type) {
    start.known = true;
    start.fhir.push_back(options.start);
  }
  if (auto checked = Checker(definitions, options).check(syntax, start); !checked)
    return checked.error();
  return {};
}

}  // namespace fingerpost::path
