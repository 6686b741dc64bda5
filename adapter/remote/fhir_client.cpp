#include "remote/fhir_client.h"

#include "remote/http_client.h"

#include <utility>

namespace fingerpost::remote {
namespace {

HttpRequest http_request(FhirRequest request, std::size_t answer_bytes) {
  HttpRequest out;
  out.url = std::move(request.url);
  out.headers.push_back("Accept: application/fhir+json");
  if (!request.body.empty()) {
    out.method = HttpRequest::Method::post;
    out.headers.push_back("Content-Type: application/fhir+json; charset=utf-8");
  }
  if (!request.idempotency_key.empty())
    out.headers.push_back("Idempotency-Key: " + request.idempotency_key);
  out.body = std::move(request.body);
  out.answer_bytes = answer_bytes;
  return out;
}

}  // namespace

struct FhirClient::Parts {
  Parts(FhirClientOptions options, Clock& with)
      : clock(with),
        answer_bytes(options.answer_bytes),
        http({std::move(options.bases), options.connect_ms, options.total_ms,
              options.connections_per_host, std::move(options.ca_file), "", ""}) {}

  Clock& clock;
  const std::size_t answer_bytes;
  HttpClient http;
};

FhirClient::FhirClient(FhirClientOptions options, Clock& clock)
    : parts_(std::make_unique<Parts>(std::move(options), clock)) {}

FhirClient::~FhirClient() = default;

void FhirClient::send(FhirRequest request, std::function<void(Answer)> done) {
  auto* parts = parts_.get();
  if (!parts->http.knows(request.url))
    return done(Answer{Outcome::refused, "the configuration does not name this place", 0, 0, ""});
  parts->http.send(http_request(std::move(request), parts->answer_bytes),
                   [parts, done = std::move(done)](HttpAnswer got) {
                     done(answer_of(std::move(got), parts->clock.now_us()));
                   });
}

}  // namespace fingerpost::remote
