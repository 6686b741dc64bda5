// R4 structuremap: map-transform, one by one, for those that give a value.

#include "base/text.h"
#include "mapping/run.h"

#include <array>

namespace fingerpost::mapping {

bool Run::argument(const Argument& argument, Value& out) {
  switch (argument.kind) {
    case Argument::Kind::slot:
      out = slot(argument.slot);
      return true;
    case Argument::Kind::literal:
      out = argument.literal;
      return true;
    case Argument::Kind::path:
      break;
  }
  path::Collection values;
  if (!evaluate(argument.path, item_, values)) return false;
  if (values.size() > 1) return fail(Kind::invalid, "an argument gave several values");
  out = values.empty() ? Value() : values[0];
  return true;
}

// The value as text; the source is read by it. Views of trees, the program or the arena.
std::string_view Run::text_of(const Value& value) {
  mark(value, Read::value);
  if (value.is_node()) return value.node().tree->text(value.node().node);
  if (value.none()) return {};
  if (value.kind() == Value::Kind::string) return value.string();
  return environment_.arena.keep(path::value_text(definitions(), value));
}

bool Run::argument_text(const Target& target, Index index, std::string_view& out) {
  out = {};
  if (index >= target.arguments.count) return true;
  Value value;
  if (!argument(program_.arguments[target.arguments.first + index], value)) return false;
  out = text_of(value);
  return true;
}

// All values of a transform; only an expression may give several.
bool Run::evaluated(const Target& target, path::Collection& out) {
  if (target.transform == Transform::evaluate) {
    Value focus = item_;
    const Index first = target.arguments.first;
    const Index last = first + target.arguments.count - 1;
    if (target.arguments.count == 2 && !argument(program_.arguments[first], focus)) return false;
    const Argument& expression = program_.arguments[last];
    if (expression.kind == Argument::Kind::path) return evaluate(expression.path, focus, out);
    Value value;  // a lone variable or literal in parentheses
    if (!argument(expression, value)) return false;
    if (!value.none()) out.push(value);
    return true;
  }
  Value value;
  if (!transform_value(target, value)) return false;
  if (!value.none()) out.push(value);
  return true;
}

bool Run::transform_value(const Target& target, Value& out) {
  Value made;
  bool done = true;
  switch (target.transform) {
    case Transform::copy:
      done = argument(program_.arguments[target.arguments.first], made);
      break;
    case Transform::evaluate: {
      path::Collection values;
      if (!evaluated(target, values)) return false;
      if (values.size() > 1) return fail(Kind::invalid, "an expression gave several values");
      if (!values.empty()) made = values[0];
      break;
    }
    case Transform::truncate:
      done = truncate(target, made);
      break;
    case Transform::escape:
      done = escape(target, made);
      break;
    case Transform::cast:
      done = cast(target, made);
      break;
    case Transform::append:
      done = append(target, made);
      break;
    case Transform::translate: {
      Translated answer;
      done = translated(target, answer);
      if (!answer.found) break;
      made = target.output == Output::system    ? answer.coded.system
             : target.output == Output::display ? answer.coded.display
                                                : answer.coded.code;
      break;
    }
    case Transform::reference:
      done = reference(target, made);
      break;
    case Transform::uuid:
      done = uuid(target, false, made);
      break;
    case Transform::pointer:
      done = pointer(target, made);
      break;
    case Transform::date_op:
      done = date_op(target, made);
      break;
    case Transform::v2date:
    case Transform::hl7v3date:
    case Transform::csvdate:
      done = date(target, made);
      break;
    case Transform::error:
    case Transform::warn:
      done = message(target);
      break;
    case Transform::clear:
      done = clear(target);
      break;
    case Transform::ignore:
      done = argument(program_.arguments[target.arguments.first], made);
      mark(made, Read::subtree);
      made = Value();
      break;
    default:
      return fail(Kind::fault, "a transform that gives no value");
  }
  out = made;
  return done;
}

bool Run::truncate(const Target& target, Value& out) {
  std::string_view text;
  std::string_view length;
  if (!argument_text(target, 0, text) || !argument_text(target, 1, length)) return false;
  const auto wanted = to_integer(length);
  if (!wanted || *wanted < 0) return fail(Kind::invalid, "truncate() needs a length");
  std::size_t end = 0;
  for (auto left = *wanted; left > 0 && end < text.size(); --left) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) ++end;
  }
  out = text.substr(0, end);
  return true;
}

namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

