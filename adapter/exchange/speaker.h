// Whether those may write something who say that they do.

#pragma once

#include "exchange/neighbourhood.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"

#include <span>
#include <string_view>

namespace fingerpost::exchange {

// `said` are the Provenances of a commit, `about` is "CarePlan/1", `parties` the References of
// those whose it is. Kind::forbidden, `where` Provenance.agent: an organisation speaks that is none
// of them. Where nobody says who it is, it is anybody.
Result<void> check_speaker(const Parts& parts, Neighbourhood& near, std::span<const NodeRef> said,
                           std::string_view about, std::span<const NodeRef> parties);

}  // namespace fingerpost::exchange
