// What a referral takes along to those who are told of it.

#pragma once

#include "care/loop.h"
#include "exchange/neighbourhood.h"
#include "exchange/partner.h"
#include "fingerpost/result.h"

#include <vector>

namespace fingerpost::exchange {

using Pieces = std::vector<const Resource*>;

// The owner gets the whole referral, enough to act on it and no more of the record; the requester,
// who has it, the Task and what came of it. Each resource once, what it refers to before it. Of
// anybody but the person (exchange/person.h) nothing is taken, nor what does not say whose it is:
// who refers to something need not be who may see it. An outcome alone need not say so.
Pieces taken_along(Neighbourhood& near, const Resource& task, care::Party told);

// Takes out of pieces that were taken along with a Task before what is of somebody else by now.
void leave_others(Neighbourhood& near, Pieces& pieces);

// Kind::unsupported: the request is about another than the Task is for, and would not go along.
Result<void> check_request(Neighbourhood& near, NodeRef task);
// Kind::unsupported: a Flag that the request refers to is somebody else's, or does not refer to the
// person as the request does, which a BaRS message asks for: a mark that may protect the person
// would not go along. One that is entered in error is no mark.
Result<void> check_flags(Neighbourhood& near, const Partner& partner, NodeRef task);

// The person and the parties alone, as `said`, which is the Task or less of it, names them.
Pieces parties_of(Neighbourhood& near, const Resource& task, const Resource& said);

}  // namespace fingerpost::exchange
