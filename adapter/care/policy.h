// What a site decides of personalised care: how long things may wait, how often is asked, how much
// goes back. The defaults are in adapter/command/CONFIGURATION.md, section [care].

#pragma once

#include "care/deadlines.h"

#include <chrono>
#include <cstdint>

namespace fingerpost::care {

// How much of the support goes back to the GP record (CodeSystem disclosure), the least first.
enum class Disclosure : std::uint8_t { none, codes, summary, all };

struct Policy {
  Deadlines deadlines;
  std::chrono::seconds look_every{900};
  std::chrono::hours act_within{48};         // the own deadline of a Task that a deadline raises
  std::chrono::hours check_within{24 * 14};  // of one that a reading or a change of health raises
  int invitations = 3;                       // attempts to invite a person
  Disclosure disclosure = Disclosure::all;   // where no consent says how much
};

}  // namespace fingerpost::care
