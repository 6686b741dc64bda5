// A translation as one unit of the store: resources, and what must be sent because of them.

#pragma once

#include "care/referral.h"
#include "exchange/parts.h"
#include "exchange/told.h"
#include "fingerpost/issue.h"
#include "fingerpost/translate.h"

#include <string>
#include <vector>

namespace fingerpost::exchange {

struct Source {
  std::string partner;    // who sent it, as configured; "" for none
  std::string seed;       // tells this message from all others: its dedupe key and digest
  bool referral = false;  // a message about one referral: its Task, ServiceRequest and Patient must
                          // be valid; in a record, an invalid resource is left out and reported
  care::Party by = care::Party::either;  // whose word it is: a party never moves the other's steps
  bool links = false;                    // links.h: what is only named stays, and so do links
  bool past = false;  // what a system tells of what has been: its Tasks are no steps to be taken
                      // here, nothing is sent, and what is told to have been an error is of no
                      // account where it is not known
  Told told = {};     // when; what the same source has told since stays, and is reported
  std::string sender = {};  // "system|value": what it calls itself, where it is asked; else ""
};

struct Applied {
  store::Unit unit;  // writes and outbox rows; the inbox row is the caller's to add
  Issues issues;     // the translation's, validation's, and what was kept as it stood
  std::vector<std::string> late = {};  // "Goal/1": what the message came too late for
};

// References become Type/id. The same content again makes no version and sends nothing. A Task that
// is stored further along than the message says, or that the requester would move a step of the
// owner's, keeps what is stored. A requester asks in nobody else's name, and begins with no step of
// the owner's (exchange/sender.h). A referral that is now asked of another is cancelled for the old
// owner. What is stored of one patient never becomes another's: such a referral is refused, and of
// a record such a resource is left out. What was decided on what is stored carries a condition: on
// Kind::conflict of the commit
// (`where` "If-Match" or "id") apply again. Errors are the message's: invalid content, a step that
// does not exist, a receiver nobody knows; `where` is a FHIRPath such as "Task.owner". Or they are
// the store's, which could not be read: then nothing is known of the message.
Result<Applied> apply(const Parts& parts, store::Reader& reader, const Translation& translation,
                      const Source& source);

}  // namespace fingerpost::exchange
