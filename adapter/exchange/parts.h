// What the exchange works with: made by hand in main, shared by all its threads.

#pragma once

#include "base/clock.h"
#include "care/policy.h"
#include "exchange/partner.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/translate.h"
#include "fingerpost/tree.h"
#include "model/definitions.h"
#include "search/live_parameters.h"
#include "store/store.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::exchange {

// A referral's change to be told in a partner's own format.
struct Outward {
  const Tree& bundle;  // R4 collection: the Task first, then all it leads to; references Type/id
  const Partner& partner;
  std::string control_id;  // MSH-10
  std::string time;        // MSH-7
  std::string_view type;   // MSH-9.1: "REF" asks the owner, "RRI" tells the requester
  std::string_view event;  // MSH-9.2; "" for an answer: that of the last REF
};

// Bytes of a source to R4 resources: Translator::translate.
using Translate =
    std::function<Result<Translation>(Format, std::string bytes, const TranslateOptions&)>;
// R4 resources to one HL7 v2 message.
using WriteMessage = std::function<Result<std::string>(const Outward&)>;

// References live as long as the gateway. Safe to use from any thread.
struct Parts {
  const model::Definitions& definitions;
  search::LiveParameters parameters;
  store::Store& store;
  const Partners& partners;
  Clock& clock;
  Random& random;
  Translate translate;
  WriteMessage write_message;  // may be empty: nothing then goes to MLLP partners but answers
  Limits limits;
  std::string zone = "Europe/London";  // of source times without an offset
  Severity nhs_number_check = Severity::warning;
  bool trace = false;  // stored loss reports also say what made each element
  // Whether messages of this MSH-9 can be used at all, so that none is accepted which cannot. May
  // be empty: then the translation alone says so.
  std::function<bool(std::string_view type, std::string_view event)> reads_message = nullptr;
  care::Policy policy = {};
};

// Readers lent to one thread at a time, so that a pool of threads needs no more of them than work
// at once. The store must outlive it.
class Readers {
 public:
  explicit Readers(store::Store& store) : store_(store) {}

  class Loan {
   public:
    Loan(Readers& from, std::unique_ptr<store::Reader> reader)
        : from_(&from), reader_(std::move(reader)) {}
    Loan(Loan&&) noexcept = default;
    Loan& operator=(Loan&&) = delete;
    ~Loan() {
      if (reader_) from_->give_back(std::move(reader_));
    }
    store::Reader& operator*() const { return *reader_; }
    store::Reader* operator->() const { return reader_.get(); }

   private:
    Readers* from_;
    std::unique_ptr<store::Reader> reader_;
  };

  Result<Loan> lend();

 private:
  void give_back(std::unique_ptr<store::Reader> reader);

  store::Store& store_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<store::Reader>> free_;
};

}  // namespace fingerpost::exchange
