// Syntax to operations: names, types, functions and variables are looked up here, once.

#include "base/text.h"
#include "path/check.h"
#include "path/functions.h"
#include "path/integer.h"
#include "path/quick.h"
#include "path/run.h"
#include "path/syntax.h"
#include "value/quantity.h"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <utility>

namespace fingerpost::path {

const Function* find_function(std::string_view name) {
  static const auto all = [] {
    std::unordered_map<std::string_view, const Function*> made;
    for (const auto family :
         {navigation_functions(), existence_functions(), filtering_functions(),
          subsetting_functions(), conversion_functions(), text_functions(), pattern_functions(),
          encoding_functions(), math_functions(), type_functions(), precision_functions(),
          utility_functions(), fhir_functions()})
      for (const auto& function : family) made.emplace(function.name, &function);
    return made;
  }();
  const auto found = all.find(name);
  return found == all.end() ? nullptr : found->second;
}

namespace {

Error error_at(const Syntax& syntax, std::string message) {
  return Error{Kind::invalid, std::move(message), text(syntax.place)};
}

// "FHIR.Patient" of the member chain FHIR.Patient; none when it is no such chain.
std::optional<std::string> dotted_name(const Syntax& syntax) {
  if (syntax.kind != Syntax::Kind::member) return {};
  if (!syntax.input) return syntax.text;
  auto before = dotted_name(*syntax.input);
  if (!before) return {};
  return *before + "." + syntax.text;
}

class Compiler {
 public:
  Compiler(const model::Definitions& definitions, const CompileOptions& options)
      : options_(options), program_(std::make_shared<Program>(definitions)) {
    program_->check = options.check;
  }

  Result<Expression> run(const Syntax& syntax) {
    LET(program_->root, compile(syntax));
    return Expression(std::move(program_));
  }
  Mistake mistake() const { return mistake_; }  // when run() has failed

 private:
  const model::Definitions& definitions() const { return *program_->definitions; }
  const Names& names() const { return definitions().names(); }

  Op& make(const Syntax& syntax, Apply apply) {
    auto& op = program_->ops.emplace_back();
    op.apply = apply;
    op.place = syntax.place;
    return op;
  }
  std::string_view keep(std::string text) { return program_->texts.emplace_back(std::move(text)); }
  Op* constant(const Syntax& syntax, const Value& value) {
    auto& op = make(syntax, apply_constant);
    op.constant = value;
    return &op;
  }

  Result<Op*> compile(const Syntax& syntax) {
    using enum Syntax::Kind;
    switch (syntax.kind) {
      case boolean:
        return constant(syntax, syntax.text == "true");
      case string:
        return constant(syntax, keep(syntax.text));
      case number:
        return number_literal(syntax);
      case temporal:
        return temporal_literal(syntax);
      case quantity:
        return quantity_literal(syntax);
      case nothing:
        return constant(syntax, {});
      case external:
        return external_constant(syntax);
      case self:
        return &make(syntax, apply_self);
      case index:
        return &make(syntax, apply_index);
      case total:
        return &make(syntax, apply_total);
      case member:
        return member_access(syntax);
      case call:
        return function_call(syntax);
      case indexer:
        return indexed(syntax);
      case sign:
      case operation:
        return operator_call(syntax);
      case is:
      case as:
        break;
    }
    return type_operation(syntax, syntax.text, syntax.kind == is ? apply_type_is : apply_type_as);
  }

  Result<Op*> number_literal(const Syntax& syntax) {
    if (syntax.text.find('.') == std::string::npos) {
      const auto whole = to_integer(syntax.text);
      if (whole && is_integer(*whole)) return constant(syntax, *whole);
      return error_at(syntax, "the number is greater than an Integer may be, 2147483647");
    }
    const auto number = Decimal::parse(syntax.text);
    if (!number) return error_at(syntax, "the number has too many digits");
    return constant(syntax, *number);
  }

  Result<Op*> temporal_literal(const Syntax& syntax) {
    std::string_view text = syntax.text;
    auto kind = Temporal::Kind::date;
    if (text.starts_with('T')) {
      kind = Temporal::Kind::time;
      text.remove_prefix(1);
    } else if (text.find('T') != std::string_view::npos) {
      kind = Temporal::Kind::date_time;
    }
    const auto parsed = Temporal::parse(kind, text);
    if (!parsed) return error_at(syntax, "there is no such date or time");
    return constant(syntax, *parsed);
  }

  Result<Op*> quantity_literal(const Syntax& syntax) {
    const auto number = Decimal::parse(syntax.text);
    if (!number) return error_at(syntax, "the number has too many digits");
    Quantity quantity{*number, keep(syntax.unit), Calendar::none};
    if (syntax.calendar) quantity.calendar = value::calendar_word(syntax.unit);
    return constant(syntax, &program_->quantities.emplace_back(quantity));
  }

