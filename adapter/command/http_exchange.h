// How TestScripts reach the servers that are tested.

#pragma once

#include "suite/testscript.h"

namespace fingerpost::command {

// A connection for each request, plain HTTP, `timeout_s` for the whole of it.
suite::Exchange http_exchange(int timeout_s);

}  // namespace fingerpost::command
