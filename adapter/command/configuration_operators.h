// Where operators are answered, and what they are warned of, as the configuration says it.

#pragma once

#include "command/address.h"
#include "exchange/alarms.h"
#include "exchange/partner.h"
#include "fingerpost/result.h"

#include <cstddef>
#include <string>
#include <vector>

namespace fingerpost::command {

class Section;

struct OperatorsConfiguration {
  Address listen{"127.0.0.1", 0};  // on loopback; port 0: any free one
  exchange::AlarmOptions alarms;
};

// Where subscribers may be told, and how many there may be.
struct SubscriptionsConfiguration {
  std::vector<std::string> endpoints;  // base URLs; none: nobody may subscribe
  std::size_t most = 200;
  std::string ca_file;
};

void read_subscriptions(Section& section, SubscriptionsConfiguration& subscriptions);
void read_admin(Section& section, OperatorsConfiguration& operators);
void read_alarms(Section& section, OperatorsConfiguration& operators);

// Whoever is to be heard of is a partner. `where` of the error is his name.
Result<void> check_operators(const OperatorsConfiguration& operators,
                             const exchange::Partners& partners);

}  // namespace fingerpost::command
