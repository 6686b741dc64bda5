// Who asks, by the request's access token (RFC 6750).

#pragma once

#include "access/authority.h"
#include "fingerpost/result.h"
#include "http/message.h"

#include <string>
#include <variant>

namespace fingerpost::http {

// The caller, or the response that says why there is none. A token counts in one Authorization
// field and nowhere else.
std::variant<access::CallerPtr, Response> caller_of(const access::Authority& authority,
                                                    const Request& request);

// 403 to a known caller.
Response lacking_scope(const Error& error);

// The handler, for callers with these rights of the type.
Handler guarded(const access::Authority& authority, std::string type, access::Rights rights,
                Handler handler);

}  // namespace fingerpost::http
