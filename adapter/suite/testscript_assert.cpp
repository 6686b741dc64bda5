// The asserts of a TestScript, a function each.

#include "base/text.h"
#include "suite/resource.h"
#include "suite/testscript_stage.h"
#include "value/decimal.h"
#include "wire/json_value.h"

#include <algorithm>
#include <compare>

namespace fingerpost::suite {
namespace {

using wire::JsonValue;
using wire::JsonView;
using Outcome = std::optional<Failure>;
using Texts = std::vector<std::string>;

std::string joined(const Texts& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : ", ") + text;
  return all.empty() ? "nothing" : all;
}

Texts parted(std::string_view list) {
  Texts parts;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    parts.emplace_back(trim(list.substr(0, end)));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return parts;
}

// As numbers when both are.
std::strong_ordering compared(const std::string& a, const std::string& b) {
  const auto x = value::Decimal::parse(a), y = value::Decimal::parse(b);
  return x && y ? compare(*x, *y) : a <=> b;
}

bool any(const Texts& values, const auto& test) {
  return std::any_of(values.begin(), values.end(), test);
}

// R4 valueset-assert-operator-codes: does it hold for what was found?
struct Operator {
  std::string_view code;
  bool (*holds)(const Texts& found, const std::string& wanted);
};
constexpr Operator operators[] = {
    {"equals",
     [](const Texts& found, const std::string& wanted) {
       return any(found, [&](const auto& one) { return compared(one, wanted) == 0; });
     }},
    {"notEquals",
     [](const Texts& found, const std::string& wanted) {
       return !any(found, [&](const auto& one) { return compared(one, wanted) == 0; });
     }},
    {"in",
     [](const Texts& found, const std::string& wanted) {
       const auto list = parted(wanted);
       return any(found, [&](const auto& one) {
         return std::find(list.begin(), list.end(), one) != list.end();
       });
     }},
    {"notIn",
     [](const Texts& found, const std::string& wanted) {
       const auto list = parted(wanted);
       return !any(found, [&](const auto& one) {
         return std::find(list.begin(), list.end(), one) != list.end();
       });
     }},
    {"greaterThan",
     [](const Texts& found, const std::string& wanted) {
       return any(found, [&](const auto& one) { return compared(one, wanted) > 0; });
     }},
    {"lessThan",
     [](const Texts& found, const std::string& wanted) {
       return any(found, [&](const auto& one) { return compared(one, wanted) < 0; });
     }},
    {"empty", [](const Texts& found, const std::string&) { return joined(found) == "nothing"; }},
    {"notEmpty", [](const Texts& found, const std::string&) { return joined(found) != "nothing"; }},
    {"contains",
     [](const Texts& found, const std::string& wanted) {
       return any(found, [&](const auto& one) { return one.find(wanted) != std::string::npos; });
     }},
    {"notContains",
     [](const Texts& found, const std::string& wanted) {
       return !any(found, [&](const auto& one) { return one.find(wanted) != std::string::npos; });
     }},
};

Outcome judge(std::string_view what, std::string_view code, const Texts& found,
              const std::string& wanted) {
  const auto wish = std::string(what) + " " + std::string(code) + " " + wanted;
  for (const auto& [name, holds] : operators) {
    if (name != code) continue;
    if (holds(found, wanted)) return {};
    return Failure{wish, joined(found)};
  }
  return Failure{wish, "the operator is not known"};
}

// One assert while it is looked at.
struct Looked {
  const Stage& stage;
  JsonView assertion;
  const profile::Validator& validator;

