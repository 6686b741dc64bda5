#include "http/head.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace fingerpost::http {
namespace {

// What a byte may be part of.
enum Class : std::uint8_t { token = 1, target = 2, value = 4, host = 8, hex = 16 };

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> classes{};
  const auto add = [&](std::string_view bytes, std::uint8_t what) {
    for (const char c : bytes) {
      auto& bits = classes[static_cast<unsigned char>(c)];
      bits = static_cast<std::uint8_t>(bits | what);
    }
  };
  for (int c = 0x20; c < 0x7f; ++c) classes[static_cast<std::size_t>(c)] = value;
  classes['\t'] = value;
  constexpr std::string_view digits = "0123456789";
  constexpr std::string_view hex_letters = "abcdefABCDEF";
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  add(digits, token | target | host | hex);
  add(letters, token | target | host);
  add(hex_letters, hex);
  add("!#$%&'*+-.^_`|~", token);        // RFC 9110 5.6.2
  add("-._~%!$&'()*+,;=:@/?", target);  // RFC 3986 3.3, 3.4
  add("|", target);                     // not in RFC 3986, but in every FHIR token search
  add("-._:[]", host);
  return classes;
}
constexpr auto classes = make_classes();

bool all_of(std::string_view text, std::uint8_t what) {
  std::uint8_t common = 0xff;
  for (const char c : text) common &= classes[static_cast<unsigned char>(c)];
  return (common & what) != 0;
}

struct MethodName {
  std::string_view text;
  Method method;
};
constexpr MethodName methods[] = {
    {"GET", Method::get},         {"HEAD", Method::head},   {"POST", Method::post},
    {"PUT", Method::put},         {"PATCH", Method::patch}, {"DELETE", Method::remove},
    {"OPTIONS", Method::options},
};

// What the fields say together; each may be said once.
struct Seen {
  bool http_1_0 = false;
  std::string_view authority;  // of an absolute-form target
  std::optional<std::string_view> host, length, coding;
};

// Of these a second one would have to be chosen or joined, and readers differ in which. The first
// three are looked at here.
constexpr std::string_view single[] = {
    "host",     "content-length", "transfer-encoding", "content-type",       "content-encoding",
    "if-match", "if-none-match",  "if-modified-since", "if-none-exist",      "authorization",
    "expect",   "upgrade",        "idempotency-key",   "if-unmodified-since"};

std::optional<Refusal> check_escapes(std::string_view target_text) {
  for (auto at = target_text.find('%'); at != std::string_view::npos;
       at = target_text.find('%', at + 1)) {
    if (target_text.size() - at < 3 || !all_of(target_text.substr(at + 1, 2), hex))
      return Refusal{400, "a % in the URL is not followed by two hexadecimal digits"};
  }
  return {};
}

// RFC 9112 3.2: origin-form, or absolute-form whose host must be the Host field's.
std::optional<Refusal> parse_target(std::string_view text, Head& head, Seen& seen) {
  if (!all_of(text, target)) return Refusal{400, "the URL has a character that URLs do not have"};
  if (const auto refusal = check_escapes(text)) return refusal;
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (text.size() <= scheme.size() || !equal_ignoring_case(text.substr(0, scheme.size()), scheme))
      continue;
    text.remove_prefix(scheme.size());
    const auto end = std::min(text.find('/'), text.size());
    seen.authority = text.substr(0, end);
    text.remove_prefix(end);
    if (seen.authority.empty() || text.empty()) return Refusal{400, "the URL is not complete"};
    break;
  }
  if (text.front() != '/') return Refusal{400, "the URL must begin with a slash"};
  const auto mark = text.find('?');
  head.path = text.substr(0, mark);
  head.query = mark == std::string_view::npos ? std::string_view() : text.substr(mark + 1);
  return {};
}

