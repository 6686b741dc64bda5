// A QuestionnaireResponse against its Questionnaire, and a Questionnaire against itself (R4
// questionnaire.html, questionnaireresponse.html).

#include "base/text.h"
#include "profile/equal.h"
#include "profile/questionnaire.h"
#include "profile/view.h"
#include "profile/walk.h"

#include <algorithm>
#include <span>
#include <string>
#include <unordered_map>

namespace fingerpost::profile {

namespace {

// Whether a value may answer a question. One with options of its own takes what those are.
bool takes(View question, View value, std::string_view type) {
  const auto wanted = question["type"].text();
  const bool choice = wanted == "choice" || wanted == "open-choice";
  return !value || is_answer_type(wanted, type) || (choice && question["answerOption"]);
}

}  // namespace

void Walk::questionnaire(NodeId node) {
  const View root(tree_, node);
  const LinkIndex questions(root, LinkIndex::Of::questions);
  const auto condition = [&](View item, View when) {
    const auto asked = when["question"].text();
    const auto found = questions.within(root, asked);
    if (asked == item["linkId"].text() || !questions.within(item, asked).empty())
      return error(item.node(), "business-rule",
                   "an item cannot be enabled by a question within it, or by itself");
    if (found.empty() && !asked.empty())
      return error(item.node(), "business-rule",
                   "an item is enabled by a question that is not there");
    // R4 does not say so; but it is never met.
    const View wanted = when["answer"];
    const auto type = definitions_.type_name(wanted.type());
    if (when["operator"].text() != "exists" && !found.empty() && !takes(found[0], wanted, type))
      report(wanted.node(), Severity::warning, "business-rule",
             "the question that is asked takes no " + std::string(type));
  };
  // R4 Questionnaire.item.initial.value[x]: its type is consistent with the type of the item.
  const auto initial = [&](View item, View value) {
    const auto type = definitions_.type_name(value.type());
    if (!takes(item, value, type))
      error(value.node(), "structure",
            "a question of type " + std::string(item["type"].text()) + " takes no " +
                std::string(type));
  };
  const auto look = [&](auto&& self, View items) -> void {
    items.each("item", [&](View item) {
      item.each("enableWhen", [&](View when) { condition(item, when); });
      item.each("initial", [&](View at) { initial(item, at["value"]); });
      self(self, item);
    });
  };
  look(look, root);
}

void Walk::questionnaire_response(NodeId node) {
  const View response(tree_, node);
  const auto canonical = response["questionnaire"].text();
  if (canonical.empty()) return;
  View questionnaire;
  if (canonical.starts_with('#')) {
    const NodeId inner = contained_named(container_of(node), canonical.substr(1));
    if (inner != no_node) questionnaire = View(tree_, inner);
  } else if (const Tree* known = registry_.find(canonical)) {
    questionnaire = View(*known, known->root());
  }
  if (!questionnaire)
    return report(node, Severity::information, "not-found",
                  "the questionnaire is not known: answers are not checked", "questionnaire");
  const auto status = response["status"].text();
  const bool complete = status == "completed" || status == "amended";
  Scopes scopes{questionnaire, LinkIndex(response, LinkIndex::Of::answers), {response}};
  answers(questionnaire, response, scopes, complete);
}

// The items of a response, or of a group or an answer in it, against the questions of that place.
void Walk::answers(View questions, View given, Scopes& scopes, bool complete) {
  std::unordered_map<std::string_view, std::vector<View>> by_link;
  std::unordered_map<std::string_view, std::size_t> order;
  questions.each("item", [&](View question) {
    if (step()) order.emplace(question["linkId"].text(), order.size());
  });
  std::size_t furthest = 0;
  given.each("item", [&](View item) {
    const auto link = item["linkId"].text();
    if (!step()) return;
    const auto at = order.find(link);
    if (at == order.end())
      return error(item.node(), "not-found", "no such item in this place of the questionnaire");
    if (at->second < furthest)
      error(item.node(), "structure", "stands out of the questionnaire's order");
    furthest = std::max(furthest, at->second);
    by_link[link].push_back(item);
  });
  questions.each("item", [&](View question) {
    if (!step()) return;
    question_items(question, by_link[question["linkId"].text()], given, scopes, complete);
  });
}

void Walk::question_items(View question, const std::vector<View>& items, View given, Scopes& scopes,
                          bool complete) {
  const auto type = question["type"].text();
  const bool on = enabled(question, scopes);
  const bool answered = std::any_of(items.begin(), items.end(), [](View item) {
    return static_cast<bool>(item["answer"]) || static_cast<bool>(item["item"]);
  });
  if (!on) {
    for (const View item : items)
      if (item["answer"] || item["item"])
        error(item.node(), "invalid", "has an answer although it is not enabled");
    return;
  }
  if (question["required"].is_true() && !answered && type != "display")
    report(given.node(), complete ? Severity::error : Severity::warning, "required",
           "a required question has no answer");
  const bool repeats = question["repeats"].is_true();
  if (items.size() > 1 && (type != "group" || !repeats))
    error(items[1].node(), "structure", "may be given once");
  for (const View item : items) {
    int count = 0;
    item.each("answer", [&](View) { ++count; });
    if (count > 1 && !repeats) error(item.node(), "structure", "takes one answer");
    if (count > 0 && (type == "group" || type == "display"))
      error(item.node(), "structure", "takes no answer");
    item.each("answer", [&](View answer) {
      if (answer["value"]) value_of_answer(question, answer, scopes.questionnaire);
      scopes.open.push_back(answer);
      answers(question, answer, scopes, complete);
      scopes.open.pop_back();
    });
    if (type != "group" && count > 0) continue;
    scopes.open.push_back(item);
    answers(question, item, scopes, complete);
    scopes.open.pop_back();
  }
}

// The extensions minValue, maxValue and questionnaire-referenceResource.
void Walk::answer_bounds(View question, View value) {
  constexpr std::string_view url = "http://hl7.org/fhir/StructureDefinition/";
  const NodeRef given{&value.tree(), value.node()};
  const auto bound_of = [&](std::string_view name) {
    return profile::extension(question, std::string(url) + std::string(name));
  };
  if (const View least = bound_of("minValue");
      least && less(given, {&least.tree(), least.node()}).value_or(false))
    error(value.node(), "value", "is less than the questionnaire allows");
  if (const View most = bound_of("maxValue");
      most && less({&most.tree(), most.node()}, given).value_or(false))
    error(value.node(), "value", "is more than the questionnaire allows");
  if (value.type() != definitions_.common().reference) return;
  const TypeId target = target_of(value.node()).type;
  bool asked = false;
  bool met = target == no_type;
  question.each("extension", [&](View at) {
    if (at["url"].text() != std::string(url) + "questionnaire-referenceResource") return;
    asked = true;
    met = met || definitions_.is_a(target, definitions_.find(at["value"].text()));
  });
  if (asked && !met)
    error(value.node(), "structure", "does not refer to what the questionnaire asks for");
}

void Walk::value_of_answer(View question, View answer, View questionnaire) {
  const View value = answer["value"];
  const auto type = definitions_.type_name(value.type());
  const auto wanted = question["type"].text();
  const bool choice = wanted == "choice" || wanted == "open-choice";
  if (!takes(question, value, type))
    return error(value.node(), "structure",
                 "a question of type " + std::string(wanted) + " takes no " + std::string(type));
  answer_bounds(question, value);
  if (!choice) {
    const auto limit = to_integer(question["maxLength"].text());
    if (limit && *limit > 0 && code_points(value.text()) > *limit)
      error(value.node(), "value", "is longer than the questionnaire allows");
    return;
  }
  if (wanted == "open-choice" && type == "string") return;
  if (question["answerOption"]) {
    bool met = false;
    question.each("answerOption", [&](View option) {
      met = met || (step() && same_answer(option["value"], value));
    });
    if (!met) error(answer.node(), "code-invalid", "is none of the questionnaire's options");
  } else if (const auto set = question["answerValueSet"].text(); !set.empty()) {
    bound(model::Binding::required, own_value_set(questionnaire, set), value.node(), value.type());
  }
}

bool Walk::enabled(View question, const Scopes& scopes) {
  if (!question["enableWhen"]) return true;
  const bool all = question["enableBehavior"].text() == "all";
  bool any_met = false;
  bool all_met = true;
  question.each("enableWhen", [&](View when) {
    std::span<const View> given;
    const auto asked = when["question"].text();
    for (auto scope = scopes.open.rbegin(); scope != scopes.open.rend() && given.empty(); ++scope)
      given = scopes.answers.within(*scope, asked);
    const bool met = step(1 + given.size()) && condition_met(when, given);
    any_met |= met;
    all_met &= met;
  });
  return all ? all_met : any_met;
}

bool Walk::condition_met(View when, std::span<const View> given) {
  const auto operation = when["operator"].text();
  const View wanted = when["answer"];
  if (operation == "exists") return wanted.is_true() == !given.empty();
  if (operation == "!=")
    return !given.empty() && std::none_of(given.begin(), given.end(), [&](View answer) {
      return same_answer(wanted, answer["value"]);
    });
  return std::any_of(given.begin(), given.end(), [&](View answer) {
    const View value = answer["value"];
    if (!value || !wanted) return false;
    if (operation == "=") return same_answer(wanted, value);
    const NodeRef left{&value.tree(), value.node()};
    const NodeRef right{&wanted.tree(), wanted.node()};
    if (operation == "<") return less(left, right).value_or(false);
    if (operation == ">") return less(right, left).value_or(false);
    if (operation == "<=") return !less(right, left).value_or(true);
    return !less(left, right).value_or(true);
  });
}

}  // namespace fingerpost::profile
