#include "access/authority.h"

#include "support/catch.h"
#include "support/clocks.h"
#include "support/folder.h"
#include "support/json.h"
#include "support/signing.h"
#include "wire/json_view.h"

#include <catch2/catch.hpp>

#include <future>
#include <memory>
#include <string>
#include <utility>

using namespace fingerpost;
using namespace fingerpost::access;
using test::SigningKey;
using Wish = Authority::Wish;

namespace {

const std::string url = "https://gateway.example/fhir/auth/token";

const SigningKey& key_of(const std::string& client) {
  static const auto app = SigningKey::p384("k");
  static const auto hub = SigningKey::rsa("k");
  return client == "app" ? app : hub;
}

Client client(const std::string& id, const std::string& scopes) {
  Client made;
  made.id = id;
  made.organisation = "A81001";
  made.role = "R1";
  made.keys = read_jwks(key_of(id).jwks()).value();
  for (std::size_t at = 0; at < scopes.size();) {
    const auto end = std::min(scopes.find(' ', at), scopes.size());
    made.scopes.add(read_scope(scopes.substr(at, end - at)).value());
    at = end + 1;
  }
  return made;
}

Clients clients() {
  Clients all;
  all.emplace("app", client("app", "system/Task.cruds system/Patient.rs"));
  auto hub = client("hub", "system/*.rs");
  hub.purpose = Purpose::beyond_care;
  hub.pins = {"PIN-OF-HUB"};
  all.emplace("hub", std::move(hub));
  return all;
}

struct World {
  test::SetClock clock;
  test::CountedRandom random;
  test::Folder folder;
  AuthorityOptions options{url, folder.path() + "/used", {}, 1000};
  std::unique_ptr<Authority> authority = start();
  int count = 0;

  std::unique_ptr<Authority> start() {
    return Authority::start(options, clients(), clock, random).value();
  }
  void restart() {
    authority.reset();
    authority = start();
  }

  TokenAnswer ask(Wish wish, TokenForm form) {
    std::promise<TokenAnswer> answered;
    authority->ask(wish, std::move(form),
                   [&](TokenAnswer answer) { answered.set_value(std::move(answer)); });
    return answered.get_future().get();
  }

  std::string claims(const std::string& id, const std::string& jti) {
    return R"({"iss":")" + id + R"(","sub":")" + id + R"(","aud":")" + url + R"(","jti":")" + jti +
           R"(","exp":)" + std::to_string(clock.now_s() + 300) + "}";
  }
  TokenForm form(const std::string& id, const std::string& scope) {
    TokenForm made;
    made.grant_type = "client_credentials";
    made.scope = scope;
    made.assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    made.assertion = key_of(id).token(claims(id, "jti-" + std::to_string(++count)));
    if (id == "hub") made.peer_key = "PIN-OF-HUB";
    return made;
  }
  std::string token(const std::string& id, const std::string& scope) {
    const auto answer = ask(Wish::token, form(id, scope));
    CAPTURE(answer.body, answer.reason);
    REQUIRE(answer.status == 200);
    return member(answer, "access_token");
  }
  static std::string member(const TokenAnswer& answer, const std::string& name) {
    const auto document = wire::parse_json(answer.body, Limits{}).value();
    return std::string(wire::JsonView(document)[name].text());
  }
};

// One more than may be asked for at once, each of them allowed.
const char* many_scopes() {
  static const auto text = [] {
    std::string made = "system/Task.r";
    for (int i = 0; i < 200; ++i) made += " system/Task.r";
    return made;
  }();
  return text.c_str();
}

}  // namespace

