#include "store/audit.h"

#include "store/audit_names.h"
#include "store/store.h"
#include "wire/json.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace fingerpost::store {
namespace {

void append_number(std::string& out, std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(bits >> shift & 0xff);
}

void member(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
  wire::write_json_string(out, text);
}

void member(std::string& out, std::string_view name, std::int64_t number) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":" + std::to_string(number);
}

// A list that is written already, without its brackets.
void list(std::string& out, std::string_view name, std::string_view items) {
  if (items.empty()) return;
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":[";
  out += items;
  out += ']';
}

void item(std::string& items, std::string_view text) {
  if (!items.empty()) items += ',';
  wire::write_json_string(items, text);
}

// What a write came to: C, U and D as R4 audit-event-action has them; X: versions were forgotten.
char letter_of(const Write& write, const WriteOutcome& outcome) {
  if (write.op == Write::Op::expunge || write.op == Write::Op::drop_history) return 'X';
  if (outcome.change == Change::created) return 'C';
  return outcome.change == Change::removed ? 'D' : 'U';
}

bool changed(const Write& write, const WriteOutcome& outcome) {
  return write.op != Write::Op::reindex && outcome.change != Change::unchanged;
}

std::string wrote_by(const Unit& unit, const UnitOutcome& outcome, AuditNote& note) {
  std::string items;
  const auto several = std::min(unit.writes.size(), outcome.writes.size());
  for (std::size_t i = 0; i < several; ++i) {
    const auto& write = unit.writes[i];
    const auto& done = outcome.writes[i];
    if (!changed(write, done)) continue;
    std::string text(1, letter_of(write, done));
    text += ' ';
    text += write.type;
    text += '/';
    text += write.id;
    text += "/_history/";
    text += std::to_string(done.version);
    item(items, text);
    note.add_patient(write.index.compartment);
  }
  return items;
}

// Goes at a delivery that is not over are no events, unless somebody asked for one; that of its end
// is.
bool tells(const Unit& unit, OutboxStatus status) {
  return !unit.audit.empty() ||
         (status != OutboxStatus::waiting && status != OutboxStatus::sending);
}

std::string rows_of(const Unit& unit, const UnitOutcome& outcome) {
  std::string items;
  const auto row = [&](const char* table, std::int64_t id, std::string_view status) {
    item(items, table + std::to_string(id) + " " + std::string(status));
  };
  if (unit.inbox) row("inbox ", outcome.inbox_id, name(unit.inbox->status));
  for (const auto& update : unit.inbox_updates)
    if (!unit.audit.empty() || update.status != InboxStatus::received)
      row("inbox ", update.id, name(update.status));
  for (const auto id : outcome.outbox_ids)
    if (id != 0) row("outbox ", id, name(OutboxStatus::waiting));
  for (const auto& update : unit.outbox_updates)
    if (tells(unit, update.status)) row("outbox ", update.id, name(update.status));
  for (const auto& update : unit.lanes)
    item(items, "lane " + update.lane + (update.held ? " held" : " released"));
  return items;
}

void write_event(std::string& out, const AuditNote& note, std::string_view wrote,
                 std::string_view rows) {
  if (out.back() == '}') out += ',';
  out += '{';
  member(out, "did", note.did);
  if (note.at_us != 0) member(out, "at", note.at_us);
  if (note.status != 0) member(out, "status", note.status);
  if (note.times > 1) member(out, "times", static_cast<std::int64_t>(note.times));
  member(out, "client", note.client);
  member(out, "name", note.name);
  member(out, "role", note.role);
  member(out, "organisation", note.organisation);
  member(out, "purpose", note.purpose);
  member(out, "token", note.token);
  member(out, "from", note.from);
  member(out, "request", note.request);
  member(out, "asked", note.asked);
  list(out, "wrote", wrote);
  list(out, "rows", rows);
  list(out, "read", note.things);
  if (note.count > AuditNote::most_things)
    member(out, "count", static_cast<std::int64_t>(note.count));
  std::string patients;
  for (const auto patient : note.patients) item(patients, audit_mark(patient));
  list(out, "about", patients);
  out += '}';
}

// What units do that say nothing of themselves.
std::string_view done_by(const Unit& unit) {
  if (unit.inbox) return "take";
  if (!unit.inbox_updates.empty()) return "apply";
  if (!unit.writes.empty()) return "write";
  return unit.outbox_updates.empty() ? "hold" : "deliver";
}

std::string numbered(std::int64_t number) {
  return "row " + std::to_string(number);
}

}  // namespace

void AuditNote::hand_out(const Stored& stored) {
  add_patient(stored.compartment);
  if (++count > most_things) return;
  if (!things.empty()) things += ',';
  things += '"';  // types and ids have no character that JSON would escape
  things += stored.type;
  things += '/';
  things += stored.id;
  if (stored.version > 0) things += "/_history/" + std::to_string(stored.version);
  things += '"';
}