  std::string_view code(std::string_view otherwise = "equals") const {
    return assertion["operator"] ? assertion["operator"].text() : otherwise;
  }
  bool of_request() const { return assertion["direction"].text() == "request"; }
  const Carried* subject() const {
    if (assertion["sourceId"]) return stage.find(assertion["sourceId"].text());
    return of_request() ? &stage.request() : &stage.response();
  }
};

Failure failure(std::string wanted, const Error& error) {
  return {std::move(wanted), error.text};
}

// What another message has where this one has its value, or the value that is written.
Result<Texts> wanted_by(const Looked& at) {
  const auto& assertion = at.assertion;
  if (!assertion["compareToSourceId"]) {
    LET(auto value, at.stage.filled(assertion["value"].text()));
    return Texts{std::move(value)};
  }
  const auto* other = at.stage.find(assertion["compareToSourceId"].text());
  if (!other) return Error{Kind::not_found, "there is nothing to compare with", ""};
  const auto path = assertion["compareToSourcePath"]
                        ? Stage::path_of(assertion["compareToSourcePath"].text())
                        : std::string(assertion["compareToSourceExpression"].text());
  return at.stage.values(*other, path);
}

Outcome expression(const Looked& at, std::string_view written) {
  const auto* subject = at.subject();
  const auto text = at.stage.filled(written);
  if (!text) return failure(std::string(written), text.error());
  if (text->empty()) return Failure{"a plain path", "another"};
  if (!subject) return Failure{*text, "there is no such source"};
  const auto found = at.stage.values(*subject, *text);
  if (!found) return failure(*text, found.error());
  const bool compares = at.assertion["value"] || at.assertion["compareToSourceId"];
  const bool asks = at.code() == "empty" || at.code() == "notEmpty";
  if (!compares && !asks) return judge(*text, "equals", *found, "true");
  const auto wanted = wanted_by(at);
  if (!wanted) return failure(*text, wanted.error());
  if (at.assertion["compareToSourceId"])
    return judge(*text, at.code(), {joined(*found)}, joined(*wanted));
  return judge(*text, at.code(), *found, wanted->front());
}

Outcome by_path(const Looked& at) {
  return expression(at, Stage::path_of(at.assertion["path"].text()));
}
Outcome by_expression(const Looked& at) {
  return expression(at, at.assertion["expression"].text());
}
// The values stand in the other message under the expression that is compared with.
Outcome by_other(const Looked& at) {
  const auto path = at.assertion["compareToSourcePath"]
                        ? Stage::path_of(at.assertion["compareToSourcePath"].text())
                        : std::string(at.assertion["compareToSourceExpression"].text());
  return expression(at, path);
}

Outcome by_header(const Looked& at) {
  const auto* subject = at.subject();
  const auto name = at.assertion["headerField"].text();
  if (!subject) return Failure{std::string(name), "there is no such source"};
  const auto wanted = at.stage.filled(at.assertion["value"].text());
  if (!wanted) return failure(std::string(name), wanted.error());
  Texts found;
  if (const auto value = subject->message.field(name); !value.empty()) found.emplace_back(value);
  return judge(name, at.code(), found, *wanted);
}

Outcome by_status(const Looked& at) {
  return judge("status", at.code(), {std::to_string(at.stage.response().message.status)},
               std::string(at.assertion["responseCode"].text()));
}

Outcome by_response(const Looked& at) {
  constexpr std::pair<std::string_view, std::string_view> codes[] = {{"okay", "200"},
                                                                     {"created", "201"},
                                                                     {"noContent", "204"},
                                                                     {"notModified", "304"},
                                                                     {"bad", "400"},
                                                                     {"forbidden", "403"},
                                                                     {"notFound", "404"},
                                                                     {"methodNotAllowed", "405"},
                                                                     {"conflict", "409"},
                                                                     {"gone", "410"},
                                                                     {"preconditionFailed", "412"},
                                                                     {"unprocessable", "422"}};
  for (const auto& [name, status] : codes)
    if (name == at.assertion["response"].text())
      return judge("status", at.code(), {std::to_string(at.stage.response().message.status)},
                   std::string(status));
  return Failure{std::string(at.assertion["response"].text()), "the response is not known"};
}

Outcome by_type(const Looked& at) {
  const auto* subject = at.subject();
  Texts found;
  if (subject && subject->resource) {
    const Tree& tree = subject->resource->tree;
    found.emplace_back(resource_type(at.stage.setting().definitions, tree));
  }
  return judge("resource", at.code(), found, std::string(at.assertion["resource"].text()));
}

Outcome by_content_type(const Looked& at) {
  const auto* subject = at.subject();
  const auto wanted = at.assertion["contentType"].text();
  const auto field = at.of_request() ? "Accept" : "Content-Type";
  return judge(field, at.code("contains"),
               {subject ? std::string(subject->message.field(field)) : std::string()},
               std::string(wanted));
}

Outcome by_url(const Looked& at) {
  return judge("URL", at.code(), {at.stage.request().message.url},
               std::string(at.assertion["requestURL"].text()));
}

Outcome by_method(const Looked& at) {
  return judge("method", at.code(), {lower(at.stage.request().message.method)},
               std::string(at.assertion["requestMethod"].text()));
}

Outcome by_profile(const Looked& at) {
  const auto* subject = at.subject();
  const auto url = at.stage.profile(at.assertion["validateProfileId"].text());
  if (!subject || !subject->resource) return Failure{std::string(url), "there is no resource"};
  profile::Options options;
  options.profiles.emplace_back(url);
  options.unknown_profile = Severity::error;
  options.now = "2026-01-01T00:00:00Z";
  const Tree& tree = subject->resource->tree;
  auto issues = subject->resource->issues;
  for (auto& issue : at.validator.validate(tree, tree.root(), options, wide_limits()))
    issues.push_back(std::move(issue));
  for (const auto& issue : issues)
    if (issue.severity <= Severity::error)
      return Failure{std::string(url), issue.expression + " " + issue.text};
  return {};
}

// Whether `least` has nothing that `most` has not; lists in any order (R4 TestScript minimumId).
bool holds_all(const JsonValue& most, const JsonValue& least) {
  if (least.kind == JsonValue::Kind::object)
    return std::all_of(least.members.begin(), least.members.end(), [&](const auto& member) {
      const auto* other = most.member(member.name);
      return other && holds_all(*other, member.value);
    });
  if (least.kind != JsonValue::Kind::array) return same(most, least);
  std::vector<bool> taken(most.items.size());
  return std::all_of(least.items.begin(), least.items.end(), [&](const JsonValue& item) {
    for (std::size_t i = 0; i < most.items.size(); ++i) {
      if (taken[i] || !holds_all(most.items[i], item)) continue;
      taken[i] = true;
      return true;
    }
    return false;
  });
}

Outcome by_minimum(const Looked& at) {
  const auto* least = at.stage.find(at.assertion["minimumId"].text());
  const auto* subject = at.subject();
  const std::string wish = "all of " + std::string(at.assertion["minimumId"].text());
  if (!least || !least->resource || !subject || !subject->resource)
    return Failure{wish, "there is no resource"};
  const auto& definitions = at.stage.setting().definitions;
  const auto wanted =
      wire::read_json_value(to_json(definitions, least->resource->tree), wide_limits());
  const auto found =
      wire::read_json_value(to_json(definitions, subject->resource->tree), wide_limits());
  if (!wanted || !found) return Failure{wish, "what is no JSON"};
  for (const auto& member : wanted->members) {
    if (member.name == "id" || member.name == "meta" || member.name == "text") continue;
    const auto* other = found->member(member.name);
    if (!other || !holds_all(*other, member.value))
      return Failure{wish, "something else, or less, in " + member.name};
  }
  return {};
}

// R4: "the Bundle's first, last and next links": those that stand there must lead somewhere.
Outcome by_links(const Looked& at) {
  const auto* subject = at.subject();
  if (!subject) return Failure{"navigation links", "no Bundle"};
  const auto found = at.stage.values(
      *subject,
      "link.where(relation = 'self').url.exists() and link.all(relation.exists() and "
      "url.exists())");
  if (!found) return failure("navigation links", found.error());
  return judge("navigation links", "equals", *found, "true");
}

struct Look {
  std::string_view member;
  Outcome (*check)(const Looked&);
};
// In the order they are looked for: an assert has one of these (tst-5), and those that only say
// with what it is compared come last.
constexpr Look kinds[] = {
    {"expression", by_expression},     {"path", by_path},         {"headerField", by_header},
    {"responseCode", by_status},       {"response", by_response}, {"resource", by_type},
    {"contentType", by_content_type},  {"requestURL", by_url},    {"requestMethod", by_method},
    {"validateProfileId", by_profile}, {"minimumId", by_minimum}, {"navigationLinks", by_links},
    {"compareToSourceId", by_other}};

}  // namespace

Outcome check(const Stage& stage, JsonView assertion, const profile::Validator& validator) {
  for (const auto& [member, look] : kinds)
    if (assertion[member]) return look({stage, assertion, validator});
  return Failure{"an assert", "one that asserts nothing"};
}

}  // namespace fingerpost::suite
