#include "wire/json.h"

#include "base/text.h"

#define RAPIDJSON_SSE42
#define RAPIDJSON_ASSERT(x) static_cast<void>(0)
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <bit>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace fingerpost::wire {
namespace {

using Kind = JsonToken::Kind;

// Collects tokens and stops the recursive reader as soon as a limit is passed.
class Collector {
 public:
  Collector(std::vector<JsonToken>& tokens, const Limits& limits, JsonRules rules, bool escapes)
      : tokens_(tokens), limits_(limits), strict_(rules == JsonRules::fhir), escapes_(escapes) {}

  const std::string& refusal() const { return refusal_; }

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
    if (!strict_) return push(token);
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

  bool refuse(std::string why) {
    refusal_ = std::move(why);
    return false;
  }
  bool refuse_over(const char* why, std::size_t limit) {
    return refuse(std::string(why) + " of " + std::to_string(limit));
  }

  // The source is UTF-8, so only an escape can make a NUL or half of a surrogate pair.
  bool good_text(std::string_view text) {
    if (!escapes_) return true;
    if (strict_ && text.find('\0') != std::string_view::npos)
      return refuse("a string holds U+0000");
    return is_utf8(text) || refuse("a string holds half of a surrogate pair");
  }

  bool push(const JsonToken& token) {
    if (token.size > limits_.string_bytes)
      return refuse_over("a string is over the limit string_bytes", limits_.string_bytes);
    if (tokens_.size() >= limits_.nodes)
      return refuse_over("more values than the limit nodes", limits_.nodes);
    tokens_.push_back(token);
    return true;
  }

  bool leaf(Kind kind, const char* text, std::size_t size) {
    const auto after = static_cast<std::uint32_t>(tokens_.size() + 1);
    return push({text, static_cast<std::uint32_t>(size), after, kind});
  }

  bool open(Kind kind) {
    if (static_cast<int>(open_.size()) >= limits_.depth)
      return refuse_over("nested deeper than the limit depth",
                         static_cast<std::size_t>(limits_.depth));
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
  bool strict_;   // FHIR's rules, above those of RFC 8259
  bool escapes_;  // some text has a \u escape
  std::vector<Open> open_;
  std::vector<std::uint32_t> keys_;  // of all open objects, as token indexes
  std::string refusal_;
};

Error refused(const std::string& why, std::size_t byte) {
  return Error{fingerpost::Kind::invalid, why, "byte " + std::to_string(byte)};
}

}  // namespace

Result<JsonDocument> parse_json(std::string source, const Limits& limits, JsonRules rules) {
  if (source.size() > limits.body_bytes)
    return refused(
        "the document is over the limit body_bytes of " + std::to_string(limits.body_bytes),
        limits.body_bytes);
  if (!is_utf8(source)) return refused("the document is not UTF-8", 0);
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  const std::size_t start = source.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  const std::size_t size = source.size();
  // The reader looks at blocks of 16 bytes, past the end too.
  source.append(16, '\0');

  JsonDocument document{std::make_shared<std::string>(std::move(source)), {}};
  document.tokens.reserve(size / 12 + 4);
  const bool escapes = document.source->find("\\u") != std::string::npos;
  Collector collector(document.tokens, limits, rules, escapes);
  rapidjson::InsituStringStream stream(document.source->data() + start);
  rapidjson::Reader reader;
  constexpr unsigned flags = rapidjson::kParseInsituFlag | rapidjson::kParseNumbersAsStringsFlag;
  const auto outcome = reader.Parse<flags>(stream, collector);
  if (outcome.IsError()) {
    const std::string why = !collector.refusal().empty()
                                ? collector.refusal()
                                : rapidjson::GetParseError_En(outcome.Code());
    return refused(why, start + outcome.Offset());
  }
  if (start + stream.Tell() != size) return refused("a NUL byte ends the document", stream.Tell());
  return document;
}

namespace {

// The escape of one character; "\\u00" and two digits where there is no shorter one.
char* write_escape(char* to, char c) {
  constexpr char digits[] = "0123456789abcdef";
  *to++ = '\\';
  switch (c) {
    case '"':
    case '\\':
      *to++ = c;
      return to;
    case '\n':
      *to++ = 'n';
      return to;
    case '\r':
      *to++ = 'r';
      return to;
    case '\t':
      *to++ = 't';
      return to;
    default:
      break;
  }
  std::memcpy(to, "u00", 3);
  to[3] = digits[static_cast<unsigned char>(c) >> 4];
  to[4] = digits[static_cast<unsigned char>(c) & 15];
  return to + 5;
}

constexpr std::size_t block = 16;

// Copies the block, and says with a bit each which of its characters need an escape.
unsigned copy_block(char* to, const char* from) {
#ifdef __SSE2__
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  return static_cast<unsigned>(
      _mm_movemask_epi8(_mm_or_si128(control, _mm_or_si128(quote, backslash))));
#else
  unsigned found = 0;
  for (std::size_t i = 0; i < block; ++i) {
    const char c = to[i] = from[i];
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\') found |= 1u << i;
  }
  return found;
#endif
}

}  // namespace

char* write_json_string(char* to, std::string_view text) {
  *to++ = '"';
  const char* from = text.data();
  const char* const end = from + text.size();
  while (from != end) {
    const auto left = static_cast<std::size_t>(end - from);
    unsigned found = 0;
    if (left >= block) {
      found = copy_block(to, from);
    } else {
      char last[block];
      std::memset(last, '"', block);  // as if the string ended there
      std::memcpy(last, from, left);
      found = copy_block(to, last);
    }
    const auto plain =
        std::min(found == 0 ? block : static_cast<std::size_t>(std::countr_zero(found)), left);
    to += plain;
    from += plain;
    if (found != 0 && from != end) to = write_escape(to, *from++);
  }
  *to++ = '"';
  return to;
}

void write_json_string(std::string& out, std::string_view text) {
  constexpr std::size_t piece = 512;
  char buffer[json_string_room(piece)];
  const auto before = out.size();
  for (;;) {
    const auto part = text.substr(0, piece);
    const char* const end = write_json_string(buffer, part);
    // The pieces' own quotes are left out between them.
    const bool first = out.size() == before;
    const char* const from = first ? buffer : buffer + 1;
    text.remove_prefix(part.size());
    const std::size_t closing = text.empty() ? 0 : 1;
    out.append(from, static_cast<std::size_t>(end - from) - closing);
    if (text.empty()) return;
  }
}

}  // namespace fingerpost::wire
