#include "search/extract.h"
#include "search/values.h"

#include <algorithm>

namespace fingerpost::search {
namespace {

bool is_id(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

Result<void> add_reference(const ValueContext& context, std::string_view value,
                           std::string_view type, std::span<const std::string_view> targets,
                           Criterion& criterion) {
  const HashKey& key = context.parameters.hash_key();
  const std::string_view base = context.query.base_url;
  std::string reference = unescape(value);
  if (!base.empty() && reference.starts_with(base) && reference.size() > base.size() &&
      reference[base.size()] == '/')
    reference = reference.substr(base.size() + 1);
  const auto parts = split_reference(reference);
  if (!parts.type.empty() && parts.base.empty()) {
    if (!type.empty() && parts.type != type)
      return context.bad("the modifier and the reference name different types");
    criterion.hashes.push_back(reference_hash(key, parts.type, parts.id));
    return {};
  }
  if (reference.find(':') != std::string::npos) {
    if (!parts.type.empty()) reference = reference.substr(0, reference.find("/_history/"));
    criterion.hashes.push_back(hash(key, reference));
    return {};
  }
  if (!is_id(reference)) return context.bad("the value must be an id, Type/id or a URL");
  if (!type.empty()) {
    criterion.hashes.push_back(reference_hash(key, type, reference));
    return {};
  }
  // An id alone may be of any type that the parameter can refer to.
  if (!targets.empty() && targets[0] != "Resource") {
    for (const auto target : targets)
      criterion.hashes.push_back(reference_hash(key, target, reference));
    return {};
  }
  const auto& definitions = context.parameters.definitions();
  for (TypeId id = 1; id < definitions.types().size(); ++id) {
    const auto& target = definitions.type(id);
    if (target.kind == model::TypeKind::resource && target.model == model::Model::r4 &&
        !target.abstract)
      criterion.hashes.push_back(reference_hash(key, definitions.type_name(id), reference));
  }
  return {};
}

}  // namespace fingerpost::search
