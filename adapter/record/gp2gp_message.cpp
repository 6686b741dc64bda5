#include "record/gp2gp_message.h"

#include "base/base64.h"
#include "base/text.h"
#include "wire/gzip.h"
#include "wire/xml.h"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

namespace fingerpost::record {
namespace {

constexpr auto nowhere = std::string_view::npos;

Error wrong(const char* what, std::string_view where = "MIME") {
  return {Kind::invalid, what, std::string(where)};
}

// One line without its end; `rest` goes on behind it.
std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  auto line = rest.substr(0, end);
  rest.remove_prefix(end == nowhere ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

struct Headers {
  std::string content_type, content_id, encoding;
};

// The value of a parameter: boundary="b".
std::string parameter(std::string_view value, std::string_view name) {
  for (auto at = value.find(name); at != nowhere; at = value.find(name, at + 1)) {
    const bool alone = at == 0 || value[at - 1] == ' ' || value[at - 1] == ';';
    auto rest = value.substr(at + name.size());
    if (!alone || !rest.starts_with('=')) continue;
    rest.remove_prefix(1);
    if (!rest.starts_with('"')) return std::string(rest.substr(0, rest.find_first_of("; ")));
    rest.remove_prefix(1);
    return std::string(rest.substr(0, rest.find('"')));
  }
  return "";
}

// The lines before the empty one; a line that begins with a blank goes on with the one before.
Result<Headers> read_headers(std::string_view& rest, const Gp2gpMessageLimits& own) {
  const std::size_t whole = rest.size();
  std::vector<std::string> lines;
  for (;;) {
    if (rest.empty()) return wrong("a part ends within its headers");
    const auto line = take_line(rest);
    if (whole - rest.size() > own.header_bytes) return wrong("the headers of a part are too long");
    if (line.empty()) break;
    const bool goes_on = line.starts_with(' ') || line.starts_with('\t');
    if (goes_on && !lines.empty())
      lines.back().append(" ").append(trim(line));
    else
      lines.emplace_back(line);
  }
  Headers headers;
  const std::pair<std::string_view, std::string*> known[] = {
      {"content-type", &headers.content_type},
      {"content-id", &headers.content_id},
      {"content-transfer-encoding", &headers.encoding}};
  for (const std::string_view line : lines) {
    const auto colon = line.find(':');
    if (colon == nowhere) return wrong("a header without a colon");
    for (const auto& [name, to] : known)
      if (equal_ignoring_case(trim(line.substr(0, colon)), name))
        *to = std::string(trim(line.substr(colon + 1)));
  }
  return headers;
}

struct Part {
  Headers headers;
  std::string_view body;
};

// Where a line begins that is the delimiter, or the last one, and no text that begins alike.
std::size_t find_delimiter(std::string_view text, std::string_view delimiter) {
  for (auto at = text.find(delimiter); at != nowhere; at = text.find(delimiter, at + 1)) {
    const auto behind = text.substr(at + delimiter.size());
    const bool ends = behind.empty() || behind.starts_with("--") ||
                      std::string_view("\r\n \t").find(behind[0]) != nowhere;
    if (ends && (at == 0 || text[at - 1] == '\n')) return at;
  }
  return nowhere;
}

// RFC 2046 5.1.1: at most 70 visible letters, and blanks within.
bool is_boundary(std::string_view text) {
  constexpr std::size_t most = 70;
  return text.size() <= most && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

// RFC 2046 5.1.1: a delimiter is a line of its own, and the line end before it is its own too.
Result<std::vector<Part>> parts_of(std::string_view bytes, const Gp2gpMessageLimits& own) {
  auto rest = bytes;
  std::string boundary;
  if (!rest.starts_with("--")) {
    LET(const auto headers, read_headers(rest, own));
    boundary = parameter(headers.content_type, "boundary");
  } else {
    auto head = rest;
    boundary = trim(take_line(head)).substr(2);
  }
  if (boundary.empty()) return wrong("the message does not name its boundary");
  if (!is_boundary(boundary)) return wrong("the message's boundary is none that RFC 2046 allows");
  const std::string delimiter = "--" + boundary;
  std::vector<Part> parts;
  const auto first = find_delimiter(rest, delimiter);
  if (first == nowhere) return wrong("the message has no parts");
  rest.remove_prefix(first);
  for (;;) {
    const auto line = take_line(rest);
    if (line.substr(delimiter.size()).starts_with("--")) return parts;
    if (parts.size() == own.parts) return wrong("the message has too many parts");
    const auto end = find_delimiter(rest, delimiter);
    if (end == nowhere) return wrong("the message is truncated: its last part has no end");
    auto part = rest.substr(0, end);
    if (part.ends_with('\n')) part.remove_suffix(1);
    if (part.ends_with('\r')) part.remove_suffix(1);
    rest.remove_prefix(end);
    Part made;
    LET(made.headers, read_headers(part, own));
    made.body = part;
    parts.push_back(std::move(made));
  }
}

bool is_plain(std::string_view encoding) {
  constexpr std::string_view plain[] = {"", "7bit", "8bit", "binary"};
  return std::any_of(std::begin(plain), std::end(plain),
                     [&](auto one) { return equal_ignoring_case(encoding, one); });
}

bool is_base64(std::string_view encoding) {
  return equal_ignoring_case(encoding, "base64");
}

constexpr std::array<bool, 256> base64_letters = [] {
  std::array<bool, 256> known{};
  for (const char c :
       std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"))
    known[static_cast<unsigned char>(c)] = true;
  return known;
}();

// Takes the blanks out of base64 where it stands, and pads it where there is room; nothing when it
// is none.
std::optional<std::string_view> compacted(char* text, std::size_t size) {
  char* end = std::remove_if(
      text, text + size, [](char c) { return c == '\r' || c == '\n' || c == ' ' || c == '\t'; });
  while (end != text && end[-1] == '=') --end;
  const bool known =
      std::all_of(text, end, [](char c) { return base64_letters[static_cast<unsigned char>(c)]; });
  if (!known || (end - text) % 4 == 1) return std::nullopt;
  while ((end - text) % 4 != 0 && end != text + size) *end++ = '=';
  return std::string_view(text, static_cast<std::size_t>(end - text));
}

// A message in memory, and texts that were made of it. Parts view the message, which changes where
// its base64 is taken together.
class Held {
 public:
  explicit Held(std::string bytes) : message_(std::move(bytes)) {}

  std::string_view message() const { return message_; }

  // The base64 of what a part stands for; nothing when its encoding is not read. Not for a part
  // that was asked for before.
  std::optional<std::string_view> base64_of(const Part& part) {
    if (is_plain(part.headers.encoding)) return keep(to_base64(part.body, Base64::plain));
    if (!is_base64(part.headers.encoding)) return std::nullopt;
    const auto text =
        compacted(message_.data() + (part.body.data() - message_.data()), part.body.size());
    if (!text || text->size() % 4 == 0) return text;
    return keep(std::string(*text).append(4 - text->size() % 4, '='));
  }

  std::string_view keep(std::string text) { return made_.emplace_back(std::move(text)); }

 private:
  std::string message_;
  std::deque<std::string> made_;
};

// The bytes that a part stands for; nothing when its encoding is not read.
std::optional<std::string> decoded(const Part& part) {
  const auto& encoding = part.headers.encoding;
  if (is_plain(encoding)) return std::string(part.body);
  if (!is_base64(encoding)) return std::nullopt;
  std::string text(part.body);
  const auto base64 = compacted(text.data(), text.size());
  return base64 ? from_base64(*base64, Base64::plain) : std::nullopt;
}

// What the envelope says of a part.
struct Described {
  std::string name;
  bool elsewhere = false;  // LargeAttachment: its bytes come in messages of their own
  bool packed = false;     // Compressed
};

bool yes(std::string_view text) {
  return equal_ignoring_case(text, "Yes");
}

// "letter.txt", or Filename="letter.txt" ContentType=text/plain Compressed=No LargeAttachment=No …
Described described(std::string_view text) {
  auto name = parameter(text, "Filename");
  if (name.empty()) return {std::string(trim(text)), false, false};
  return {std::move(name), yes(parameter(text, "LargeAttachment")),
          yes(parameter(text, "Compressed"))};
}

using Manifest = std::map<std::string, Described, std::less<>>;  // by cid

void read_manifest(wire::XmlView element, Manifest& manifest) {
  element.each([&](wire::XmlView child) {
    if (child.name() != "Reference") return read_manifest(child, manifest);
    std::string_view id;
    child.attributes([&](const wire::XmlToken& name, std::string_view value) {
      if (name.view() == "href" && value.starts_with("cid:")) id = value.substr(4);
    });
    if (!id.empty()) manifest[std::string(id)] = described(child.child("Description").text());
  });
}

bool holds_record(std::string_view body) {
  return body.find("EhrExtract") != nowhere;
}

std::string_view id_of(const Part& part) {
  std::string_view id = part.headers.content_id;
  if (id.starts_with('<') && id.ends_with('>')) id = id.substr(1, id.size() - 2);
  return id;
}

// The parts of a message behind its envelope, one by one.
class Attachments {
 public:
  Attachments(Held& held, const Manifest& manifest, std::size_t unpacked, Gp2gpMessage& made)
      : held_(held), manifest_(manifest), room_(unpacked), made_(made) {}

  void add(const Part& part) {
    const auto known = manifest_.find(id_of(part));
    Gp2gpAttachment attachment;
    if (known != manifest_.end()) attachment.name = known->second.name;
    const auto& type = part.headers.content_type;
    attachment.content_type = trim(std::string_view(type).substr(0, type.find(';')));
    if (attachment.name.empty()) {
      tell("not-found", "the envelope does not name the attachment: no document has it");
    } else if (known->second.elsewhere) {
      tell("incomplete", "the attachment comes in messages of its own: it is not in the record");
    } else if (const auto base64 = held_.base64_of(part); !base64) {
      tell("not-supported", "the attachment cannot be decoded: it is not in the record");
    } else {
      attachment.base64 = known->second.packed ? unpacked(*base64) : *base64;
    }
    made_.attachments.push_back(std::move(attachment));
  }

 private:
  void tell(const char* code, const char* text) {
    made_.issues.push_back({Severity::warning, code,
                            "attachment[" + std::to_string(made_.attachments.size() + 1) + "]",
                            text});
  }

  // Packed bytes are gzip. What is packed in another way is kept as it came.
  std::string_view unpacked(std::string_view base64) {
    auto bytes = from_base64(base64, Base64::plain);
    auto unpacked = wire::gunzip(bytes ? *bytes : std::string(), room_);
    if (unpacked) {
      room_ -= unpacked->size();
      bytes.reset();
      return held_.keep(to_base64(*unpacked, Base64::plain));
    }
    if (unpacked.error().kind == Kind::invalid) {
      tell("not-supported", "the attachment is packed, and stays so");
      return base64;
    }
    tell("too-long",
         "the attachment unpacks to more than the limit unpacked_bytes: it is not in the record");
    return {};
  }

  Held& held_;
  const Manifest& manifest_;
  std::size_t room_;  // what the packed attachments of the message may still unpack to
  Gp2gpMessage& made_;
};

}  // namespace

bool is_gp2gp_message(std::string_view bytes) {
  if (bytes.starts_with("--")) return true;
  for (const std::string_view header : {"mime-version:", "content-", "message-id:"})
    if (equal_ignoring_case(bytes.substr(0, header.size()), header)) return true;
  return false;
}

Result<Gp2gpMessage> read_gp2gp_message(std::string bytes, const Limits& limits,
                                        const Gp2gpMessageLimits& own) {
  const auto held = std::make_shared<Held>(std::move(bytes));
  LET(const auto parts, parts_of(held->message(), own));
  if (parts.size() < 2) return wrong("the message has no envelope, or no payload");
  Manifest manifest;
  LET(const auto envelope, wire::parse_xml(std::string(parts[0].body), limits));
  read_manifest(wire::XmlView(envelope), manifest);
  Gp2gpMessage made;
  made.keep = held;
  Attachments attachments(*held, manifest, own.unpacked_bytes, made);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (made.record.empty() && holds_record(parts[i].body)) {
      auto record = decoded(parts[i]);
      if (!record) return wrong("the payload's transfer encoding is not read");
      made.record = *std::move(record);
    } else {
      attachments.add(parts[i]);
    }
  }
  if (made.record.empty()) return wrong("the message has no EhrExtract");
  return made;
}

}  // namespace fingerpost::record
