// What a referral takes along to those who are told of it.

#pragma once

#include "care/loop.h"
#include "exchange/neighbourhood.h"
#include "fingerpost/result.h"

#include <vector>

namespace fingerpost::exchange {

using Pieces = std::vector<const Resource*>;

// The owner gets the whole referral, enough to act on it and no more of the record; the requester,
// who has it, the Task and what came of it. Each resource once, what it refers to before it. Of
// anybody but the person whom the Task is for (where it is for nobody, its request) nothing is
// taken, nor what does not say whose it is: who refers to something need not be who may see it.
Pieces taken_along(Neighbourhood& near, const Resource& task, care::Party told);

// Kind::unsupported: a Flag that the request refers to is somebody else's, so that a mark that may
// protect the person would not go along.
Result<void> check_flags(Neighbourhood& near, const Resource& task);

// The person and the parties alone, as `said`, which is the Task or less of it, names them.
Pieces parties_of(Neighbourhood& near, const Resource& task, const Resource& said);

}  // namespace fingerpost::exchange
