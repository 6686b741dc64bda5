#include "http/binary.h"
#include "http/call.h"
#include "http/date.h"
#include "interaction/parameters.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace fingerpost::http {
namespace {

using interaction::Return, interaction::WriteOptions;

// What a query asks about the answer is no criterion of a conditional write.
bool has_criteria(const Call& call) {
  return std::any_of(call.pairs.begin(), call.pairs.end(), [](const search::Pair& pair) {
    return pair.first != "_format" && pair.first != "_pretty";
  });
}

Result<WriteOptions> options_of(const Serving& serving, const Call& call) {
  const auto& head = call.request.head;
  WriteOptions options;
  options.back = call.asked.back.value_or(Return::representation);
  if (!serving.session->caller->may(call.path[0], access::can_read) &&
      options.back == Return::representation)
    options.back = Return::minimal;
  LET(options.if_match, interaction::read_etags(head.field("if-match")));
  options.provenance = head.field("x-provenance");
  if (call.path.size() == 1 && head.method != Method::post) options.condition = call.pairs;
  const auto unmodified = head.field("if-unmodified-since");
  if (const auto since = read_http_date(unmodified); since && options.if_match.empty())
    options.if_unmodified_since_us = *since + 999'999;  // of that second
  const auto exist = head.field("if-none-exist");
  if (head.has("if-none-exist") && head.method != Method::post)
    return Error{Kind::invalid, "is of a POST alone", "If-None-Exist"};
  if (head.has("if-none-exist") && exist.empty())
    return Error{Kind::invalid, "the condition has no criteria", "If-None-Exist"};
  if (!exist.empty()) {
    const auto mark = exist.find('?');
    LET(options.condition,
        interaction::read_query(mark == std::string_view::npos ? exist : exist.substr(mark + 1),
                                serving.context.limits));
  }
  auto none = interaction::read_etags(head.field("if-none-match"));
  if (!none) return Error{Kind::invalid, none.error().text, "If-None-Match"};
  options.if_none_match = *std::move(none);
  return options;
}

// The options, when the request is fit to be served; else the client has been told.
std::optional<WriteOptions> begin(const Serving& serving, const Call& call, bool has_resource) {
  if (has_resource && !brings_bytes(call)) {
    if (auto response = check_resource(call.request.head, call.request.body)) {
      call.respond(*std::move(response));
      return {};
    }
  }
  const bool conditional = call.path.size() == 1 && call.request.head.method != Method::post;
  if (!conditional && has_criteria(call)) {
    refuse(serving, call, {Kind::invalid, "a write at this URL takes no criteria", ""});
    return {};
  }
  auto options = options_of(serving, call);
  if (options) return *std::move(options);
  refuse(serving, call, options.error());
  return {};
}

}  // namespace

void serve_bundle(Serving& serving, Call call) {
  const auto& head = call.request.head;
  if (const auto taken = interaction::take_parameters(call.pairs, "", call.asked.handling); !taken)
    return refuse(serving, call, taken.error());
  if (auto response = check_resource(head, call.request.body))
    return call.respond(*std::move(response));
  interaction::BundleOptions options;
  options.idempotency_key = head.field("idempotency-key");
  options.back = call.asked.back.value_or(Return::minimal);
  options.handling = call.asked.handling;
  options.provenance = head.field("x-provenance");
  auto then = done(serving, call);
  interaction::bundle(*serving.session, std::move(call.request.body), std::move(options),
                      std::move(then));
}

void serve_create(Serving& serving, Call call) {
  auto options = begin(serving, call, true);
  if (!options) return;
  if (brings_bytes(call)) call.request.body = binary_of(call);
  auto then = done(serving, call);
  interaction::create(*serving.session, call.path[0], std::move(call.request.body),
                      *std::move(options), std::move(then));
}

void serve_update(Serving& serving, Call call) {
  auto options = begin(serving, call, true);
  if (!options) return;
  if (brings_bytes(call)) call.request.body = binary_of(call);
  auto then = done(serving, call);
  interaction::update(*serving.session, call.target(), std::move(call.request.body),
                      *std::move(options), std::move(then));
}

void serve_patch(Serving& serving, Call call) {
  const auto form = patch_form(call.request.head, call.request.body);
  if (!form) {
    auto response =
        outcome(415, "not-supported",
                "a patch is application/json-patch+json, application/merge-patch+json, "
                "application/xml-patch+xml, or Parameters as application/fhir+json or +xml");
    response.fields =
        "Accept-Patch: application/json-patch+json, application/merge-patch+json, "
        "application/xml-patch+xml, application/fhir+json, application/fhir+xml\r\n";
    return call.respond(std::move(response));
  }
  auto options = begin(serving, call, false);
  if (!options) return;
  auto then = done(serving, call);
  interaction::patch(*serving.session, call.target(), {*form, std::move(call.request.body)},
                     *std::move(options), std::move(then));
}

void serve_delete(Serving& serving, Call call) {
  auto options = begin(serving, call, false);
  if (!options) return;
  const bool wants_to_know = call.asked.back && *call.asked.back != Return::minimal;
  options->back = wants_to_know ? Return::outcome : Return::minimal;
  interaction::remove(*serving.session, call.target(), *std::move(options), done(serving, call));
}

void serve_delete_history(Serving& serving, Call call) {
  interaction::delete_history(*serving.session, call.target(), done(serving, call));
}

}  // namespace fingerpost::http
