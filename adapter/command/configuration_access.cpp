#include "command/configuration_access.h"

#include "base/base64.h"
#include "command/configuration_section.h"
#include "command/files.h"
#include "search/belonging.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace fingerpost::command {
namespace {

constexpr int longest_token_seconds = 300;  // what SMART Backend Services recommends at most

Error invalid(std::string text) {
  return {Kind::invalid, std::move(text), ""};
}

// An ODS code: "RR8", "A81001", "X26".
Result<std::string> read_organisation(const std::string& code) {
  constexpr std::size_t shortest = 3, longest = 12;
  const auto plain = [](char c) { return is_upper(c) || is_digit(c); };
  if (code.size() < shortest || code.size() > longest ||
      !std::all_of(code.begin(), code.end(), plain))
    return invalid("must be an ODS code: 3 to 12 capital letters and digits");
  return code;
}

// "sha256/BASE64": of the public key of a certificate, in DER.
Result<std::string> read_pin(std::string_view text) {
  constexpr std::string_view scheme = "sha256/";
  constexpr std::size_t digest_bytes = 32;
  const auto digest = text.starts_with(scheme)
                          ? from_base64(text.substr(scheme.size()), Base64::plain)
                          : std::nullopt;
  if (!digest || digest->size() != digest_bytes)
    return invalid("must be sha256/ and the base64 of the SHA-256 of its public key");
  return to_base64(*digest, Base64::plain);
}

const char* fault_of(const AccessConfiguration::Client& client) {
  if (client.is.id.empty()) return "needs an id";
  if (client.is.organisation.empty()) return "needs an organisation: its ODS code";
  if (client.is.scopes.empty()) return "needs scopes: what it may be granted at most";
  if (client.jwks.empty()) return "needs jwks: the file of its public keys";
  return nullptr;
}

}  // namespace

void read_client(Section& section, AccessConfiguration& access) {
  AccessConfiguration::Client client;
  auto& is = client.is;
  section.partner_id("id", is.id);
  section.text("name", is.name);
  section.text_read_by("organisation", is.organisation, read_organisation);
  section.text("role", is.role);
  section.texts("partners", is.partners);
  bool purpose = false;
  section.word("purpose", {"direct-care", "beyond-care"}, [&](std::size_t index) {
    is.purpose = static_cast<access::Purpose>(index);
    purpose = true;
  });
  section.texts_read_by("scopes", [&](const std::string& text) -> Result<void> {
    LET(auto scope, access::read_scope(text));
    is.scopes.add(std::move(scope));
    return {};
  });
  section.word("sees", {"relationship", "everything"},
               [&](std::size_t index) { is.sees_everything = index == 1; });
  section.texts_read_by("labels", [&](const std::string& text) -> Result<void> {
    const auto label = search::label_named(text);
    if (label == 0) return invalid("must be of R, V and NOPAT");
    is.labels |= label;
    return {};
  });
  section.text("jwks", client.jwks);
  section.texts_read_by("certificates", [&](const std::string& text) -> Result<void> {
    LET(auto pin, read_pin(text));
    is.pins.push_back(std::move(pin));
    return {};
  });
  if (const auto* fault = fault_of(client)) section.refuse(fault);
  if (!purpose) section.refuse("needs a purpose: direct-care");
  // Who uses data beyond care is to see nobody who opted out of it, and nothing here looks at that.
  if (is.purpose == access::Purpose::beyond_care)
    section.refuse("purpose: beyond-care is not offered: opt-outs are not looked at yet");
  for (const auto& other : access.clients)
    if (other.is.id == is.id) section.refuse("another client has this id");
  access.clients.push_back(std::move(client));
}

void read_tokens(Section& section, AccessConfiguration& access) {
  section.number("seconds", access.token_seconds);
  if (access.token_seconds < 1 || access.token_seconds > longest_token_seconds)
    section.refuse("seconds must be 1 to " + std::to_string(longest_token_seconds));
}

Result<access::Clients> load_clients(const AccessConfiguration& access, const std::string& config) {
  access::Clients clients;
  for (const auto& [is, jwks] : access.clients) {
    const auto file = std::filesystem::path(config).parent_path() / jwks;
    auto client = is;
    LET(const auto text, read_file(file));
    auto keys = access::read_jwks(text);
    if (!keys) {
      const auto& key = keys.error().where;
      return Error{keys.error().kind,
                   (key.empty() ? "" : "the key " + key + ": ") + keys.error().text,
                   "client " + is.id + ": " + file.string()};
    }
    client.keys = *std::move(keys);
    clients.emplace(is.id, std::move(client));
  }
  return clients;
}

}  // namespace fingerpost::command
