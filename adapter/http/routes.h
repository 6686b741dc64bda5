// Which handler answers below which path.

#pragma once

#include "http/message.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::http {

// Made once for each thread, then turned into its handler.
class Routes {
 public:
  // "/fhir" takes "/fhir" and everything below "/fhir/", and sees the path after it. The longest
  // prefix wins. No prefix may be mounted twice.
  void mount(std::string prefix, Handler handler);
  // Answers 404 to what nobody mounted.
  Handler handler() &&;

 private:
  std::vector<std::pair<std::string, Handler>> mounted_;  // longest first
};

// GET /live: the process answers. GET /ready: `ready` says that it can do its work, else 503. GET
// of the path itself: what `report` says, JSON.
Handler health_handler(std::function<bool()> ready, std::function<std::string()> report);

}  // namespace fingerpost::http
