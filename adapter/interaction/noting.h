// What a request did, as the audit will tell it, gathered while it is served: whoever serves need
// not hand it on.

#pragma once

#include "access/caller.h"
#include "interaction/offers.h"
#include "search/plan.h"
#include "store/audit.h"
#include "store/store.h"

#include <functional>
#include <memory>
#include <vector>

namespace fingerpost::interaction {

// One request's; of one thread at a time.
struct Asking {
  store::AuditNote note;
  bool reads = false;  // what is read is handed out
  bool told = false;   // a commit has told of it, with what it wrote
  bool quiet = false;  // nothing of anybody's is asked for
  int refused = 0;     // the status of an entry that was refused, of a batch that is answered
  bool later = false;  // the answer that is given first says only where to ask again
  // Called once, with the answer's status: tells the audit, and then whether anything may be handed
  // out. May be empty.
  std::function<void(int status, const std::function<void(bool kept)>& then)> end;
};
using AskingPtr = std::shared_ptr<Asking>;

// While one lives, this thread serves the request. Null: nobody's.
class Noting {
 public:
  explicit Noting(AskingPtr asking);
  ~Noting();
  Noting(const Noting&) = delete;
  Noting& operator=(const Noting&) = delete;

 private:
  AskingPtr before_;
};
AskingPtr noted();  // the request that this thread serves; null: none

// While one lives, what this thread reads is handed out.
class HandingOut {
 public:
  HandingOut();
  ~HandingOut();
  HandingOut(const HandingOut&) = delete;
  HandingOut& operator=(const HandingOut&) = delete;

 private:
  AskingPtr asking_;
  bool before_ = false;
};

// Who asks, and what, as far as it is known. Of a query its parameters' names alone.
void note_caller(const access::Caller& caller);
void note_asked(const Path& path, const std::vector<search::Pair>& pairs);
void note_interaction(Interaction interaction, const Path& path);

// The note for a unit that is committed now: for `caller`, or as far as is known of who asks.
store::AuditNote note_of_unit(const access::Caller& caller);
store::AuditNote note_of_request();

// A reader that notes what it hands out.
std::unique_ptr<store::Reader> noting_reader(std::unique_ptr<store::Reader> behind);
std::unique_ptr<store::Reader> noting_reader(store::Reader& behind);

}  // namespace fingerpost::interaction
