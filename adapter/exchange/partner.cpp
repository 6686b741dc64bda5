#include "exchange/partner.h"

#include <set>
#include <utility>

namespace fingerpost::exchange {
namespace {

bool is_web(std::string_view base) {
  return base.starts_with("http://") || base.starts_with("https://");
}

// What a partner's channel misses; nullptr: nothing.
const char* missing(const Partner& partner) {
  const auto& mesh = partner.mesh;
  switch (partner.channel) {
    case Channel::none:
    case Channel::self:
      return nullptr;
    case Channel::fhir:
      return is_web(partner.fhir_base) ? nullptr : "a FHIR partner needs an http or https base";
    case Channel::mllp:
      if (partner.host.empty() || partner.port == 0)
        return "an MLLP partner needs a host and a port";
      return partner.mllp.tls || partner.mllp.pins.empty() ? nullptr : "pins are of TLS";
    case Channel::mesh:
      return mesh.from.empty() || mesh.mailbox.empty() || mesh.workflow.empty()
                 ? "a MESH partner needs our mailbox, its own, and a workflow"
                 : nullptr;
    case Channel::bars:
      return is_web(partner.bars.base) && !partner.bars.service.empty()
                 ? nullptr
                 : "a BaRS partner needs an http or https base and the service that is asked";
    case Channel::folder:
      return partner.folder.out.empty() ? "a folder partner needs the folder to put messages into"
                                        : nullptr;
  }
  return nullptr;
}

Result<void> check_address(const Partner& partner) {
  if (const auto* what = missing(partner)) return Error{Kind::invalid, what, partner.id};
  return {};
}

}  // namespace

std::optional<Language> language(const Partner& partner) {
  switch (partner.channel) {
    case Channel::none:
    case Channel::self:
      return std::nullopt;
    case Channel::fhir:
      return Language::fhir;
    case Channel::mllp:
      return Language::hl7v2;
    case Channel::bars:
      return Language::bars;
    case Channel::mesh:
    case Channel::folder:
      return partner.carried;
  }
  return std::nullopt;
}

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

const Partner* Partners::find_mailbox(std::string_view ours, std::string_view theirs) const {
  for (const auto& partner : list)
    if (partner.channel == Channel::mesh && partner.mesh.from == ours &&
        partner.mesh.mailbox == theirs)
      return &partner;
  return nullptr;
}

Result<void> check(const Partners& partners) {
  std::set<std::string_view> ids;
  std::set<std::pair<std::string_view, std::string_view>> identifiers, senders, mailboxes;
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
    if (partner.channel == Channel::mesh &&
        !mailboxes.insert({partner.mesh.from, partner.mesh.mailbox}).second)
      return Error{Kind::invalid, "two partners have one mailbox", partner.id};
    const auto address = check_address(partner);
    if (!address) return address;
  }
  return {};
}

}  // namespace fingerpost::exchange
