// What was done, for whom and what came of it: rows that are only added to, each bound to the one
// before it. Every unit that changes something has one, whether it says more about itself or not.

#pragma once

#include "base/digest.h"
#include "fingerpost/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::store {

struct Stored;
struct Unit;
struct UnitOutcome;

// One event, as whoever asked for it tells it. No text of a patient's: references, ids and codes
// alone, and of a query the names of what was asked for, not what it was compared with.
struct AuditNote {
  std::string did;           // R4 restful-interaction, an operation ("$review"), or "take", "deliver"
  std::string client;        // who; "": the gateway itself, or whoever reaches it on loopback
  std::string name;          // of the client, as it was then
  std::string role;
  std::string organisation;  // ODS code
  std::string purpose;       // "direct-care"
  std::string token;         // names the token; is not the token
  std::string from;          // a network address, or a partner's id
  std::string request;       // its id, when it had a good one
  std::string asked;         // "ServiceRequest?status&subject"
  std::int64_t at_us = 0;    // 0: the time of the commit
  int status = 0;            // as HTTP has it; 0: it was done
  std::uint64_t times = 1;   // that the same happened
  std::string things;        // versions that were handed out, JSON texts with commas between
  std::uint64_t count = 0;   // how many those were; more than are named in `things`, when too many
  std::vector<std::uint64_t> patients;  // reference_hash of those it was about

  // Names what is handed out, and whom it is about. No more than these are named one by one.
  static constexpr std::uint64_t most_things = 1000;
  void hand_out(const Stored& stored);
  void add_patient(std::uint64_t reference);  // 0: nobody
};

struct AuditRow {
  std::int64_t number = 0;  // from 1, without gaps
  std::int64_t at_us = 0;
  Sha256 previous{};  // the hash of the row before; of the first, zeros
  Sha256 hash{};      // of all else in this row
  std::string text;   // a JSON array of events; TABLES.md has its members
};

Sha256 hash_of(const AuditRow& row);

// Where the chain ends.
struct AuditHead {
  std::int64_t number = 0;  // of the last row; 0: there is none yet
  Sha256 hash{};
};
// The row that follows on the head, which becomes the head.
AuditRow chained(AuditHead& head, std::int64_t at_us, std::string text);

// The events of the unit: its notes, the first of which is joined by what its writes and its rows
// of inbox, outbox and lanes came to. "": it did nothing, and says nothing.
std::string audit_text(const Unit& unit, const UnitOutcome& outcome);

// Rows between two numbers, oldest first, or newest first. A row is given when its time is within
// and its text has all of these in it.
struct AuditQuery {
  std::int64_t above = 0;  // numbers greater than this
  std::int64_t below = 0;  // and less than this; 0: any
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;  // 0: any
  std::vector<std::string> has;
  bool newest_first = false;
  int limit = 50;                // rows given
  std::int64_t looked = 20'000;  // rows looked at
};
struct AuditPage {
  std::vector<AuditRow> rows;
  std::int64_t next = 0;  // the number after which, or before which, there may be more; 0: no more
};

// Whether the query asks for the row, wherever it stands.
bool asks_for(const AuditQuery& query, const AuditRow& row);
// Of all rows, in order of number.
AuditPage page_of(const std::vector<AuditRow>& rows, const AuditQuery& query);

// What stands in `text` for a patient, so that AuditQuery::has can ask for it.
std::string audit_mark(std::uint64_t patient);

// How a chain stands, as it is walked row by row from its first.
class AuditCheck {
 public:
  // What is wrong with this row, or before it, in words that name it; "" when nothing is.
  std::string take(const AuditRow& row);
  // After the last row: whether it is the one that the head names.
  std::string end(const AuditHead& head) const;
  const AuditHead& last() const { return last_; }

 private:
  AuditHead last_;
};

struct AuditVerified {
  std::int64_t rows = 0;
  AuditHead head;
  std::string fault;  // of the first row that has one; "": none has
};
// Reads the whole chain of a data folder, one row at a time, also while it is served.
Result<AuditVerified> verify_audit(const std::string& directory);

}  // namespace fingerpost::store
