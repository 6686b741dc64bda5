#include "http/answer.h"

#include "http/date.h"
#include "interaction/outcome.h"
#include "model/xml.h"
#include "wire/gzip.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

namespace fingerpost::http {
namespace {

constexpr std::size_t worth_packing = 1024;  // smaller bodies fit a packet or two anyway

// The one road on which an answer is parsed again. What is stored is always answered: a narrative
// that is no div of XHTML gets the namespace it lacks, or is text in a div (model/xhtml.h).
std::optional<std::string> rewritten(const interaction::Context& context, std::string_view body,
                                     const Asked& asked) {
  auto limits = context.limits;  // of what clients send; an answer may be larger
  limits.nodes = std::numeric_limits<std::uint32_t>::max();
  auto read = model::read_json(context.definitions, std::string(body), limits);
  if (!read) return {};
  const auto pretty = asked.pretty ? model::Pretty::yes : model::Pretty::no;
  std::string out;
  const auto write = asked.form == Form::xml ? model::write_xml : model::write_json;
  write(context.definitions, read->tree, read->tree.root(), out, pretty);
  return out;
}

void pack(Response& response) {
  if (response.content().size() < worth_packing) return;
  auto packed = wire::gzip(response.content());
  if (!packed) return;
  response.body = *std::move(packed);
  response.shared_body = nullptr;
  response.fields += "Content-Encoding: gzip\r\n";
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
  response.content_type = asked.form == Form::xml ? fhir_xml : fhir_json;
  if (asked.pretty || asked.form == Form::xml) {
    auto text = rewritten(context, response.content(), asked);
    if (!text) return outcome(500, "exception", "the answer cannot be written in this form");
    response.body = *std::move(text);
    response.shared_body = nullptr;
  }
  if (asked.gzip) pack(response);
  return response;
}

void rewrite_outcome(const interaction::Context& context, const Asked& asked, Response& response) {
  const bool made_here = response.status >= 400 && response.content_type == fhir_json;
  if (!made_here || (asked.form == Form::json && !asked.pretty)) return;
  auto text = rewritten(context, response.content(), asked);
  if (!text) return;
  response.body = *std::move(text);
  response.shared_body = nullptr;
  if (asked.form == Form::xml) response.content_type = fhir_xml;
}

}  // namespace fingerpost::http
