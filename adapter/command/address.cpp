#include "command/address.h"

#include "base/text.h"

#include <algorithm>

namespace fingerpost::command {
namespace {

bool is_host_character(char c) {
  return is_letter(c) || is_digit(c) || c == '.' || c == '-' || c == '_';
}

// Four numbers under 256: any other dotted text is a name, wherever that may lead.
bool is_ipv4(std::string_view host) {
  for (int part = 1; part <= 4; ++part) {
    const auto dot = host.find('.');
    if ((dot == std::string_view::npos) != (part == 4)) return false;
    const auto number = host.substr(0, dot);
    const auto value = to_integer(number);
    if (!value || number.size() > 3 || *value < 0 || *value > 255) return false;
    if (part < 4) host.remove_prefix(dot + 1);
  }
  return true;
}

}  // namespace

Result<Address> read_address(std::string_view text) {
  const Error wrong{Kind::invalid, "an address is HOST:PORT, such as 127.0.0.1:8080",
                    std::string(text)};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  auto host = text.substr(0, colon);
  const auto port = to_integer(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535) return wrong;
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto fits = [&](char c) { return is_host_character(c) || (bracketed && c == ':'); };
  if (host.empty() || !std::all_of(host.begin(), host.end(), fits)) return wrong;
  return Address{std::string(host), static_cast<std::uint16_t>(*port)};
}

std::string to_text(const Address& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  const auto host = ipv6 ? "[" + address.host + "]" : address.host;
  return host + ":" + std::to_string(address.port);
}

bool is_loopback(const Address& address) {
  const std::string_view host = address.host;
  return host == "localhost" || host == "::1" || (host.starts_with("127.") && is_ipv4(host));
}

}  // namespace fingerpost::command
