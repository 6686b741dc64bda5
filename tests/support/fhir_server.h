// A FHIR base at /fhir over loopback, on a store in memory or on SQLite.

#pragma once

#include "http/fhir.h"
#include "http/jobs.h"
#include "http/listener.h"
#include "http/routes.h"
#include "interaction/custom_parameters.h"
#include "interaction/reindex.h"
#include "support/fhir.h"
#include "support/raw_http.h"

#include <memory>
#include <string>
#include <utility>

namespace fingerpost::test {

class FhirServer {
 public:
  explicit FhirServer(const Limits& limits = {}, const std::string& folder = "")
      : fhir_(limits, folder), jobs_(http::Jobs::start(*fhir_.context).value()) {
    auto& parameters = fhir_.context->parameters;
    const auto reader = fhir_.store->reader().value();
    interaction::load_parameters(*reader, parameters, limits).value();
    reindexer_ = interaction::Reindexer::start(definitions(), parameters, *fhir_.store, limits,
                                               [](const Error&) {})
                     .value();
    http::ListenerOptions options;
    options.limits = limits;
    options.threads = 2;
    auto opened = http::Listener::open(options, fhir_.clock, [&](const http::Post& post) {
      http::Routes routes;
      routes.mount(
          "/fhir",
          http::fhir_handler(interaction::open_session(*fhir_.context, post).value(), jobs_.get()));
      return std::move(routes).handler();
    });
    listener_ = std::move(opened.value());
  }

  RawResponse ask(const std::string& method, const std::string& url, const std::string& fields = "",
                  const std::string& body = "") {
    RawHttp client(listener_->port());
    auto bytes = method + " /fhir" + url + " HTTP/1.1\r\nHost: a\r\n" + fields;
    if (!body.empty()) {
      if (fields.find("Content-Type") == std::string::npos)
        bytes += "Content-Type: application/fhir+json\r\n";
      bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    client.send(bytes + "\r\n" + body);
    return client.response(method == "HEAD");
  }

  // Before anything is asked; it must outlive this.
  void validate_with(const profile::Validator& validator) { fhir_.context->validator = &validator; }

  std::string base_url() const {
    return "http://127.0.0.1:" + std::to_string(listener_->port()) + "/fhir";
  }

 private:
  Fhir fhir_;
  std::unique_ptr<interaction::Reindexer> reindexer_;
  std::unique_ptr<http::Jobs> jobs_;
  std::unique_ptr<http::Listener> listener_;
};

inline bool holds(const RawResponse& response, const std::string& text) {
  return response.body.find(text) != std::string::npos;
}

}  // namespace fingerpost::test
