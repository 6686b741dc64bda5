#include "exchange/told.h"

#include "base/percent.h"
#include "mapping/date_order.h"
#include "record/hl7v2_header.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view scheme = "urn:fingerpost:told:";
constexpr std::string_view member = R"("source":"urn:fingerpost:told:)";

std::string uri(const Told& told, std::string_view action) {
  return std::string(scheme) + percent_encoded(told.source) + "#" +
         std::string(action.empty() ? told.action : action) + "," + told.message;
}

// The uri in complete bytes, without the quotes; "" for none. No text of a resource has a quote
// that is not escaped, so what looks like the member is the member.
std::string_view uri_in(std::string_view body) {
  const auto at = body.rfind(member);
  if (at == std::string_view::npos) return {};
  const auto start = at + member.size() - scheme.size();
  return body.substr(start, body.find('"', start) - start);
}

// The first line of a message that is this segment.
std::string_view segment(std::string_view bytes, std::string_view name) {
  while (!bytes.empty()) {
    const auto end = wire::line_end(bytes);
    if (bytes.substr(0, end).starts_with(name)) return bytes.substr(0, end);
    bytes.remove_prefix(std::min(bytes.size(), end + 1));
  }
  return {};
}

}  // namespace

Told told_by_hl7v2(std::string_view source, std::string_view bytes, mapping::Zone zone) {
  const auto header = record::read_hl7v2_header(bytes);
  if (!header) return {};
  // In the hour that comes twice a time without an offset says neither earlier nor later.
  const auto time_of = [zone](std::string_view text) {
    const auto date = mapping::v2_date(text, zone);
    return date.note == mapping::DateNote::overlap ? std::string() : date.text;
  };
  Told told{std::string(source), "", time_of(header->time)};
  if (!told.message.empty())
    told.action = time_of(wire::field(segment(bytes, "EVN"), header->by, 2));
  return told;
}

Told believed(Told told, std::string_view now) {
  using mapping::date_order;
  if (date_order(told.message, now) == std::strong_ordering::greater) told.message = now;
  if (told.action.empty() || is_after(told, told.action)) told.action = told.message;
  return told;
}

bool is_after(const Told& told, std::string_view action) {
  return mapping::date_order(action, told.message) == std::strong_ordering::greater;
}

bool is_late(const Told& told, std::string_view action, std::string_view stored_body) {
  if (told.message.empty()) return false;
  auto stored = uri_in(stored_body);
  const auto prefix = std::string(scheme) + percent_encoded(told.source) + "#";
  if (!stored.starts_with(prefix)) return false;
  stored.remove_prefix(prefix.size());
  const auto comma = stored.find(',');
  if (comma == std::string_view::npos) return false;
  const auto done =
      mapping::date_order(action.empty() ? told.action : action, stored.substr(0, comma));
  if (done && *done != std::strong_ordering::equal) return *done == std::strong_ordering::less;
  return mapping::date_order(told.message, stored.substr(comma + 1)) == std::strong_ordering::less;
}

bool keeps_told(std::string_view type) {
  constexpr std::array<std::string_view, 5> directory = {
      "Organization", "Practitioner", "PractitionerRole", "Location", "HealthcareService"};
  return std::find(directory.begin(), directory.end(), type) == directory.end();
}

void tell(const model::Definitions& definitions, const Told& told, std::string_view action,
          Tree& resource) {
  if (told.message.empty()) return;
  const auto& names = definitions.names();
  auto meta = resource.child(resource.root(), names.find("meta"));
  if (meta == no_node)
    meta = resource.add(resource.root(), names.find("meta"), definitions.common().meta);
  auto source = resource.child(meta, names.find("source"));
  if (source == no_node)
    source = resource.add(meta, names.find("source"), definitions.common().uri);
  resource.set(source, Shape::string, uri(told, action));
}

std::string told_anew(std::string_view stored_body, const Told& told, std::string_view action) {
  const auto before = uri_in(stored_body);
  if (before.empty() || told.message.empty()) return std::string(stored_body);
  const auto at = static_cast<std::size_t>(before.data() - stored_body.data());
  return std::string(stored_body.substr(0, at)) + uri(told, action) +
         std::string(stored_body.substr(at + before.size()));
}

}  // namespace fingerpost::exchange
