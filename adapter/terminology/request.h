// What the operations share: their parameters read, the resources that came along, failures.

#pragma once

#include "terminology/compose.h"
#include "terminology/elements.h"
#include "terminology/finding.h"
#include "terminology/language.h"
#include "terminology/operations.h"
#include "terminology/writer.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::terminology {

// The parameters of a Parameters resource, by name.
class Arguments {
 public:
  explicit Arguments(const Tree& tree) : at_{tree} {}

  const Tree& tree() const { return at_.tree; }
  const Elements& elements() const { return at_; }
  NodeId value(std::string_view name) const;     // of value[x]; no_node
  NodeId resource(std::string_view name) const;  // no_node
  std::string_view text(std::string_view name) const;
  std::optional<bool> flag(std::string_view name) const;
  Found<std::optional<std::size_t>> count(std::string_view name) const;  // not negative
  std::vector<std::string_view> texts(std::string_view name) const;
  bool has(std::string_view name) const { return value(name) != no_node; }

  template <class Use>
  void each(std::string_view name, Use use) const {
    at_.each(at_.tree.root(), "parameter", [&](NodeId parameter) {
      if (at_.text(parameter, "name") == name) use(parameter);
    });
  }

 private:
  Elements at_;
};

// A Coding of the request, and where it stands there.
struct AskedCode {
  std::string_view system;
  std::string_view version;
  std::string_view code;
  std::string_view display;
  std::string place;  // "Coding", "CodeableConcept.coding[0]"; "" for the parameter `code`

  std::string at(std::string_view element) const;  // "Coding.display", "display"
  std::string whole() const { return place.empty() ? "code" : place; }
};

class Request {
 public:
  explicit Request(const Question& question);

  // Takes in tx-resource, valueSet, codeSystem; the version rules, and useSupplement.
  Found<void> prepare();
  // The value set asked for: by url, or sent along.
  Found<ValueSet> value_set();
  // Adds those a value set needs.
  Found<void> add_supplements(const ValueSet& set);
  // The languages: of displayLanguage, else of the value set's definition, else of the request's
  // header, else the value set's own.
  Languages languages(const ValueSet* set) const;
  // The code, coding or codings asked for, as `code`+`system`, `coding` or `codeableConcept`.
  Found<std::vector<AskedCode>> codes(std::string_view system_name) const;

  const Question& question() const { return question_; }
  const Arguments& arguments() const { return arguments_; }
  const model::Definitions& definitions() const { return question_.definitions; }
  const Terminology& terminology() const { return terminology_; }
  const Supplements& supplements() const { return supplements_; }
  CodeSystem code_system_sent() const { return code_system_sent_; }
  Composer composer() const { return {terminology_, rules_, question_.limits}; }

 private:
  struct Implied;
  std::optional<Implied> implied_by(std::string_view url) const;
  ValueSet implied_value_set(std::string_view url);
  Found<void> add_supplement(std::string_view canonical);
  AskedCode coding(NodeId node, std::string place) const;

  const Question& question_;
  Arguments arguments_;
  Terminology terminology_;
  VersionRules rules_;
  Supplements supplements_;
  ValueSet value_set_sent_;
  CodeSystem code_system_sent_;
};

// What an operation made, or the OperationOutcome of the finding that stopped it.
Reply reply(const Question& question, Found<Tree> made);
Finding bad_request(std::string text);

}  // namespace fingerpost::terminology
