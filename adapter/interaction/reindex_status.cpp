#include "interaction/answers.h"
#include "interaction/operations.h"
#include "interaction/query.h"
#include "search/live_parameters.h"
#include "search/parameter_text.h"

#include <utility>

namespace fingerpost::interaction {
namespace {

struct Counts {
  std::uint64_t indexed = 0;
  std::uint64_t resources = 0;
};

// How many resources of the key's type are indexed by it; until all are, those too that contain
// such ones. A List may lead to either.
Result<Counts> counts_of(const Session& session, const search::Key& key) {
  const std::vector<search::Pair> all{{"_summary", "count"}};
  LET(const auto every, plan_of(session.context, key.type, all));
  LET(const auto number, session.reader.search(every));
  Counts counts{number.total.value_or(0), number.total.value_or(0)};
  const std::vector<search::Pair> through_lists{
      {"item:" + std::string(key.type) + "." + std::string(key.code) + ":missing", "true"}};
  LET(const auto plan, plan_of(session.context, "List", through_lists));
  LET(const auto explained, session.reader.explain(plan));
  for (const auto& one : explained.partial)
    if (one.parameter == key.name) counts = {one.indexed, one.resources};
  return counts;
}

Result<void> write_types(const Session& session, const search::Parameters& parameters,
                         std::string_view url, std::string& out, bool& complete) {
  for (const auto& key : parameters.keys()) {
    if (!key.custom || key.code.empty() || key.url != url) continue;
    LET(const auto counts, counts_of(session, key));
    complete = complete && counts.indexed == counts.resources;
    out += R"(,{"name":"type","part":[)";
    write_part(out, "type", "Code", key.type);
    write_part(out, "indexed", "Decimal", std::to_string(counts.indexed));
    write_part(out, "resources", "Decimal", std::to_string(counts.resources));
    out += "]}";
  }
  return {};
}

Result<void> write_parameter(const Session& session, const search::Parameters& parameters,
                             const search::ParameterText& text, std::string& out) {
  if (out.back() == '}') out += ',';
  out += R"({"name":"parameter","part":[)";
  write_part(out, "id", "Id", text.id);
  write_part(out, "url", "Uri", text.url);
  write_part(out, "code", "Code", text.code);
  const auto refused = parameters.refused().find(text.id);
  const bool used = refused == parameters.refused().end();
  write_part(out, "searchable", "Boolean", used ? "true" : "false");
  if (!used) write_part(out, "reason", "String", refused->second.text);
  bool complete = used;
  LET_DONE(write_types(session, parameters, text.url, out, complete));
  write_part(out, "complete", "Boolean", complete ? "true" : "false");
  out += "]}";
  return {};
}

// One that is stored and no parameter of those that are searched by.
void write_unused(std::string_view id, std::string& out) {
  out += R"({"name":"parameter","part":[)";
  write_part(out, "id", "Id", id);
  write_part(out, "searchable", "Boolean", "false");
  write_part(out, "reason", "String",
             "it is not active, or the limit custom_parameters is reached");
  out += "]}";
}

}  // namespace

// How far the index follows the SearchParameters that clients have stored: one, or all.
Answer reindex_status(const Session& session, const OperationCall& call) {
  if (!call.id.empty())
    if (auto stored = session.reader.read(call.type, call.id); !stored)
      return failure(stored.error());
  const auto parameters = session.context.parameters.now();
  Answer answer;
  answer.body = R"({"resourceType":"Parameters","parameter":[)";
  for (const auto& text : parameters->custom()) {
    if (!call.id.empty() && text.id != call.id) continue;
    if (auto done = write_parameter(session, *parameters, text, answer.body); !done)
      return failure(done.error());
  }
  if (answer.body.back() == '[') {
    if (call.id.empty()) {
      answer.body = R"({"resourceType":"Parameters"})";
      return answer;
    }
    write_unused(call.id, answer.body);
  }
  answer.body += "]}";
  return answer;
}

}  // namespace fingerpost::interaction
