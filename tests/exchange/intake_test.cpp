#include "exchange/intake.h"

#include "exchange/inbox_worker.h"
#include "support/peer.h"
#include "world.h"

#include <deque>

using namespace fingerpost;
using namespace fingerpost::exchange;
using namespace fingerpost::test;

namespace {

// A connection's side of the talk, run by hand.
struct Talk {
  std::deque<std::function<void()>> work;
  std::mutex mutex;
  std::vector<std::string> replies;
  bool done = false;
  bool closed = false;

  std::shared_ptr<Caller> caller() {
    auto made = std::make_shared<Caller>();
    const auto post = [this](std::function<void()> piece) {
      const std::lock_guard lock(mutex);
      work.push_back(std::move(piece));
    };
    made->post = post;
    made->after = [post](int, std::function<void()> piece) { post(std::move(piece)); };
    made->reply = [this](std::string message) { replies.push_back(std::move(message)); };
    made->done = [this] { done = true; };
    made->close = [this] { closed = true; };
    return made;
  }
  void run() {
    REQUIRE(eventually([this] {
      for (;;) {
        std::function<void()> piece;
        {
          const std::lock_guard lock(mutex);
          if (work.empty()) return done || closed;
          piece = std::move(work.front());
          work.pop_front();
        }
        piece();
      }
    }));
  }
};

std::vector<std::string> answers(Intake& intake, const std::string& message) {
  Talk talk;
  intake.take_message(message, talk.caller());
  talk.run();
  CHECK(talk.done);
  return talk.replies;
}
std::string code(const std::string& answer) {
  const auto at = answer.find("\rMSA|");
  return at == std::string::npos ? "" : answer.substr(at + 5, 2);
}

}  // namespace

TEST_CASE("original mode: message, answer, resources and outbox are one commit") {
  World world;
  Intake intake(world.parts);
  const auto replies = answers(intake, referral_message("M1", "R1"));
  REQUIRE(replies.size() == 1);
  CHECK(code(replies[0]) == "AA");
  CHECK(replies[0].find("\rMSA|AA|M1") != std::string::npos);
  CHECK(world.task_status("R1") == "requested");
  const auto rows = world.inbox();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].status == store::InboxStatus::applied);
  CHECK(rows[0].source == "practice");
  CHECK(rows[0].answer == replies[0]);
  CHECK(world.reader()->inbox_row(rows[0].id)->raw == referral_message("M1", "R1"));
  CHECK(world.outbox().size() == 1);
}

TEST_CASE("the same message again gets the same answer, and nothing is done twice") {
  World world;
  Intake intake(world.parts);
  const auto first = answers(intake, referral_message("M1", "R1"));
  world.clock.advance(60'000'000);
  const auto second = answers(intake, referral_message("M1", "R1"));
  CHECK(second == first);
  CHECK(world.inbox().size() == 1);
  CHECK(world.outbox().size() == 1);
  CHECK(intake.counts().duplicates == 1);
}

TEST_CASE("a known control id with another message is refused and kept beside the first") {
  World world;
  Intake intake(world.parts);
  answers(intake, referral_message("M1", "R1"));
  const auto replies = answers(intake, referral_message("M1", "R2"));
  REQUIRE(replies.size() == 1);
  CHECK(code(replies[0]) == "AE");
  CHECK(replies[0].find("205") != std::string::npos);
  CHECK(world.task_status("R2").empty());
  CHECK(world.inbox().size() == 2);
  CHECK(answers(intake, referral_message("M1", "R2")) == replies);
  CHECK(world.inbox().size() == 2);
}

TEST_CASE("a cancellation under the control id of its request is a message of its own") {
  World world;
  Intake intake(world.parts);
  answers(intake, referral_message("M1", "R1"));
  auto cancellation = referral_message("M1", "R1");
  cancellation.replace(cancellation.find("REF^I12"), 7, "REF^I14");
  const auto replies = answers(intake, cancellation);
  REQUIRE(replies.size() == 1);
  CHECK(code(replies[0]) == "AA");
  CHECK(world.inbox().size() == 2);
}

