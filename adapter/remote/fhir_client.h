// Requests to FHIR servers that the configuration names.

#pragma once

#include "base/clock.h"
#include "remote/answer.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace fingerpost::remote {

struct FhirClientOptions {
  std::vector<std::string> bases;  // the only places ever connected to: base, or below it
  long connect_ms = 5'000;
  long total_ms = 30'000;
  std::size_t answer_bytes = std::size_t{256} << 10;  // the rest of an answer is read and dropped
  long connections_per_host = 16;
  std::string ca_file;  // "": the system's certificate authorities
};

struct FhirRequest {
  std::string url;
  std::string body;             // empty: a GET; otherwise a POST of FHIR JSON
  std::string idempotency_key;  // the same for every go at one message
};

// One thread of its own drives every transfer, so that a slow server delays only its own requests.
// No redirect is followed, no proxy or credential of the environment is used.
class FhirClient {
 public:
  FhirClient(FhirClientOptions options, Clock& clock);
  FhirClient(const FhirClient&) = delete;
  FhirClient& operator=(const FhirClient&) = delete;
  ~FhirClient();  // what is still under way ends as unknown, before this returns

  // `done` is called once, on the client's thread, or at once on this one for a place that the
  // configuration does not name (refused). It must not block.
  void send(FhirRequest request, std::function<void(Answer)> done);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace fingerpost::remote
