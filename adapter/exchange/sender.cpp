#include "exchange/sender.h"

#include "exchange/places.h"

#include <string_view>

namespace fingerpost::exchange {
namespace {

// The sender's own, in the form of Places.
Places own_places(const Parts& parts, const Source& source) {
  Places own;
  const auto add = [&](std::string_view system, std::string_view value) {
    if ((system.empty() || system == ods_system) && !value.empty())
      own.insert(std::string(ods_place).append(value));
  };
  if (const auto* partner = parts.partners.find(source.partner)) {
    own.insert(std::string(partner_place) + partner->id);
    for (const auto& known : partner->identifiers) add(known.system, known.value);
    return own;
  }
  const auto bar = source.sender.find('|');
  if (bar != std::string::npos)
    add(std::string_view(source.sender).substr(0, bar),
        std::string_view(source.sender).substr(bar + 1));
  return own;
}

}  // namespace

Result<void> check_requester(const Parts& parts, Neighbourhood& near, const Source& source,
                             NodeRef task) {
  if (source.by != care::Party::requester || (source.partner.empty() && source.sender.empty()))
    return {};
  const Error another{Kind::forbidden, "the message asks in the name of another than its sender",
                      "Task.requester"};
  const auto own = own_places(parts, source);
  const auto named = places_of(parts, near, child(task, "requester"));
  bool strange = false;
  for (const std::string_view place : named) {
    const bool is_own = own.count(std::string(place)) != 0;
    if (place.starts_with(partner_place) && !is_own) return another;
    if (!place.starts_with(ods_place) || is_own) continue;
    const auto* partner =
        parts.partners.find_identifier(ods_system, place.substr(ods_place.size()));
    if (partner != nullptr && partner->id != source.partner) return another;
    strange = true;
  }
  // Without a sender of that kind nothing says whose the code is.
  if (strange && !source.sender.empty() && !meet(own, named)) return another;
  return {};
}

Result<void> check_first_step(const Source& source, care::Status status) {
  if (source.by != care::Party::requester || care::writer(status) == care::Party::requester)
    return {};
  return Error{Kind::forbidden,
               "a referral that is not known here begins with a step of its requester's",
               "Task.status"};
}

}  // namespace fingerpost::exchange
