#include "exchange/speaker.h"

#include "exchange/places.h"

#include <algorithm>

namespace fingerpost::exchange {

bool speaks_for(const Speaker& speaker, const Partner& partner) {
  if (speaker.anybody) return true;
  const auto& named = speaker.partners;
  if (std::find(named.begin(), named.end(), partner.id) != named.end()) return true;
  return std::any_of(partner.identifiers.begin(), partner.identifiers.end(),
                     [&](const PartnerIdentifier& known) {
                       return known.value == speaker.organisation &&
                              (known.system.empty() || known.system == ods_system);
                     });
}

Result<void> check_speaker(const Parts& parts, Neighbourhood& near, const Speaker& speaker,
                           std::span<const NodeRef> said, std::string_view about,
                           std::span<const NodeRef> parties) {
  Places known;
  for (const auto party : parties) known.merge(places_of(parts, near, party));
  const auto own = places_of(parts.partners, speaker);
  const auto is_own = [&](NodeRef party) {
    return own.count(organisation_of(parts, near, party)) != 0;
  };
  if (!speaker.anybody && std::none_of(parties.begin(), parties.end(), is_own))
    return Error{Kind::forbidden,
                 "it is not this client's to change: it speaks for none whose it is",
                 std::string(about.substr(0, about.find('/')))};
  const auto speaking = said_by(parts, near, said, about);
  if (!names_organization(speaking) || meet(speaking, known)) return {};
  return Error{Kind::forbidden, "it is not theirs to change who say that they do",
               "Provenance.agent"};
}

}  // namespace fingerpost::exchange
