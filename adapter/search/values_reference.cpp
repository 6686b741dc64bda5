#include "search/criteria.h"
#include "search/extract.h"
#include "search/token.h"
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

// The same hash decides and leads.
void add_hash(std::uint64_t hash, Criterion& criterion) {
  criterion.hashes.push_back(hash);
  criterion.lead.hashes.push_back(hash);
}

// An id alone may be of any type that the parameter can refer to.
void add_lone_id(const ValueContext& context, std::string_view id,
                 std::span<const std::string_view> targets, Criterion& criterion) {
  const HashKey& key = context.parameters.hash_key();
  Criterion::LoneId lone{std::string(context.where), {}};
  const auto add = [&](std::string_view type) {
    lone.hashes.push_back(reference_hash(key, type, id));
    add_hash(lone.hashes.back(), criterion);
  };
  if (!targets.empty() && targets[0] != "Resource") {
    for (const auto target : targets) add(target);
  } else {
    const auto& definitions = context.parameters.definitions();
    for (TypeId type = 1; type < definitions.types().size(); ++type)
      if (is_resource(definitions, definitions.type_name(type))) add(definitions.type_name(type));
  }
  if (lone.hashes.size() > 1) criterion.lone_ids.push_back(std::move(lone));
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
    const std::uint64_t whole = reference_hash(key, parts.type, parts.id);
    const bool versioned = reference.find("/_history/") != std::string::npos;
    criterion.hashes.push_back(versioned ? versioned_hash(key, reference) : whole);
    criterion.lead.hashes.push_back(whole);
    return {};
  }
  if (reference.find(':') != std::string::npos) {
    if (!parts.type.empty()) reference = reference.substr(0, reference.find("/_history/"));
    add_hash(hash(key, reference), criterion);
    return {};
  }
  if (!is_id(reference)) return context.bad("the value must be an id, Type/id or a URL");
  if (type.empty()) {
    add_lone_id(context, reference, targets, criterion);
  } else {
    add_hash(reference_hash(key, type, reference), criterion);
  }
  return {};
}

// What lies under what is said by each target's own reference to its like. A canonical url has its
// versions below it: "url|2" has "url|2.1".
Result<void> add_hierarchy(const ValueContext& context, std::string_view modifier,
                           std::string_view value, Criterion& criterion) {
  const auto& parameters = context.parameters;
  const Key& key = parameters.key(criterion.key);
  if (key.canonical && modifier == "above")
    return Error{Kind::unsupported, "canonical urls have nothing above them here",
                 std::string(context.where)};
  if (criterion.test == Criterion::Test::text) {
    const std::string url = unescape(value);
    const bool versioned = url.find('|') != std::string::npos;
    criterion.texts.push_back({versioned ? TextMatch::within : TextMatch::equals, url, 0});
    if (!versioned) criterion.texts.push_back({TextMatch::starts, url + "|", 0});
    return {};
  }
  LET_DONE(add_reference(context, value, {}, key.targets, criterion));
  if (key.canonical || !criterion.parents.empty()) return {};
  criterion.reach = modifier == "below" ? Criterion::Reach::below : Criterion::Reach::above;
  for (const auto target : key.targets) {
    for (const std::string_view code : {"partof", "part-of"}) {
      const KeyId id = parameters.find(target, code);
      if (id != 0) criterion.parents.push_back({id, parameters.key(id).lead});
    }
  }
  if (criterion.parents.empty())
    return Error{Kind::unsupported, "what it refers to is in no hierarchy",
                 std::string(context.where)};
  return {};
}

}  // namespace fingerpost::search
