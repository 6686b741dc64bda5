#include "model/read_notes.h"

#include "base/text.h"

#include <algorithm>
#include <utility>

namespace fingerpost::model {

void note(const Definitions& definitions, ReadTree& read, const Limits& limits, NodeId node,
          std::string_view member, const char* code, std::string text) {
  if (read.issues.size() > limits.issues) return;
  if (read.issues.size() == limits.issues) text = "more issues than the limit issues";
  std::string place = location(definitions, read.tree, node);
  if (!member.empty()) (place += '.') += member;
  read.issues.push_back({Severity::error, code, std::move(place), std::move(text)});
}

std::string_view shown(std::string_view name) {
  const auto digits = std::count_if(name.begin(), name.end(), is_digit);
  const bool plain = std::all_of(name.begin(), name.end(),
                                 [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
  return plain && digits <= 4 && name.size() <= 64 ? name : std::string_view("?");
}

TypeId resource_named(const Definitions& definitions, Model model, std::string_view name) {
  const TypeId type = model == Model::stu3 ? definitions.find_stu3(name) : definitions.find(name);
  return definitions.type(type).kind >= TypeKind::resource ? type : no_type;
}

}  // namespace fingerpost::model
