// Reading the audit and searching in it. It has no index: a search walks from its newest row.

#include "base/text.h"
#include "interaction/audit_events.h"
#include "interaction/parameters.h"
#include "search/cursor.h"
#include "search/range.h"
#include "store/store.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace fingerpost::interaction {
namespace {

using search::Pair;

// Agents are told by identifiers alone: no event refers to one.
constexpr Searched events_by[] = {{"_id", "", "token"},
                                  {"date", "", "date"},
                                  {"patient", "", "reference"},
                                  {"entity", "", "reference"},
                                  {"agent:identifier", "", "token"},
                                  {"action", "", "token"},
                                  {"outcome", "", "token"}};

// Parted by blanks.
std::string known_names() {
  std::string names = "_count _cursor";
  for (const auto& one : events_by) (names += ' ') += one.name;
  return names;
}

struct Asked {
  store::AuditQuery query;
  std::vector<Pair> used;  // for the links; without the cursor
  std::string cursor;
  std::optional<std::int64_t> number;  // of the row that _id names
  std::string id, action, outcome;     // that an event must have; "": any
};

std::string quoted(std::string_view name, std::string_view text) {
  std::string out;
  write_member(out, name, text);
  return out;
}

Error refused(std::string_view name, std::string text) {
  return {Kind::invalid, std::move(text), std::string(name)};
}

// The row that an event's id names; nothing when it is none of the audit's.
std::optional<std::pair<std::int64_t, std::int64_t>> place_of(std::string_view id) {
  const auto dash = id.find('-');
  if (dash == std::string_view::npos) return {};
  const auto row = to_integer(id.substr(0, dash)), event = to_integer(id.substr(dash + 1));
  if (!row || !event || *row < 1 || *event < 1) return {};
  return std::pair(*row, *event);
}

// A cursor is its client's and its search's.
std::uint64_t fingerprint(const Session& session, const Asked& asked) {
  auto text = "audit of " + session.caller->client;
  for (const auto& [name, value] : asked.used)
    if (name != "_count") text += "&" + name + "=" + value;
  return search::hash(session.context.store.hash_key(), text);
}

Result<void> read_date(std::string_view text, store::AuditQuery& query) {
  constexpr std::string_view prefixes[] = {"ge", "le", "gt", "lt", "eq"};
  std::string_view prefix = "eq";
  for (const auto one : prefixes)
    if (text.starts_with(one)) {
      prefix = one;
      text.remove_prefix(one.size());
      break;
    }
  const auto range = search::date_range(text);
  if (!range) return refused("date", "date is a date or a time, after eq, ge, gt, le or lt");
  const auto from = prefix == "gt" ? range->high + 1 : range->low;
  const auto to = prefix == "lt" ? range->low - 1 : range->high;
  if (prefix != "le" && prefix != "lt") query.from_us = std::max(query.from_us, from);
  if (prefix != "ge" && prefix != "gt")
    query.to_us = query.to_us == 0 ? to : std::min(query.to_us, to);
  return {};
}

// "Patient/p1", or the same below our base, or of a Patient its id alone.
Result<std::string> reference_of(const Session& session, std::string_view name,
                                 std::string_view text, std::string_view alone) {
  const auto base = session.context.base_url + "/";
  if (text.starts_with(base)) text.remove_prefix(base.size());
  std::string reference(text);
  if (!alone.empty() && text.find('/') == std::string_view::npos)
    reference = std::string(alone) + "/" + reference;
  const auto slash = reference.find('/');
  const std::string_view whole = reference;
  if (slash == std::string::npos || !is_id(whole.substr(slash + 1)) ||
      !is_resource_type(session.context, whole.substr(0, slash)))
    return refused(name, "a reference is a type and an id");
  return reference;
}

Result<void> read_pair(const Session& session, const Pair& pair, Asked& asked) {
  const auto& [name, text] = pair;
  auto& has = asked.query.has;
  if (text.find(',') != std::string::npos)
    return refused(name, "events are searched by one value of each parameter");
  if (name == "_cursor") {
    asked.cursor = text;
    return {};
  }
  if (name == "_count") {
    LET(asked.query.limit, read_count(text, session.context.limits));
  } else if (name == "date") {
    LET_DONE(read_date(text, asked.query));
  } else if (name == "_id") {
    const auto place = place_of(text);
    asked.number = place ? place->first : 0;
    asked.id = text;
  } else if (name == "patient") {
    LET(const auto reference, reference_of(session, name, text, "Patient"));
    const auto slash = reference.find('/');
    has.push_back(store::audit_mark(
        search::reference_hash(session.context.store.hash_key(), reference.substr(0, slash),
                               std::string_view(reference).substr(slash + 1))));
  } else if (name == "entity") {
    LET(const auto reference, reference_of(session, name, text, ""));
    has.push_back(reference + "/_history/");
  } else if (name == "agent:identifier") {
    has.push_back(quoted("client", text.substr(text.rfind('|') + 1)));
  } else if (name == "action") {
    asked.action = quoted("action", text.substr(text.rfind('|') + 1));
  } else {
    asked.outcome = quoted("outcome", text.substr(text.rfind('|') + 1));
  }
  asked.used.push_back(pair);
  return {};
}

Result<Asked> read_query(const Session& session, const std::vector<Pair>& pairs,
                         search::Handling handling) {
  LET(const auto own, take_parameters(pairs, known_names(), handling));
  Asked asked;
  asked.query.newest_first = true;
  asked.query.limit = session.context.limits.page_default;
  for (const auto& pair : own) LET_DONE(read_pair(session, pair, asked));
  if (asked.number) {
    asked.query.above = *asked.number - 1;
    asked.query.below = *asked.number + 1;
  }
  if (asked.cursor.empty()) return asked;
  const auto place =
      search::unseal(session.context.store.hash_key(), fingerprint(session, asked), asked.cursor);
  if (!place) return refused("_cursor", "the cursor is not of this search");
  asked.query.below = place->row;
  return asked;
}

bool is_asked(const Asked& asked, const AuditEvent& event) {
  const auto has = [&](const std::string& text) {
    return text.empty() || event.body.find(text) != std::string::npos;
  };
  return has(asked.action) && has(asked.outcome) && (asked.id.empty() || asked.id == event.id);
}

std::string write_bundle(const Session& session, const Asked& asked, const store::AuditPage& page) {
  const auto& context = session.context;
  std::string out = R"({"resourceType":"Bundle","type":"searchset",)";
  write_links(context, out, std::string(audit_event_type), asked.used, asked.cursor,
              page.next == 0 ? std::string()
                             : search::seal(context.store.hash_key(), fingerprint(session, asked),
                                            {{}, page.next}));
  bool any = false;
  for (const auto& row : page.rows) {
    // What the row was chosen by may stand in another of its events.
    auto events = audit_events(context.limits, row, asked.query.has);
    std::reverse(events.begin(), events.end());
    for (auto& event : events) {
      if (!is_asked(asked, event)) continue;
      out += any ? "," : R"(,"entry":[)";
      any = true;
      store::Stored stored;
      stored.type = audit_event_type;
      stored.id = std::move(event.id);
      stored.body = std::move(event.body);
      write_entry(context, out, stored, true);
    }
  }
  out += any ? "]}" : "}";
  return out;
}

}  // namespace

