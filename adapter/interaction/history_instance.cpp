#include "base/text.h"
#include "interaction/answers.h"
#include "interaction/interactions.h"
#include "store/store.h"

#include <algorithm>

namespace fingerpost::interaction {
namespace {

struct HistoryQuery {
  int count = 0;
  std::int64_t before = 0;  // versions below it; 0: from the newest
};

Result<HistoryQuery> read_query(const std::vector<search::Pair>& pairs, const Limits& limits) {
  HistoryQuery query{limits.page_default, 0};
  for (const auto& [name, text] : pairs) {
    if (name == "_format" || name == "_pretty") continue;
    const auto number = to_integer(text);
    if (name == "_count") {
      if (!number || *number < 1) return Error{Kind::invalid, "_count is a whole number", name};
      query.count = static_cast<int>(std::min<std::int64_t>(*number, limits.page_max));
    } else if (name == "_before") {
      if (!number || *number < 1) return Error{Kind::invalid, "_before is a version", name};
      query.before = *number;
    } else {
      return Error{Kind::invalid, "the history takes _count and no other parameter of this name",
                   "parameter"};
    }
  }
  return query;
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
    out += "\"PUT\",";
  }
  write_member(out, "url", place);
  out += "},";
  write_response(context, out, answer);
  out += '}';
}

}  // namespace

// R4 http.html#history
Answer history_instance(const Session& session, Target target,
                        const std::vector<search::Pair>& pairs) {
  const auto& context = session.context;
  const auto query = read_query(pairs, context.limits);
  if (!query) return failure(query.error());
  const auto page = session.reader.history(target.type, target.id, query->before, query->count);
  if (!page) return failure(page.error());
  const auto path = std::string(target.type) + "/" + std::string(target.id) + "/_history";
  const auto link = [&](std::int64_t before) {
    std::vector<search::Pair> kept{{"_count", std::to_string(query->count)}};
    if (before > 0) kept.emplace_back("_before", std::to_string(before));
    return url_of(context, path, kept);
  };
  Answer answer;
  auto& out = answer.body;
  out = R"({"resourceType":"Bundle","type":"history","link":[)";
  write_link(out, "self", link(query->before));
  if (page->more) {
    out += ',';
    write_link(out, "next", link(page->versions.back().version));
  }
  out += ']';
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
