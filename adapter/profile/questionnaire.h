// What a question takes for an answer (R4 valueset-item-type).

#pragma once

#include "profile/equal.h"
#include "profile/view.h"

#include <string_view>
#include <utility>

namespace fingerpost::profile {

// Whether an answer of a FHIR type may answer a question of an item type.
inline bool is_answer_type(std::string_view question, std::string_view type) {
  constexpr std::pair<std::string_view, std::string_view> rows[] = {{"boolean", "boolean"},
                                                                    {"decimal", "decimal"},
                                                                    {"integer", "integer"},
                                                                    {"date", "date"},
                                                                    {"dateTime", "dateTime"},
                                                                    {"time", "time"},
                                                                    {"string", "string"},
                                                                    {"text", "string"},
                                                                    {"url", "uri"},
                                                                    {"choice", "Coding"},
                                                                    {"open-choice", "Coding"},
                                                                    {"open-choice", "string"},
                                                                    {"attachment", "Attachment"},
                                                                    {"reference", "Reference"},
                                                                    {"quantity", "Quantity"}};
  for (const auto& [from, to] : rows)
    if (from == question && to == type) return true;
  return false;
}

// Whether two answers say the same: codings by system and code, other values whole.
inline bool same_answer(View option, View value) {
  if (!option || !value || option.type() != value.type()) return false;
  if (option["code"] || value["code"])
    return option["code"].text() == value["code"].text() &&
           (option["system"].text() == value["system"].text() || !option["system"]);
  return equal({&value.tree(), value.node()}, {&option.tree(), option.node()});
}

}  // namespace fingerpost::profile
