// BaRS messages to the services that they ask: POST [base]/$process-message.

#pragma once

#include "base/clock.h"
#include "remote/answer.h"
#include "remote/http_client.h"
#include "remote/token_source.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::remote {

struct BarsClientOptions {
  HttpClientOptions http;  // its bases are all that is reached: services', and that of tokens
  std::size_t answer_bytes = std::size_t{4} << 20;
  std::string organisation;  // NHSD-End-User-Organisation: who we are, an ODS code; "": unsaid
  std::string organisation_name;
  std::string version;   // of this software, in NHSD-Requesting-Software
  std::string use_case;  // of the use-context header; "": it is left out
};

struct BarsMessage {
  std::string base;                     // "https://…/FHIR/R4"
  std::string service_system, service;  // NHSD-Target-Identifier
  std::string id;                       // a uuid, the same for every go at it: X-Request-Id
  std::string body;
};

// What a message says of itself: its MessageHeader's id, event and reason; "" for what it does not.
struct BarsSaid {
  std::string id, event, reason;
  std::string response_to;    // response.identifier
  std::string response_code;  // response.code
  bool is_message = false;    // a Bundle of type message, with one MessageHeader at least
};
BarsSaid read_bars_said(std::string_view body);

// The answer's body is a reply that is to be applied: a servicerequest-response to this message.
// Without a token source it is sent without Authorization.
class BarsClient {
 public:
  using Done = std::function<void(Answer)>;
  struct Access {
    TokenOptions options;
    JwtSigner signer;
  };

  BarsClient(BarsClientOptions options, std::optional<Access> access, Clock& clock, Random& random);
  ~BarsClient();  // what is under way ends as unknown, before this returns

  // `done` is called once, on the client's thread or on this one; it must not block.
  void send(BarsMessage message, Done done);

 private:
  HttpRequest request(const BarsMessage& message, const BarsSaid& said,
                      const std::string& token) const;
  void post(const BarsMessage& message, const std::string& token, Done done);

  const BarsClientOptions options_;
  Clock& clock_;
  HttpClient http_;
  std::unique_ptr<TokenSource> tokens_;
};

// What an answer says of the message of that id: its status and BaRS's http-error-codes. An answer
// that is in response to another message is nobody's reply.
Answer read_bars_answer(HttpAnswer got, std::string_view message_id, std::int64_t now_us);

}  // namespace fingerpost::remote
