// A gateway's exchange for tests: a store in memory, a clock that stands until moved, partners, and
// a translation of small referral messages that needs no maps.

#pragma once

#include "base/uuid.h"
#include "exchange/neighbourhood.h"
#include "exchange/parts.h"
#include "exchange/transport.h"
#include "model/json.h"
#include "search/search.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/definitions.h"
#include "wire/hl7v2.h"

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

namespace fingerpost::test {

class ManualClock final : public Clock {
 public:
  std::int64_t now_us() override { return now_; }
  std::int64_t monotonic_us() override { return now_; }
  void advance(std::int64_t us) { now_ += us; }

 private:
  std::atomic<std::int64_t> now_{1'795'340'000'000'000};  // 2026-11-22
};

class SeededRandom final : public Random {
 public:
  std::uint64_t next() override { return state_ += 0x9e3779b97f4a7c15u; }

 private:
  std::atomic<std::uint64_t> state_{1};
};

inline search::Parameters const& parameters() {
  static const auto made = [] {
    auto compiled = search::Parameters::compile(definitions(), search::HashKey{});
    if (!compiled) throw std::runtime_error(compiled.error().text);
    return std::move(*compiled);
  }();
  return *made;
}

constexpr std::string_view ods = "https://fhir.nhs.uk/Id/ods-organization-code";

// The referral `key` as a collection: PRAC1 asks `owner` (an ODS code; "" for nobody) for help.
inline std::string referral(const std::string& key, const std::string& status,
                            const std::string& owner = "LINK1", const std::string& text = "help",
                            const std::string& request_status = "active") {
  const auto id = [&key](std::string_view what) { return uuid_v5({"test", key, what}); };
  const auto entry = [](const std::string& name, const std::string& rest) {
    return R"({"fullUrl":"urn:uuid:)" + name + R"(","resource":{)" + rest + R"(,"id":")" + name +
           R"("}})";
  };
  const auto reference = [](const std::string& name) {
    return R"({"reference":"urn:uuid:)" + name + R"("})";
  };
  const auto organization = [&](const std::string& code) {
    return entry(uuid_v5({"test", code}),
                 R"("resourceType":"Organization","identifier":[{"system":")" + std::string(ods) +
                     R"(","value":")" + code + R"("}])");
  };
  const auto role = [&](const std::string& code) {
    return entry(uuid_v5({"test", "role", code}),
                 R"("resourceType":"PractitionerRole","organization":)" +
                     reference(uuid_v5({"test", code})));
  };
  std::string task = R"("resourceType":"Task","status":")" + status +
                     R"(","intent":"order","focus":)" + reference(id("request")) + R"(,"for":)" +
                     reference(id("patient")) + R"(,"requester":)" +
                     reference(uuid_v5({"test", "role", "PRAC1"}));
  if (!owner.empty()) task += R"(,"owner":)" + reference(uuid_v5({"test", "role", owner}));
  std::string out = R"({"resourceType":"Bundle","type":"collection","entry":[)";
  out += entry(id("patient"), R"("resourceType":"Patient","name":[{"family":"Test"}])") + ",";
  out += organization("PRAC1") + "," + role("PRAC1") + ",";
  if (!owner.empty()) out += organization(owner) + "," + role(owner) + ",";
  out += entry(id("request"), R"("resourceType":"ServiceRequest","status":")" + request_status +
                                  R"(","intent":"order","subject":)" + reference(id("patient")) +
                                  R"(,"note":[{"text":")" + text + R"("}])") +
         ",";
  return out + entry(id("task"), task) + "]}";
}

inline std::string task_id(const std::string& key) {
  return uuid_v5({"test", key, "task"});
}
inline std::string request_id(const std::string& key) {
  return uuid_v5({"test", key, "request"});
}

inline Translation translation_of(const std::string& bundle) {
  auto read = model::read_json(definitions(), bundle, Limits{});
  REQUIRE(read);
  return {std::move(read->tree), {}, {}, {}};
}

