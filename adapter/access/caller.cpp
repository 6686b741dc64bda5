#include "access/caller.h"

namespace fingerpost::access {

std::string_view name(Purpose purpose) {
  return purpose == Purpose::direct_care ? "direct-care" : "beyond-care";
}

const CallerPtr& local_caller() {
  static const CallerPtr caller = [] {
    auto made = std::make_shared<Caller>();
    made->local = true;
    return made;
  }();
  return caller;
}

const CallerPtr& nobody() {
  static const CallerPtr caller = std::make_shared<const Caller>();
  return caller;
}

}  // namespace fingerpost::access
