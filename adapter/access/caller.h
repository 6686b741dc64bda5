// Who asks: what is known of the client of one request, and what it was granted.

#pragma once

#include "access/scope.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::access {

// What a client uses data for: one of these, for ever. beyond_care: planning, commissioning,
// research.
enum class Purpose : std::uint8_t { direct_care, beyond_care };
std::string_view name(Purpose purpose);  // "direct-care"

// Values are as they were when the token was granted. One made without words may do nothing.
struct Caller {
  std::string client;        // its id; empty: the local caller
  std::string name;          // of the client, for a person
  std::string organisation;  // its ODS code
  std::string role;          // of the client there, a code of the configuration
  std::vector<std::string> partners;  // ids of those that it speaks for, beside its organisation
  Purpose purpose = Purpose::direct_care;
  Scopes scopes;  // granted
  // Of which resources it sees: all; else those of patients that its organisation is related to.
  bool sees_everything = false;
  std::uint64_t labels = 0;  // of search::Label: that withhold nothing from it
  std::string token_id;      // names the token in records; is not the token
  bool local = false;        // nobody is asked who he is here: no clients are configured

  bool may(std::string_view type, Rights rights) const {
    return local || scopes.grant(type, rights);
  }
};
using CallerPtr = std::shared_ptr<const Caller>;

// Whoever reaches a gateway without clients, which listens on loopback alone.
const CallerPtr& local_caller();
// Who may do nothing.
const CallerPtr& nobody();

}  // namespace fingerpost::access
