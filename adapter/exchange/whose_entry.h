// Whose an entry of the directory is, and a person's practice: what says who may do what is not
// changed by those who would gain by it.

#pragma once

#include "exchange/neighbourhood.h"
#include "exchange/places.h"
#include "fingerpost/result.h"
#include "store/store.h"

#include <string_view>

namespace fingerpost::exchange {

// Of one commit of a client that speaks for `own`. `near` has what it puts, `stored` what was
// there before, what had been deleted too once it was asked for here. Every refusal is
// Kind::forbidden.
struct Entries {
  const Parts& parts;
  Neighbourhood& near;
  Neighbourhood& stored;
  store::Reader& reader;
  store::Unit& unit;
  const Places& own;
};

// An organisation, a role or a service that is, or was, stored: nobody makes it his own who was
// not behind it before, and while somebody else is, he neither deletes it nor changes by whom it is
// there.
Result<void> check_entry(const Entries& entries, std::string_view type, std::string_view id,
                         bool removed);

// A Patient that is put: nobody makes himself the practice of a person who has another one, or of
// one without that something is planned or asked for already.
Result<void> check_practice(const Entries& entries, std::string_view id);

}  // namespace fingerpost::exchange