TEST_CASE("a client is granted what it asks for as far as it is allowed, for five minutes") {
  World world;
  const auto answer = world.ask(
      Wish::token, world.form("app", "system/Task.ru system/Goal.rs system/*.r nonsense"));
  REQUIRE(answer.status == 200);
  CHECK(answer.client == "app");
  CHECK(World::member(answer, "token_type") == "bearer");
  CHECK(World::member(answer, "expires_in") == "300");
  CHECK(World::member(answer, "scope") == "system/Task.ru system/Patient.r");
  const auto token = World::member(answer, "access_token");
  CHECK(token.size() == 43);
  const auto caller = world.authority->find(token, "");
  REQUIRE(caller);
  CHECK((*caller)->client == "app");
  CHECK((*caller)->organisation == "A81001");
  CHECK((*caller)->role == "R1");
  CHECK((*caller)->purpose == Purpose::direct_care);
  CHECK_FALSE((*caller)->local);
  CHECK((*caller)->may("Task", can_read | can_update));
  CHECK_FALSE((*caller)->may("Task", can_create));
  CHECK_FALSE((*caller)->may("Goal", can_read));
  CHECK(token.find((*caller)->token_id) == std::string::npos);
  world.clock.pass(299);
  CHECK(world.authority->find(token, ""));
  world.clock.pass(1);
  CHECK_FALSE(world.authority->find(token, ""));
}

TEST_CASE("A20: failures to prove who one is are all the same to the client") {
  World world;
  auto form = world.form("app", "system/Task.r");
  const std::string what = GENERATE("no assertion", "another type", "unknown client", "another key",
                                    "client_id", "expired", "audience", "certificate", "garbage");
  CAPTURE(what);
  if (what == "no assertion") form.assertion.clear();
  if (what == "another type") form.assertion_type = "urn:x";
  if (what == "unknown client") form.assertion = key_of("app").token(world.claims("nobody", "j"));
  if (what == "another key") form.assertion = SigningKey::p384("k").token(world.claims("app", "j"));
  if (what == "client_id") form.client_id = "hub";
  if (what == "expired") world.clock.pass(301);
  if (what == "audience") {
    auto claims = world.claims("app", "j");
    form.assertion = key_of("app").token(claims.replace(claims.find("gateway"), 7, "another"));
  }
  if (what == "certificate") {
    form = world.form("hub", "system/Task.r");
    form.peer_key = "PIN-OF-APP";
  }
  if (what == "garbage") form.assertion = "a.b.c";
  const auto answer = world.ask(Wish::token, form);
  CHECK(answer.status == 401);
  CHECK(answer.body == R"({"error":"invalid_client","error_description":)"
                       R"("the client could not be told by its assertion"})");
  // The operator is told who it was once the signature has said so.
  CHECK(answer.client == (what == "client_id" ? "app" : what == "certificate" ? "hub" : ""));
  CHECK_FALSE(answer.reason.empty());
}

TEST_CASE("A9: an assertion is taken once, also after a restart and with the clock set back") {
  World world;
  const auto form = world.form("app", "system/Task.r");
  REQUIRE(world.ask(Wish::token, form).status == 200);
  const auto again = world.ask(Wish::token, form);
  CHECK(again.status == 401);
  CHECK(again.client == "app");
  CHECK(again.reason == "jti was used before");
  CHECK(world.ask(Wish::introspect, form).status == 401);
  world.restart();
  CHECK(world.ask(Wish::token, form).status == 401);
  world.clock.pass(400);
  CHECK(world.ask(Wish::token, world.form("app", "system/Task.r")).status == 200);
  world.clock.set_back(400);
  CHECK(world.ask(Wish::token, form).status == 401);
  world.restart();
  CHECK(world.ask(Wish::token, form).status == 401);
}

TEST_CASE("an assertion that was not found sound is not used up") {
  World world;
  auto form = world.form("app", "system/Task.r");
  const auto good = form.assertion;
  form.assertion = SigningKey::p384("k").token(world.claims("app", "jti-1"));
  CHECK(world.ask(Wish::token, form).status == 401);
  form.assertion = good;
  CHECK(world.ask(Wish::token, form).status == 200);
}