void AuditNote::add_patient(std::uint64_t reference) {
  const bool known =
      reference == 0 || std::find(patients.begin(), patients.end(), reference) != patients.end();
  if (!known && patients.size() < most_things) patients.push_back(reference);
}

Sha256 hash_of(const AuditRow& row) {
  std::string bytes;
  bytes.reserve(row.previous.size() + 16 + row.text.size());
  bytes.append(reinterpret_cast<const char*>(row.previous.data()), row.previous.size());
  append_number(bytes, row.number);
  append_number(bytes, row.at_us);
  bytes += row.text;
  return sha256(bytes);
}

AuditRow chained(AuditHead& head, std::int64_t at_us, std::string text) {
  AuditRow row{head.number + 1, at_us, head.hash, {}, std::move(text)};
  row.hash = hash_of(row);
  head = {row.number, row.hash};
  return row;
}

std::string audit_mark(std::uint64_t patient) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string mark;
  for (int shift = 60; shift >= 0; shift -= 4) mark += digits[patient >> shift & 15];
  return mark;
}

// One pass, whatever the number of patients, each looked up once.
void name_patients(std::string& text, const PatientId& id_of) {
  constexpr std::string_view begin = R"("about":[)";
  constexpr std::size_t digits = 16;
  std::unordered_map<std::string, std::string> ids;
  std::string named;
  std::size_t copied = 0;
  for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    while (at < text.size() && text[at] != ']') {
      if (text[at] == ',') ++at;
      const auto mark = text.substr(at + 1, digits);
      at += 1 + digits;  // to the quotation mark behind it
      const auto [known, is_new] = ids.try_emplace(mark);
      if (is_new) known->second = id_of(std::stoull(mark, nullptr, 16));
      named.append(text, copied, at - copied);
      copied = at++;
      if (!known->second.empty()) named += " Patient/" + known->second;
    }
  }
  named.append(text, copied);
  text = std::move(named);
}

void tell_whose(std::vector<AuditNote>& notes, const std::vector<std::uint64_t>& patients) {
  if (patients.empty()) return;
  if (notes.empty()) notes.emplace_back();
  for (const auto patient : patients) notes.front().add_patient(patient);
}

std::string audit_text(const Unit& unit, const UnitOutcome& outcome) {
  AuditNote first;
  if (!unit.audit.empty()) first = unit.audit.front();
  const auto wrote = wrote_by(unit, outcome, first);
  const auto rows = rows_of(unit, outcome);
  if (unit.audit.empty() && wrote.empty() && rows.empty()) return {};
  if (first.did.empty()) first.did = done_by(unit);
  if (unit.inbox) first.from = unit.inbox->source + (first.from.empty() ? "" : ", ") + first.from;
  std::string text = "[";
  write_event(text, first, wrote, rows);
  for (std::size_t i = 1; i < unit.audit.size(); ++i) write_event(text, unit.audit[i], {}, {});
  text += ']';
  return text;
}

bool asks_for(const AuditQuery& query, const AuditRow& row) {
  if (row.at_us < query.from_us || (query.to_us != 0 && row.at_us > query.to_us)) return false;
  return std::all_of(query.has.begin(), query.has.end(),
                     [&](const auto& text) { return row.text.find(text) != std::string::npos; });
}

AuditPage page_of(const std::vector<AuditRow>& rows, const AuditQuery& query) {
  AuditPage page;
  std::int64_t last = 0, looked = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[query.newest_first ? rows.size() - 1 - i : i];
    if (row.number <= query.above || (query.below != 0 && row.number >= query.below)) continue;
    if (looked++ == query.looked || page.rows.size() == static_cast<std::size_t>(query.limit)) {
      page.next = last;
      break;
    }
    last = row.number;
    if (asks_for(query, row)) page.rows.push_back(row);
  }
  return page;
}

std::string AuditCheck::take(const AuditRow& row) {
  const auto expected = last_.number + 1;
  std::string fault;
  if (row.number < expected) {
    fault = numbered(row.number) + " is extra: the chain begins with row 1";
  } else if (row.number > expected) {
    fault = numbered(expected) + (row.number == expected + 1
                                      ? " is missing"
                                      : " to " + std::to_string(row.number - 1) + " are missing");
  } else if (row.hash != hash_of(row)) {
    fault = numbered(row.number) + " was altered: it is not what its hash was made of";
  } else if (row.previous != last_.hash) {
    fault = numbered(row.number - 1) + " was altered: the row after it was made with another";
  }
  last_ = {row.number, row.hash};
  return fault;
}

std::string AuditCheck::end(const AuditHead& head) const {
  if (head.number == last_.number)
    return head.hash == last_.hash ? "" : numbered(head.number) + " was altered: it was another";
  if (head.number < last_.number)
    return numbered(head.number + 1) + " is extra: the chain ended before it";
  return numbered(last_.number + 1) + (head.number == last_.number + 1
                                           ? " is missing"
                                           : " to " + std::to_string(head.number) + " are missing");
}

}  // namespace fingerpost::store
