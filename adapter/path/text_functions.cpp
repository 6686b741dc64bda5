// String functions (FHIRPath 5.6). Positions count characters (code points), not bytes.

#include "base/text.h"
#include "path/functions.h"
#include "path/run.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

namespace fingerpost::path {
namespace {

bool starts_character(char c) {
  return (c & 0xC0) != 0x80;
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), starts_character));
}

// The byte where the nth character starts; the text's size when there are not as many.
std::size_t byte_of(std::string_view text, std::size_t n) {
  std::size_t at = 0;
  for (; at < text.size(); ++at)
    if (starts_character(text[at]) && n-- == 0) break;
  return at;
}

using Texts = std::array<std::string_view, 3>;  // the input and the arguments

// The input and all arguments as strings.
Got texts(const Op& op, Run& run, Texts& found) {
  Got all = run.input_text(op, found[0]);
  for (std::size_t i = 0; i < op.arguments.size() && all != Got::failed; ++i) {
    const Got got = run.text(*op.arguments[i], found[i + 1]);
    if (got != Got::value) all = got;
  }
  return all;
}

using Question = bool (*)(std::string_view text, std::string_view asked);
template <Question question>
bool ask(const Op& op, Run& run, Collection& out) {
  Texts all;
  if (const Got got = texts(op, run, all); got != Got::value) return got == Got::nothing;
  out.push(question(all[0], all[1]));
  return true;
}

bool starts_with(std::string_view text, std::string_view part) {
  return text.starts_with(part);
}
bool ends_with(std::string_view text, std::string_view part) {
  return text.ends_with(part);
}
bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

template <bool from_end>
bool index_of(const Op& op, Run& run, Collection& out) {
  Texts all;
  if (const Got got = texts(op, run, all); got != Got::value) return got == Got::nothing;
  const auto at = from_end ? all[0].rfind(all[1]) : all[0].find(all[1]);
  if (at == std::string_view::npos)
    out.push(std::int64_t{-1});
  else
    out.push(static_cast<std::int64_t>(character_count(all[0].substr(0, at))));
  return true;
}

bool length(const Op& op, Run& run, Collection& out) {
  std::string_view text;
  if (const Got got = run.input_text(op, text); got != Got::value) return got == Got::nothing;
  out.push(static_cast<std::int64_t>(character_count(text)));
  return true;
}

bool substring(const Op& op, Run& run, Collection& out) {
  std::string_view text;
  std::int64_t start = 0, count = std::numeric_limits<std::int64_t>::max();
  if (const Got got = run.input_text(op, text); got != Got::value) return got == Got::nothing;
  if (const Got got = run.integer(*op.arguments[0], start); got != Got::value)
    return got == Got::nothing;
  // An empty length is no length.
  if (op.arguments.size() > 1 && run.integer(*op.arguments[1], count) == Got::failed) return false;
  if (start < 0) return true;
  const auto from = byte_of(text, static_cast<std::size_t>(start));
  if (from >= text.size()) return true;
  const auto rest = text.substr(from);
  out.push(
      rest.substr(0, byte_of(rest, static_cast<std::size_t>(std::max<std::int64_t>(count, 0)))));
  return true;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_upper);
  return out;
}

using Change = std::string (*)(std::string_view);
template <Change change>
bool changed(const Op& op, Run& run, Collection& out) {
  std::string_view text;
  if (const Got got = run.input_text(op, text); got != Got::value) return got == Got::nothing;
  return run.push_text(op, change(text), out);
}

bool trimmed(const Op& op, Run& run, Collection& out) {
  std::string_view text;
  if (const Got got = run.input_text(op, text); got != Got::value) return got == Got::nothing;
  out.push(trim(text));
  return true;
}

bool replace(const Op& op, Run& run, Collection& out) {
  Texts all;
  if (const Got got = texts(op, run, all); got != Got::value) return got == Got::nothing;
  const auto [text, pattern, by] = all;
  std::string made;
  std::size_t at = 0;
  const auto too_long = [&] { return made.size() > run.environment.limits.string_bytes; };
  if (pattern.empty()) {  // before every character, and at the end
    for (; at < text.size() && !too_long(); ++at) {
      if (starts_character(text[at])) made += by;
      made += text[at];
    }
    made += by;
    return run.push_text(op, made, out);
  }
  for (auto hit = text.find(pattern); hit != std::string_view::npos && !too_long();
       hit = text.find(pattern, at)) {
    made.append(text.substr(at, hit - at)).append(by);
    at = hit + pattern.size();
  }
  return run.push_text(op, made.append(text.substr(at)), out);
}

bool to_chars(const Op& op, Run& run, Collection& out) {
  std::string_view text;
  if (const Got got = run.input_text(op, text); got != Got::value) return got == Got::nothing;
  if (!run.room_for(op, text.size())) return false;
  while (!text.empty()) {
    const auto end = byte_of(text, 1);
    out.push(text.substr(0, end));
    text.remove_prefix(end);
  }
  return true;
}

bool split(const Op& op, Run& run, Collection& out) {
  Texts all;
  if (const Got got = texts(op, run, all); got != Got::value) return got == Got::nothing;
  auto [text, separator, unused] = all;
  if (separator.empty()) return to_chars(op, run, out);
  if (!run.room_for(op, text.size() / separator.size())) return false;
  for (auto hit = text.find(separator); hit != std::string_view::npos; hit = text.find(separator)) {
    out.push(text.substr(0, hit));
    text.remove_prefix(hit + separator.size());
  }
  out.push(text);
  return true;
}

bool join(const Op& op, Run& run, Collection& out) {
  Collection values;
  std::string_view separator;
  if (!run.input(op, values)) return false;
  if (!op.arguments.empty() && run.text(*op.arguments[0], separator) == Got::failed) return false;
  if (values.empty()) return true;
  std::string made;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const Value one = run.system(values[i]);
    if (one.kind() != Value::Kind::string) return run.fail(op, "only strings are wanted");
    if (made.size() > run.environment.limits.string_bytes) break;
    made.append(i == 0 ? "" : separator).append(one.string());
  }
  return run.push_text(op, made, out);
}

}  // namespace

std::span<const Function> text_functions() {
  static constexpr Function functions[] = {{"startsWith", 1, 1, ask<starts_with>},
                                           {"endsWith", 1, 1, ask<ends_with>},
                                           {"contains", 1, 1, ask<has>},
                                           {"indexOf", 1, 1, index_of<false>},
                                           {"lastIndexOf", 1, 1, index_of<true>},
                                           {"length", 0, 0, length},
                                           {"substring", 1, 2, substring},
                                           {"upper", 0, 0, changed<upper>},
                                           {"lower", 0, 0, changed<lower>},
                                           {"trim", 0, 0, trimmed},
                                           {"replace", 2, 2, replace},
                                           {"toChars", 0, 0, to_chars},
                                           {"split", 1, 1, split},
                                           {"join", 0, 1, join}};
  return functions;
}

}  // namespace fingerpost::path
