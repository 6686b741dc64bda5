#include "terminology/grammar.h"

#include "base/text.h"
#include "value/ucum.h"

#include <algorithm>
#include <string>
#include <vector>

namespace fingerpost::terminology {
namespace {

constexpr std::size_t most_bytes = 1000;

template <class Test>
bool all(std::string_view text, std::size_t least, std::size_t most, Test&& test) {
  return text.size() >= least && text.size() <= most && std::all_of(text.begin(), text.end(), test);
}
bool letters(std::string_view text, std::size_t least, std::size_t most) {
  return all(text, least, most, is_letter);
}
bool alphanumerics(std::string_view text, std::size_t least, std::size_t most) {
  return all(text, least, most, [](char c) { return is_letter(c) || is_digit(c); });
}

std::vector<std::string_view> split(std::string_view text, char by) {
  std::vector<std::string_view> parts;
  for (auto at = text.find(by); at != std::string_view::npos; at = text.find(by)) {
    parts.push_back(text.substr(0, at));
    text.remove_prefix(at + 1);
  }
  parts.push_back(text);
  return parts;
}

// RFC 5646 section 2.1: language, script, region, variants, extensions, private use.
bool is_language_tag(std::string_view tag) {
  const auto parts = split(tag, '-');
  std::size_t at = 0;
  const auto next = [&](auto&& test) { return at < parts.size() && test(parts[at]) && ++at > 0; };
  const auto singleton = [](std::string_view part) { return alphanumerics(part, 1, 1); };
  const auto is_x = [](std::string_view part) { return part == "x" || part == "X"; };
  const auto rest = [&](std::size_t least) {
    const auto before = at;
    while (next([&](auto part) { return alphanumerics(part, least, 8); })) continue;
    return at > before;
  };
  if (next([&](auto part) { return is_x(part) || part == "i"; }))
    return rest(1) && at == parts.size();
  if (!next([](auto part) { return letters(part, 2, 8); })) return false;
  for (int i = 0; i < 3 && parts[0].size() <= 3; ++i)
    if (!next([](auto part) { return letters(part, 3, 3); })) break;
  next([](auto part) { return letters(part, 4, 4); });
  next([](auto part) { return letters(part, 2, 2) || all(part, 3, 3, is_digit); });
  while (next([](auto part) {
    return alphanumerics(part, 5, 8) || (alphanumerics(part, 4, 4) && is_digit(part[0]));
  }))
    continue;
  while (next([&](auto part) { return singleton(part) && !is_x(part); }))
    if (!rest(2)) return false;
  if (next(is_x) && !rest(1)) return false;
  return at == parts.size();
}

// RFC 6838 section 4.2, and parameters after it. "xml", "json" and "ttl" stand for FHIR's own forms
// (R4 capabilitystatement.html, format).
bool is_media_type(std::string_view text) {
  if (text == "xml" || text == "json" || text == "ttl") return true;
  const auto type = text.substr(0, text.find(';'));
  const auto slash = type.find('/');
  if (slash == std::string_view::npos) return false;
  const auto is_name = [](std::string_view name) {
    return all(name, 1, 127, [](char c) {
      return is_letter(c) || is_digit(c) || std::string_view("!#$&-^_.+*").find(c) < 10;
    });
  };
  auto subtype = type.substr(slash + 1);
  while (subtype.ends_with(' ')) subtype.remove_suffix(1);
  return is_name(type.substr(0, slash)) && is_name(subtype);
}

}  // namespace

std::optional<bool> well_formed(std::string_view system, std::string_view code) {
  const bool ucum = system == "http://unitsofmeasure.org";
  const bool language = system == "urn:ietf:bcp:47";
  const bool media_type = system == "urn:ietf:bcp:13";
  if (!ucum && !language && !media_type) return std::nullopt;
  if (code.empty() || code.size() > most_bytes) return false;
  if (ucum) return value::parse_unit(code).has_value();
  return language ? is_language_tag(code) : is_media_type(code);
}

}  // namespace fingerpost::terminology
