#include "command/record_handler.h"

#include "command/responses.h"
#include "exchange/work.h"
#include "interaction/speaker.h"

#include <optional>

namespace fingerpost::command {
namespace {

// Whose record it is when the query does not say: of a client of its own organisation, be it a
// partner or not. Kind::forbidden: the client has none.
Result<std::string> own_source(const exchange::Partners& partners,
                               const exchange::Speaker& speaker) {
  if (speaker.anybody) return "records";
  if (speaker.organisation.empty())
    return Error{Kind::forbidden, "this client speaks for no organisation: name the source",
                 "source"};
  const auto* const partner = partners.find_identifier(exchange::ods_system, speaker.organisation);
  return partner != nullptr ? partner->id
                            : std::string(exchange::record_source) + speaker.organisation;
}

// The source is a partner's id, or of nobody's partner what exchange::record_source says.
// Kind::invalid for a query of another form, and for one that names nobody known; Kind::forbidden:
// the caller does not speak for it.
Result<std::string> source_of(std::string_view query, const exchange::Partners& partners,
                              const access::CallerPtr& caller) {
  constexpr std::string_view name = "source=";
  if (query.empty())
    return own_source(partners, caller ? interaction::speaker_of(*caller) : exchange::anybody());
  const auto value = query.starts_with(name) ? query.substr(name.size()) : "";
  if (value.empty() || value.find_first_of("&%+") != std::string_view::npos)
    return Error{Kind::invalid, "the query may only be source=PARTNER", ""};
  const auto* const partner = partners.find(value);
  if (partner == nullptr)
    return Error{Kind::invalid, "no partner of the configuration has this id", "source"};
  if (caller && !exchange::speaks_for(interaction::speaker_of(*caller), *partner))
    return Error{Kind::forbidden, "this client does not speak for the source", "source"};
  return std::string(value);
}

// Of the formats, those that come as one text of no order.
std::optional<Format> format_of(std::string_view path) {
  for (const auto format : {Format::gpconnect, Format::gp2gp})
    if (path.starts_with('/') && path.substr(1) == name(format)) return format;
  return std::nullopt;
}

}  // namespace

http::Handler record_handler(exchange::Intake& intake, const exchange::Partners& partners) {
  return [&intake, &partners](http::Request request, const http::Respond& respond) {
    const auto format = format_of(request.path);
    if (!format)
      return respond(http::outcome(404, "not-found",
                                   "the inbox takes records at /inbox/gpconnect and /inbox/gp2gp"));
    if (request.head.method != http::Method::post) {
      auto response = http::outcome(405, "not-supported", "a record is sent by POST");
      response.fields = "Allow: POST\r\n";
      return respond(std::move(response));
    }
    auto source = source_of(request.head.query, partners, request.caller);
    if (!source) return respond(refused(source.error()));
    intake.take_record(*format, std::move(request.body), *std::move(source),
                       [respond](Result<exchange::TakenRecord> taken) {
                         respond(taken ? json(std::move(taken->answer)) : refused(taken.error()));
                       });
  };
}

}  // namespace fingerpost::command