TEST_CASE("what cannot be used is answered in the protocol's form and kept") {
  struct Row {
    const char* name;
    std::string message;
    const char* code;
    const char* says;
  };
  const std::string plain = referral_message("M1", "R1");
  const auto changed = [&plain](const std::string& from, const std::string& to) {
    auto text = plain;
    text.replace(text.find(from), from.size(), to);
    return text;
  };
  const auto row = GENERATE_COPY(
      Row{"content", referral_message("M1", "R1", "ZZZ|1\r"), "AE", "PID"},
      Row{"unknown type", changed("REF^I12", "ZZZ^Z99"), "AR", "20"},
      Row{"unknown version", changed("|P|2.4", "|P|3.0"), "AR", "203"},
      Row{"unknown processing id", changed("|P|2.4", "|Q|2.4"), "AR", "202"},
      Row{"unknown receiver", referral_message("M1", "R1", "", "", "NOBODY"), "AE", "PRD"});
  CAPTURE(row.name);
  World world;
  Intake intake(world.parts);
  const auto replies = answers(intake, row.message);
  REQUIRE(replies.size() == 1);
  CAPTURE(replies[0]);
  CHECK(code(replies[0]) == row.code);
  CHECK(replies[0].find("\rERR|") != std::string::npos);
  CHECK(replies[0].find(row.says) != std::string::npos);
  const auto kept = world.inbox();
  REQUIRE(kept.size() == 1);
  CHECK(kept[0].status == store::InboxStatus::refused);
  CHECK_FALSE(kept[0].note.empty());
  CHECK(world.outbox().empty());
  // A good message after it is taken as ever.
  CHECK(code(answers(intake, referral_message("M2", "R2")).at(0)) == "AA");
}

TEST_CASE("bytes that are no message are kept and answered") {
  World world;
  Intake intake(world.parts);
  Talk talk;
  intake.take_message("GET / HTTP/1.1", talk.caller());
  talk.run();
  REQUIRE(talk.replies.size() == 1);
  CHECK(code(talk.replies[0]) == "AR");
  CHECK(world.inbox().at(0).kind == "unreadable");
  CHECK(intake.counts().malformed == 1);
}

TEST_CASE("an acknowledgement is never acknowledged, an answer without a map waits for a person") {
  World world;
  Intake intake(world.parts);
  CHECK(answers(intake, "MSH|^~\\&|GP|SURGERY|||2026||ACK|A1|P|2.4\rMSA|AA|X\r").empty());
  CHECK(world.inbox().empty());
  CHECK(intake.counts().acknowledgements == 1);
  const auto replies = answers(intake, "MSH|^~\\&|GP|SURGERY|||2026||RRI^I12|A2|P|2.4\rRF1|A\r");
  REQUIRE(replies.size() == 1);
  CHECK(code(replies[0]) == "AA");
  CHECK(world.inbox().at(0).status == store::InboxStatus::quarantined);
}

TEST_CASE("enhanced mode: accept answer first, application answer by the partner's own road") {
  World world;
  Intake intake(world.parts);
  const auto replies = answers(intake, referral_message("M1", "R1", "", "|||AL|AL"));
  REQUIRE(replies.size() == 1);
  CHECK(code(replies[0]) == "CA");
  CHECK(world.inbox().at(0).status == store::InboxStatus::applied);
  CHECK(world.task_status("R1") == "requested");
  const auto rows = world.outbox();
  REQUIRE(rows.size() == 2);
  const auto& answer = rows[0].lane == "practice" ? rows[0] : rows[1];
  CHECK(answer.kind == "hl7v2-answer");
  CHECK(code(answer.body) == "AA");
}

TEST_CASE("enhanced mode without an address: both answers on the same connection") {
  World world;
  world.partners.list[0].channel = Channel::none;
  Intake intake(world.parts);
  const auto replies = answers(intake, referral_message("M1", "R1", "", "|||AL|AL"));
  REQUIRE(replies.size() == 2);
  CHECK(code(replies[0]) == "CA");
  CHECK(code(replies[1]) == "AA");
  const auto wrong = answers(intake, referral_message("M2", "R2", "ZZZ|1\r", "|||AL|AL"));
  REQUIRE(wrong.size() == 2);
  CHECK(code(wrong[0]) == "CA");
  CHECK(code(wrong[1]) == "AE");
}

TEST_CASE("enhanced mode accepts nothing that its header rules out") {
  World world;
  world.parts.reads_message = [](std::string_view type, std::string_view event) {
    return type == "REF" && event == "I12";
  };
  Intake intake(world.parts);
  const auto enhanced = [](std::string type) {
    return "MSH|^~\\&|GP|SURGERY|||2026||" + type + "|E1|P|2.4|||AL|NE\rPID|1\r";
  };
  const auto refused = answers(intake, enhanced("ADT^A01"));
  REQUIRE(refused.size() == 1);
  CHECK(code(refused[0]) == "CR");
  REQUIRE(world.inbox().size() == 1);
  CHECK(world.inbox()[0].status == store::InboxStatus::refused);
  CHECK(code(answers(intake, enhanced("REF^I12")).at(0)) == "CA");
}

