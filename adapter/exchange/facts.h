// What goes back into the GP record of a referral: coded facts, each once in an episode, and of the
// rest as much as was agreed (fhir-profiles/, disclosure).

#pragma once

#include "care/facts.h"
#include "exchange/delivery.h"

namespace fingerpost::exchange {

// How much the person lets go back: as a Consent among the request's supporting information says,
// else as the site has it.
care::Disclosure disclosure_of(const Parts& parts, Neighbourhood& near, NodeRef task);

// The partner that is the person's practice; where the person has none here, who asked for the
// referral. Null: no partner.
const Partner* practice_of(const Parts& parts, Neighbourhood& near, NodeRef task);

// Adds the resource of the fact that the change comes to, which its thread has once however often
// the step is met. Null: no fact, known already, or nothing goes back. The resource is `near`'s.
Result<const Resource*> add_fact(const Parts& parts, Neighbourhood& near, store::Reader& reader,
                                 const TaskChange& change, care::Status after, store::Unit& unit);

// The Task as whoever keeps the record may see it: its course in codes, dates and references. With
// summary the words of its reasons and outcomes too; no notes, narrative, inputs or extensions.
Tree disclosed(const model::Definitions& definitions, NodeRef task, care::Disclosure level);

}  // namespace fingerpost::exchange