TEST_CASE("A16: nothing is granted for what is not wholly understood or not allowed") {
  struct Row {
    const char *scope, *error;
  };
  const auto row =
      GENERATE(Row{"", "invalid_scope"}, Row{"system/Goal.rs", "invalid_scope"},
               Row{"system/Patient.cud", "invalid_scope"}, Row{"patient/*.rs", "invalid_scope"},
               Row{"user/Patient.rs", "invalid_scope"}, Row{"system/Task.dus", "invalid_scope"},
               Row{"system/Patient.r user/Patient.r", "invalid_scope"},
               Row{"system/Patient.rs?name=a", "invalid_scope"}, Row{"  ", "invalid_scope"},
               Row{"system%2FTask.r", "invalid_scope"}, Row{many_scopes(), "invalid_scope"});
  CAPTURE(row.scope);
  World world;
  const auto answer = world.ask(Wish::token, world.form("app", row.scope));
  CHECK(answer.status == 400);
  CHECK(World::member(answer, "error") == row.error);
  CHECK(answer.client == "app");
}

TEST_CASE("a scope of a type that there is not, or of no letters, is refused beside good ones") {
  struct Row {
    const char *scope, *says;
  };
  const auto row = GENERATE(Row{"system/Task.r system/Patiant.r", "the nearest is Patient"},
                            Row{"system/Foo.r", "of a type of resource that R4 has"},
                            Row{"system/Task.", "a scope is system/TYPE.cruds"},
                            Row{"system/Task.r system/Task.", "a scope is system/TYPE.cruds"},
                            Row{"system/.r system/Task.r", "a scope is system/TYPE.cruds"});
  CAPTURE(row.scope);
  World world;
  const std::string client = GENERATE("app", "hub");  // hub has every type
  const auto answer = world.ask(Wish::token, world.form(client, row.scope));
  CHECK(answer.status == 400);
  CHECK(World::member(answer, "error") == "invalid_scope");
  CHECK(World::member(answer, "error_description").find(row.says) != std::string::npos);
  CHECK(answer.client == client);
  for (const auto* sent : {"Patiant", "Foo"}) {
    CHECK(answer.body.find(sent) == std::string::npos);
    CHECK(answer.reason.find(sent) == std::string::npos);
  }
}

TEST_CASE("only client credentials are a grant here") {
  World world;
  auto form = world.form("app", "system/Task.r");
  form.grant_type = GENERATE("", "password", "authorization_code", "refresh_token");
  const auto answer = world.ask(Wish::token, form);
  CHECK(answer.status == 400);
  CHECK(World::member(answer, "error") ==
        (form.grant_type.empty() ? "invalid_request" : "unsupported_grant_type"));
}

TEST_CASE("T3: a token is good over its client's certificate alone") {
  World world;
  const auto token = world.token("hub", "system/Task.r");
  CHECK(world.authority->find(token, "PIN-OF-HUB"));
  for (const auto* other : {"", "PIN-OF-APP", "pin-of-hub"}) {
    CAPTURE(other);
    const auto found = world.authority->find(token, other);
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == Kind::forbidden);
  }
  const auto free = world.token("app", "system/Task.r");
  CHECK(world.authority->find(free, "PIN-OF-HUB"));
}

TEST_CASE("what is no token finds nobody") {
  World world;
  const auto token = world.token("app", "system/Task.r");
  for (const auto& other : {std::string(), token + "A", token.substr(1), " " + token,
                            std::string(1 << 20, 'A'), std::string(43, 'A')}) {
    CAPTURE(other.size());
    const auto found = world.authority->find(other, "");
    REQUIRE_FALSE(found);
    CHECK(found.error().kind == Kind::not_found);
  }
}

