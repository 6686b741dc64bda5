#include "http/fhir.h"

#include "http/answer.h"
#include "http/call.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace fingerpost::http {
namespace {

using interaction::Path;

// What the path of a URL is, before its type and id are looked at (R4 http.html#3.1.0.1.3).
enum class Place : std::uint8_t {
  base,
  metadata,
  openapi,
  smart_configuration,
  system_history,
  type,
  type_search,
  type_history,
  operation,
  instance,
  instance_history,
  version,
  job,
  system_search,
  compartment,
  explain,
  nothing
};

Place place_of(const Path& path) {
  const auto size = path.size();
  if (size == 0) return Place::base;
  const auto last = path[size - 1];
  if (size == 1 && last == "metadata") return Place::metadata;
  if (size == 1 && last == "openapi.json") return Place::openapi;
  if (size == 1 && last == "_history") return Place::system_history;
  if (size == 1 && last == "_search") return Place::system_search;
  if (size == 1 && last == "$explain") return Place::explain;
  if (size == 2 && path[0] == ".well-known" && last == "smart-configuration")
    return Place::smart_configuration;
  if (size == 2 && path[0] == "_async") return Place::job;
  if (path[0].starts_with('_') || path[0].starts_with('$')) return Place::nothing;
  if (size == 1) return Place::type;
  if (last.starts_with('$') && size < 4) return Place::operation;
  if (size == 2 && last == "_search") return Place::type_search;
  if (size == 2 && last == "_history") return Place::type_history;
  if (path[1].starts_with('_') || path[1].starts_with('$')) return Place::nothing;
  if (size == 2) return Place::instance;
  if (size == 3 && last == "_history") return Place::instance_history;
  if (size == 4 && path[2] == "_history") return Place::version;
  if (size == 3 && !last.starts_with('_')) return Place::compartment;
  return Place::nothing;
}

// What is offered where. HEAD is served as GET is.
struct Route {
  Place place;
  Method method;
  void (*serve)(Serving&, Call);
  bool later = false;  // when the client asks for respond-async
};
constexpr Route routes[] = {
    {Place::base, Method::post, serve_bundle, true},
    {Place::base, Method::get, serve_search_system, true},
    {Place::system_search, Method::get, serve_search_system, true},
    {Place::system_search, Method::post, serve_search_by_post, true},
    {Place::compartment, Method::get, serve_search_compartment, true},
    {Place::explain, Method::get, serve_explain},
    {Place::metadata, Method::get, serve_metadata},
    {Place::openapi, Method::get, serve_openapi},
    {Place::smart_configuration, Method::get, serve_smart_configuration},
    {Place::system_history, Method::get, serve_history, true},
    {Place::type, Method::get, serve_search_type, true},
    {Place::type, Method::post, serve_create},
    {Place::type, Method::put, serve_update},
    {Place::type, Method::patch, serve_patch},
    {Place::type, Method::remove, serve_delete},
    {Place::type_search, Method::get, serve_search_type, true},
    {Place::type_search, Method::post, serve_search_by_post, true},
    {Place::type_history, Method::get, serve_history, true},
    {Place::operation, Method::get, serve_operation, true},
    {Place::operation, Method::post, serve_operation, true},
    {Place::instance, Method::get, serve_read},
    {Place::instance, Method::put, serve_update},
    {Place::instance, Method::patch, serve_patch},
    {Place::instance, Method::remove, serve_delete},
    {Place::instance_history, Method::get, serve_history, true},
    {Place::instance_history, Method::remove, serve_delete_history},
    {Place::version, Method::get, serve_vread},
    {Place::job, Method::get, serve_job},
    {Place::job, Method::remove, serve_job_cancel},
};

const Route* route_of(Place place, Method method) {
  const auto wanted = method == Method::head ? Method::get : method;
  const auto* const found = std::find_if(
      std::begin(routes), std::end(routes),
      [&](const Route& route) { return route.place == place && route.method == wanted; });
  return found == std::end(routes) ? nullptr : found;
}

Response not_offered(Place place) {
  std::string allowed;
  for (const auto& route : routes) {
    if (route.place != place) continue;
    if (!allowed.empty()) allowed += ", ";
    allowed += name(route.method);
    if (route.method == Method::get) allowed += ", HEAD";
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

// The answer to what cannot be read.
std::optional<Response> read_call(const interaction::Context& context, Call& call) {
  const auto& head = call.request.head;
  auto path = Path::read(call.request.path);
  if (!path) return refused(path.error());
  call.path = std::move(*path);
  if (!head.query.empty()) {
    auto pairs = interaction::read_query(head.query, context.limits);
    if (!pairs) return refused(pairs.error());
    call.pairs = std::move(*pairs);
  }
  if (auto response = negotiate(head, call.pairs, call.asked)) return response;
  return unpack_body(head, context.limits, call.request.body);
}

void take(Serving& serving, Request request, const Respond& respond) {
  Call call{std::move(request), respond, {}, {}, {}};
  if (auto response = read_call(serving.context, call)) return respond(*std::move(response));
  const auto place = place_of(call.path);
  const bool typed =
      (place >= Place::type && place <= Place::version) || place == Place::compartment;
  if (typed && !interaction::is_resource_type(serving.context, call.path[0]))
    return respond(outcome(404, "not-supported", "R4 has no such type of resource"));
  const auto* const route = route_of(place, call.request.head.method);
  if (route == nullptr) return respond(not_offered(place));
  if (route->later && call.asked.async && serving.jobs != nullptr)
    return serve_later(serving, std::move(call), route->serve);
  route->serve(serving, std::move(call));
}

}  // namespace

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

Handler fhir_handler(std::shared_ptr<const interaction::Session> session, Jobs* jobs) {
  const auto& context = session->context;
  const auto serving =
      std::make_shared<Serving>(Serving{std::move(session), context, jobs, nullptr});
  return [serving](Request request, const Respond& respond) {
    take(*serving, std::move(request), respond);
  };
}

}  // namespace fingerpost::http