TEST_CASE("answers go out only when the sender wants them") {
  struct Row {
    const char* modes;
    bool good;
    std::vector<std::string> codes;
  };
  const auto row = GENERATE(Row{"|||NE|NE", true, {}}, Row{"|||NE|NE", false, {}},
                            Row{"|||NE|ER", true, {}}, Row{"|||NE|ER", false, {"AE"}},
                            Row{"|||NE|SU", true, {"AA"}}, Row{"|||NE|AL", true, {"AA"}},
                            Row{"|||ER|NE", true, {}}, Row{"|||AL|NE", true, {"CA"}},
                            Row{"|||AL|NE", false, {"CA"}}, Row{"|||SU|ER", false, {"CA", "AE"}});
  CAPTURE(row.modes, row.good);
  World world;
  world.partners.list[0].channel = Channel::none;
  Intake intake(world.parts);
  std::vector<std::string> codes;
  for (const auto& reply :
       answers(intake, referral_message("M1", "R1", row.good ? "" : "ZZZ|1\r", row.modes)))
    codes.push_back(code(reply));
  CHECK(codes == row.codes);
  CHECK(world.inbox().size() == 1);
}

TEST_CASE("what a crash left accepted is applied by the inbox worker") {
  World world;
  Intake intake(world.parts);
  {
    store::Unit unit;
    store::InboxRow row;
    row.source = "practice";
    row.kind = "hl7v2";
    row.key = "k";
    row.digest = "d";
    row.raw = referral_message("M1", "R1", "", "|||AL|NE");
    row.due_us = world.clock.now_us() + 3'600'000'000;
    unit.inbox = row;
    REQUIRE(commit_now(*world.store, std::move(unit)));
  }
  InboxWorker worker(world.parts, intake, {});
  CHECK(eventually([&] { return world.task_status("R1") == "requested"; }));
  CHECK(eventually([&] { return world.inbox().at(0).status == store::InboxStatus::applied; }));
}

TEST_CASE("a message that fails three times waits for a person, and others go on") {
  World world;
  world.parts.translate = [](Format format, const std::string& bytes,
                             const TranslateOptions& options) -> Result<Translation> {
    if (bytes.find("poison") != std::string::npos) return Error{Kind::fault, "broken", ""};
    return small_translate(format, bytes, options);
  };
  Intake intake(world.parts);
  int number = 0;
  for (const auto* text : {"poison", "help"}) {
    store::Unit unit;
    store::InboxRow row;
    row.source = text;
    row.kind = "hl7v2";
    row.key = std::to_string(++number);
    row.digest = "d";
    row.raw = referral_message("M" + row.key, "R" + row.key, "", "|||AL|NE", "LINK1", text);
    unit.inbox = row;
    REQUIRE(commit_now(*world.store, std::move(unit)));
  }
  InboxOptions options;
  options.poll_us = 1'000;
  InboxWorker worker(world.parts, intake, options);
  CHECK(eventually([&] {
    world.clock.advance(60'000'000);
    return world.inbox().at(0).status == store::InboxStatus::quarantined;
  }));
  CHECK(world.inbox().at(0).attempts == 3);
  CHECK(eventually([&] { return world.task_status("R2") == "requested"; }));
}

TEST_CASE("a record is kept, applied once, and its report stays the same") {
  World world;
  world.parts.translate = [](Format, const std::string& bytes,
                             const TranslateOptions&) -> Result<Translation> {
    if (bytes == "bad") return Error{Kind::invalid, "not a record", "Bundle"};
    return translation_of(referral("R1", "requested"));
  };
  Intake intake(world.parts);
  const auto take = [&](const std::string& bytes, Format format = Format::gpconnect) {
    Result<TakenRecord> taken = Error{Kind::fault, "nothing came", ""};
    std::atomic<bool> done{false};
    intake.take_record(format, bytes, "practice", [&](Result<TakenRecord> result) {
      taken = std::move(result);
      done = true;
    });
    REQUIRE(eventually([&] { return done.load(); }));
    return taken;
  };
  const auto first = take("record");
  REQUIRE(first);
  CHECK(first->answer.find("\"Task/" + task_id("R1") + "\"") != std::string::npos);
  const auto second = take("record");
  REQUIRE(second);
  CHECK(second->duplicate);
  CHECK(second->answer == first->answer);
  CHECK(take("bad").error().kind == Kind::invalid);
  CHECK(world.inbox().size() == 2);
  const auto other = take("record", Format::gp2gp);  // the other door reads it anew
  REQUIRE(other);
  CHECK_FALSE(other->duplicate);
}

