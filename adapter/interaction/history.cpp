#include "interaction/answers.h"
#include "interaction/audit_events.h"
#include "interaction/history_listed.h"
#include "interaction/interactions.h"
#include "interaction/parameters.h"
#include "interaction/subset.h"
#include "search/cursor.h"
#include "search/range.h"
#include "search/search.h"
#include "store/store.h"

#include <cstring>

namespace fingerpost::interaction {
namespace {

struct Asked {
  store::HistoryQuery query;
  std::vector<search::Pair> used;  // for the links; without the cursor
  std::string cursor;
  std::string list;
  Subset subset;
  std::uint64_t fingerprint = 0;  // of what decides which versions come
};

// A cursor is bound to what it was made for, and only the store's key makes one.
std::uint64_t fingerprint(const Context& context, Target target, const Asked& asked) {
  std::string text = "history " + std::string(target.type) + "/" + std::string(target.id);
  for (const auto& [name, value] : asked.used)
    if (name != "_count") text += "&" + name + "=" + value;
  return search::hash(context.store.hash_key(), text);
}

std::string cursor(const Context& context, const Asked& asked, const store::HistoryPlace& place) {
  std::string time(sizeof place.updated_us, '\0');
  std::memcpy(time.data(), &place.updated_us, time.size());
  return search::seal(context.store.hash_key(), asked.fingerprint, {{time}, place.at});
}

Result<store::HistoryPlace> place_of(const Context& context, const Asked& asked,
                                     std::string_view text) {
  const auto sealed = search::unseal(context.store.hash_key(), asked.fingerprint, text);
  store::HistoryPlace place;
  if (!sealed || sealed->sort_values.size() != 1 ||
      sealed->sort_values[0].size() != sizeof place.updated_us)
    return Error{Kind::invalid, "the cursor is not of this history", "_cursor"};
  std::memcpy(&place.updated_us, sealed->sort_values[0].data(), sizeof place.updated_us);
  place.at = sealed->row;
  return place;
}

Result<void> read_pair(const search::Pair& pair, const Limits& limits, Asked& asked) {
  const auto& [name, text] = pair;
  if (name == "_count") {
    LET(asked.query.limit, read_count(text, limits));
  } else if (name == "_cursor") {
    asked.cursor = text;
    return {};
  } else if (name == "_since" || name == "_at") {
    const auto range = search::date_range(text);
    if (!range) return Error{Kind::invalid, name + " is a date or a time", name};
    if (name == "_since") {
      asked.query.since_us = range->low;
    } else {
      asked.query.at_low_us = range->low;
      asked.query.at_high_us = range->high;
    }
  }
  if (name == "_list") asked.list = text;
  asked.used.push_back(pair);
  if (name == "_count") asked.used.back().second = std::to_string(asked.query.limit);
  return {};
}

Result<Asked> read_query(const Context& context, Target target,
                         const std::vector<search::Pair>& pairs, search::Handling handling) {
  LET(const auto own,
      take_parameters(pairs, "_count _since _at _list _summary _elements _cursor", handling));
  LET_DONE(refuse_repeated(own));  // R4 http.html#history
  Asked asked;
  asked.query.type = target.type;
  asked.query.id = target.id;
  asked.query.limit = context.limits.page_default;
  for (const auto& pair : own) LET_DONE(read_pair(pair, context.limits, asked));
  LET(asked.subset, subset_of(context, target.type, own));
  if (!asked.list.empty() && asked.query.at_high_us)
    return Error{Kind::invalid, "_list and _at do not go together", "_list"};
  asked.fingerprint = fingerprint(context, target, asked);
  if (!asked.cursor.empty()) {
    LET(asked.query.after, place_of(context, asked, asked.cursor));
  }
  return asked;
}

// R4 bundle.html#history: what was asked, and what came of it.
void write_entry(const Context& context, std::string& out, const store::Stored& version) {
  const auto place = version.type + "/" + version.id;
  out += '{';
  write_member(out, "fullUrl", context.base_url + "/" + place);
  if (version.change != store::Change::removed) {
    out += R"(,"resource":)";
    out += version.body;
  }
  Answer answer;
  answer.version = version.version;
  answer.last_updated_us = version.last_updated_us;
  out += R"(,"request":{"method":)";
  if (version.change == store::Change::removed) {
    answer.status = Status::no_content;
    out += "\"DELETE\",";
  } else {
    answer.status = version.change == store::Change::created ? Status::created : Status::ok;
    constexpr std::string_view methods[] = {"\"PUT\",", "\"POST\",", "\"PATCH\","};
    out += methods[static_cast<std::size_t>(version.how)];
  }
  write_member(out, "url", version.how == store::How::post ? version.type : place);
  out += "},";
  write_response(context, out, answer);
  out += '}';
}

}  // namespace

// R4 http.html#history
Answer history(const Session& session, Target target, const std::vector<search::Pair>& pairs,
               search::Handling handling) {
  if (target.type == audit_event_type)
    return failure(Error{Kind::unsupported, "an AuditEvent has one version, and no history", ""});
  const auto& context = session.context;
  const auto asked = read_query(context, target, pairs, handling);
  if (!asked) return failure(asked.error());
  auto page = asked->list.empty() ? session.reader.history(asked->query)
                                  : listed_history(session, asked->query, asked->list);
  if (!page) return failure(page.error());
  for (auto& version : page->versions) {
    if (version.body.empty()) continue;
    auto body = cut_down(context, asked->subset, std::move(version.body));
    if (!body) return failure(Error{Kind::fault, "a stored resource cannot be read", ""});
    version.body = *std::move(body);
  }
  std::string path(target.type);
  if (!target.id.empty()) path += "/" + std::string(target.id);
  path += path.empty() ? "_history" : "/_history";
  Answer answer;
  auto& out = answer.body;
  out = R"({"resourceType":"Bundle","type":"history",)";
  write_links(context, out, path, asked->used, asked->cursor,
              page->next ? cursor(context, *asked, *page->next) : std::string());
  if (!page->versions.empty()) {
    out += R"(,"entry":[)";
    for (const auto& version : page->versions) {
      if (out.back() == '}') out += ',';
      write_entry(context, out, version);
    }
    out += ']';
  }
  out += '}';
  return answer;
}

}  // namespace fingerpost::interaction
