#include "access/authority.h"

#include "access/assertion.h"
#include "access/used.h"
#include "wire/json.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace fingerpost::access {
namespace {

constexpr std::int64_t most_behind_s = 600;  // of the clock, before it is said
constexpr std::string_view assertion_type =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

// A key that is no client's: an assertion of an unknown client takes as long as a wrong one.
constexpr std::string_view decoy_jwks =
    R"({"keys":[{"kty":"EC","crv":"P-384","kid":"-",)"
    R"("x":"PNX6MjR42OfZKEHNdFYB3cSglUen4ST27nev2Ep_983--sgpfR7AAt4TwI9ZIH6w",)"
    R"("y":"C54A8fcFEyKvd3UkXdpXubHkeXS1INqhOmkGNrIk4CwDCRNW9j4CBFfrbceNNe0p"}]})";

void write_text(std::string& out, std::string_view name, std::string_view text) {
  out += out.size() > 1 ? ",\"" : "\"";
  out.append(name).append("\":");
  wire::write_json_string(out, text);
}

// RFC 6749 5.2. Failures to prove who one is are all the same to the client.
TokenAnswer failed(int status, std::string_view code, std::string_view description,
                   std::string reason) {
  TokenAnswer answer{status, "{", "", std::move(reason)};
  write_text(answer.body, "error", code);
  write_text(answer.body, "error_description", description);
  answer.body += '}';
  return answer;
}
TokenAnswer unknown_client(std::string reason) {
  return failed(401, "invalid_client", "the client could not be told by its assertion",
                std::move(reason));
}
TokenAnswer busy(std::string reason) {
  return failed(503, "temporarily_unavailable", "try again later", std::move(reason));
}

constexpr int most_scopes = 200;  // that are asked for at once

struct AskedScopes {
  Scopes scopes;
  bool many = false;
  bool mixed = false;  // of a system and of a user or a patient: which of them is meant?
  std::string wrong;   // why one of a system is none
};

AskedScopes read_scopes(std::string_view text) {
  AskedScopes asked;
  bool others = false, own = false;
  for (int count = 1; !text.empty(); ++count) {
    asked.many = count > most_scopes;
    if (asked.many) break;
    const auto end = std::min(text.find(' '), text.size());
    const auto one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool is_ours = one.starts_with("system/");
    others = others || one.starts_with("user/") || one.starts_with("patient/");
    own = own || is_ours;
    auto scope = read_scope(one);
    if (!scope && is_ours && scope.error().kind == Kind::invalid) asked.wrong = scope.error().text;
    if (scope) asked.scopes.add(*std::move(scope));
  }
  asked.mixed = others && own;
  return asked;
}

Caller caller_of(const Client& client, Scopes scopes) {
  Caller caller;
  caller.client = client.id;
  caller.name = client.name;
  caller.organisation = client.organisation;
  caller.role = client.role;
  caller.partners = client.partners;
  caller.purpose = client.purpose;
  caller.scopes = std::move(scopes);
  caller.sees_everything = client.sees_everything;
  caller.labels = client.labels;
  return caller;
}

}  // namespace

class Authority::Worker {
 public:
  Worker(AuthorityOptions options, Clients clients, std::unique_ptr<Used> used, KeySet decoy,
         Clock& clock, Random& random)
      : options_(std::move(options)),
        clients_(std::make_shared<const Clients>(std::move(clients))),
        used_(std::move(used)),
        decoy_(std::move(decoy)),
        clock_(clock),
        tokens_(options_.tokens, clock, random),
        thread_([this] { run(); }) {}

