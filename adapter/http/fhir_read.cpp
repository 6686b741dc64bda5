#include "base/digest.h"
#include "base/text.h"
#include "http/answer.h"
#include "http/binary.h"
#include "http/call.h"
#include "http/date.h"
#include "http/oauth.h"
#include "interaction/conformance.h"
#include "interaction/operations.h"
#include "interaction/parameters.h"
#include "interaction/subset.h"

#include <optional>
#include <utility>

namespace fingerpost::http {
namespace {

using interaction::Answer;

void give_read(const Serving& serving, const Call& call, Answer answer) {
  const bool bytes = answer.status == interaction::Status::ok && asks_for_bytes(call);
  if (!bytes) return give(serving, call, std::move(answer));
  call.respond(bytes_of(serving.context, std::move(answer)));
}

// RFC 9110 13.1.2, 13.1.3; If-None-Match comes first.
void give_unless_known(const Serving& serving, const Call& call, Answer answer) {
  const auto& head = call.request.head;
  const auto tags = head.field("if-none-match");
  const auto since = head.field("if-modified-since");
  if (tags.empty() && since.empty()) return give_read(serving, call, std::move(answer));
  interaction::Versions versions;
  if (auto read = interaction::read_etags(tags)) versions = *std::move(read);
  if (!tags.empty() && versions.empty()) versions.list = {0};  // not our tags: none of ours
  std::optional<std::int64_t> since_us;
  if (tags.empty()) since_us = read_http_date(since);
  if (since_us) *since_us += 999'999;  // of that second
  give_read(serving, call, interaction::unless_known(std::move(answer), versions, since_us));
}

std::string tag_of(std::string_view text) {
  const auto mark = hash64(text);
  return "W/\"" + hex(reinterpret_cast<const std::uint8_t*>(&mark), sizeof mark) + "\"";
}

void keep_metadata(Serving& serving) {
  const auto generation = serving.context.parameters.generation();
  if (serving.metadata && serving.metadata_of == generation) return;
  serving.metadata =
      std::make_shared<const std::string>(interaction::capabilities(serving.context));
  serving.metadata_tag = tag_of(*serving.metadata);
  serving.metadata_of = generation;
}

// The statement that is asked for, and its ETag.
struct Statement {
  Answer answer;
  std::string tag;
};

Result<Statement> statement_of(Serving& serving, const std::vector<search::Pair>& pairs) {
  Statement statement;
  bool terminology = false;
  for (const auto& [name, value] : pairs) {
    if (name != "mode") continue;
    terminology = value == "terminology";
    if (!terminology && value != "full" && value != "normative")
      return Error{Kind::invalid, "the mode is full, normative or terminology", name};
  }
  LET(const auto subset,
      interaction::subset_of(
          serving.context, terminology ? "TerminologyCapabilities" : "CapabilityStatement", pairs));
  if (!terminology) keep_metadata(serving);
  if (!terminology && subset.whole()) {
    statement.answer.shared_body = serving.metadata;
    statement.tag = serving.metadata_tag;
    return statement;
  }
  LET(statement.answer.body,
      interaction::cut_down(serving.context, subset,
                            terminology ? interaction::terminology_capabilities(serving.context)
                                        : *serving.metadata));
  statement.tag = tag_of(statement.answer.body);
  return statement;
}

}  // namespace

// The statement is the same until the program or its search parameters are others, so that a client
// need not take it twice.
void serve_metadata(Serving& serving, Call call) {
  const auto pairs =
      interaction::take_parameters(call.pairs, "mode _summary _elements", call.asked.handling);
  if (!pairs) return refuse(serving, call, pairs.error());
  auto statement = statement_of(serving, *pairs);
  if (!statement) return refuse(serving, call, statement.error());
  auto tag = std::move(statement->tag);
  // Each form is another text (RFC 9110 8.8.3).
  if (call.asked.form == Form::xml) tag.insert(tag.size() - 1, "-xml");
  if (call.asked.pretty) tag.insert(tag.size() - 1, "-pretty");
  if (call.request.head.field("if-none-match").find(tag) != std::string_view::npos) {
    statement->answer = {};
    statement->answer.status = interaction::Status::not_modified;
  }
  auto response = response_of(serving.context, std::move(statement->answer), call.asked);
  response.fields += "ETag: " + tag + "\r\n";
  call.respond(std::move(response));
}

void serve_openapi(Serving& serving, Call call) {
  Response response;
  response.content_type = "application/json";
  response.body = interaction::openapi(serving.context);
  call.respond(std::move(response));
}

// SMART App Launch 2, conformance. Without clients nobody is granted anything here.
void serve_smart_configuration(Serving& serving, Call call) {
  Response response;
  response.content_type = "application/json";
  response.body = serving.authority != nullptr
                      ? smart_configuration(serving.context.base_url)
                      : R"({"grant_types_supported":[],"code_challenge_methods_supported":)"
                        R"(["S256"],"capabilities":[]})";
  call.respond(std::move(response));
}

void serve_history(Serving& serving, Call call) {
  auto target = call.target();
  if (target.type == "_history") target = {};
  if (target.id == "_history") target.id = {};
  give(serving, call,
       interaction::history(*serving.session, target, call.pairs, call.asked.handling));
}

void serve_search_type(Serving& serving, Call call) {
  give(serving, call,
       interaction::search_type(*serving.session, call.path[0], call.pairs, call.asked.handling));
}

void serve_search_system(Serving& serving, Call call) {
  give(serving, call,
       interaction::search_system(*serving.session, call.pairs, call.asked.handling));
}

void serve_search_compartment(Serving& serving, Call call) {
  const auto type = call.path[2];
  if (type != "*" && !interaction::is_resource_type(serving.context, type))
    return call.respond(outcome(404, "not-supported", "R4 has no such type of resource"));
  give(serving, call,
       interaction::search_compartment(*serving.session, call.target(), type, call.pairs,
                                       call.asked.handling));
}

// R4 http.html#search: the parameters of the URL and of the body together.
void serve_search_by_post(Serving& serving, Call call) {
  const auto& request = call.request;
  if (!request.body.empty()) {
    if (!is_form(request.head))
      return call.respond(
          outcome(415, "not-supported", "a search's body is application/x-www-form-urlencoded"));
    auto pairs = interaction::read_query(request.body, serving.context.limits);
    if (!pairs) return refuse(serving, call, pairs.error());
    for (auto& pair : *pairs) call.pairs.push_back(std::move(pair));
    if (auto response = negotiate(request.head, call.pairs, call.asked))
      return call.respond(*std::move(response));
  }
  if (call.path.size() == 1) return serve_search_system(serving, std::move(call));
  serve_search_type(serving, std::move(call));
}

void serve_read(Serving& serving, Call call) {
  auto answer = interaction::read(*serving.session, call.target(), call.pairs, call.asked.handling);
  give_unless_known(serving, call, std::move(answer));
}

void serve_vread(Serving& serving, Call call) {
  give_unless_known(serving, call,
                    interaction::vread(*serving.session, call.target(), call.path[3], call.pairs,
                                       call.asked.handling));
}

// R4 operations.html: one that changes something is not asked for by GET, and is refused then; nor
// by a form, which is a GET's parameters in a body.
void serve_operation(Serving& serving, Call call) {
  const auto& head = call.request.head;
  auto asked = interaction::call_of(call.path);
  asked.pairs = call.pairs;
  asked.accept_language = head.field("accept-language");
  asked.handling = call.asked.handling;
  asked.message = {head.field("x-request-id"), head.field("nhsd-target-identifier"),
                   head.field("nhsd-end-user-organisation")};
  const auto* const found = interaction::operation_of(asked);
  const bool changes = found != nullptr && found->start != nullptr;
  auto& body = call.request.body;
  if (head.method == Method::post && is_form(head) && !changes) {
    auto pairs = interaction::read_query(body, serving.context.limits);
    if (!pairs) return refuse(serving, call, pairs.error());
    for (auto& pair : *pairs) asked.pairs.push_back(std::move(pair));
    return interaction::ask(*serving.session, asked, done(serving, call));
  }
  if (head.method == Method::post) {
    if (!body.empty())
      if (auto response = check_resource(head, body)) return call.respond(*std::move(response));
    asked.body = std::move(body);
    return interaction::operate(*serving.session, asked, done(serving, call));
  }
  if (changes) {
    auto response = outcome(405, "not-supported", "this operation is asked for by POST");
    response.fields = "Allow: POST\r\n";
    return call.respond(std::move(response));
  }
  interaction::ask(*serving.session, asked, done(serving, call));
}

}  // namespace fingerpost::http
