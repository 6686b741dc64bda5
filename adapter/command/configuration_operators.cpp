#include "command/configuration_operators.h"

#include "command/configuration_section.h"

#include <utility>

namespace fingerpost::command {
namespace {

constexpr std::int64_t minute_us = 60'000'000;

void minutes(Section& section, std::string_view key, std::int64_t& to_us) {
  auto found = static_cast<int>(to_us / minute_us);
  section.number(key, found);
  to_us = found * minute_us;
}

}  // namespace

void read_admin(Section& section, OperatorsConfiguration& operators) {
  section.text_read_by("listen", operators.listen, [](const std::string& text) -> Result<Address> {
    auto address = read_address(text);
    if (address && (!is_loopback(*address) || address->host == "localhost"))
      return Error{Kind::invalid, "must be numeric and on loopback: it is not encrypted", ""};
    return address;
  });
}

void read_subscriptions(Section& section, SubscriptionsConfiguration& subscriptions) {
  std::vector<std::string> urls;
  section.texts("endpoints", urls);
  for (const auto& url : urls) {
    auto base = read_base_url(url);
    const bool safe = url.starts_with("https://") || is_local(url);
    if (!base || !safe)
      section.refuse("endpoints must begin with https://, or be http:// on loopback");
    else
      subscriptions.endpoints.push_back(*std::move(base));
  }
  section.number("most", subscriptions.most);
  section.text("ca_file", subscriptions.ca_file);
}

void read_alarms(Section& section, OperatorsConfiguration& operators) {
  minutes(section, "outbox_minutes", operators.alarms.outbox_us);
  minutes(section, "inbox_minutes", operators.alarms.inbox_us);
  constexpr std::int64_t day_us = 1'440 * minute_us;
  auto days = static_cast<int>(operators.alarms.certificate_us / day_us);
  section.number("certificate_days", days);
  operators.alarms.certificate_us = days * day_us;
  section.sections("quiet", [&](Section& one) {
    exchange::Quiet quiet;
    one.partner_id("partner", quiet.partner);
    minutes(one, "minutes", quiet.us);
    if (quiet.partner.empty() || quiet.us == 0) one.refuse("needs a partner, and its minutes");
    operators.alarms.quiet.push_back(std::move(quiet));
  });
}

Result<void> check_operators(const OperatorsConfiguration& operators,
                             const exchange::Partners& partners) {
  for (const auto& quiet : operators.alarms.quiet)
    if (partners.find(quiet.partner) == nullptr)
      return Error{Kind::invalid, "is no partner", "alarms.quiet: " + quiet.partner};
  return {};
}

}  // namespace fingerpost::command
