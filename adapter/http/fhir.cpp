#include "http/fhir.h"

#include "http/answer.h"
#include "http/bearer.h"
#include "http/binary.h"
#include "http/call.h"
#include "interaction/authorise.h"
#include "interaction/noting.h"
#include "interaction/offers.h"

#include <iterator>
#include <optional>
#include <utility>

namespace fingerpost::http {
namespace {

using interaction::Interaction, interaction::Path, interaction::Place, interaction::Verb;

// By Interaction.
struct Service {
  Interaction interaction;
  void (*serve)(Serving&, Call);
};
constexpr Service services[] = {
    {Interaction::bundle, serve_bundle},
    {Interaction::search_system, serve_search_system},
    {Interaction::search_by_post, serve_search_by_post},
    {Interaction::search_compartment, serve_search_compartment},
    {Interaction::search_type, serve_search_type},
    {Interaction::metadata, serve_metadata},
    {Interaction::openapi, serve_openapi},
    {Interaction::smart_configuration, serve_smart_configuration},
    {Interaction::history, serve_history},
    {Interaction::create, serve_create},
    {Interaction::read, serve_read},
    {Interaction::vread, serve_vread},
    {Interaction::update, serve_update},
    {Interaction::patch, serve_patch},
    {Interaction::remove, serve_delete},
    {Interaction::delete_history, serve_delete_history},
    {Interaction::operation, serve_operation},
    {Interaction::job, serve_job},
    {Interaction::job_cancel, serve_job_cancel},
};
constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(services); ++i)
    if (static_cast<std::size_t>(services[i].interaction) != i) return false;
  return true;
}
static_assert(in_order() && std::size(services) == interaction::interactions);

std::optional<Verb> verb_of(Method method) {
  switch (method) {
    case Method::get:
    case Method::head:
      return Verb::get;
    case Method::post:
      return Verb::post;
    case Method::put:
      return Verb::put;
    case Method::patch:
      return Verb::patch;
    case Method::remove:
      return Verb::remove;
    case Method::options:
      return {};
  }
  return {};
}

Response not_offered(Place place) {
  constexpr std::string_view names[] = {"DELETE", "POST", "PUT", "PATCH", "GET, HEAD"};
  std::string allowed;
  for (const auto& offer : interaction::offers()) {
    if (offer.place != place) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += names[static_cast<std::size_t>(offer.verb)];
  }
  if (allowed.empty()) return outcome(404, "not-supported", "this is not offered");
  auto response = outcome(405, "not-supported", "the method is not offered at this URL");
  response.fields = "Allow: " + allowed + "\r\n";
  return response;
}

Response refused(const Error& error) {
  return outcome(static_cast<int>(interaction::status_of(error.kind)),
                 interaction::issue_code_of(error.kind), error.text);
}

// The answer to a URL, or to what is accepted, that cannot be read. The body is left as it came:
// who asks is known first.
std::optional<Response> read_call(const interaction::Context& context, Call& call) {
  const auto& head = call.request.head;
  std::optional<Response> unread;
  if (auto pairs = interaction::read_query(head.query, context.limits))
    call.pairs = *std::move(pairs);
  else
    unread = refused(pairs.error());
  // First, so that every refusal after it comes in the form that is asked for.
  auto not_acceptable = negotiate(head, call.pairs, call.asked);
  call.respond = finishing(context, call);
  if (unread) return unread;
  auto path = Path::read(call.request.path);
  if (!path) return refused(path.error());
  call.path = std::move(*path);
  if (not_acceptable && !asks_for_bytes(call)) return not_acceptable;
  return {};
}

// The answer when whoever asks may not ask this.
std::optional<Response> refuse_caller(const access::Caller& caller, const interaction::Offer& offer,
                                      const Call& call) {
  const auto& head = call.request.head;
  const auto allowed = authorise(caller, offer, call.path, head.has("if-none-exist"));
  if (!allowed) return lacking_scope(allowed.error());
  const bool provenance = head.has("x-provenance") && offer.verb != Verb::get;
  if (!provenance || caller.may("Provenance", access::can_create)) return {};
  return lacking_scope({Kind::forbidden, "the scope system/Provenance.c is needed", ""});
}

