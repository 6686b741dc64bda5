// What a kept message does: translated, applied, ready to commit.

#pragma once

#include "exchange/apply.h"
#include "exchange/parts.h"
#include "fingerpost/translate.h"
#include "store/queues.h"

#include <cstdint>
#include <functional>
#include <string>

namespace fingerpost::exchange {

// The kinds of inbox row: a Format's name, or this for bytes that are no message.
constexpr std::string_view unreadable_kind = "unreadable";

// The keys of rows that are replies, taken on the connection that their message went out on: they
// are acknowledgements themselves, and nobody waits for an answer to them.
constexpr std::string_view reply_key = "reply to ";

// The source of a record that a client brings whose organisation is no partner: this and its ODS
// code. "records" alone where nobody is asked who he is.
constexpr std::string_view record_source = "records:";

// A row for bytes as they came, with its digest; `key` tells repeats.
store::InboxRow inbox_row(std::string source, std::string_view kind, std::string key,
                          std::string bytes);

struct Worked {
  Applied applied;        // with the Provenance of what is written
  std::string report;     // the loss report, JSON; of referrals where anything is written
  std::string resources;  // ["Patient/1",…], JSON; of records only
};

// The row's kind, raw bytes, source (a partner's id, where it is one), key and digest are used.
// Errors are about the message, or Kind::fault.
Result<Worked> work(const Parts& parts, store::Reader& reader, const store::InboxRow& row);

// As work, of a row that was applied before. `mark` tells this time from others: what is sent and
// the Provenance, which says so, have ids of their own. `look` may leave out writes and what is to
// be sent.
Result<Worked> work_again(const Parts& parts, store::Reader& reader, const store::InboxRow& row,
                          std::string_view mark,
                          const std::function<Result<void>(store::Unit&)>& look);

// The id of the Provenance that work, or work_again by this mark, makes of a row.
std::string origin_id(const store::InboxRow& row, std::string_view mark = "");

// A note for an inbox row: how much was found, never what the data is.
std::string note(const Issues& issues);

// HL7 v2 DTM with offset: "20261122011102+0000".
std::string hl7_time(std::int64_t time_us);

}  // namespace fingerpost::exchange
