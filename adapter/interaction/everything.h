// One page of $everything, by what it is everything of. Internal to interaction/.

#pragma once

#include "fingerpost/result.h"
#include "interaction/context.h"
#include "search/plan.h"
#include "store/store.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::interaction {

struct EverythingAsked {
  std::string id;
  std::string start, end;                // care dates, as they were written
  std::optional<std::int64_t> since_us;  // last updated not before
  std::string since;
  std::vector<std::string> types;  // none: all
  int count = 0;                   // of a page; 0: all at once
  std::string cursor;              // of the request; empty: the first page
  std::vector<std::string> after;  // what the page before left as its `next`; empty: the first
  std::vector<search::Pair> used;  // for the links; without the cursor

  bool wants(std::string_view type) const;
  bool wants(const store::Stored& stored) const;  // its type and its time
};

struct EverythingPage {
  std::vector<store::Stored> resources;
  std::vector<std::string> next;  // empty: this is the last
};

// R4 patient-operation-everything.html: the patient; his compartment, and what has him as its
// patient or subject besides; then what all that refers to and is of no patient.
Result<EverythingPage> everything_of_patient(const Session& session, const EverythingAsked& asked);
// The graph of a plan: what it leads to, the requests and tasks that came of it, and their parts.
Result<EverythingPage> everything_of_care_plan(const Session& session,
                                               const EverythingAsked& asked);

// The resources here that a stored one refers to, by type and id.
using Found = std::pair<std::string, std::string>;
Result<std::vector<Found>> referred_by(const Context& context, const store::Stored& stored);
// Adds those after this place, by type and id, until the page is full: then the place to go on
// after.
Result<std::optional<Found>> take_page(const Session& session, const EverythingAsked& asked,
                                       const std::set<Found>& found, Found after,
                                       EverythingPage& page);
Error too_much(const Limits& limits);

}  // namespace fingerpost::interaction
