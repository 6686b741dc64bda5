// Where resources, their history, what came in and what must go out are kept: one interface, with
// an implementation in memory (for tests) and one on SQLite.
//
// The search::Parameters behind index rows and plans must outlive the store.
//
// One Unit is one atomic, durable commit. Store::commit returns at once; the completion is called
// when the Unit is on disk, or when it failed. A Reader sees every Unit whose completion was
// called.

#pragma once

#include "base/clock.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "search/hash.h"
#include "search/index.h"
#include "search/plan.h"
#include "store/audit.h"
#include "store/body.h"
#include "store/policy.h"
#include "store/queues.h"

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::store {

// The interaction that a version came by, as its history tells it (R4 http.html#history).
enum class How : std::uint8_t { put, post, patch };

class Reader;

struct Write {
  // remove keeps the history. expunge leaves nothing of the resource; drop_history nothing but the
  // current version.
  enum class Op : std::uint8_t { put, remove, expunge, drop_history, reindex };
  Op op = Op::put;
  std::string type;
  std::string id;
  std::optional<std::int64_t> if_version;  // If-Match: the current version must be this
  bool must_be_new = false;                // a resource of this id must never have been there
  bool skip_same = false;                  // the same content again makes no new version
  Body body;                               // of a put
  search::IndexValues index;               // of a put, whose it is too; of a reindex, which happens
                                           // if the version is still `if_version`
  How how = How::put;                      // of a put
};

enum class Change : std::uint8_t { created, updated, removed, unchanged };

struct WriteOutcome {
  Change change = Change::unchanged;
  std::int64_t version = 0;
  std::int64_t last_updated_us = 0;
};

// What a unit was decided on. When it no longer holds at the commit, nothing of the unit is done.
struct ReadGuard {
  std::string type;
  std::string id;
  std::int64_t version = 0;  // the current one; 0: there is none, or it was removed
};
struct SearchGuard {
  search::Plan plan;             // its criteria alone; the Parameters must outlive the unit
  std::vector<std::string> ids;  // of plan.type: exactly these match
};

// All or nothing.
struct Unit {
  std::vector<ReadGuard> reads;  // looked at, as searches are, before anything is written
  std::vector<SearchGuard> searches;
  std::vector<Write> writes;  // applied in order
  // Under whose eyes it was decided. The guards see what these see, and so does `inspect`; the
  // first `asked` writes change what is seen and leave it in sight, of Patients in sight.
  Policy policy = {};
  std::size_t asked = 0;  // the others are the gateway's own
  // Looks at everything as the writes leave it, while nobody else sees that; an error, of any kind
  // but fault and busy, refuses the unit. On the writer's thread, which waits for it.
  std::function<Result<void>(Reader&)> inspect;
  std::optional<InboxRow> inbox;  // refused when its key is there with another digest
  std::vector<InboxUpdate> inbox_updates;
  std::vector<OutboxRow> outbox;
  std::vector<OutboxUpdate> outbox_updates;
  std::vector<LaneUpdate> lanes;
  // Who asked for it. The first is told together with what the unit does; a unit may be notes
  // alone, each an event of its own.
  std::vector<AuditNote> audit;
};

struct UnitOutcome {
  std::vector<WriteOutcome> writes;  // one for each write
  bool duplicate = false;  // the inbox row was there already: nothing else of the Unit was done
  std::string answer;      // the inbox row's answer: the stored one of a duplicate
  std::int64_t inbox_id = 0;
  InboxStatus inbox_status = InboxStatus::received;  // how a duplicate stands
  std::vector<std::int64_t> outbox_ids;              // one for each row; 0 where it was not added
};

// Errors: conflict with where "guard" (a ReadGuard or SearchGuard does not hold), "If-Match"
// (version differs, or nothing is there to match), "id" (must_be_new), "inbox" (same key, other
// content), "status" (an inbox row is no longer what its update says); not_found and forbidden with
// where "policy" (what is written, or its Patient, is not in sight, or would not be); not_found
// with where "inbox" or "outbox" (an update of no row); too_costly with where "refused" (no room
// for another row of refused_source); busy (the queue or the disk is full: nothing was done, try
// later); fault (the outcome is not known, or the store has stopped). To remove what is not there
// is no error: the outcome is unchanged, version 0.
using Completion = std::function<void(Result<UnitOutcome>)>;

// A version of a resource, complete bytes.
struct Stored {
  std::string type;
  std::string id;
  std::int64_t version = 0;
  std::int64_t last_updated_us = 0;
  Change change = Change::created;  // what made this version
  std::string body;                 // empty when it was removed
  How how = How::put;
  std::uint64_t compartment = 0;  // of the current version: reference_hash of its Patient; 0: none
};

struct Hit {
  Stored resource;
  bool included = false;  // else a match
};

// A search parameter that not all resources of a type are indexed by yet.
struct Coverage {
  std::string parameter;  // "Patient.nickname"
  std::uint64_t indexed = 0;
  std::uint64_t resources = 0;
};

// How a store would search.
struct Explained {
  struct Criterion {
    std::size_t number = 0;      // among the plan's criteria
    std::int64_t estimate = -1;  // resources that the index gives for it, as far as was counted;
                                 // -1: no index leads to them, or another led to few
    bool drives = false;
  };
  struct Type {
    std::string type;
    std::int64_t resources = 0;
    std::string driver;  // for a person: what is walked
    std::string order;   // how the matches come into order
    std::vector<Criterion> criteria;
  };
  std::vector<Type> types;
  std::vector<Coverage> partial;  // as of a Page
};

struct Page {
  std::vector<Hit> hits;               // matches first
  std::string next;                    // the cursor of the next page; empty: this is the last
  std::optional<std::uint64_t> total;  // of matches, when the plan asked
  bool cut = false;                    // more resources to include than Limits::included
  bool cut_rounds = false;             // more rounds of :iterate than Limits::include_rounds
  bool other_version = false;          // a reference that was followed names another version than
                                       // the current one, which was taken
  std::vector<Coverage> partial;       // of parameters asked for: matches may be missing
};

// A version's place in a history: by time, then by a number of the store's own.
struct HistoryPlace {
  std::int64_t updated_us = 0;
  std::int64_t at = 0;
};

struct HistoryQuery {
  std::string_view type;  // "": of all types
  std::string_view id;    // "": of all resources of the type
  std::int64_t since_us = std::numeric_limits<std::int64_t>::min();  // not older than this
  // Current at a moment between these two, both within. No second: at any.
  std::int64_t at_low_us = 0;
  std::optional<std::int64_t> at_high_us;
  std::optional<HistoryPlace> after;  // older than this place
  int limit = 50;
};

struct HistoryPage {
  std::vector<Stored> versions;      // newest first
  std::optional<HistoryPlace> next;  // the last one's place, when there are more
};

// One thread's eyes. Every call sees one state of the store; two calls may see two.
class Reader {
 public:
  virtual ~Reader() = default;

  virtual Result<Stored> read(std::string_view type, std::string_view id) = 0;  // not_found, gone
  virtual Result<Stored> vread(std::string_view type, std::string_view id,
                               std::int64_t version) = 0;
  // Of one resource: not_found when there never was such a one.
  virtual Result<HistoryPage> history(const HistoryQuery& query) = 0;
  // Kind::too_costly: it would look at more rows than Limits::search_candidates.
  virtual Result<Page> search(const search::Plan& plan) = 0;
  virtual Result<Explained> explain(const search::Plan& plan) = 0;
  // Resources that are indexed by other parameters than these, to be indexed again; at most
  // `limit`.
  virtual Result<std::vector<Stored>> outdated(const search::Parameters& parameters, int limit) = 0;

  // Received rows due by `now_us`, the first of each source and order key.
  virtual Result<std::vector<InboxRow>> inbox_due(std::int64_t now_us, int limit) = 0;
  virtual Result<std::vector<InboxRow>> inbox(
      const InboxFilter& filter) = 0;  // without the raw bytes
  virtual Result<InboxRow> inbox_row(std::int64_t id) = 0;
  virtual Result<InboxRow> inbox_row(std::string_view source, std::string_view key) = 0;

  // Waiting rows of the lane due by `now_us`, each the first open row of its order key; none when
  // the lane is held. Rows left sending by a crash are the caller's to look up (outbox with a
  // filter).
  virtual Result<std::vector<OutboxRow>> outbox_due(std::string_view lane, std::int64_t now_us,
                                                    int limit) = 0;
  virtual Result<std::vector<OutboxRow>> outbox(const OutboxFilter& filter) = 0;  // without bodies
  virtual Result<OutboxRow> outbox_row(std::int64_t id) = 0;
  virtual Result<OutboxRow> outbox_row(std::string_view idempotency_key) = 0;
  virtual Result<std::vector<LaneState>> lanes() = 0;
  // By indexes of those rows alone: as quick for a full store as for an empty one.
  virtual Result<QueueCounts> queue_counts() = 0;

  virtual Result<AuditPage> audit(const AuditQuery& query) = 0;

  // The same eyes under a policy, on the same thread, and whatever policy these are under; it must
  // go before they do. Kind::forbidden: explain, outdated and the audit, which tell of what is not
  // seen.
  virtual std::unique_ptr<Reader> seen_by(Policy policy) = 0;
};

enum class Health : std::uint8_t { good, full, stopped };
std::string_view name(Health health);  // "good" …

class Store {
 public:
  virtual ~Store() = default;

  // Any thread. The completion is called once: from the writer's thread, or from this call when the
  // Unit is refused at once. It must be quick and must not wait for another commit.
  virtual void commit(Unit unit, Completion completion) = 0;
  // A Reader for the calling thread to keep; it must go before the store does.
  virtual Result<std::unique_ptr<Reader>> reader() = 0;

  virtual const search::HashKey& hash_key() const = 0;
  virtual Health health() const = 0;
};

// Commits and waits. For tests and the command line; never on a thread that serves.
Result<UnitOutcome> commit_now(Store& store, Unit unit);

// Calls completions from commit itself.
std::unique_ptr<Store> open_memory(const Limits& limits, Clock& clock, Random& random);

struct SqliteOptions {
  std::string directory;  // made when absent, mode 0700; the files in it have mode 0600
  Limits limits;
  // To read resources' words by, for _text and _content. Null: each search for words looks at all
  // that no other program has read, and what has words cannot be expunged.
  const model::Definitions* definitions = nullptr;
  std::size_t checkpoint_bytes = std::size_t{64} << 20;  // the log is folded in beyond this size
};
// Kind::conflict: another process has it open. Kind::unsupported: made by another program, or with
// another layout of its tables that this one cannot bring up to its own.
Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options, Clock& clock,
                                           Random& random);

}  // namespace fingerpost::store
