#include "search/includes.h"

#include "search/criteria.h"

#include <algorithm>

namespace fingerpost::search {
namespace {

bool may_lead_to(const Key& key, std::string_view type) {
  return key.targets.empty() || std::any_of(key.targets.begin(), key.targets.end(), [&](auto one) {
           return one == type || one == "Resource";
         });
}

Include include_of(const Parameters& parameters, KeyId id, std::string_view target, bool reverse,
                   bool iterate) {
  const Key& key = parameters.key(id);
  Include made{std::string(key.type), id, key.lead, std::string(target), reverse, iterate, {}};
  if (!key.canonical) return made;
  for (const auto type : key.targets)
    if (target.empty() || target == type)
      if (const KeyId url = parameters.find(type, "url")) made.url_keys.push_back(url);
  return made;
}

bool is_reference(const Parameters& parameters, KeyId id) {
  return id != 0 && parameters.key(id).kind == model::SearchType::reference;
}

}  // namespace

Result<std::vector<Include>> read_include(const Parameters& parameters, std::string_view searched,
                                          std::string_view value, bool reverse, bool iterate) {
  const std::string where = reverse ? "_revinclude" : "_include";
  const auto [source, rest] = split_modifier(value);
  const auto [code, target] = split_modifier(rest);
  const auto& definitions = parameters.definitions();
  std::vector<Include> made;
  // What any reference of the type searched leads to, or any reference to it.
  if (value == "*") {
    const KeyId count = static_cast<KeyId>(parameters.keys().size());
    for (KeyId id = 1; id < count; ++id) {
      const Key& key = parameters.key(id);
      if (key.code.empty() || !is_reference(parameters, id)) continue;
      if (reverse ? may_lead_to(key, searched) : key.type == searched || iterate)
        made.push_back(include_of(parameters, id, reverse ? searched : "", reverse, iterate));
    }
    return made;
  }
  if (!is_resource(definitions, source))
    return Error{Kind::not_found, "type of resource; the value is Type:parameter:target", where};
  if (!target.empty() && !is_resource(definitions, target))
    return Error{Kind::not_found, "type of resource to be the target", where};
  if (code == "*") {
    for (const KeyId id : parameters.of_type(source))
      if (is_reference(parameters, id))
        made.push_back(include_of(parameters, id, target, reverse, iterate));
    return made;
  }
  const KeyId id = parameters.find(source, code);
  if (!is_reference(parameters, id))
    return Error{Kind::not_found, "reference parameter of that type", where};
  if (!reverse && !iterate && source != searched)
    return Error{
        Kind::invalid,
        "the value starts with the type that is searched; _include:iterate goes on from what "
        "was included",
        where};
  made.push_back(include_of(parameters, id, target, reverse, iterate));
  return made;
}

}  // namespace fingerpost::search
