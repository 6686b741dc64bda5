// Whether a referral is written by the party whose word it is, where clients speak for
// organisations.

#pragma once

#include "care/referral.h"
#include "exchange/neighbourhood.h"
#include "exchange/places.h"
#include "exchange/speaker.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"

#include <string_view>

namespace fingerpost::exchange {

// Of one commit. Who the parties of a stored Task are is read as it was before the commit, which
// brings other organisations to be claimed by at most. Every refusal is Kind::forbidden.
class StepAuthor {
 public:
  // `near` has what the commit puts, `stored` what was there before.
  StepAuthor(const Parts& parts, Neighbourhood& near, Neighbourhood& stored,
             const Speaker& speaker);

  bool anybody() const { return speaker_.anybody; }

  // Which of the parties of a stored Task, that becomes `task`, writes it: Party::either where it
  // is both, and nothing said which. `said`: whose word it is by its Provenance, which must be one
  // that the client may say. `step`: what is done, for the refusal, and `its` party.
  Result<care::Party> party(NodeRef before, NodeRef task, care::Party said, std::string_view step,
                            care::Party its);
  // A Task that was not known before is written by the party whose word its status is.
  Result<void> check_first(NodeRef task);
  // What was asked, and what became of it, is taken away by its parties alone.
  Result<void> check_removed(NodeRef before);
  // A stored request of which nothing is open: it is whoever's asked for it. One that names no
  // organisation is anybody's.
  Result<void> check_resting(NodeRef request);
  // A referral that nobody owns, and that is claimed for whom the client speaks: its request and
  // the Task say who may.
  Result<void> check_claim(NodeRef before, NodeRef task);

  // Whether a stored request is the client's to refer: it asked for it, or is asked for it by name,
  // or nobody known here asked.
  bool has_request(NodeRef request);

  // Which of its parties the client speaks for.
  struct Sides {
    bool requester = false;
    bool owner = false;
  };
  Sides sides_of(Neighbourhood& where, NodeRef task);
  bool speaks_for(Neighbourhood& where, NodeRef reference);
  // What the client speaks for; of anybody, nothing.
  const Places& own() const { return own_; }

 private:
  Result<void> check_moved(NodeRef before, NodeRef task);

  const Parts& parts_;
  Neighbourhood& near_;
  Neighbourhood& stored_;
  const Speaker& speaker_;
  const Places own_;
};

}  // namespace fingerpost::exchange