void append_json(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (byte < 0x20) {
      out += "\\u00";
      out += hex_digits[byte >> 4];
      out += hex_digits[byte & 15];
    } else {
      out += c;
    }
  }
}

// RFC 3986: all but the unreserved characters.
constexpr bool is_unreserved(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '~';
}
constexpr auto unreserved = [] {
  std::array<bool, 256> made{};
  for (int byte = 0; byte < 256; ++byte)
    made[static_cast<std::size_t>(byte)] = is_unreserved(static_cast<char>(byte));
  return made;
}();

void append_url(std::string& out, std::string_view text) {
  for (std::size_t from = 0; from < text.size();) {
    std::size_t end = from;
    while (end < text.size() && unreserved[static_cast<unsigned char>(text[end])]) ++end;
    out.append(text, from, end - from);
    if (end == text.size()) return;
    const auto byte = static_cast<unsigned char>(text[end]);
    const char escaped[] = {'%', hex_digits[byte >> 4], hex_digits[byte & 15]};
    out.append(escaped, std::size(escaped));
    from = end + 1;
  }
}

void append_xml(std::string& out, std::string_view text) {
  for (const char c : text)
    out += c == '&'   ? "&amp;"
           : c == '<' ? "&lt;"
           : c == '>' ? "&gt;"
           : c == '"' ? "&quot;"
                      : std::string(1, c);
}

}  // namespace

// escape(text, 'xml'|'json'|'html'|'url'): for a text that goes into such a text.
bool Run::escape(const Target& target, Value& out) {
  std::string_view text;
  std::string_view format;
  if (!argument_text(target, 0, text) || !argument_text(target, 1, format)) return false;
  joined_.clear();
  if (format == "url") {
    append_url(joined_, text);
  } else if (format == "json") {
    append_json(joined_, text);
  } else if (format == "xml" || format == "html") {
    append_xml(joined_, text);
  } else {
    return fail(Kind::unsupported, "escape() knows xml, html, json and url");
  }
  out = environment_.arena.keep(joined_);
  return true;
}

bool Run::cast(const Target& target, Value& out) {
  Value value;
  if (!argument(program_.arguments[target.arguments.first], value)) return false;
  out = value;
  if (target.type == no_type || is_nothing(value)) return true;
  const std::string_view text = text_of(value);
  out = text;
  switch (form(target.type)) {
    case Form::boolean:
      if (text != "true" && text != "false")
        return fail(Kind::invalid, "the value cannot be cast to a boolean");
      out = text == "true";
      return true;
    case Form::integer:
      if (const auto number = to_integer(text)) {
        out = *number;
        return true;
      }
      return fail(Kind::invalid, "the value cannot be cast to an integer");
    case Form::decimal:
      if (const auto number = path::Decimal::parse(text)) {
        out = *number;
        return true;
      }
      return fail(Kind::invalid, "the value cannot be cast to a decimal");
    case Form::complex:
      return fail(Kind::unsupported, "cast() makes plain values only");
    default:
      return true;
  }
}

bool Run::append(const Target& target, Value& out) {
  joined_.clear();
  for (Index i = 0; i < target.arguments.count; ++i) {
    std::string_view text;
    if (!argument_text(target, i, text)) return false;
    joined_ += text;
  }
  out = environment_.arena.keep(joined_);
  return true;
}

// uuid(key…): the same keys give the same id; nothing when one of them is empty.
bool Run::uuid(const Target& target, bool with_scheme, Value& out) {
  keys_.clear();
  for (Index i = 0; i < target.arguments.count; ++i) {
    std::string_view key;
    if (!argument_text(target, i, key)) return false;
    if (key.empty()) return true;
    keys_.push_back(key);
  }
  std::string count;
  if (keys_.empty()) {
    if (options_.seed.empty())
      return fail(Kind::unsupported, "uuid() without a key needs a run with a seed");
    count = std::to_string(uuids_++);
    keys_ = {"uuid()", options_.seed, count};
  }
  const auto known = ids_.find(keys_, environment_.arena);
  out = with_scheme ? known : known.substr(uuid_scheme.size());
  return true;
}

