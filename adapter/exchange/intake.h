// What comes in: kept in the inbox before it is acknowledged, translated, applied, answered.
//
// Original mode, and records: one commit of the raw message, its answer, its resources and what
// must be sent because of them, and then the answer. Enhanced mode: a commit of the raw message and
// its accept answer; then the resources, in a second commit, and the application answer.

#pragma once

#include "exchange/answers.h"
#include "exchange/parts.h"
#include "exchange/speaker.h"
#include "fingerpost/translate.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace fingerpost::exchange {

// The way back to whom a message came from. All but post are called on the caller's own thread, and
// what is given to post and after runs there.
struct Caller {
  std::function<void(std::function<void()>)> post;
  std::function<void(int milliseconds, std::function<void()>)> after;
  std::function<void(std::string message)> reply;  // at most twice, in order, before done
  std::function<void()> done;                      // take the next message
  std::function<void()> close;  // instead of done: nothing can be said; the sender will repeat
};

// What has been seen since the start. Any thread.
struct IntakeCounts {
  std::atomic<std::uint64_t> received{0};          // whole messages
  std::atomic<std::uint64_t> accepted{0};          // applied, or kept to be applied
  std::atomic<std::uint64_t> refused{0};           // kept, and the sender told
  std::atomic<std::uint64_t> duplicates{0};        // answered as before
  std::atomic<std::uint64_t> conflicts{0};         // a known control id with other content
  std::atomic<std::uint64_t> acknowledgements{0};  // on their own: nothing here waits for them
  std::atomic<std::uint64_t> malformed{0};         // bytes that are no message
  std::atomic<std::uint64_t> waits{0};             // for a busy store
  std::atomic<std::uint64_t> put_off{0};           // not kept: the sender was told to come again
};

// What became of a record.
struct TakenRecord {
  bool duplicate = false;
  std::string answer;  // {"resources":[…],"report":{…}}
};

// A BaRS message as a peer posts it, with what its HTTP request says beside: "" for what it does
// not.
struct BarsRequest {
  std::string bytes;
  std::string request_id;  // X-Request-Id
  std::string target;      // NHSD-Target-Identifier: Base64 of {"system","value"}
  std::string end_user;    // NHSD-End-User-Organisation: Base64 of an Organization
  Speaker speaker = {};    // whose request it is
};

// What became of it: the body to answer with, a message or an OperationOutcome.
struct TakenMessage {
  std::string answer;
  std::optional<Error> refused = {};
  bool duplicate = false;
};

// Any thread may call; the parts must outlive it and every message under way.
class Intake {
 public:
  explicit Intake(const Parts& parts)
      : parts_(parts), readers_(parts.store), counts_(std::make_shared<IntakeCounts>()) {}

  // One HL7 v2 message as its frame held it.
  void take_message(std::string bytes, std::shared_ptr<Caller> caller);
  // Bytes that are no frame: kept for inspection, and answered.
  void take_malformed(std::string bytes, std::string_view what, std::shared_ptr<Caller> caller);
  // A whole record from a source. `done` is called on the store's thread or on this one. Errors:
  // the record's own (it is kept in the inbox as refused), Kind::busy and fault (it is not).
  void take_record(Format format, std::string bytes, std::string source,
                   std::function<void(Result<TakenRecord>)> done);

  // A BaRS message: one commit of it, its answer and what it does. It is known again by its sender
  // and its MessageHeader.id, else by X-Request-Id: the same bytes are answered as before, others
  // under that key are kept and refused (Kind::conflict). Of a sender whom the speaker does not
  // speak for nothing is kept (Kind::forbidden). `done` is called where `post` runs work.
  void take_bars(BarsRequest request, std::function<void(std::function<void()>)> post,
                 std::function<void(TakenMessage)> done);

  // Applies a row that was acknowledged before, and closes it. Gives the application answer when
  // one is due that cannot go by the outbox. Kind::busy, conflict and fault: nothing is known to be
  // done, try again. `done` is called on the store's thread or on this one.
  void finish(store::InboxRow row, std::function<void(Result<std::string>)> done);
  // Gives up on such a row: it waits for a person, and a sender that asked for it is told that it
  // was not applied. Otherwise as finish.
  void quarantine(const store::InboxRow& row, std::function<void(Result<std::string>)> done);

  const IntakeCounts& counts() const { return *counts_; }

 private:
  struct Job;
  using JobPointer = std::shared_ptr<Job>;
  using Step = void (Intake::*)(const JobPointer&);

  void one_commit(const JobPointer& job);
  void accept_first(const JobPointer& job);
  void keep_refused(const JobPointer& job);
  void refuse(const JobPointer& job, const Error& error);
  void commit(const JobPointer& job, store::Unit unit, Step again);
  void settle(const JobPointer& job, const Result<store::UnitOutcome>& outcome, Step again);
  void settle_error(const JobPointer& job, const Error& error, Step again);
  void finish_accepted(const JobPointer& job, std::int64_t inbox_id);
  void keep_other_content(const JobPointer& job);
  void put_off(const JobPointer& job, const Error& error);
  std::string answer(const Job& job, Outcome outcome) const;
  struct Finished;
  Result<Finished> finished(const store::InboxRow& row);
  void tell(const store::InboxRow& row, Outcome outcome, Finished& made) const;
  void close(Finished made, std::function<void(Result<std::string>)> done);
  struct BarsJob;
  using BarsPointer = std::shared_ptr<BarsJob>;
  Result<void> read_bars(BarsJob& job, const BarsRequest& request) const;
  void apply_bars(const BarsPointer& job);
  void commit_bars(const BarsPointer& job, store::Unit unit);
  void settle_bars(const BarsPointer& job, const Result<store::UnitOutcome>& outcome);
  void keep_bars(const BarsPointer& job, const Error& error);
  void keep_record(store::InboxRow row, const store::InboxRow* before, store::Unit unit,
                   std::optional<Error> refused, std::function<void(Result<TakenRecord>)> done);

  const Parts& parts_;
  Readers readers_;
  std::shared_ptr<IntakeCounts> counts_;  // a completion may come when this has gone
};

}  // namespace fingerpost::exchange