  std::optional<std::uint32_t> variable(std::string_view name) const {
    const auto found = std::find(options_.variables.begin(), options_.variables.end(), name);
    if (found == options_.variables.end()) return {};
    return static_cast<std::uint32_t>(found - options_.variables.begin());
  }

  Result<Op*> external_constant(const Syntax& syntax) {
    if (const auto slot = variable(syntax.text)) {
      auto& op = make(syntax, apply_variable);
      op.slot = *slot;
      return &op;
    }
    struct Known {
      std::string_view name;
      Apply apply;
    };
    constexpr Known places[] = {{"resource", apply_resource},
                                {"rootResource", apply_root_resource},
                                {"context", apply_context}};
    for (const auto& known : places)
      if (known.name == syntax.text) return &make(syntax, known.apply);
    struct Text {
      std::string_view name, prefix;
    };
    constexpr Text texts[] = {{"ucum", "http://unitsofmeasure.org"},
                              {"sct", "http://snomed.info/sct"},
                              {"loinc", "http://loinc.org"}};
    for (const auto& known : texts)
      if (known.name == syntax.text) return constant(syntax, known.prefix);
    constexpr Text families[] = {{"vs-", "http://hl7.org/fhir/ValueSet/"},
                                 {"ext-", "http://hl7.org/fhir/StructureDefinition/"}};
    for (const auto& known : families)
      if (syntax.text.starts_with(known.name))
        return constant(syntax,
                        keep(std::string(known.prefix) + syntax.text.substr(known.name.size())));
    return error_at(syntax, "the variable %" + syntax.text + " is not known");
  }

  // "valueQuantity" may be value of the type Quantity.
  void split_choice(std::string_view name, Step& step) const {
    for (std::size_t at = 1; at < name.size(); ++at) {
      if (!is_upper(name[at])) continue;
      const NameId element = names().find(name.substr(0, at));
      std::string type(name.substr(at));
      if (definitions().find(type) == no_type) type[0] = to_lower(type[0]);
      if (element == no_name || definitions().find(type) == no_type) continue;
      step.choice = element;
      step.type = names().find(type);
      return;
    }
  }

  Step step_of(const Syntax& syntax) {
    Step step;
    step.text = keep(syntax.text);
    step.name = names().find(syntax.text);
    const bool capital = !syntax.text.empty() && is_upper(syntax.text[0]);
    if (!syntax.input && capital && definitions().find(syntax.text) != no_type) {
      step.how = Step::How::gate;
      step.type = step.name;
      return step;
    }
    split_choice(syntax.text, step);
    if (step.name == no_name) step.how = Step::How::text;
    return step;
  }

  Result<Op*> member_access(const Syntax& syntax) {
    const auto slot = syntax.input ? std::nullopt : variable(syntax.text);
    if (slot) {
      auto& op = make(syntax, inside_each_ == 0 ? apply_variable : apply_element_or_variable);
      op.slot = *slot;
      op.steps.push_back(step_of(syntax));
      return &op;
    }
    Op* input = nullptr;
    if (syntax.input && syntax.input->kind != Syntax::Kind::self) {
      LET(input, compile(*syntax.input));
      if (input->apply == apply_path) {
        input->steps.push_back(step_of(syntax));
        return input;
      }
    }
    auto& op = make(syntax, apply_path);
    op.input = input;
    op.steps.push_back(step_of(syntax));
    return &op;
  }

  Result<void> add_operand(const Syntax& syntax, Op& op) {
    LET(auto* const operand, compile(syntax));
    op.arguments.push_back(operand);
    return {};
  }

  Result<Op*> indexed(const Syntax& syntax) {
    auto& op = make(syntax, apply_index_of);
    LET(op.input, compile(*syntax.input));
    if (auto added = add_operand(*syntax.arguments[0], op); !added) return added.error();
    return &op;
  }

  // -2147483648 is an Integer, though what its sign stands before is none.
  static bool is_least_integer(const Syntax& syntax) {
    return syntax.which == Operator::minus && syntax.arguments[0]->kind == Syntax::Kind::number &&
           syntax.arguments[0]->text == "2147483648";
  }

  Result<Op*> operator_call(const Syntax& syntax) {
    if (is_least_integer(syntax)) return constant(syntax, std::int64_t{-2147483648});
    auto& op = make(syntax, find_operator(syntax.which));
    for (const auto& argument : syntax.arguments)
      if (auto added = add_operand(*argument, op); !added) return added.error();
    if (syntax.which == Operator::unite) fold(op);
    recognise(op, program_->words);
    return &op;
  }

  // A union of literals is the same each time.
  void fold(Op& op) {
    for (const auto* operand : op.arguments)
      if (operand->apply != apply_constant && operand->apply != apply_constants) return;
    Environment environment(options_.limits);
    Run run{.program = *program_, .environment = environment, .frame = {}, .focus = {}};
    Collection values;
    if (!op.apply(op, run, values)) return;
    op.apply = apply_constants;
    op.constants = std::move(values);
  }

