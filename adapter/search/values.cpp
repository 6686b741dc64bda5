#include "search/values.h"

#include <algorithm>
#include <utility>

namespace fingerpost::search {
namespace {

using model::SearchType;

void sort_unique(std::vector<std::uint64_t>& hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

Result<void> add_token_value(const ValueContext& context, std::string_view modifier,
                             std::string_view value, Criterion& criterion) {
  if (modifier == "of-type") return add_typed_identifier(context, value, criterion);
  if (modifier == "in" || modifier == "not-in")
    return add_concepts(context, Relation::in, value, criterion);
  if (modifier == "below") return add_concepts(context, Relation::below, value, criterion);
  if (modifier == "above") return add_concepts(context, Relation::above, value, criterion);
  return add_token(context, value, context.parameters.key(criterion.key).token_forms, criterion);
}

}  // namespace

std::vector<std::string_view> split_escaped(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == by) {
      parts.push_back(text.substr(start, i - start));
      start = i + 1;
    }
  }
  parts.push_back(text.substr(start));
  return parts;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

std::string escape(std::string_view text, std::string_view means) {
  std::string out;
  for (const char c : text) {
    if (means.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

bool well_escaped(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') continue;
    if (++i == text.size() || std::string_view("\\,$|").find(text[i]) == std::string_view::npos)
      return false;
  }
  return true;
}

Prefixed take_prefix(std::string_view value) {
  constexpr std::pair<std::string_view, Prefix> prefixes[] = {
      {"eq", Prefix::eq}, {"ne", Prefix::ne}, {"gt", Prefix::gt},
      {"lt", Prefix::lt}, {"ge", Prefix::ge}, {"le", Prefix::le},
      {"sa", Prefix::sa}, {"eb", Prefix::eb}, {"ap", Prefix::ap}};
  for (const auto& [text, prefix] : prefixes)
    if (value.starts_with(text)) return {prefix, value.substr(2)};
  return {Prefix::eq, value};
}

Criterion::Test test_of(SearchType kind) {
  switch (kind) {
    case SearchType::date:
      return Criterion::Test::date;
    case SearchType::number:
    case SearchType::quantity:
      return Criterion::Test::number;
    case SearchType::string:
    case SearchType::uri:
      return Criterion::Test::text;
    case SearchType::special:
      return Criterion::Test::near;
    case SearchType::composite:
      return Criterion::Test::composite;
    default:
      return Criterion::Test::hash;
  }
}

Result<void> add_value(const ValueContext& context, std::string_view modifier,
                       std::string_view value, Criterion& criterion) {
  const Key& key = context.parameters.key(criterion.key);
  switch (key.kind) {
    case SearchType::token:
      return criterion.test == Criterion::Test::text
                 ? add_mime_type(context, value, criterion)
                 : add_token_value(context, modifier, value, criterion);
    case SearchType::reference:
      if (modifier == "below" || modifier == "above")
        return add_hierarchy(context, modifier, value, criterion);
      return add_reference(context, value, modifier, key.targets, criterion);
    case SearchType::string:
      return add_string(context, value, modifier, criterion);
    case SearchType::uri:
      return add_uri(context, value, modifier, criterion);
    case SearchType::date:
      return add_date(context, value, criterion);
    case SearchType::number:
      return add_number(context, value, criterion);
    case SearchType::quantity:
      return add_quantity(context, value, criterion);
    case SearchType::special:
      return add_place(context, value, criterion);
    case SearchType::composite:
      return add_composite(context, value, criterion);
  }
  return {};
}

void finish(const Parameters& parameters, Criterion& criterion) {
  sort_unique(criterion.hashes);
  const Key& key = parameters.key(criterion.key);
  criterion.lead.key = key.lead;
  // A system alone has no row in the index: then the others lead to too few.
  if (!criterion.lead.whole || key.lead == 0) criterion.lead.hashes.clear();
  sort_unique(criterion.lead.hashes);
}

// Without a key that has the first component's codes the composite's own rows have them.
Result<void> add_composite(const ValueContext& context, std::string_view value,
                           Criterion& criterion) {
  const Key& key = context.parameters.key(criterion.key);
  const auto texts = split_escaped(value, '$');
  if (texts.size() != key.components.size())
    return context.bad("the value has " + std::to_string(key.components.size()) +
                       " parts with $ between them");
  Criterion alternative;
  alternative.test = Criterion::Test::all;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Criterion part;
    part.key = static_cast<KeyId>(i + 1);
    part.test = test_of(key.components[i]);
    if (texts[i].empty()) return context.bad("a part of the value is empty");
    const auto add = [&]() -> Result<void> {
      switch (key.components[i]) {
        case SearchType::token:
          return add_token(context, texts[i], token_any, part);
        case SearchType::reference:
          return add_reference(context, texts[i], {}, {}, part);
        case SearchType::string:
          return add_string(context, texts[i], {}, part);
        case SearchType::uri:
          return add_uri(context, texts[i], {}, part);
        case SearchType::date:
          return add_date(context, texts[i], part);
        case SearchType::number:
          return add_number(context, texts[i], part);
        case SearchType::quantity:
          return add_quantity(context, texts[i], part);
        default:
          return context.bad("the parameter has a part that cannot be searched");
      }
    };
    LET_DONE(add());
    sort_unique(part.hashes);
    if (i == 0) {
      criterion.lead.hashes.insert(criterion.lead.hashes.end(), part.lead.hashes.begin(),
                                   part.lead.hashes.end());
      criterion.lead.whole = criterion.lead.whole && part.lead.whole;
    }
    part.lead = {};
    alternative.parts.push_back(std::move(part));
  }
  criterion.parts.push_back(std::move(alternative));
  return {};
}

}  // namespace fingerpost::search
