#include "command/record_handler.h"

#include "command/responses.h"

namespace fingerpost::command {
namespace {

// The source is a partner's id, or "records" when the query names none. Kind::invalid for a query
// of another form.
Result<std::string> source_of(std::string_view query) {
  constexpr std::string_view name = "source=";
  if (query.empty()) return "records";
  const auto value = query.starts_with(name) ? query.substr(name.size()) : "";
  if (value.empty() || value.find_first_of("&%+") != std::string_view::npos)
    return Error{Kind::invalid, "the query may only be source=PARTNER", ""};
  return std::string(value);
}

}  // namespace

http::Handler record_handler(exchange::Intake& intake) {
  return [&intake](http::Request request, const http::Respond& respond) {
    if (request.path != "/gpconnect")
      return respond(
          http::outcome(404, "not-found", "the inbox takes records at /inbox/gpconnect"));
    if (request.head.method != http::Method::post) {
      auto response = http::outcome(405, "not-supported", "a record is sent by POST");
      response.fields = "Allow: POST\r\n";
      return respond(std::move(response));
    }
    auto source = source_of(request.head.query);
    if (!source) return respond(refused(source.error()));
    intake.take_record(Format::gpconnect, std::move(request.body), *std::move(source),
                       [respond](Result<exchange::TakenRecord> taken) {
                         respond(taken ? json(std::move(taken->answer)) : refused(taken.error()));
                       });
  };
}

}  // namespace fingerpost::command
