#include "exchange/partner.h"

#include <set>
#include <utility>

namespace fingerpost::exchange {
namespace {

Result<void> check_address(const Partner& partner) {
  if (partner.channel == Channel::fhir && !partner.fhir_base.starts_with("http://") &&
      !partner.fhir_base.starts_with("https://"))
    return Error{Kind::invalid, "a FHIR partner needs an http or https base", partner.id};
  if (partner.channel == Channel::mllp && (partner.host.empty() || partner.port == 0))
    return Error{Kind::invalid, "an MLLP partner needs a host and a port", partner.id};
  return {};
}

}  // namespace

const Partner* Partners::find(std::string_view id) const {
  for (const auto& partner : list)
    if (partner.id == id) return &partner;
  return nullptr;
}

const Partner* Partners::find_identifier(std::string_view system, std::string_view value) const {
  if (value.empty()) return nullptr;
  for (const auto& partner : list)
    for (const auto& known : partner.identifiers)
      if (known.value == value && (known.system.empty() || known.system == system)) return &partner;
  return nullptr;
}

const Partner* Partners::find_hl7_sender(std::string_view application,
                                         std::string_view facility) const {
  for (const auto& partner : list) {
    if (partner.application.empty() && partner.facility.empty()) continue;
    const bool application_fits = partner.application.empty() || partner.application == application;
    const bool facility_fits = partner.facility.empty() || partner.facility == facility;
    if (application_fits && facility_fits) return &partner;
  }
  return nullptr;
}

Result<void> check(const Partners& partners) {
  std::set<std::string_view> ids;
  std::set<std::pair<std::string_view, std::string_view>> identifiers, senders;
  for (const auto& partner : partners.list) {
    if (partner.id.empty()) return Error{Kind::invalid, "a partner needs an id", ""};
    if (!ids.insert(partner.id).second)
      return Error{Kind::invalid, "two partners have one id", partner.id};
    for (const auto& identifier : partner.identifiers) {
      if (identifier.value.empty())
        return Error{Kind::invalid, "an identifier needs a value", partner.id};
      if (!identifiers.insert({identifier.system, identifier.value}).second)
        return Error{Kind::invalid, "an identifier belongs to two partners", partner.id};
    }
    const bool sends_hl7 = !partner.application.empty() || !partner.facility.empty();
    if (sends_hl7 && !senders.insert({partner.application, partner.facility}).second)
      return Error{Kind::invalid, "two partners send under one application and facility",
                   partner.id};
    const auto address = check_address(partner);
    if (!address) return address;
  }
  return {};
}

}  // namespace fingerpost::exchange
