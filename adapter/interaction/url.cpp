#include "interaction/url.h"

#include "base/text.h"

#include <algorithm>
#include <utility>

namespace fingerpost::interaction {
namespace {

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char low = to_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// False when a % is not followed by two hexadecimal digits.
bool decode(std::string_view text, bool plus_is_blank, std::string& out) {
  out.reserve(out.size() + text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' && plus_is_blank ? ' ' : text[i];
      continue;
    }
    if (text.size() - i < 3) return false;
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return true;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

// A segment that could be read in two ways, by us or by a proxy before us.
bool ambiguous(std::string_view segment) {
  if (segment.empty() || segment == "." || segment == "..") return true;
  return std::any_of(segment.begin(), segment.end(), [](char c) {
    return c <= 0x20 || c >= 0x7f || c == '%' || c == ';' || c == '\\' || c == '?' || c == '#';
  });
}

}  // namespace

Result<Path> Path::read(std::string_view text) {
  const auto refused = [] { return Error{Kind::invalid, "the path of the URL is not clear", ""}; };
  if (text.starts_with('/')) text.remove_prefix(1);
  if (text.ends_with('/')) text.remove_suffix(1);
  Path path;
  const auto slashes = std::count(text.begin(), text.end(), '/');
  if (!decode(text, false, path.text_)) return refused();
  if (std::count(path.text_.begin(), path.text_.end(), '/') != slashes) return refused();
  if (path.text_.empty()) return path;
  for (std::size_t at = 0; at <= path.text_.size();) {
    const auto end = std::min(path.text_.find('/', at), path.text_.size());
    if (ambiguous(std::string_view(path.text_).substr(at, end - at))) return refused();
    if (path.size_ == most) return Error{Kind::not_found, "nothing has this URL", ""};
    path.begin_[path.size_] = at;
    path.end_[path.size_] = end;
    ++path.size_;
    at = end + 1;
  }
  return path;
}

Result<std::vector<search::Pair>> read_query(std::string_view text, const Limits& limits) {
  std::vector<search::Pair> pairs;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (pairs.size() >= limits.parameters)
      return Error{
          Kind::invalid,
          "more parameters than the limit parameters of " + std::to_string(limits.parameters), ""};
    const auto equals = pair.find('=');
    auto& [name, value] = pairs.emplace_back();
    const auto value_text =
        equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
    if (!decode(pair.substr(0, equals), true, name) || !decode(value_text, true, value))
      return Error{Kind::invalid, "a % in the query is not followed by two hexadecimal digits", ""};
    if (!is_utf8(name) || !is_utf8(value) || has_control(name) || has_control(value))
      return Error{Kind::invalid, "the query is not text in UTF-8", ""};
  }
  return pairs;
}

}  // namespace fingerpost::interaction
