// What a reader may see: rules about rows.
//
// A row is seen when it is nobody's (search::of_all) or its Patient is related to the organisation
// by a row that is itself seen and does not refuse it (of Subscriptions, the client's own are
// seen), and when neither it nor that Patient has a label that is not in `labels`. What is seen is
// decided for each row where it is fetched: hops of a chain, includes, totals and versions come of
// seen rows alone, so that no answer depends on what is not seen. Versions of a time when the row
// was another Patient's, or had a label that was taken away since, are not seen by anybody under a
// policy.

#pragma once

#include "search/belonging.h"

#include <cstdint>
#include <string>

namespace fingerpost::store {

struct Policy {
  bool everything = true;    // the gateway's own work: nothing is asked
  std::string organisation;  // else its ODS code
  std::uint64_t labels = 0;  // of search::Label: those it may see
  std::string client;        // that the Subscriptions are of which it sees
};

}  // namespace fingerpost::store
