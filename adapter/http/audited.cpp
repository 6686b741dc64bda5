#include "http/audited.h"

#include "base/text.h"
#include "interaction/interactions.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

namespace fingerpost::http {
namespace {

Response untold() {
  return outcome(503, "transient", "the audit cannot be kept now, so nothing is handed out");
}

void end(interaction::Asking& asking, interaction::AuditTrail& trail, Clock& clock, int status,
         const interaction::AuditTrail::Then& then) {
  if (status < 400) status = asking.refused;
  const bool unknown = asking.note.did.empty();
  const bool said = asking.told && asking.note.count == 0;
  if (status == 0 && (asking.quiet || unknown || said)) return then(true);
  asking.note.at_us = clock.now_us();
  asking.note.status = status;
  if (unknown) asking.note.did = "request";
  // Whoever has no name may ask for as much as he likes.
  const bool named = !asking.note.client.empty() || !asking.note.name.empty();
  if (status != 0 && !named) asking.note.asked.clear();
  trail.add(std::move(asking.note), then);
}

}  // namespace

void respond_told(const interaction::AskingPtr& asking, Response response, const Respond& respond) {
  if (!asking || !asking->end) return respond(std::move(response));
  const auto status = response.status;
  const auto kept_response = std::make_shared<Response>(std::move(response));
  asking->end(status, [respond, kept_response](bool kept) {
    respond(kept ? std::move(*kept_response) : untold());
  });
}

namespace {

using Describe = void (*)(interaction::Asking&, const Request&);

Handler told_of(Handler handler, interaction::AuditTrail& trail, Clock& clock, Describe describe) {
  return [handler = std::move(handler), &trail, &clock, describe](Request request,
                                                                  const Respond& respond) {
    const auto asking = std::make_shared<interaction::Asking>();
    describe(*asking, request);
    asking->end = [at = asking.get(), &trail, &clock](int status, const auto& then) {
      end(*at, trail, clock, status, then);
    };
    const interaction::Noting scope(asking);
    handler(std::move(request), [asking, respond](Response response) {
      if (asking->later) return respond(std::move(response));
      respond_told(asking, std::move(response), respond);
    });
  };
}

// Of a short URL that is a plain path; whoever serves it may know better.
std::string_view plain(std::string_view path) {
  const bool is_plain = path.size() <= 100 && std::all_of(path.begin(), path.end(), [](char c) {
                          return is_letter(c) || is_digit(c) ||
                                 std::string_view("/_-.$").find(c) != std::string_view::npos;
                        });
  return is_plain ? path : std::string_view();
}

void describe_request(interaction::Asking& asking, const Request& request) {
  asking.note.asked = plain(request.head.path);
  if (request.head.path.starts_with("/inbox")) asking.note.did = "take";
  const auto id = request.head.field("X-Request-Id");
  if (interaction::is_id(id)) asking.note.request = id;
  if (!request.peer_key.empty()) asking.note.from = "certificate " + std::string(request.peer_key);
}

// "/outbox/7" is one row, "/outbox" and "/metrics" are lists.
void describe_operator(interaction::Asking& asking, const Request& request) {
  const bool reads = request.head.method == Method::get;
  const auto one = request.path.find('/', 1);
  asking.note.did = "operator";
  asking.note.asked =
      std::string(name(request.head.method)) + " " + std::string(plain(request.path));
  asking.quiet = reads && one == std::string_view::npos;
}

}  // namespace

Handler audited(Handler handler, interaction::AuditTrail& trail, Clock& clock) {
  return told_of(std::move(handler), trail, clock, describe_request);
}

Handler audited_operators(Handler handler, interaction::AuditTrail& trail, Clock& clock) {
  return told_of(std::move(handler), trail, clock, describe_operator);
}

}  // namespace fingerpost::http
