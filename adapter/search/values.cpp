#include "search/values.h"

#include "search/extract.h"
#include "search/fold.h"
#include "search/range.h"
#include "search/token.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace fingerpost::search {
namespace {

Error bad_value(const ValueContext& context, std::string text) {
  return {Kind::invalid, std::move(text), std::string(context.where)};
}

struct Prefixed {
  Prefix prefix = Prefix::eq;
  std::string_view rest;
};

Prefixed take_prefix(std::string_view value) {
  constexpr std::pair<std::string_view, Prefix> prefixes[] = {
      {"eq", Prefix::eq}, {"ne", Prefix::ne}, {"gt", Prefix::gt},
      {"lt", Prefix::lt}, {"ge", Prefix::ge}, {"le", Prefix::le},
      {"sa", Prefix::sa}, {"eb", Prefix::eb}, {"ap", Prefix::ap}};
  for (const auto& [text, prefix] : prefixes)
    if (value.starts_with(text)) return {prefix, value.substr(2)};
  return {Prefix::eq, value};
}

bool is_id(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.';
  };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), fits);
}

Result<NumberTest> number_test(const ValueContext& context, std::string_view value) {
  const auto [prefix, rest] = take_prefix(value);
  const auto range = number_range(rest);
  if (!range) return bad_value(context, "the value must be a number");
  NumberTest test{prefix, 0, range->low, range->high, range->value};
  // R4 search.html#prefix: ap is 10 % either way unless there is a better idea.
  if (prefix == Prefix::ap) {
    const double tenth = std::abs(range->value) / 10;
    test.low = std::min(range->low, range->value - tenth);
    test.high = std::max(range->high, range->value + tenth);
  }
  return test;
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

Result<void> add_token(const ValueContext& context, std::string_view value, Criterion& criterion) {
  const HashKey& key = context.parameters.hash_key();
  const auto parts = split_escaped(value, '|');
  if (parts.size() > 2) return bad_value(context, "a token has one bar: system|code");
  const std::string first = unescape(parts[0]);
  if (parts.size() == 1) {
    criterion.hashes.push_back(code_hash(key, first));
    criterion.lead.hashes.push_back(criterion.hashes.back());
    return {};
  }
  const std::string code = unescape(parts[1]);
  if (first.empty() && code.empty()) return bad_value(context, "a token needs a system or a code");
  if (first.empty()) {
    criterion.hashes.push_back(bare_code_hash(key, code));
  } else if (code.empty()) {
    criterion.hashes.push_back(system_hash(key, first));
  } else {
    criterion.hashes.push_back(system_code_hash(key, first, code));
  }
  if (!code.empty()) criterion.lead.hashes.push_back(code_hash(key, code));
  return {};
}

Result<void> add_reference(const ValueContext& context, std::string_view value,
                           std::string_view type, Criterion& criterion) {
  const HashKey& key = context.parameters.hash_key();
  std::string reference = unescape(value);
  if (!context.base_url.empty() && reference.starts_with(context.base_url) &&
      reference.size() > context.base_url.size() && reference[context.base_url.size()] == '/')
    reference = reference.substr(context.base_url.size() + 1);
  const auto parts = split_reference(reference);
  if (!parts.type.empty() && parts.base.empty()) {
    if (!type.empty() && parts.type != type)
      return bad_value(context, "the modifier and the reference name different types");
    criterion.hashes.push_back(reference_hash(key, parts.type, parts.id));
    return {};
  }
  if (reference.find(':') != std::string::npos) {
    if (!parts.type.empty()) reference = reference.substr(0, reference.find("/_history/"));
    criterion.hashes.push_back(hash(key, reference));
    return {};
  }
  if (!is_id(reference)) return bad_value(context, "the value must be an id, Type/id or a URL");
  if (!type.empty()) {
    criterion.hashes.push_back(reference_hash(key, type, reference));
    return {};
  }
  // An id alone may be of any type that the parameter can refer to.
  const auto& targets = context.parameters.key(criterion.key).targets;
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

Result<void> add_string(const ValueContext& context, std::string_view value,
                        std::string_view modifier, Criterion& criterion) {
  const std::string text = unescape(value);
  TextTest test;
  test.text = fold(text);
  if (modifier == "exact") {
    test.match = TextMatch::exact;
    test.exact = hash(context.parameters.hash_key(), text);
  } else if (modifier == "contains") {
    test.match = TextMatch::contains;
  }
  criterion.texts.push_back(std::move(test));
  return {};
}

Result<void> add_uri(const ValueContext&, std::string_view value, std::string_view modifier,
                     Criterion& criterion) {
  TextTest test;
  test.text = unescape(value);
  test.match = modifier == "below"   ? TextMatch::below
               : modifier == "above" ? TextMatch::above
                                     : TextMatch::exact;
  criterion.texts.push_back(std::move(test));
  return {};
}

Result<void> add_date(const ValueContext& context, std::string_view value, Criterion& criterion) {
  const auto [prefix, rest] = take_prefix(value);
  const auto range = date_range(rest);
  if (!range)
    return bad_value(context, "the value must be a date: YYYY-MM-DDThh:mm:ss with a zone");
  DateTest test{prefix, range->low, range->high};
  if (prefix == Prefix::ap) {
    const std::int64_t tenth = std::abs(context.now_us - range->low) / 10;
    test.low -= tenth;
    test.high += tenth;
  }
  criterion.dates.push_back(test);
  return {};
}

Result<void> add_number(const ValueContext& context, std::string_view value, Criterion& criterion) {
  LET(auto test, number_test(context, unescape(value)));
  criterion.numbers.push_back(test);
  return {};
}

// R4 search.html#quantity: number, number|system|code or number||code.
Result<void> add_quantity(const ValueContext& context, std::string_view value,
                          Criterion& criterion) {
  const auto parts = split_escaped(value, '|');
  if (parts.size() != 1 && parts.size() != 3)
    return bad_value(context, "a quantity is number, number||code or number|system|code");
  LET(auto test, number_test(context, unescape(parts[0])));
  if (parts.size() == 3) {
    const HashKey& key = context.parameters.hash_key();
    const std::string system = unescape(parts[1]);
    const std::string code = unescape(parts[2]);
    if (code.empty()) return bad_value(context, "a quantity's unit needs a code");
    test.unit = system.empty() ? code_hash(key, code) : system_code_hash(key, system, code);
  }
  criterion.numbers.push_back(test);
  return {};
}

}  // namespace fingerpost::search