// RFC 9112 3: method SP request-target SP HTTP-version, with single spaces.
std::optional<Refusal> parse_request_line(std::string_view line, const Limits& limits, Head& head,
                                          Seen& seen) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == 0 || last <= first + 1)
    return Refusal{400, "the request line must be a method, a URL and a version"};
  const auto method_text = line.substr(0, first);
  const auto url = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (!all_of(method_text, token)) return Refusal{400, "the method is not a word"};
  if (url.size() > limits.url_bytes)
    return Refusal{414, "the URL is longer than the limit url_bytes", limits.url_bytes};
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    if (version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
        version[6] == '.' && is_digit(version[7]))
      return Refusal{505, "the version of HTTP must be 1.1 or 1.0"};
    return Refusal{400, "the request line must be a method, a URL and a version"};
  }
  seen.http_1_0 = version == "HTTP/1.0";
  const auto known = std::find_if(std::begin(methods), std::end(methods),
                                  [&](const auto& row) { return row.text == method_text; });
  if (known == std::end(methods)) return Refusal{501, "the method is not known here"};
  head.method = known->method;
  return parse_target(url, head, seen);
}

std::optional<Refusal> parse_field(std::string_view line, Head& head) {
  if (line.front() == ' ' || line.front() == '\t')
    return Refusal{400, "a header is folded over two lines"};
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return Refusal{400, "a header line must be a name, a colon and a value"};
  const auto field_name = line.substr(0, colon);
  if (!all_of(field_name, token)) return Refusal{400, "a header's name is not a word"};
  auto text = line.substr(colon + 1);
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (!text.empty() && !all_of(text, value))
    return Refusal{400, "a header's value has a control character or is not ASCII"};
  head.fields.push_back({field_name, text});
  return {};
}

std::optional<Refusal> check_single(const Head& head, Seen& seen) {
  unsigned found = 0;  // a bit for each name
  for (const auto& field : head.fields) {
    for (std::size_t i = 0; i < std::size(single); ++i) {
      if (field.name.size() != single[i].size() || !equal_ignoring_case(field.name, single[i]))
        continue;
      if ((found & (1u << i)) != 0) return Refusal{400, "a header that may come once was repeated"};
      found |= 1u << i;
      if (i == 0) seen.host = field.value;
      if (i == 1) seen.length = field.value;
      if (i == 2) seen.coding = field.value;
      break;
    }
  }
  return {};
}

// RFC 9112 3.2: one Host, and the same one in an absolute-form target.
std::optional<Refusal> check_host(const Seen& seen) {
  if (!seen.host) {
    if (seen.http_1_0 && seen.authority.empty()) return {};
    return Refusal{400, "the Host header is missing"};
  }
  if (seen.host->empty() || !all_of(*seen.host, host))
    return Refusal{400, "the Host header is not a host"};
  if (!seen.authority.empty() && !equal_ignoring_case(*seen.host, seen.authority))
    return Refusal{400, "the Host header and the URL name different hosts"};
  return {};
}

