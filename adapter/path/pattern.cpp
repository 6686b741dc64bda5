// Regular expressions, by RE2: time is linear in the text, whatever the pattern.

#include "path/functions.h"
#include "path/run.h"

#include <memory>
#include <re2/re2.h>
#include <string>

namespace fingerpost::path {
namespace {

enum class Whole : bool { no, yes };

// FHIRPath wants "." to match a line's end too.
std::shared_ptr<const RE2> make_pattern(std::string_view text) {
  RE2::Options options;
  options.set_dot_nl(true);
  options.set_log_errors(false);
  options.set_max_mem(std::int64_t{4} << 20);
  return std::make_shared<const RE2>(re2::StringPiece(text.data(), text.size()), options);
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

template <Whole whole>
bool matches(const Op& op, Run& run, Collection& out) {
  std::string_view text;
  std::shared_ptr<const RE2> pattern;
  const Got input = run.input_text(op, text);
  if (input == Got::failed) return false;
  const Got got = pattern_of(op, run, pattern);
  if (got == Got::failed) return false;
  if (input == Got::nothing || got == Got::nothing) return true;
  if (!run.spend(op, text.size() / 16)) return false;
  const re2::StringPiece piece(text.data(), text.size());
  const auto anchor = whole == Whole::yes ? RE2::ANCHOR_BOTH : RE2::UNANCHORED;
  out.push(pattern->Match(piece, 0, piece.size(), anchor, nullptr, 0));
  return true;
}

// "$1" and "${1}" to RE2's "\1"; "$$" is a dollar.
std::string rewrite_of(std::string_view substitution) {
  std::string made;
  for (std::size_t at = 0; at < substitution.size(); ++at) {
    const char c = substitution[at];
    const auto rest = substitution.substr(at + 1);
    if (c == '\\') {
      made += "\\\\";
    } else if (c == '$' && !rest.empty() && rest[0] >= '0' && rest[0] <= '9') {
      made += '\\';
    } else if (c == '$' && rest.size() >= 3 && rest[0] == '{' && rest[1] >= '0' && rest[1] <= '9' &&
               rest[2] == '}') {
      made += '\\';
      made += rest[1];
      at += 3;
    } else if (c == '$' && rest.starts_with('$')) {
      made += '$';
      ++at;
    } else {
      made += c;
    }
  }
  return made;
}

bool replace_matches(const Op& op, Run& run, Collection& out) {
  std::string_view text, substitution;
  std::shared_ptr<const RE2> pattern;
  const Got input = run.input_text(op, text);
  if (input == Got::failed) return false;
  const Got got = pattern_of(op, run, pattern);
  if (got == Got::failed) return false;
  const Got by = run.text(*op.arguments[1], substitution);
  if (by == Got::failed) return false;
  if (input == Got::nothing || got == Got::nothing || by == Got::nothing) return true;
  if (pattern->pattern().empty()) {
    out.push(text);
    return true;
  }
  // Each character may be replaced: refuse before memory is taken.
  if (text.size() * (substitution.size() + 1) > run.environment.limits.string_bytes)
    return run.fail(op, "the text is longer than string_bytes allows", Kind::too_costly);
  std::string made(text), problem;
  const auto rewrite = rewrite_of(substitution);
  if (!pattern->CheckRewriteString(rewrite, &problem))
    return run.fail(op, "the substitution names a group that is not there");
  RE2::GlobalReplace(&made, *pattern, rewrite);
  return run.push_text(op, made, out);
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