// reference(resource) is Type/id; reference('Type', key…) is the urn:uuid of uuid('Type', key…).
bool Run::reference(const Target& target, Value& out) {
  if (target.arguments.count > 1) return uuid(target, true, out);
  Value value;
  if (!argument(program_.arguments[target.arguments.first], value)) return false;
  if (value.none()) return true;
  if (!value.is_node()) return fail(Kind::invalid, "reference() needs a resource");
  const auto [tree, node] = value.node();
  const NodeId id = tree->child(node, program_.words.id);
  if (id == no_node) return true;
  mark(NodeRef{tree, id}, Read::value);
  out = environment_.arena.keep(std::string(definitions().type_name((*tree)[node].type)) + "/" +
                                std::string(tree->text(id)));
  return true;
}

bool Run::pointer(const Target& target, Value& out) {
  Value value;
  if (!argument(program_.arguments[target.arguments.first], value)) return false;
  if (value.none()) return true;
  if (!value.is_node()) return fail(Kind::invalid, "pointer() needs a resource");
  const auto [tree, node] = value.node();
  const NodeId id = tree->child(node, program_.words.id);
  if (id == no_node) return true;
  mark(NodeRef{tree, id}, Read::value);
  out = environment_.arena.keep("urn:uuid:" + std::string(tree->text(id)));
  return true;
}

// dateOp(date, count, unit): the standard leaves the arguments open; these are ours.
bool Run::date_op(const Target& target, Value& out) {
  std::string_view text;
  std::string_view count;
  std::string_view unit;
  if (!argument_text(target, 0, text) || !argument_text(target, 1, count) ||
      !argument_text(target, 2, unit))
    return false;
  if (text.empty()) return true;
  if (unit.ends_with('s')) unit.remove_suffix(1);
  constexpr std::string_view units[] = {"",     "year",   "month",  "week",       "day",
                                        "hour", "minute", "second", "millisecond"};
  auto calendar = path::Calendar::none;
  for (std::size_t i = 1; i < std::size(units); ++i)
    if (units[i] == unit) calendar = static_cast<path::Calendar>(i);
  using Temporal = path::Temporal;
  const bool timed = text.find('T') != std::string_view::npos;
  const auto date = Temporal::parse(timed ? Temporal::Kind::date_time : Temporal::Kind::date, text);
  const auto number = to_integer(count);
  if (calendar == path::Calendar::none || !date || !number)
    return fail(Kind::invalid, "dateOp() needs a date, a whole number and a unit of time");
  const auto made = value::add(*date, *number, calendar);
  if (!made) return fail(Kind::invalid, "dateOp() leaves the calendar");
  out = *made;
  return true;
}

bool Run::date(const Target& target, Value& out) {
  std::string_view text;
  std::string_view pattern;
  std::string_view precision;
  if (!argument_text(target, 0, text) || !argument_text(target, 1, pattern) ||
      !argument_text(target, 2, precision))
    return false;
  const Zone zone = options_.utc ? Zone::utc : Zone::london;
  const Date made = target.transform == Transform::csvdate
                        ? pattern_date(text, pattern, precision, zone)
                    : target.transform == Transform::hl7v3date ? v3_date(text, zone)
                                                               : v2_date(text, zone);
  switch (made.note) {
    case DateNote::wrong:
      find(Severity::warning, "value", "this is no date; left out");
      break;
    case DateNote::nothing:
      if (!text.empty()) find(Severity::warning, "value", "a placeholder for no date; left out");
      break;
    case DateNote::gap:
      find(Severity::warning, "value", "a local time the clocks jumped over; read as GMT");
      break;
    case DateNote::overlap:
      find(Severity::information, "value", "a local time that came twice; the first is taken");
      break;
    case DateNote::plain:
      break;
  }
  if (!made.text.empty()) out = environment_.arena.keep(made.text);
  return true;
}

// error(code, text) and warn(code, text).
bool Run::message(const Target& target) {
  std::string_view code;
  std::string_view text;
  if (!argument_text(target, 0, code) || !argument_text(target, 1, text)) return false;
  if (target.transform == Transform::warn) {
    find(Severity::warning, code, std::string(text));
    return true;
  }
  failed_code_ = code;
  return fail(Kind::invalid, std::string(text));
}

// clear(tgt.x): takes elements out of the result again.
bool Run::clear(const Target& target) {
  path::Collection values;
  const auto& first = program_.arguments[target.arguments.first];
  if (first.kind != Argument::Kind::path) {
    Value value;
    if (!argument(first, value)) return false;
    values.push(value);
  } else if (!evaluate(first.path, item_, values)) {
    return false;
  }
  for (const auto& value : values)
    if (value.is_node() && value.node().tree == &tree_) out_.remove(value.node().node);
  return true;
}

}  // namespace fingerpost::mapping
