// The public FHIRPath suite's file format: groups of tests, each an expression and what it gives.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::test {

struct SuiteOutput {
  std::string type;  // "" when the suite does not say
  std::string text;
};

struct SuiteTest {
  std::string group, name, input;
  std::string invalid;  // "semantic", "execution" or ""
  bool predicate = false;
  bool strict = false;
  bool ordered = true;
  bool check_order = false;
  std::string expression;
  std::vector<SuiteOutput> outputs;
};

// Reads the file's elements one after the other: no more XML than the suite uses.
class SuiteReader {
 public:
  explicit SuiteReader(std::string_view xml) : xml_(xml) {}

  std::vector<SuiteTest> run() {
    std::vector<SuiteTest> tests;
    std::string group;
    while (const auto element = next()) {
      if (element->name == "group") group = element->attribute("name");
      if (element->name == "test") {
        SuiteTest test;
        test.group = group;
        test.name = element->attribute("name");
        test.input = element->attribute("inputfile");
        test.predicate = element->attribute("predicate") == "true";
        test.strict = element->attribute("mode") == "strict";
        test.ordered = element->attribute("ordered") != "false";
        test.check_order = element->attribute("checkOrderedFunctions") == "true";
        tests.push_back(std::move(test));
      }
      if (element->name == "expression") {
        tests.back().invalid = element->attribute("invalid");
        tests.back().expression = text();
      }
      if (element->name == "output")
        tests.back().outputs.push_back({element->attribute("type"), element->closed ? "" : text()});
    }
    return tests;
  }

 private:
  struct Element {
    std::string name;
    std::map<std::string, std::string> attributes;
    bool closed = false;

    std::string attribute(const std::string& key) const {
      const auto found = attributes.find(key);
      return found == attributes.end() ? "" : found->second;
    }
  };

  // The next start tag.
  std::optional<Element> next() {
    for (;;) {
      at_ = xml_.find('<', at_);
      if (at_ == std::string_view::npos) return {};
      if (xml_.substr(at_, 4) == "<!--") {
        at_ = xml_.find("-->", at_);
      } else if (xml_[at_ + 1] == '/' || xml_[at_ + 1] == '?') {
        ++at_;
      } else {
        return tag();
      }
    }
  }

  Element tag() {
    const auto end = tag_end();
    const auto inside = xml_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    Element element;
    element.closed = inside.ends_with('/');
    auto from = inside.find_first_of(" \t\r\n/");
    element.name = inside.substr(0, from);
    for (auto equals = inside.find('=', 0); equals != std::string_view::npos;
         equals = inside.find('=', from)) {
      const char quote = inside[equals + 1];
      const auto close = inside.find(quote, equals + 2);
      auto start = inside.find_last_of(" \t\r\n", equals) + 1;
      element.attributes[std::string(inside.substr(start, equals - start))] =
          plain(inside.substr(equals + 2, close - equals - 2));
      from = close + 1;
    }
    return element;
  }

  // ">" may stand in an attribute.
  std::size_t tag_end() const {
    char quote = 0;
    for (std::size_t i = at_; i < xml_.size(); ++i) {
      if (quote != 0) {
        if (xml_[i] == quote) quote = 0;
      } else if (xml_[i] == '"' || xml_[i] == '\'') {
        quote = xml_[i];
      } else if (xml_[i] == '>') {
        return i;
      }
    }
    return xml_.size();
  }

  std::string text() {
    const auto end = xml_.find('<', at_);
    auto found = plain(xml_.substr(at_, end - at_));
    at_ = end;
    return found;
  }

  static std::string plain(std::string_view text) {
    static const std::map<std::string_view, std::string_view> entities = {
        {"&lt;", "<"},   {"&gt;", ">"},   {"&amp;", "&"},  {"&quot;", "\""},
        {"&apos;", "'"}, {"&#10;", "\n"}, {"&#x9;", "\t"}, {"&#xA;", "\n"}};
    std::string out;
    while (!text.empty()) {
      std::size_t taken = 0;
      for (const auto& [entity, meant] : entities)
        if (text.starts_with(entity)) {
          out += meant;
          taken = entity.size();
        }
      if (taken == 0) out += text[0];
      text.remove_prefix(taken == 0 ? 1 : taken);
    }
    return out;
  }

  std::string_view xml_;
  std::size_t at_ = 0;
};

}  // namespace fingerpost::test
