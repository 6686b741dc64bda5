// One HTTP request to a gateway on this machine, for the command line's own questions.

#pragma once

#include "command/address.h"
#include "command/sockets.h"
#include "fingerpost/result.h"

#include <string>
#include <string_view>

namespace fingerpost::command {

struct HttpCall {
  std::string_view method = "GET";
  std::string path;  // with its query
  std::string body;
  std::string fields;  // further header lines, each ending in CR LF
};

struct HttpReply {
  int status = 0;
  std::string head;  // all of it, from the status line; each line ends in CR LF
  std::string body;
};

// On a connection of its own. Kind::fault when nobody listens or the reply is no HTTP/1.1 with a
// Content-Length or none at all.
Result<HttpReply> call(const Address& at, const HttpCall& request, Deadline deadline);

}  // namespace fingerpost::command