  ~Worker() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    came_.notify_one();
    thread_.join();
  }

  const Tokens& tokens() const { return tokens_; }

  void ask(Wish wish, TokenForm form, Answered answered) {
    {
      const std::lock_guard lock(mutex_);
      if (!ending_ && line_.size() < options_.waiting) {
        line_.push_back({wish, std::move(form), std::move(answered)});
        came_.notify_one();
        return;
      }
    }
    answered(busy("more requests for tokens wait than may"));
  }

  void replace(Clients clients) {
    auto others = std::make_shared<const Clients>(std::move(clients));
    const std::lock_guard lock(mutex_);
    clients_ = std::move(others);
    ++generation_;
    tokens_.revoke_all();
  }

 private:
  struct Waiting {
    Wish wish;
    TokenForm form;
    Answered answered;
  };

  // A client, by an assertion of his own.
  struct Signer {
    const Client* client = nullptr;
    Assertion assertion;
  };

  void run() {
    for (;;) {
      std::unique_lock lock(mutex_);
      came_.wait(lock, [&] { return ending_ || !line_.empty(); });
      if (line_.empty()) return;
      auto one = std::move(line_.front());
      line_.pop_front();
      serving_ = clients_;
      const auto generation = generation_;
      lock.unlock();
      one.answered(serve(one.wish, one.form, generation));
    }
  }

  TokenAnswer serve(Wish wish, const TokenForm& form, int generation) {
    if (wish == Wish::token && form.grant_type != "client_credentials")
      return failed(400, form.grant_type.empty() ? "invalid_request" : "unsupported_grant_type",
                    "grant_type is to be client_credentials", "another grant_type");
    const auto signer = signer_of(form);
    if (!signer) return unknown_client(signer.error().text);
    // From here on it is known who asks, whatever is refused.
    const auto& client = *signer->client;
    auto answer = answer_to(wish, *signer, form, generation);
    answer.client = client.id;
    return answer;
  }

  TokenAnswer answer_to(Wish wish, const Signer& signer, const TokenForm& form, int generation) {
    const auto& client = *signer.client;
    if (!form.client_id.empty() && form.client_id != client.id)
      return unknown_client("client_id is another");
    if (!is_pinned(client, form.peer_key))
      return unknown_client("the connection's certificate is another's");
    const auto& assertion = signer.assertion;
    const auto used =
        used_->use(client.id, assertion.jti, assertion.expires_s, clock_.now_us() / 1'000'000);
    if (!used)
      return used.error().kind == Kind::conflict ? unknown_client("jti was used before")
                                                 : busy(used.error().text);
    return wish == Wish::token        ? grant(client, form, generation)
           : wish == Wish::introspect ? introspect(client, form)
                                      : revoke(client, form);
  }

  // RFC 7523 3: whose signature it is. The error's text is a reason for the operator.
  Result<Signer> signer_of(const TokenForm& form) {
    const auto no = [](std::string reason) {
      return Error{Kind::forbidden, std::move(reason), ""};
    };
    if (form.assertion_type != assertion_type) return no("client_assertion_type is another");
    const auto token = read_jws(form.assertion);
    if (!token) return no(token.error().where + " " + token.error().text);
    const auto clock_s = clock_.now_us() / 1'000'000;
    const auto now_s = used_->now_s(clock_s);
    AssertionRules rules;
    rules.audience = options_.token_url;
    const auto assertion = read_assertion(token->claims, now_s, rules);
    const auto* const behind =
        now_s - clock_s > most_behind_s ? "; our clock is behind a time that was seen before" : "";
    if (!assertion) return no(assertion.error().where + " " + assertion.error().text + behind);
    const auto found = serving_->find(assertion->client);
    if (found == serving_->end()) {
      verify(decoy_.begin()->second, token->signed_bytes, token->signature);
      return no("iss is no client");
    }
    const auto& client = found->second;
    const auto key = client.keys.find(token->kid);
    if (key == client.keys.end() || name(key->second.algorithm) != token->algorithm)
      verify(decoy_.begin()->second, token->signed_bytes, token->signature);
    if (!is_signed(*token, client.keys)) return no("the signature is not of this client's keys");
    return Signer{&client, *assertion};
  }

  static bool is_pinned(const Client& client, std::string_view peer_key) {
    return client.pins.empty() ||
           std::find(client.pins.begin(), client.pins.end(), peer_key) != client.pins.end();
  }

  TokenAnswer grant(const Client& client, const TokenForm& form, int generation) {
    const auto asked = read_scopes(form.scope);
    if (asked.mixed)
      return failed(400, "invalid_scope",
                    "scopes of a system and of others are not granted together",
                    "scopes of several contexts");
    if (asked.many)
      return failed(400, "invalid_scope",
                    "at most " + std::to_string(most_scopes) + " scopes are granted at once",
                    "more scopes than may be asked for at once");
    if (!asked.wrong.empty()) return failed(400, "invalid_scope", asked.wrong, asked.wrong);
    auto scopes = common(asked.scopes, client.scopes);
    if (scopes.empty())
      return failed(400, "invalid_scope", "nothing of what is asked may be granted",
                    "no scope of those asked is allowed");
    const auto printed = write_scopes(scopes);
    Result<Tokens::Granted> granted = Error{Kind::busy, "the clients were read again", ""};
    {
      // Not after the clients were replaced: what they had was revoked then.
      const std::lock_guard lock(mutex_);
      if (generation == generation_)
        granted = tokens_.grant(caller_of(client, std::move(scopes)), client.pins);
    }
    if (!granted) return busy(granted.error().text);
    TokenAnswer answer;
    answer.body = "{";
    write_text(answer.body, "access_token", granted->token);
    write_text(answer.body, "token_type", "bearer");
    answer.body += ",\"expires_in\":" + std::to_string(granted->seconds);
    write_text(answer.body, "scope", printed);
    answer.body += '}';
    return answer;
  }

  // RFC 7662 2.2. Of another's token nothing is said.
  TokenAnswer introspect(const Client& client, const TokenForm& form) {
    TokenAnswer answer;
    const auto kept = tokens_.look(form.token);
    if (!kept || kept->caller->client != client.id) {
      answer.body = R"({"active":false})";
      return answer;
    }
    answer.body = R"({"active":true)";
    write_text(answer.body, "client_id", client.id);
    write_text(answer.body, "scope", write_scopes(kept->caller->scopes));
    write_text(answer.body, "token_type", "bearer");
    answer.body += ",\"iat\":" + std::to_string(kept->granted_s) +
                   ",\"exp\":" + std::to_string(kept->granted_s + options_.tokens.seconds) + "}";
    return answer;
  }

  // RFC 7009 2.2: a token that there is not is gone already.
  TokenAnswer revoke(const Client& client, const TokenForm& form) {
    tokens_.revoke(form.token, client.id);
    return {};
  }

  const AuthorityOptions options_;
  std::shared_ptr<const Clients> clients_, serving_;
  int generation_ = 0;  // of the clients
  std::unique_ptr<Used> used_;
  const KeySet decoy_;
  Clock& clock_;
  Tokens tokens_;
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Waiting> line_;
  bool ending_ = false;
  std::thread thread_;
};

Result<std::unique_ptr<Authority>> Authority::start(AuthorityOptions options, Clients clients,
                                                    Clock& clock, Random& random) {
  LET(auto decoy, read_jwks(decoy_jwks));
  LET(auto used, Used::open(options.used_file, clock.now_us() / 1'000'000));
  auto worker = std::make_unique<Worker>(std::move(options), std::move(clients), std::move(used),
                                         std::move(decoy), clock, random);
  return std::unique_ptr<Authority>(new Authority(std::move(worker)));
}

Authority::Authority(std::unique_ptr<Worker> worker) : worker_(std::move(worker)) {}
Authority::~Authority() = default;

Result<CallerPtr> Authority::find(std::string_view token, std::string_view peer_key) const {
  return worker_->tokens().find(token, peer_key);
}

void Authority::ask(Wish wish, TokenForm form, Answered answered) {
  worker_->ask(wish, std::move(form), std::move(answered));
}

void Authority::replace(Clients clients) {
  worker_->replace(std::move(clients));
}

}  // namespace fingerpost::access
