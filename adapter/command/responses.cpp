#include "command/responses.h"

#include "http/answer.h"
#include "interaction/answer.h"
#include "interaction/outcome.h"

namespace fingerpost::command {

http::Response json(std::string body) {
  http::Response response;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

http::Response refused(const Error& error) {
  http::Response response;
  response.status = static_cast<int>(interaction::status_of(error.kind));
  response.content_type = http::fhir_json;
  interaction::write_outcome({interaction::issue_of(error)}, response.body);
  return response;
}

}  // namespace fingerpost::command
