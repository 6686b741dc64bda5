// A request as handlers see it, the response they give, and the way the two are connected.

#pragma once

#include "access/caller.h"
#include "http/head.h"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace fingerpost::http {

// The views are good until the response has been given.
struct Request {
  const Head& head;
  std::string_view path;  // what of the path is the handler's to read: "/Patient/1"
  std::string body;
  // Of the certificate that the client showed: SHA-256 of its public key, base64; "": it showed
  // none.
  std::string_view peer_key = {};
  access::CallerPtr caller = {};  // who asks, where he was asked for before
};

struct Response {
  int status = 200;
  std::string_view content_type;  // static text; empty when there is no body
  std::string fields;  // further header lines, each ending in CR LF; no request text in them
  std::string body;
  std::shared_ptr<const std::string> shared_body;  // instead of body: kept by somebody else
  bool close = false;                              // the connection ends after this response

  std::string_view content() const { return shared_body ? *shared_body : std::string_view(body); }
};

// Called once, from any thread. Copies share one request.
using Respond = std::function<void(Response)>;
using Handler = std::function<void(Request, Respond)>;

// Runs work on the thread of the connection a handler was made for.
using Post = std::function<void(std::function<void()>)>;
// Makes one thread's handler, which only that thread calls.
using MakeHandler = std::function<Handler(Post)>;

// An OperationOutcome of one error; `code` is of R4 valueset-issue-type.
Response outcome(int status, std::string_view code, std::string_view text);

// "OK", "Not Found" … as RFC 9110 15 names the status.
std::string_view reason(int status);

// Appends the status line and every header but Date: what `write` puts before the body.
void append_head(std::string& out, const Response& response, std::string_view date,
                 bool keep_alive);

}  // namespace fingerpost::http