// RF1|<status>|||||<key>, PRD||<owner>, NTE|1||<text>; a Z segment is an error; others unsupported.
inline Result<Translation> small_translate(Format, const std::string& bytes,
                                           const TranslateOptions&) {
  const wire::Delimiters by;
  const auto segment = [&bytes](const std::string& name) {
    const auto at = bytes.find("\r" + name);
    if (at == std::string::npos) return std::string();
    return bytes.substr(at + 1, bytes.find('\r', at + 1) - at - 1);
  };
  const auto header = bytes.substr(0, bytes.find('\r'));
  if (wire::field(header, by, 9).substr(0, 3) != "REF")
    return Error{Kind::unsupported, "an event nobody here knows", "MSH-9"};
  if (!segment("ZZZ").empty()) return Error{Kind::invalid, "a required field is missing", "PID-5"};
  const auto request = segment("RF1");
  const auto status = std::string(wire::field(request, by, 1));
  const auto bundle =
      referral(std::string(wire::field(request, by, 6)), status.empty() ? "requested" : status,
               std::string(wire::field(segment("PRD"), by, 2)),
               std::string(wire::field(segment("NTE"), by, 3)));
  auto read = model::read_json(definitions(), bundle, Limits{});
  if (!read) return read.error();
  return Translation{std::move(read->tree), {}, {}, {}};
}

inline std::string referral_message(const std::string& control_id, const std::string& key,
                                    const std::string& rest = "", const std::string& modes = "",
                                    const std::string& owner = "LINK1",
                                    const std::string& text = "help") {
  return "MSH|^~\\&|GP|SURGERY|HUB|HUB|20261122093000||REF^I12|" + control_id + "|P|2.4" + modes +
         "\rRF1||||||" + key + "\rPRD||" + owner + "\rNTE|1||" + text + "\r" + rest;
}

inline exchange::Partner partner(const std::string& id, const std::string& code,
                                 exchange::Channel channel) {
  exchange::Partner made;
  made.id = id;
  made.name = id;
  made.identifiers = {{std::string(ods), code}};
  made.channel = channel;
  made.fhir_base = "http://127.0.0.1:9/" + id;
  made.host = "127.0.0.1";
  made.port = 9;
  return made;
}

// The practice sends and is told over MLLP; the link workers over FHIR.
inline exchange::Partners usual_partners() {
  exchange::Partners partners;
  partners.list = {partner("practice", "PRAC1", exchange::Channel::mllp),
                   partner("links", "LINK1", exchange::Channel::fhir),
                   partner("other", "LINK2", exchange::Channel::fhir),
                   partner("home", "HOME", exchange::Channel::self)};
  partners.list[0].application = "GP";
  partners.list[0].facility = "SURGERY";
  return partners;
}

struct World {
  ManualClock clock;
  SeededRandom random;
  exchange::Partners partners = usual_partners();
  std::unique_ptr<store::Store> store = store::open_memory({}, clock, random);
  exchange::Parts parts{definitions(), parameters(),    *store, partners, clock,
                        random,        small_translate, {},     {}};

  std::unique_ptr<store::Reader> reader() { return *store->reader(); }
  // What stands in the store of the Task, or "".
  std::string task_status(const std::string& key) {
    const auto stored = reader()->read("Task", task_id(key));
    if (!stored) return "";
    const auto read = model::read_json(definitions(), stored->body, Limits{});
    return std::string(exchange::child_text({&read->tree, read->tree.root()}, "status"));
  }
  std::int64_t version(const std::string& type, const std::string& id) {
    const auto stored = reader()->read(type, id);
    return stored ? stored->version : 0;
  }
  std::vector<store::OutboxRow> outbox() {
    std::vector<store::OutboxRow> rows;
    auto eyes = reader();
    for (const auto& row : *eyes->outbox({})) rows.push_back(*eyes->outbox_row(row.id));
    return rows;
  }
  std::vector<store::InboxRow> inbox() { return *reader()->inbox({}); }
};

// Answers as the test says, and remembers.
class FakeTransport final : public exchange::Transport {
 public:
  using Answers = std::function<remote::Answer(const store::OutboxRow&)>;
  explicit FakeTransport(Answers answers) : answers_(std::move(answers)) {}

  void send(const store::OutboxRow& row, const exchange::Partner&, Done done) override {
    {
      const std::lock_guard lock(mutex_);
      sent_.push_back(row);
    }
    auto answer = answers_(row);
    if (answer.reason == "silent") return;
    done(std::move(answer));
  }
  void look_up(const store::OutboxRow&, const exchange::Partner&, Done done) override {
    ++looked_up;
    done(found);
  }
  std::vector<store::OutboxRow> sent() const {
    const std::lock_guard lock(mutex_);
    return sent_;
  }
  std::atomic<int> looked_up{0};
  remote::Answer found;

 private:
  Answers answers_;
  mutable std::mutex mutex_;
  std::vector<store::OutboxRow> sent_;
};

}  // namespace fingerpost::test
