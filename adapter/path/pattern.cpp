// Regular expressions, by RE2: one search takes time linear in the text, times the size of the
// pattern's program at worst. That is what it costs in steps, so that neither long patterns nor
// many searches of one text run on for free.

#include "base/text.h"
#include "path/functions.h"
#include "path/run.h"

#include <algorithm>
#include <memory>
#include <re2/re2.h>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::path {
namespace {

enum class Whole : bool { no, yes };

// RE2 takes named groups as (?P<name>…) only.
std::string with_named_groups(std::string_view text) {
  std::string made;
  bool in_class = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto rest = text.substr(at);
    if (rest.size() > 1 && text[at] == '\\') {
      made += rest.substr(0, 2);
      ++at;
      continue;
    }
    if (text[at] == '[') in_class = true;
    if (text[at] == ']') in_class = false;
    made += text[at];
    if (in_class || rest.size() < 4 || !rest.starts_with("(?<") || !is_letter(rest[3])) continue;
    made += "?P<";
    at += 2;
  }
  return made;
}

// FHIRPath wants "." to match a line's end too.
std::shared_ptr<const RE2> make_pattern(std::string_view written) {
  const auto text = with_named_groups(written);
  RE2::Options options;
  options.set_dot_nl(true);
  options.set_log_errors(false);
  options.set_max_mem(std::int64_t{4} << 20);
  return std::make_shared<const RE2>(text, options);
}

Result<void> prepare_pattern(Op& op) {
  const auto& argument = *op.arguments[0];
  if (argument.apply != apply_constant || argument.constant.kind() != Value::Kind::string)
    return {};
  auto pattern = make_pattern(argument.constant.string());
  if (!pattern->ok()) return Error{Kind::invalid, "this regular expression is not supported", ""};
  op.prepared = std::move(pattern);
  return {};
}

// The pattern of the first argument: prepared, or made now.
Got pattern_of(const Op& op, Run& run, std::shared_ptr<const RE2>& pattern) {
  if (op.prepared) {
    pattern = std::static_pointer_cast<const RE2>(op.prepared);
    return Got::value;
  }
  std::string_view text;
  const Got got = run.text(*op.arguments[0], text);
  if (got != Got::value) return got;
  pattern = make_pattern(text);
  if (pattern->ok()) return Got::value;
  run.fail(op, "this regular expression is not supported");
  return Got::failed;
}

// Of looking through so many bytes, each of which may touch every instruction.
std::size_t steps_of(const RE2& pattern, std::size_t bytes) {
  return bytes * static_cast<std::size_t>(std::max(pattern.ProgramSize(), 4)) / 4;
}

template <Whole whole>
bool matches(const Op& op, Run& run, Collection& out) {
  std::string_view text;
  std::shared_ptr<const RE2> pattern;
  const Got input = run.input_text(op, text);
  if (input == Got::failed) return false;
  const Got got = pattern_of(op, run, pattern);
  if (got == Got::failed) return false;
  if (input == Got::nothing || got == Got::nothing) return true;
  if (!run.spend(op, steps_of(*pattern, text.size()))) return false;
  const re2::StringPiece piece(text.data(), text.size());
  const auto anchor = whole == Whole::yes ? RE2::ANCHOR_BOTH : RE2::UNANCHORED;
  out.push(pattern->Match(piece, 0, piece.size(), anchor, nullptr, 0));
  return true;
}

