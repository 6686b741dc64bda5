#include "wire/json.h"

#include "base/text.h"

#define RAPIDJSON_SSE42
#define RAPIDJSON_ASSERT(x) static_cast<void>(0)
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cstring>

namespace fingerpost::wire {
namespace {

using Kind = JsonToken::Kind;

// Collects tokens and stops the recursive reader as soon as a limit is passed.
class Collector {
 public:
  Collector(std::vector<JsonToken>& tokens, const Limits& limits, bool escapes)
      : tokens_(tokens), limits_(limits), escapes_(escapes) {}

  const char* refusal() const { return refusal_; }

  bool Null() { return leaf(Kind::null, "null", 4); }  // NOLINT
  bool Bool(bool value) {                              // NOLINT
    return value ? leaf(Kind::boolean, "true", 4) : leaf(Kind::boolean, "false", 5);
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) {  // NOLINT
    return leaf(Kind::number, text, size);
  }
  bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {  // NOLINT
    return good_text({text, size}) && leaf(Kind::string, text, size);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {  // NOLINT
    if (!good_text({text, size})) return false;
    const JsonToken token{text, size, 0, Kind::key};
    if (!first_of_its_name(token)) return refuse(twice);
    keys_.push_back(static_cast<std::uint32_t>(tokens_.size()));
    return push(token);
  }
  bool StartObject() { return open(Kind::object); }        // NOLINT
  bool StartArray() { return open(Kind::array); }          // NOLINT
  bool EndObject(rapidjson::SizeType) { return close(); }  // NOLINT
  bool EndArray(rapidjson::SizeType) { return close(); }   // NOLINT

  // RawNumber is asked for; these complete the reader's interface.
  bool Int(int) { return false; }               // NOLINT
  bool Uint(unsigned) { return false; }         // NOLINT
  bool Int64(std::int64_t) { return false; }    // NOLINT
  bool Uint64(std::uint64_t) { return false; }  // NOLINT
  bool Double(double) { return false; }         // NOLINT

 private:
  struct Open {
    std::uint32_t token = 0;
    std::uint32_t first_key = 0;
  };

  bool refuse(const char* why) {
    refusal_ = why;
    return false;
  }

  // The source is UTF-8, so only an escape can make a NUL or half of a surrogate pair.
  bool good_text(std::string_view text) {
    if (!escapes_) return true;
    if (text.find('\0') != std::string_view::npos) return refuse("a string holds U+0000");
    return is_utf8(text) || refuse("a string holds half of a surrogate pair");
  }

  bool push(const JsonToken& token) {
    if (token.size > limits_.string_bytes) return refuse("a string is over the limit string_bytes");
    if (tokens_.size() >= limits_.nodes) return refuse("more values than the limit nodes");
    tokens_.push_back(token);
    return true;
  }

  bool leaf(Kind kind, const char* text, std::size_t size) {
    const auto after = static_cast<std::uint32_t>(tokens_.size() + 1);
    return push({text, static_cast<std::uint32_t>(size), after, kind});
  }

  bool open(Kind kind) {
    if (static_cast<int>(open_.size()) >= limits_.depth)
      return refuse("nested deeper than the limit depth");
    open_.push_back(
        {static_cast<std::uint32_t>(tokens_.size()), static_cast<std::uint32_t>(keys_.size())});
    return push({"", 0, 0, kind});
  }

  bool close() {
    const Open done = open_.back();
    if (!all_differ(done.first_key)) return refuse(twice);
    open_.pop_back();
    keys_.resize(done.first_key);
    tokens_[done.token].after = static_cast<std::uint32_t>(tokens_.size() + 1);
    return push({"", 0, tokens_[done.token].after, Kind::end});
  }

  // Objects of FHIR have few members, so comparing with each is the quick way; an object with many
  // is checked once at its end, by sorting, so that hostile input costs no square.
  bool first_of_its_name(const JsonToken& token) const {
    const std::size_t first = open_.back().first_key;
    if (keys_.size() - first >= many_members) return true;
    for (std::size_t i = first; i < keys_.size(); ++i)
      if (tokens_[keys_[i]].view() == token.view()) return false;
    return true;
  }

  bool all_differ(std::size_t first) {
    if (keys_.size() - first <= many_members) return true;
    const auto begin = keys_.begin() + static_cast<std::ptrdiff_t>(first);
    const auto text = [this](std::uint32_t at) { return tokens_[at].view(); };
    std::sort(begin, keys_.end(), [&](auto a, auto b) { return text(a) < text(b); });
    const auto same = [&](auto a, auto b) { return text(a) == text(b); };
    return std::adjacent_find(begin, keys_.end(), same) == keys_.end();
  }

  static constexpr std::size_t many_members = 48;
  static constexpr const char* twice = "a member name stands twice in one object";

  std::vector<JsonToken>& tokens_;
  const Limits& limits_;
  bool escapes_;  // some text has a \u escape
  std::vector<Open> open_;
  std::vector<std::uint32_t> keys_;  // of all open objects, as token indexes
  const char* refusal_ = nullptr;
};

Error refused(const std::string& why, std::size_t byte) {
  return Error{fingerpost::Kind::invalid, why, "byte " + std::to_string(byte)};
}

}  // namespace

Result<JsonDocument> parse_json(std::string source, const Limits& limits) {
  if (source.size() > limits.body_bytes)
    return refused("the document is over the limit body_bytes", limits.body_bytes);
  if (!is_utf8(source)) return refused("the document is not UTF-8", 0);
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  const std::size_t start = source.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  const std::size_t size = source.size();
  // The reader looks at blocks of 16 bytes, past the end too.
  source.append(16, '\0');

  JsonDocument document{std::make_shared<std::string>(std::move(source)), {}};
  document.tokens.reserve(size / 12 + 4);
  const bool escapes = document.source->find("\\u") != std::string::npos;
  Collector collector(document.tokens, limits, escapes);
  rapidjson::InsituStringStream stream(document.source->data() + start);
  rapidjson::Reader reader;
  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
  const auto outcome = reader.Parse<flags>(stream, collector);
  if (outcome.IsError()) {
    const std::string why = collector.refusal() != nullptr
                                ? collector.refusal()
                                : rapidjson::GetParseError_En(outcome.Code());
    return refused(why, start + outcome.Offset());
  }
  if (start + stream.Tell() != size) return refused("a NUL byte ends the document", stream.Tell());
  return document;
}

namespace {

bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// Where the next byte stands that needs an escape, or the end. Looks at eight bytes at a time: a
// byte of `word - ones * n` has its high bit set, and had not, when some byte was less than n.
std::size_t find_escape(std::string_view text, std::size_t at) {
  constexpr std::uint64_t ones = 0x0101010101010101, high = ones << 7;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    const std::uint64_t quote = word ^ (ones * '"'), backslash = word ^ (ones * '\\');
    const std::uint64_t found = ((word - ones * 0x20) & ~word) | ((quote - ones) & ~quote) |
                                ((backslash - ones) & ~backslash);
    if ((found & high) != 0) break;
  }
  while (at < text.size() && !needs_escape(text[at])) ++at;
  return at;
}

}  // namespace

void write_json_string(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789abcdef";
  out += '"';
  std::size_t from = 0;
  for (auto i = find_escape(text, 0); i < text.size(); i = find_escape(text, from)) {
    const auto c = static_cast<unsigned char>(text[i]);
    out.append(text, from, i - from);
    from = i + 1;
    out += '\\';
    switch (c) {
      case '"':
      case '\\':
        out += static_cast<char>(c);
        break;
      case '\n':
        out += 'n';
        break;
      case '\r':
        out += 'r';
        break;
      case '\t':
        out += 't';
        break;
      default:
        out += "u00";
        out += digits[c >> 4];
        out += digits[c & 15];
    }
  }
  out.append(text, from);
  out += '"';
}

}  // namespace fingerpost::wire
