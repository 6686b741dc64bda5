#include "remote/token_source.h"

#include "base/percent.h"
#include "base/text.h"
#include "base/uuid.h"
#include "remote/answer.h"
#include "wire/json_view.h"

#include <algorithm>
#include <utility>

namespace fingerpost::remote {
namespace {

constexpr std::int64_t second_us = 1'000'000;

struct Granted {
  std::string token;
  std::int64_t lasts_s = 0;
};

// RFC 6749 section 5.1. A lifetime that is not told is none: the token is used once.
Result<Granted> read_granted(const std::string& body) {
  const Error none{Kind::busy, "the server of tokens gave none", ""};
  Limits limits;
  limits.depth = 10;
  const auto document = wire::parse_json(body, limits);
  if (!document) return none;
  const wire::JsonView view(*document);
  Granted granted{std::string(view["access_token"].text()), 0};
  const bool plain = std::all_of(granted.token.begin(), granted.token.end(),
                                 [](char c) { return c > ' ' && c < 0x7f; });
  if (granted.token.empty() || !plain) return none;
  const auto lasts = to_integer(view["expires_in"].text());
  if (lasts && *lasts > 0) granted.lasts_s = std::min<std::int64_t>(*lasts, 86'400);
  return granted;
}

}  // namespace

TokenSource::TokenSource(TokenOptions options, JwtSigner signer, HttpClient& http, Clock& clock,
                         Random& random)
    : options_(std::move(options)),
      signer_(std::move(signer)),
      http_(http),
      clock_(clock),
      random_(random) {}

Result<HttpRequest> TokenSource::request() {
  Assertion assertion;
  assertion.key_id = options_.key_id;
  assertion.issuer = options_.application;
  assertion.audience = options_.url;
  assertion.id = uuid_v4(random_);
  assertion.issued_s = clock_.now_us() / second_us;
  LET(const auto token, signer_.sign(assertion));
  HttpRequest request;
  request.method = HttpRequest::Method::post;
  request.url = options_.url;
  request.headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json"};
  request.body = "grant_type=client_credentials&client_assertion_type=" +
                 percent_encoded("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") +
                 "&client_assertion=" + percent_encoded(token);
  return request;
}

void TokenSource::get(Done done) {
  std::string token;
  {
    const std::lock_guard lock(mutex_);
    if (!token_.empty() && clock_.monotonic_us() < good_until_) {
      token = token_;
    } else {
      waiting_.push_back(std::move(done));
      if (waiting_.size() > 1) return;
    }
  }
  if (!token.empty()) return done(token);
  auto asked = request();
  if (!asked) return give(asked.error());
  http_.send(std::move(*asked), [this](const HttpAnswer& got) { take(got); });
}

void TokenSource::take(const HttpAnswer& got) {
  constexpr int ok = 200;
  if (got.reached != Reached::answered)
    return give(Error{Kind::busy, "the server of tokens: " + got.reason, ""});
  const bool refused = classify_http(got.status) == Outcome::refused;
  if (got.status != ok)
    return give(
        Error{refused ? Kind::forbidden : Kind::busy, "the server of tokens: " + got.reason, ""});
  const auto granted = read_granted(got.body);
  if (!granted) return give(granted.error());
  {
    const std::lock_guard lock(mutex_);
    token_ = granted->token;
    good_until_ = clock_.monotonic_us() + (granted->lasts_s - options_.early_s) * second_us;
  }
  give(granted->token);
}

void TokenSource::give(const Result<std::string>& token) {
  std::vector<Done> waiting;
  {
    const std::lock_guard lock(mutex_);
    waiting.swap(waiting_);
  }
  for (const auto& done : waiting) done(token);
}

void TokenSource::forget(std::string_view token) {
  const std::lock_guard lock(mutex_);
  if (token_ == token) token_.clear();
}

}  // namespace fingerpost::remote