// The groups' texts that a substitution asks for: "$1", "${1}" and "${name}"; "$$" is a dollar.
class Substitution {
 public:
  // False when it names a group that is not there.
  bool read(const RE2& pattern, std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      const auto rest = text.substr(at + 1);
      if (text[at] != '$' || rest.empty()) {
        plain(text[at]);
      } else if (rest[0] == '$') {
        plain('$');
        ++at;
      } else if (is_digit(rest[0])) {
        if (!group(pattern, rest.substr(0, 1))) return false;
        ++at;
      } else if (const auto end = rest.find('}'); rest[0] == '{' && end != rest.npos) {
        if (!group(pattern, rest.substr(1, end - 1))) return false;
        at += end + 1;
      } else {
        plain('$');
      }
    }
    return true;
  }

  int groups() const { return groups_; }  // the highest that is asked for

  void append(std::string& out, const std::vector<re2::StringPiece>& found) const {
    for (const auto& [text, group] : parts_) {
      out += text;
      if (group >= 0)
        out.append(found[static_cast<std::size_t>(group)].data(),
                   found[static_cast<std::size_t>(group)].size());
    }
  }

 private:
  struct Part {
    std::string text;  // before the group
    int group = -1;
  };
  void plain(char c) {
    if (parts_.empty() || parts_.back().group >= 0) parts_.emplace_back();
    parts_.back().text += c;
  }
  bool group(const RE2& pattern, std::string_view name) {
    auto number = static_cast<int>(to_integer(name).value_or(-1));
    if (number < 0) {
      const auto& names = pattern.NamedCapturingGroups();
      const auto found = names.find(std::string(name));
      if (found == names.end()) return false;
      number = found->second;
    }
    if (number > pattern.NumberOfCapturingGroups()) return false;
    if (parts_.empty() || parts_.back().group >= 0) parts_.emplace_back();
    parts_.back().group = number;
    groups_ = std::max(groups_, number);
    return true;
  }

  std::vector<Part> parts_;
  int groups_ = 0;
};

// Every match, from left to right. A search may look at all that is left before it knows its match.
bool replace_all(const Op& op, Run& run, const RE2& pattern, std::string_view text,
                 const Substitution& by, std::string& made) {
  const re2::StringPiece all(text.data(), text.size());
  std::vector<re2::StringPiece> found(static_cast<std::size_t>(by.groups()) + 1);
  std::size_t at = 0, kept = 0;
  while (at <= text.size()) {
    if (!run.spend(op, (text.size() - at) / 16 + 1)) return false;
    if (!pattern.Match(all, at, text.size(), RE2::UNANCHORED, found.data(),
                       static_cast<int>(found.size())))
      break;
    const auto from = static_cast<std::size_t>(found[0].data() - text.data());
    const auto end = from + found[0].size();
    if (!run.spend(op, steps_of(pattern, end - at))) return false;
    const bool again = end == from && from == kept && at != 0;  // nothing, where the last one ended
    if (!again) {
      made.append(text, kept, from - kept);
      by.append(made, found);
      kept = end;
    }
    at = end;
    if (end != from) continue;
    // The character there stays, all its bytes.
    do ++at;
    while (at < text.size() && (text[at] & 0xC0) == 0x80);
  }
  if (kept < text.size()) made.append(text, kept);
  return true;
}

bool replace_matches(const Op& op, Run& run, Collection& out) {
  std::string_view text, written;
  std::shared_ptr<const RE2> pattern;
  const Got input = run.input_text(op, text);
  if (input == Got::failed) return false;
  const Got got = pattern_of(op, run, pattern);
  if (got == Got::failed) return false;
  const Got by = run.text(*op.arguments[1], written);
  if (by == Got::failed) return false;
  if (input == Got::nothing || got == Got::nothing || by == Got::nothing) return true;
  if (pattern->pattern().empty()) {
    out.push(text);
    return true;
  }
  // Each character may be replaced: refuse before memory is taken.
  if (text.size() * (written.size() + 1) > run.environment.limits.string_bytes)
    return run.fail(op, "the text is longer than string_bytes allows", Kind::too_costly);
  Substitution substitution;
  if (!substitution.read(*pattern, written))
    return run.fail(op, "the substitution names a group that is not there");
  std::string made;
  return replace_all(op, run, *pattern, text, substitution, made) && run.push_text(op, made, out);
}

}  // namespace

std::span<const Function> pattern_functions() {
  static constexpr auto values = Function::Takes::values;
  static constexpr Function functions[] = {
      {"matches", 1, 1, matches<Whole::no>, values, prepare_pattern},
      {"matchesFull", 1, 1, matches<Whole::yes>, values, prepare_pattern},
      {"replaceMatches", 2, 2, replace_matches, values, prepare_pattern}};
  return functions;
}

}  // namespace fingerpost::path