TEST_CASE("a client may look at its own tokens and give them back, and at no other's") {
  World world;
  const auto token = world.token("app", "system/Task.r");
  auto own = world.form("app", "");
  own.token = token;
  const auto looked = world.ask(Wish::introspect, own);
  CHECK(looked.status == 200);
  CHECK(World::member(looked, "active") == "true");
  CHECK(World::member(looked, "scope") == "system/Task.r");
  CHECK(World::member(looked, "client_id") == "app");
  CHECK(World::member(looked, "exp") == std::to_string(world.clock.now_s() + 300));

  auto others = world.form("hub", "");
  others.token = token;
  CHECK(world.ask(Wish::introspect, others).body == R"({"active":false})");
  others.assertion = world.form("hub", "").assertion;
  CHECK(world.ask(Wish::revoke, others).status == 200);
  CHECK(world.authority->find(token, ""));

  own.assertion = world.form("app", "").assertion;
  CHECK(world.ask(Wish::revoke, own).status == 200);
  CHECK_FALSE(world.authority->find(token, ""));
  own.assertion = world.form("app", "").assertion;
  CHECK(world.ask(Wish::introspect, own).body == R"({"active":false})");
}

TEST_CASE("a restart and new clients end every token") {
  World world;
  const auto token = world.token("app", "system/Task.r");
  world.restart();
  CHECK_FALSE(world.authority->find(token, ""));
  const auto other = world.token("app", "system/Task.r");
  auto left = clients();
  left.erase("app");
  world.authority->replace(std::move(left));
  CHECK_FALSE(world.authority->find(other, ""));
  CHECK(world.ask(Wish::token, world.form("app", "system/Task.r")).status == 401);
}

TEST_CASE("a client that takes more tokens than it may loses its oldest, and no other client any") {
  World world;
  world.options.tokens.each = 2;
  world.restart();
  const auto other = world.token("hub", "system/Task.r");
  const auto first = world.token("app", "system/Task.r");
  const auto second = world.token("app", "system/Task.r");
  const auto third = world.token("app", "system/Task.r");
  CHECK_FALSE(world.authority->find(first, ""));
  CHECK(world.authority->find(second, ""));
  CHECK(world.authority->find(third, ""));
  CHECK(world.authority->find(other, "PIN-OF-HUB"));
  world.clock.pass(300);
  const auto fourth = world.token("app", "system/Task.r");
  CHECK_FALSE(world.authority->find(third, ""));
  const auto fifth = world.token("app", "system/Task.r");
  CHECK(world.authority->find(fourth, ""));
  CHECK(world.authority->find(fifth, ""));
}

TEST_CASE("tokens that were given back count no more") {
  World world;
  world.options.tokens.each = 2;
  world.restart();
  const auto kept = world.token("app", "system/Task.r");
  for (int i = 0; i < 5; ++i) {
    auto form = world.form("app", "");
    form.token = world.token("app", "system/Task.r");
    CHECK(world.ask(Wish::revoke, form).status == 200);
  }
  CHECK(world.authority->find(kept, ""));
  world.clock.pass(300);
  CHECK_FALSE(world.authority->find(kept, ""));
  world.token("app", "system/Task.r");
}

TEST_CASE("when as many tokens are out as may be, nobody loses one, and others wait") {
  World world;
  world.options.tokens.together = 2;
  world.restart();
  const auto first = world.token("app", "system/Task.r");
  world.clock.pass(1);
  world.token("hub", "system/Task.r");
  CHECK(world.ask(Wish::token, world.form("app", "system/Task.r")).status == 503);
  CHECK(world.authority->find(first, ""));
  world.clock.pass(299);
  world.token("app", "system/Task.r");
}

TEST_CASE("a clock that is behind a time seen before is said to be so") {
  World world;
  world.clock.pass(5000);
  world.token("app", "system/Task.r");
  world.clock.set_back(5000);
  const auto answer = world.ask(Wish::token, world.form("app", "system/Task.r"));
  CHECK(answer.status == 401);
  CHECK(answer.reason.find("our clock is behind") != std::string::npos);
}