TEST_CASE("a record that was refused is taken when it comes again and can be read") {
  World world;
  bool mended = false;
  world.parts.translate = [&mended](Format, const std::string&,
                                    const TranslateOptions&) -> Result<Translation> {
    if (!mended) return Error{Kind::invalid, "over the limit depth", "Bundle"};
    return translation_of(referral("R1", "requested"));
  };
  Intake intake(world.parts);
  const auto take = [&] {
    Result<TakenRecord> taken = Error{Kind::fault, "nothing came", ""};
    intake.take_record(Format::gpconnect, "record", "practice",
                       [&](Result<TakenRecord> result) { taken = std::move(result); });
    return taken;
  };
  CHECK(take().error().kind == Kind::invalid);
  CHECK(take().error().kind == Kind::invalid);  // never success while nothing is stored
  mended = true;
  const auto taken = take();
  REQUIRE(taken);
  CHECK_FALSE(taken->duplicate);
  CHECK(world.task_status("R1") == "requested");
  REQUIRE(world.inbox().size() == 1);
  CHECK(world.inbox()[0].status == store::InboxStatus::applied);
  const auto again = take();
  REQUIRE(again);
  CHECK(again->duplicate);
  CHECK(again->answer == taken->answer);
}

TEST_CASE("a message that was refused is tried anew when it is repeated") {
  const std::string modes = GENERATE("", "|||AL|AL");
  CAPTURE(modes);
  World world;
  world.partners.list[0].channel = Channel::none;
  bool mended = false;
  world.parts.translate = [&mended](Format format, const std::string& bytes,
                                    const TranslateOptions& options) -> Result<Translation> {
    if (!mended) return Error{Kind::invalid, "no code table", "RF1-3"};
    return small_translate(format, bytes, options);
  };
  Intake intake(world.parts);
  const auto message = referral_message("M1", "R1", "", modes);
  CHECK(code(answers(intake, message).back()) == "AE");
  mended = true;
  CHECK(code(answers(intake, message).back()) == "AA");
  CHECK(world.task_status("R1") == "requested");
  REQUIRE(world.inbox().size() == 1);
  CHECK(world.inbox()[0].status == store::InboxStatus::applied);
  CHECK(code(answers(intake, message).front()) == (modes.empty() ? "AA" : "CA"));
}

TEST_CASE(
    "what an operator had applied again is answered so, and its application answer goes out") {
  const std::string modes = GENERATE("", "|||AL|AL");
  CAPTURE(modes);
  World world;
  bool mended = false;
  world.parts.translate = [&mended](Format format, const std::string& bytes,
                                    const TranslateOptions& options) -> Result<Translation> {
    if (!mended) return Error{Kind::invalid, "no code table", "RF1-3"};
    return small_translate(format, bytes, options);
  };
  Intake intake(world.parts);
  const auto message = referral_message("M1", "R1", "", modes);
  answers(intake, message);
  mended = true;
  store::Unit unit;
  unit.inbox_updates.push_back({1, store::InboxStatus::received, {}, {}, 0, {}});
  REQUIRE(commit_now(*world.store, std::move(unit)));
  intake.finish(*world.reader()->inbox_row(1),
                [](const Result<std::string>& done) { CHECK(done); });
  CHECK(world.task_status("R1") == "requested");
  std::vector<std::string> sent;
  for (const auto& row : world.outbox())
    if (row.kind == "hl7v2-answer") sent.push_back(code(row.body));
  CHECK(sent ==
        (modes.empty() ? std::vector<std::string>{"AA"} : std::vector<std::string>{"AE", "AA"}));
  CHECK(code(answers(intake, message).front()) == (modes.empty() ? "AA" : "CA"));
}

