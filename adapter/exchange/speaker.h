// Who asks for a write, and for whom he speaks: as a client of the gateway, and as the Provenances
// say that come with it.

#pragma once

#include "exchange/neighbourhood.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

constexpr std::string_view ods_system = "https://fhir.nhs.uk/Id/ods-organization-code";

// One made without words speaks for nobody.
struct Speaker {
  bool anybody = false;               // nobody is asked who he is here, or it is the gateway itself
  std::string organisation;           // ODS code
  std::vector<std::string> partners;  // ids of those that he speaks for besides
};
inline Speaker anybody() {
  return {true, {}, {}};
}
// Whether he is this partner, by his ODS code, or speaks for it.
bool speaks_for(const Speaker& speaker, const Partner& partner);

// Whether those may write something who say that they do. `said` are the Provenances of a commit,
// `about` is "CarePlan/1", `parties` the References of those whose it is; what they lead to is
// looked for in `near`. Kind::forbidden: the speaker speaks for none of them; or, `where`
// Provenance.agent, an organisation is said to speak that is none of them.
Result<void> check_speaker(const Parts& parts, Neighbourhood& near, const Speaker& speaker,
                           std::span<const NodeRef> said, std::string_view about,
                           std::span<const NodeRef> parties);

}  // namespace fingerpost::exchange