std::optional<Answer> read_audit_event(const Session& session, std::string_view id) {
  const auto place = place_of(id);
  if (!place) return {};
  store::AuditQuery query;
  query.above = place->first - 1;
  query.below = place->first + 1;
  const auto page = session.reader.audit(query);
  if (!page) return failure(page.error());
  Answer answer;
  answer.version = 1;
  for (const auto& row : page->rows)
    for (auto& event : audit_events(session.context.limits, row)) {
      if (event.id != id) continue;
      answer.last_updated_us = row.at_us;
      answer.body = std::move(event.body);
      return answer;
    }
  return failure(Error{Kind::not_found, "there is no such resource", ""});
}

Answer search_audit_events(const Session& session, const std::vector<Pair>& pairs,
                           search::Handling handling) {
  const auto asked = read_query(session, pairs, handling);
  if (!asked) return failure(asked.error());
  const auto page = session.reader.audit(asked->query);
  if (!page) return failure(page.error());
  Answer answer;
  answer.body = write_bundle(session, *asked, *page);
  return answer;
}

std::span<const Searched> audit_searched() {
  return events_by;
}

// R4 has no place for modifiers in a statement: what works by one alone stands in the words.
void write_audit_capability(std::string& out) {
  write_member(out, "documentation",
               "What was done here, by whom: written by the gateway alone. Searched by "
               "agent:identifier too, the client's id; by agent without that modifier it is not. A "
               "page may have fewer events than were asked for, and a next link");
  out += R"(,"interaction":[{"code":"read"},{"code":"search-type"}],"versioning":"no-version",)"
         R"("readHistory":false,"updateCreate":false,"conditionalCreate":false,"searchParam":[)";
  for (const auto& row : events_by) {
    if (row.name.find(':') != std::string_view::npos) continue;
    if (out.back() == '}') out += ',';
    out += '{';
    write_member(out, "name", row.name);
    out += ',';
    write_member(out, "type", row.type);
    out += '}';
  }
  out += ']';
}

}  // namespace fingerpost::interaction
