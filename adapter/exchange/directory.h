// A directory of community services, as Open Referral UK and HSDS feeds publish it (HSDS 3.0
// service, organization, service_at_location, location), as FHIR R4 resources.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

struct DirectoryFeed {
  std::string url;        // of the feed: ids are this feed's own
  std::string retrieved;  // an instant: how old what it says is
};

struct Directory {
  // JSON: each Organization and Location once, then the HealthcareServices that refer to them. The
  // same service of the same feed has the same id again.
  std::vector<std::string> resources;
  Issues issues;  // services that were left out
};

// A page of a feed ({"contents": […]}), a list of services, or one. Kind::invalid: not JSON, or
// none of these.
Result<Directory> read_directory(std::string bytes, const DirectoryFeed& feed,
                                 const Limits& limits);

}  // namespace fingerpost::exchange
