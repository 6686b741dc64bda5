#include "base/text.h"
#include "command/command.h"
#include "search/range.h"
#include "store/audit_folder.h"
#include "store/body.h"
#include "wire/json.h"

#include <filesystem>
#include <ostream>

namespace fingerpost::command {
namespace {

std::string told(const store::AuditHead& head) {
  return std::to_string(head.number) + ":" + hex(head.hash);
}

// Whether the row that was once the chain's head is there as it was.
Result<bool> has_head(const Audit& command) {
  const auto colon = command.head.find(':');
  const auto number = to_integer(command.head.substr(0, colon));
  if (colon == std::string::npos || !number || *number < 1)
    return Error{Kind::invalid, "a head is NUMBER:HASH, as audit verify prints it", "--head"};
  store::AuditQuery query;
  query.above = *number - 1;
  query.below = *number + 1;
  LET(const auto page, store::list_audit(command.data, query, ""));
  return page.rows.size() == 1 && hex(page.rows[0].hash) == command.head.substr(colon + 1);
}

int verify(const Audit& command, Console console) {
  const auto verified = store::verify_audit(command.data);
  if (!verified) return refuse(verified.error(), console);
  auto fault = verified->fault;
  if (fault.empty() && !command.head.empty()) {
    const auto there = has_head(command);
    if (!there) return refuse(there.error(), console);
    if (!*there) fault = "the chain is another: it has no row " + command.head;
  }
  if (!fault.empty()) console.out << fault << '\n';
  console.out << verified->rows << (verified->rows == 1 ? " row" : " rows")
              << (fault.empty() ? ", all as they were written; head " : "; head ")
              << told(verified->head) << '\n';
  return fault.empty() ? done : found_errors;
}

Result<store::AuditQuery> query_of(const Audit& command) {
  store::AuditQuery query;
  query.newest_first = true;
  query.limit = command.limit;
  const auto member = [&](const char* name, const std::string& text) {
    if (text.empty()) return;
    std::string has = std::string("\"") + name + "\":";
    wire::write_json_string(has, text);
    query.has.push_back(std::move(has));
  };
  member("client", command.client);
  member("did", command.did);
  const auto time = [](const std::string& text, const char* option) -> Result<search::DateRange> {
    if (text.empty()) return search::DateRange{};
    const auto range = search::date_range(text);
    if (!range) return Error{Kind::invalid, "is no date or time", option};
    return *range;
  };
  LET(const auto from, time(command.from, "--from"));
  LET(const auto to, time(command.to, "--to"));
  query.from_us = from.low;
  query.to_us = to.high;
  return query;
}

void print(const store::AuditRow& row, std::ostream& out) {
  out << R"({"number":)" << row.number << R"(,"at":")" << store::instant(row.at_us)
      << R"(","hash":")" << hex(row.hash) << R"(","events":)" << row.text << "}\n";
}

int list(const Audit& command, Console console) {
  auto query = query_of(command);
  if (!query) return refuse(query.error(), console);
  for (int left = command.limit; left > 0;) {
    query->limit = left;
    const auto page = store::list_audit(command.data, *query, command.patient);
    if (!page) return refuse(page.error(), console);
    for (const auto& row : page->rows) print(row, console.out);
    left -= static_cast<int>(page->rows.size());
    if (page->next == 0) break;
    query->below = page->next;
  }
  return done;
}

}  // namespace

int run(const Audit& command, Console console) {
  if (!std::filesystem::is_directory(command.data))
    return refuse({Kind::not_found, "is no folder", command.data}, console);
  return command.action == Audit::Action::verify ? verify(command, console)
                                                 : list(command, console);
}

}  // namespace fingerpost::command
