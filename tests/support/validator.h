// A validator for tests, and definitions in few words.

#pragma once

#include "model/xml.h"
#include "profile/validator.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "terminology/core.h"

#include <initializer_list>
#include <string>

namespace fingerpost::test {

inline Tree read_tree(const std::string& text) {
  auto read = model::read_resource(definitions(), text, {});
  REQUIRE(read);
  CHECK(read->issues.empty());
  return std::move(read->tree);
}

// A profile by its type and the elements of its differential, JSON without the brackets.
inline std::string profile_text(const std::string& type, const std::string& elements,
                                const std::string& more = "") {
  return R"({"resourceType":"StructureDefinition","url":"http://test.example/p","name":"P",
    "status":"draft","kind":"resource","abstract":false,"type":")" +
         type + R"(","baseDefinition":"http://hl7.org/fhir/StructureDefinition/)" + type +
         R"(","derivation":"constraint",)" + more + R"("differential":{"element":[)" + elements +
         "]}}";
}

class Checked {
 public:
  explicit Checked(std::initializer_list<std::string> definitions_texts = {})
      : codes_(terminology::core(definitions())), validator_(definitions(), &codes_) {
    for (const auto& text : definitions_texts) validator_.registry().add(read_tree(text));
  }

  // Its errors, "expression: text", a line each.
  std::string errors(const std::string& text, const profile::Options& options = {}) {
    const Tree tree = read_tree(text);
    std::string found;
    for (const auto& issue : validator_.validate(tree, tree.root(), options, {}))
      if (issue.severity <= Severity::error) found += issue.expression + ": " + issue.text + "\n";
    return found;
  }
  // All that is said of it by the profile, in the same form.
  std::string all_by_profile(const std::string& text) {
    profile::Options options;
    options.profiles = {"http://test.example/p"};
    const Tree tree = read_tree(text);
    std::string found;
    for (const auto& issue : validator_.validate(tree, tree.root(), options, {}))
      found += issue.expression + ": " + issue.text + "\n";
    return found;
  }
  std::string errors_by_profile(const std::string& text) {
    profile::Options options;
    options.profiles = {"http://test.example/p"};
    return errors(text, options);
  }
  profile::Validator& validator() { return validator_; }

 private:
  terminology::Terminology codes_;
  profile::Validator validator_;
};

}  // namespace fingerpost::test