  Result<Op*> function_call(const Syntax& syntax) {
    const auto* const function = find_function(syntax.text);
    const bool offered = function && (function->name != "isnull" || options_.nulls);
    if (!offered) return error_at(syntax, "the function " + syntax.text + " is not known");
    if (syntax.arguments.size() < function->least || syntax.arguments.size() > function->most)
      return error_at(syntax, "the function " + syntax.text + " takes another number of arguments");
    if (function->takes == Function::Takes::type_name) {
      const auto name = dotted_name(*syntax.arguments[0]);
      if (!name) return error_at(*syntax.arguments[0], "a type name is expected");
      return type_operation(syntax, *name, function->apply);
    }
    auto& op = make(syntax, function->apply);
    op.text = function->name;
    if (syntax.input) {
      LET(auto* const input, compile(*syntax.input));
      op.input = input;
      // These look at no more than one value.
      if (input->apply == apply_path && syntax.arguments.empty() &&
          (syntax.text == "exists" || syntax.text == "empty" || syntax.text == "first"))
        input->limit = 1;
    }
    const int each = function->takes == Function::Takes::each;
    inside_each_ += each;
    for (const auto& argument : syntax.arguments)
      if (auto added = add_argument(*argument, op, function->name == "sort"); !added)
        return added.error();
    inside_each_ -= each;
    if (function->prepare)
      if (auto ready = function->prepare(op); !ready) return error_at(syntax, ready.error().text);
    recognise(op, program_->words);
    return &op;
  }

  // `sort(-family)` sorts the other way; the sign is no arithmetic.
  Result<void> add_argument(const Syntax& syntax, Op& op, bool sort) {
    const bool descending =
        sort && syntax.kind == Syntax::Kind::sign && syntax.which == Operator::minus;
    if (!descending) return add_operand(syntax, op);
    op.descending |= std::uint64_t{1} << op.arguments.size();
    return add_operand(*syntax.arguments[0], op);
  }

  Result<Op*> type_operation(const Syntax& syntax, std::string_view name, Apply apply) {
    auto& op = make(syntax, apply);
    LET(op.type, type_test(syntax, name));
    if (!syntax.input) return &op;
    LET(op.input, compile(*syntax.input));
    if (apply == apply_type_is && op.input->apply == apply_resolve) op.apply = apply_resolve_is;
    return &op;
  }

  Result<TypeTest> type_test(const Syntax& syntax, std::string_view name) {
    constexpr std::string_view system_space = "System.", fhir_space = "FHIR.";
    const bool system_only = name.starts_with(system_space);
    const bool fhir_only = name.starts_with(fhir_space);
    if (system_only) name.remove_prefix(system_space.size());
    if (fhir_only) name.remove_prefix(fhir_space.size());
    TypeTest test;
    if (!system_only &&
        (definitions().find(name) != no_type || definitions().find_stu3(name) != no_type))
      test.fhir = names().find(name);
    const bool system = !fhir_only && set_system_type(name, test);
    if (test.fhir != no_name || system || system_only) return test;
    mistake_ = Mistake::execution;
    return error_at(syntax, "the type " + std::string(name) + " is not known");
  }

  static bool set_system_type(std::string_view name, TypeTest& test) {
    struct SystemType {
      std::string_view name;
      Value::Kind kind;
      Temporal::Kind temporal = Temporal::Kind::date;
    };
    constexpr std::array<SystemType, 8> types = {
        {{"Boolean", Value::Kind::boolean},
         {"Integer", Value::Kind::integer},
         {"Decimal", Value::Kind::decimal},
         {"String", Value::Kind::string},
         {"Date", Value::Kind::temporal, Temporal::Kind::date},
         {"DateTime", Value::Kind::temporal, Temporal::Kind::date_time},
         {"Time", Value::Kind::temporal, Temporal::Kind::time},
         {"Quantity", Value::Kind::quantity}}};
    test.any_system = name == "Any";
    for (const auto& type : types) {
      if (type.name != name) continue;
      test.system = type.kind;
      test.temporal = type.temporal;
      return true;
    }
    return test.any_system;
  }

  const CompileOptions& options_;
  std::shared_ptr<Program> program_;
  int inside_each_ = 0;  // how many iterating functions are around
  Mistake mistake_ = Mistake::semantic;
};

}  // namespace

Result<Expression> compile(std::string_view text, const model::Definitions& definitions,
                           const CompileOptions& options, Mistake* mistake) {
  Mistake ignored = Mistake::none;
  Mistake& found = mistake == nullptr ? ignored : *mistake;
  found = Mistake::syntax;
  LET(auto syntax, parse(text, options.limits));
  found = Mistake::semantic;
  if (options.check == Check::strict)
    if (auto checked = check_types(*syntax, definitions, options); !checked) return checked.error();
  Compiler compiler(definitions, options);
  auto made = compiler.run(*syntax);
  found = made ? Mistake::none : compiler.mistake();
  return made;
}

}  // namespace fingerpost::path