TEST_CASE("a gateway that cannot work now says so and keeps nothing") {
  World world;
  bool broken = true;
  world.parts.translate = [&broken](Format format, const std::string& bytes,
                                    const TranslateOptions& options) -> Result<Translation> {
    if (broken) return Error{Kind::fault, "the disk", ""};
    return small_translate(format, bytes, options);
  };
  Intake intake(world.parts);
  CHECK(code(answers(intake, referral_message("M1", "R1")).at(0)) == "AR");
  CHECK(world.inbox().empty());
  CHECK(intake.counts().put_off == 1);
  broken = false;
  CHECK(code(answers(intake, referral_message("M1", "R1")).at(0)) == "AA");
}

TEST_CASE("what is over a limit is refused for good and kept") {
  World world;
  world.parts.translate = [](Format, const std::string&,
                             const TranslateOptions&) -> Result<Translation> {
    return Error{Kind::too_costly, "the transformation is over the limit steps", ""};
  };
  Intake intake(world.parts);
  CHECK(code(answers(intake, referral_message("M1", "R1")).at(0)) == "AE");
  REQUIRE(world.inbox().size() == 1);
  CHECK(world.inbox()[0].status == store::InboxStatus::refused);
  CHECK(world.inbox()[0].note.find("limit steps") != std::string::npos);
}

TEST_CASE("finishing a row that was finished meanwhile does nothing") {
  World world;
  Intake intake(world.parts);
  answers(intake, referral_message("M1", "R1", "", "|||AL|NE"));
  auto stale = *world.reader()->inbox_row(1);
  stale.status = store::InboxStatus::received;
  bool refused = false;
  intake.finish(stale, [&](const Result<std::string>& done) {
    refused = !done && done.error().kind == Kind::conflict;
  });
  CHECK(refused);
  CHECK(world.inbox().at(0).status == store::InboxStatus::applied);
}

TEST_CASE("an application answer that was lost on its way comes with the answer to the repeat") {
  const bool good = GENERATE(true, false);
  CAPTURE(good);
  World world;
  world.partners.list[0].channel = Channel::none;
  Intake intake(world.parts);
  const auto message = referral_message("M1", "R1", "", "|||AL|AL");
  // Accepted before the process ended; what became of it nobody could be told.
  store::Unit unit;
  {
    World first;
    first.partners.list[0].channel = Channel::none;
    Intake before(first.parts);
    answers(before, message);
    unit.inbox = *first.reader()->inbox_row(1);
    unit.inbox->status = store::InboxStatus::received;
    unit.inbox->answer = "";
    unit.inbox->attempts = good ? 0 : 3;
  }
  REQUIRE(commit_now(*world.store, std::move(unit)));
  InboxOptions options;
  options.poll_us = 1'000;
  {
    InboxWorker worker(world.parts, intake, options);
    REQUIRE(eventually([&] { return world.inbox().at(0).status != store::InboxStatus::received; }));
  }
  const auto again = answers(intake, message);
  REQUIRE(again.size() == 2);
  CHECK(code(again[0]) == "CA");
  CHECK(code(again[1]) == (good ? "AA" : "AR"));
  CHECK(world.inbox().at(0).status ==
        (good ? store::InboxStatus::applied : store::InboxStatus::quarantined));
}

TEST_CASE("a message that is given up is told of as its sender asked, in the same commit") {
  struct Row {
    const char* modes;
    std::vector<std::string> codes;
  };
  const auto row = GENERATE(Row{"|||AL|AL", {"AR"}}, Row{"|||AL|ER", {"AR"}}, Row{"|||AL|NE", {}},
                            Row{"|||AL|SU", {}});
  CAPTURE(row.modes);
  World world;
  Intake intake(world.parts);
  store::Unit unit;
  unit.inbox = store::InboxRow{};
  unit.inbox->source = "practice";
  unit.inbox->kind = "hl7v2";
  unit.inbox->key = "k";
  unit.inbox->digest = "d";
  unit.inbox->attempts = 3;
  unit.inbox->raw = referral_message("M1", "R1", "", row.modes);
  REQUIRE(commit_now(*world.store, std::move(unit)));
  intake.quarantine(*world.reader()->inbox_row(1),
                    [](const Result<std::string>& done) { CHECK(done); });
  CHECK(world.inbox().at(0).status == store::InboxStatus::quarantined);
  std::vector<std::string> codes;
  for (const auto& sent : world.outbox()) {
    CHECK(sent.kind == "hl7v2-answer");
    CHECK(sent.body.find("207") != std::string::npos);
    codes.push_back(code(sent.body));
  }
  CHECK(codes == row.codes);
}
