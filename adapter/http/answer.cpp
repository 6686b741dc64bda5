#include "http/answer.h"

#include "http/date.h"
#include "interaction/outcome.h"
#include "model/json.h"

#include <utility>

namespace fingerpost::http {
namespace {

// The one road on which an answer is parsed again.
std::string prettied(const interaction::Context& context, std::string_view body) {
  auto read = model::read_json(context.definitions, std::string(body), context.limits);
  if (!read) return std::string(body);
  std::string out;
  model::write_json(context.definitions, read->tree, read->tree.root(), out, model::Pretty::yes);
  return out;
}

}  // namespace

Response response_of(const interaction::Context& context, interaction::Answer answer,
                     const Asked& asked) {
  Response response;
  response.status = static_cast<int>(answer.status);
  if (answer.version > 0) {
    response.fields += "ETag: W/\"";
    response.fields += std::to_string(answer.version);
    response.fields += "\"\r\n";
  }
  if (answer.last_updated_us > 0) {
    response.fields += "Last-Modified: ";
    response.fields += http_date(answer.last_updated_us);
    response.fields += "\r\n";
  }
  if (!answer.location.empty())
    response.fields += "Location: " + context.base_url + "/" + answer.location + "\r\n";
  if (answer.status == interaction::Status::unavailable) response.fields += "Retry-After: 2\r\n";
  if (answer.failed() && answer.content().empty())
    interaction::write_outcome(answer.issues, response.body);
  else if (answer.shared_body)
    response.shared_body = std::move(answer.shared_body);
  else
    response.body = std::move(answer.body);
  if (response.content().empty()) return response;
  response.content_type = fhir_json;
  if (asked.pretty) {
    response.body = prettied(context, response.content());
    response.shared_body = nullptr;
  }
  return response;
}

}  // namespace fingerpost::http
