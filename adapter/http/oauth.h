// The endpoints of the authorization server: tokens (RFC 6749, SMART Backend Services), what is
// known of one (RFC 7662), and giving one back (RFC 7009).

#pragma once

#include "access/authority.h"
#include "fingerpost/limits.h"
#include "http/message.h"

#include <functional>
#include <string>
#include <string_view>

namespace fingerpost::http {

constexpr std::string_view auth_path = "/auth";  // below the FHIR base

// POST of /token, /introspect and /revoke. `told` hears of every answer, on any thread.
using Told = std::function<void(std::string_view path, const access::TokenAnswer& answer)>;
Handler auth_handler(access::Authority& authority, const Limits& limits, Told told);

// .well-known/smart-configuration of a gateway that has them.
std::string smart_configuration(std::string_view base_url);

}  // namespace fingerpost::http