// A request's own Serving, as its caller's; it lasts until the answer is given.
std::shared_ptr<Serving> serving_of(const Serving& serving, const access::CallerPtr& caller,
                                    Call& call) {
  auto own = std::make_shared<Serving>(Serving{session_of(serving.session, caller), serving.context,
                                               serving.jobs, serving.authority});
  call.respond = [own, respond = std::move(call.respond)](Response response) {
    respond(std::move(response));
  };
  return own;
}

void serve_found(Serving& serving, const interaction::Offer& offer, Call call) {
  const auto serve = services[static_cast<std::size_t>(offer.interaction)].serve;
  if (offer.later && call.asked.async && serving.jobs != nullptr)
    return serve_later(serving, std::move(call), serve);
  serve(serving, std::move(call));
}

void take(Serving& serving, Request request, const Respond& respond) {
  Call call{std::move(request), respond, {}, {}, {}};
  auto unread = read_call(serving.context, call);
  interaction::note_asked(call.path, call.pairs);
  const auto place = unread ? Place::nothing : interaction::place_of(call.path);
  auto caller = serving.session->caller;
  if (serving.authority != nullptr && !is_open(place)) {
    auto found = caller_of(*serving.authority, call.request);
    if (auto* const response = std::get_if<Response>(&found))
      return call.respond(std::move(*response));
    caller = std::get<access::CallerPtr>(std::move(found));
  }
  interaction::note_caller(*caller);
  if (unread) return call.respond(*std::move(unread));
  if (is_typed(place) && !interaction::is_resource_type(serving.context, call.path[0]))
    return call.respond(outcome(404, "not-supported", "R4 has no such type of resource"));
  const auto verb = verb_of(call.request.head.method);
  const auto* const offer = verb ? interaction::find_offer(place, *verb) : nullptr;
  if (offer == nullptr) return call.respond(not_offered(place));
  interaction::note_interaction(offer->interaction, call.path);
  if (auto response = refuse_caller(*caller, *offer, call))
    return call.respond(*std::move(response));
  if (auto response = unpack_body(call.request.head, serving.context.limits, call.request.body))
    return call.respond(*std::move(response));
  if (caller == serving.session->caller) return serve_found(serving, *offer, std::move(call));
  const auto own = serving_of(serving, caller, call);
  serve_found(*own, *offer, std::move(call));
}

}  // namespace

Respond finishing(const interaction::Context& context, const Call& call) {
  // R4 http.html#custom. That of X-Correlation-Id comes back when it is a UUID, as on every route.
  const std::string id(call.request.head.field("X-Request-Id"));
  const std::string repeated = interaction::is_id(id) ? "X-Request-Id: " + id + "\r\n" : "";
  const bool json = call.asked.form == Form::json && !call.asked.pretty;
  if (json && repeated.empty()) return call.respond;
  return [&context, asked = call.asked, repeated, respond = call.respond](Response response) {
    response.fields += repeated;
    rewrite_outcome(context, asked, response);
    respond(std::move(response));
  };
}

void give(const Serving& serving, const Call& call, interaction::Answer answer) {
  call.respond(response_of(serving.context, std::move(answer), call.asked));
}

interaction::Done done(const Serving& serving, const Call& call) {
  return [&context = serving.context, respond = call.respond,
          asked = call.asked](interaction::Answer answer) {
    respond(response_of(context, std::move(answer), asked));
  };
}

void refuse(const Serving& serving, const Call& call, const Error& error) {
  give(serving, call, interaction::failure(error));
}

Handler fhir_handler(std::shared_ptr<const interaction::Session> session, Jobs* jobs,
                     const access::Authority* authority) {
  const auto& context = session->context;
  const auto serving =
      std::make_shared<Serving>(Serving{std::move(session), context, jobs, authority});
  return [serving](Request request, const Respond& respond) {
    take(*serving, std::move(request), respond);
  };
}

}  // namespace fingerpost::http
