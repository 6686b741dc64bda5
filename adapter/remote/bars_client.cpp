#include "remote/bars_client.h"

#include "base/base64.h"
#include "base/text.h"
#include "base/uuid.h"
#include "wire/json_view.h"

#include <algorithm>
#include <utility>

namespace fingerpost::remote {
namespace {

constexpr std::string_view organisation_system = "https://fhir.nhs.uk/Id/ods-organization-code";

std::string quoted(std::string_view text) {
  std::string out;
  wire::write_json_string(out, text);
  return out;
}

std::string header(const char* name, std::string_view json) {
  return std::string(name) + ": " + to_base64(json, Base64::plain);
}

std::string identifier(std::string_view system, std::string_view value) {
  return R"({"system":)" + quoted(system) + R"(,"value":)" + quoted(value) + "}";
}

// The codes of the first issue of an OperationOutcome.
struct Issued {
  std::string code;   // issue.code: "duplicate"
  std::string error;  // of http-error-codes: "REC_CONFLICT"
};

// A code may stand in a log; anything else somebody put there may not.
std::string plain(std::string_view text) {
  constexpr std::size_t longest = 40;
  const bool is_code = text.size() <= longest && std::all_of(text.begin(), text.end(), [](char c) {
                         return is_letter(c) || is_digit(c) || c == '_' || c == '-';
                       });
  return is_code ? std::string(text) : std::string();
}

Issued read_issue(const std::string& body) {
  const auto document = wire::parse_json(body, Limits{});
  if (!document) return {};
  const auto issue = wire::JsonView(*document)["issue"].first();
  return {plain(issue["code"].text()), plain(issue["details"]["coding"].first()["code"].text())};
}

// What is not as its status alone has it. A prefix says who refuses: SEND_ and PROXY_ are on the
// way, REC_ is the receiver.
struct Special {
  int status;
  std::string_view prefix;  // of the error code; "": any, and none
  std::string_view issue;   // issue.code; "": any
  Outcome outcome;
};
constexpr Special specials[] = {
    {401, "REC_", "", Outcome::refused},         // the receiver does not want us
    {401, "", "", Outcome::later},               // the token is not good any more
    {403, "SEND_", "", Outcome::later},          // the same, in the API's words
    {409, "", "duplicate", Outcome::delivered},  // it has arrived before
    {409, "", "", Outcome::refused},
    {501, "", "", Outcome::refused},
};

Outcome classify(int status, const Issued& issued) {
  for (const auto& row : specials)
    if (row.status == status && issued.error.starts_with(row.prefix) &&
        (row.issue.empty() || row.issue == issued.code))
      return row.outcome;
  return classify_http(status);
}

}  // namespace

BarsSaid read_bars_said(std::string_view body) {
  BarsSaid said;
  const auto document = wire::parse_json(std::string(body), Limits{});
  if (!document) return said;
  const wire::JsonView view(*document);
  if (view["type"].text() != "message") return said;
  view["entry"].each([&said](wire::JsonView entry) {
    const auto resource = entry["resource"];
    if (said.is_message || resource["resourceType"].text() != "MessageHeader") return;
    said.is_message = true;
    said.id = resource["id"].text();
    said.event = resource["eventCoding"]["code"].text();
    said.reason = resource["reason"]["coding"].first()["code"].text();
    said.response_to = resource["response"]["identifier"].text();
    said.response_code = resource["response"]["code"].text();
  });
  return said;
}

Answer read_bars_answer(HttpAnswer got, std::string_view message_id, std::int64_t now_us) {
  auto answer = answer_of(std::move(got), now_us);
  auto body = std::exchange(answer.body, "");
  if (answer.outcome != Outcome::delivered) {
    if (answer.status == 0) return answer;
    const auto issued = read_issue(body);
    answer.outcome = classify(answer.status, issued);
    if (!issued.error.empty()) answer.reason += ", " + issued.error;
    return answer;
  }
  const auto said = read_bars_said(body);
  const bool to_this =
      said.is_message && !said.response_to.empty() && said.response_to == message_id;
  if (!to_this) return answer;
  if (said.response_code == "transient-error") answer.outcome = Outcome::later;
  if (said.response_code == "fatal-error") answer.outcome = Outcome::refused;
  if (answer.outcome != Outcome::delivered) answer.reason += ", " + said.response_code;
  if (said.event == "servicerequest-response" && answer.outcome == Outcome::delivered)
    answer.body = std::move(body);
  return answer;
}

BarsClient::BarsClient(BarsClientOptions options, std::optional<Access> access, Clock& clock,
                       Random& random)
    : options_(std::move(options)), clock_(clock), http_(options_.http) {
  if (access)
    tokens_ = std::make_unique<TokenSource>(std::move(access->options), std::move(access->signer),
                                            http_, clock, random);
}

BarsClient::~BarsClient() {
  http_.close();
}

void BarsClient::send(BarsMessage message, Done done) {
  if (!http_.knows(message.base))
    return done({Outcome::refused, "the configuration does not name this place", 0, 0, ""});
  if (!tokens_) return post(message, "", std::move(done));
  tokens_->get([this, message = std::move(message),
                done = std::move(done)](const Result<std::string>& token) {
    if (!token) return done({Outcome::later, token.error().text, 0, 0, ""});
    post(message, *token, done);
  });
}

HttpRequest BarsClient::request(const BarsMessage& message, const BarsSaid& said,
                                const std::string& token) const {
  HttpRequest request;
  request.method = HttpRequest::Method::post;
  request.url = message.base + "/$process-message";
  request.answer_bytes = options_.answer_bytes;
  request.body = message.body;
  auto& headers = request.headers;
  headers = {"Content-Type: application/fhir+json",
             "Accept: application/fhir+json",
             "X-Request-Id: " + message.id,
             "X-Correlation-Id: " + uuid_v5({"correlation", message.id}),
             header("NHSD-Target-Identifier", identifier(message.service_system, message.service)),
             header("NHSD-Requesting-Software",
                    R"({"resourceType":"Device","deviceName":[{"name":"Fingerpost","type":)"
                    R"("manufacturer-name"}],"version":[{"value":)" +
                        quoted(options_.version) + "}]}")};
  if (!options_.organisation.empty())
    headers.push_back(header("NHSD-End-User-Organisation",
                             R"({"resourceType":"Organization","identifier":[)" +
                                 identifier(organisation_system, options_.organisation) +
                                 R"(],"name":)" + quoted(options_.organisation_name) + "}"));
  if (!options_.use_case.empty())
    headers.push_back("use-context: " + options_.use_case + "|referral|" + plain(said.event) + "|" +
                      plain(said.reason));
  if (!token.empty()) headers.push_back("Authorization: Bearer " + token);
  return request;
}

void BarsClient::post(const BarsMessage& message, const std::string& token, Done done) {
  const auto said = read_bars_said(message.body);
  http_.send(request(message, said, token),
             [this, token, said, done = std::move(done)](HttpAnswer got) {
               constexpr int not_let_in = 401, forbidden = 403;
               if (tokens_ && (got.status == not_let_in || got.status == forbidden))
                 tokens_->forget(token);
               auto answer = read_bars_answer(std::move(got), said.id, clock_.now_us());
               // That a response was taken is said in the response's own words.
               if (said.event != "servicerequest-request") answer.body.clear();
               done(std::move(answer));
             });
}

}  // namespace fingerpost::remote