// RFC 9110 8.6: digits only; here also no leading zero, and nothing beyond 15 digits.
std::optional<Refusal> parse_length(std::string_view text, Head& head) {
  constexpr Refusal refusal{400, "Content-Length must be one plain number"};
  if (text.empty() || text.size() > 15 || (text[0] == '0' && text.size() > 1)) return refusal;
  std::uint64_t length = 0;
  for (const char c : text) {
    if (!is_digit(c)) return refusal;
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  head.content_length = length;
  head.framing = length == 0 ? Framing::none : Framing::length;
  return {};
}

// RFC 9112 6: how the body ends. Two ways said at once, or one nobody has to know, is refused.
std::optional<Refusal> parse_framing(const Seen& seen, Head& head) {
  if (seen.coding) {
    if (seen.length) return Refusal{400, "Transfer-Encoding and Content-Length came together"};
    if (seen.http_1_0) return Refusal{400, "HTTP/1.0 has no Transfer-Encoding"};
    if (!equal_ignoring_case(*seen.coding, "chunked")) {
      if (seen.coding->empty() || !all_of(*seen.coding, token) ||
          equal_ignoring_case(*seen.coding, "identity"))
        return Refusal{400, "Transfer-Encoding must be chunked"};
      return Refusal{501, "the transfer coding is not known here"};
    }
    head.framing = Framing::chunked;
  } else if (seen.length) {
    if (const auto refusal = parse_length(*seen.length, head)) return refusal;
  }
  const bool bodiless = head.method == Method::get || head.method == Method::head ||
                        head.method == Method::remove || head.method == Method::options;
  if (bodiless && head.framing != Framing::none)
    return Refusal{400, "a request of this method has no body"};
  return {};
}

bool lists(std::string_view text, std::string_view word) {
  while (!text.empty()) {
    const auto comma = std::min(text.find(','), text.size());
    if (equal_ignoring_case(trim(text.substr(0, comma)), word)) return true;
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return false;
}

std::optional<Refusal> parse_connection(const Seen& seen, Head& head) {
  head.keep_alive = !seen.http_1_0;
  for (const auto& field : head.fields) {
    if (equal_ignoring_case(field.name, "connection") && lists(field.value, "close"))
      head.keep_alive = false;
    if (equal_ignoring_case(field.name, "upgrade"))
      return Refusal{400, "the connection cannot be upgraded"};
    if (equal_ignoring_case(field.name, "expect")) {
      if (!equal_ignoring_case(field.value, "100-continue"))
        return Refusal{417, "the only expectation met here is 100-continue"};
      head.expects_continue = head.framing != Framing::none && !seen.http_1_0;
    }
  }
  return {};
}

}  // namespace

std::string_view name(Method method) {
  return methods[static_cast<std::size_t>(method)].text;
}

std::string_view Head::field(std::string_view field_name) const {
  for (const auto& each : fields)
    if (each.name.size() == field_name.size() && equal_ignoring_case(each.name, field_name))
      return each.value;
  return {};
}

bool Head::has(std::string_view field_name) const {
  return std::any_of(fields.begin(), fields.end(),
                     [&](const Field& each) { return equal_ignoring_case(each.name, field_name); });
}

Found find_head(std::string_view bytes, HeadScan& scan) {
  for (;;) {
    const auto end = bytes.find('\n', scan.looked);
    if (end == std::string_view::npos) {
      scan.looked = bytes.size();
      return Found::more;
    }
    scan.looked = end + 1;
    if (end == scan.line || bytes[end - 1] != '\r') return Found::broken;
    const bool empty = end == scan.line + 1;
    scan.line = end + 1;
    if (empty) return Found::whole;
  }
}

std::optional<Refusal> parse_head(std::string_view bytes, const Limits& limits, Head& head) {
  head.fields.clear();
  head.method = Method::get;
  head.framing = Framing::none;
  head.keep_alive = true;
  head.expects_continue = false;
  head.content_length = 0;
  Seen seen;
  bool first = true;
  while (bytes.size() > 2) {
    const auto end = bytes.find("\r\n");
    const auto line = bytes.substr(0, end);
    bytes.remove_prefix(end + 2);
    if (line.find('\r') != std::string_view::npos)
      return Refusal{400, "a carriage return stands alone"};
    if (!first && head.fields.size() >= limits.header_fields)
      return Refusal{431, "more headers than the limit header_fields", limits.header_fields};
    const auto refusal =
        first ? parse_request_line(line, limits, head, seen) : parse_field(line, head);
    if (refusal) return refusal;
    first = false;
  }
  if (first) return Refusal{400, "the request line is missing"};
  if (const auto refusal = check_single(head, seen)) return refusal;
  if (const auto refusal = check_host(seen)) return refusal;
  if (const auto refusal = parse_framing(seen, head)) return refusal;
  return parse_connection(seen, head);
}

}  // namespace fingerpost::http
