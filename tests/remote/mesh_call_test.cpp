#include "remote/mesh_call.h"

#include "base/digest.h"
#include "support/catch.h"
#include "wire/gzip.h"

using namespace fingerpost;
using namespace fingerpost::remote;

namespace {

constexpr std::size_t most = 1'000'000;

HttpAnswer answered(int status, const std::string& body = "") {
  HttpAnswer got;
  got.reached = Reached::answered;
  got.status = status;
  got.body = body;
  got.reason = "HTTP " + std::to_string(status);
  return got;
}
std::string packed(const std::string& text) {
  return wire::gzip(text).value();
}

}  // namespace

TEST_CASE("a MESH token is the hash of the mailbox, nonce, count, password and minute") {
  const MeshMailbox mailbox{"https://mesh.example", "X26ABC1", "password", "BackBone"};
  constexpr std::int64_t time = 1'795'339'859'000'000;  // 2026-11-22T09:30:59Z
  CHECK(mesh_authorization(mailbox, "5a0d4d0e-7f1f-4a9b-9c7e-1f2d3c4b5a69", 0, time) ==
        "NHSMESH X26ABC1:5a0d4d0e-7f1f-4a9b-9c7e-1f2d3c4b5a69:0:202611220930:"
        "9c6327b21c6f26a04cdc1263188e633ec03fdc551c7ca0622e2199879d44a2b4");
}

TEST_CASE("what came of sending to MESH is told by its status") {
  struct Row {
    int status;
    const char* body;
    Outcome outcome;
    const char* reason;
  };
  const auto row = GENERATE(
      Row{202, R"({"message_id":"A1"})", Outcome::delivered, "HTTP 202"},
      Row{417, R"({"errorCode":"12","errorDescription":"Mrs Smith"})", Outcome::refused,
          "HTTP 417, MESH 12"},
      Row{417, R"({"detail":[{"event":"SEND","code":"EPL-151"}]})", Outcome::refused,
          "HTTP 417, MESH EPL-151"},
      Row{417, R"({"errorCode":"Mrs Smith, 999 000 0018"})", Outcome::refused, "HTTP 417"},
      Row{400, "", Outcome::refused, "HTTP 400"}, Row{403, "", Outcome::later, "HTTP 403"},
      Row{429, "", Outcome::later, "HTTP 429"}, Row{503, "", Outcome::later, "HTTP 503"},
      Row{500, "<soap/>", Outcome::unknown, "HTTP 500"}, Row{504, "", Outcome::unknown, "HTTP 504"},
      Row{408, "", Outcome::unknown, "HTTP 408"});
  CAPTURE(row.status, row.body);
  const auto answer = read_sent(answered(row.status, row.body), 0);
  CHECK(answer.outcome == row.outcome);
  CHECK(answer.reason == row.reason);
  CHECK(answer.body.empty());
}

TEST_CASE("tracking says where a message is, in the words of either version") {
  struct Row {
    int status;
    const char* body;
    Tracked at;
    const char* id;
  };
  const auto row = GENERATE(
      Row{200, R"({"messageId":"A1","status":"Accepted"})", Tracked::accepted, "A1"},
      Row{200, R"({"message_id":"A1","status":"acknowledged"})", Tracked::accepted, "A1"},
      Row{200, R"({"message_id":"A1","status":"uploading"})", Tracked::uploading, "A1"},
      Row{200, R"({"message_id":"A1","status":"undeliverable"})", Tracked::undeliverable, "A1"},
      Row{200, R"({"message_id":"A1","status":"Error"})", Tracked::undeliverable, "A1"},
      Row{200, R"({"message_id":"A1","status":"new"})", Tracked::untold, "A1"},
      Row{200, R"({"status":"Accepted"})", Tracked::untold, ""},
      Row{200, R"({"message_id":"../A1","status":"Accepted"})", Tracked::untold, ""},
      Row{200, "<html>", Tracked::untold, ""}, Row{300, "", Tracked::several, ""},
      Row{404, "", Tracked::absent, ""}, Row{403, "", Tracked::untold, ""},
      Row{500, "", Tracked::untold, ""});
  CAPTURE(row.status, row.body);
  const auto tracking = read_tracking(answered(row.status, row.body));
  CHECK(tracking.at == row.at);
  CHECK(tracking.id == row.id);
}

TEST_CASE("an answer that did not come says nothing of where a message is") {
  HttpAnswer got;
  got.status = 404;
  CHECK(read_tracking(got).at == Tracked::untold);
}

TEST_CASE("an inbox lists what can be asked for, and nothing else") {
  CHECK(read_inbox(R"({"messages":["A1","","../../x","B_2"]})").value().ids ==
        std::vector<std::string>{"A1", "B_2"});
  CHECK(read_inbox(R"({"messages":[]})").value().ids.empty());
  CHECK(read_inbox(R"({"messages":[]})").value().next.empty());
  // Of a link its query alone is gone by.
  for (const auto* link : {"/messageexchange/A/inbox?continue_from=B_2&max_results=500",
                           "https://elsewhere.example/x?continue_from=B_2&max_results=500"})
    CHECK(read_inbox(std::string(R"({"messages":[],"links":{"next":")") + link + R"("}})")
              .value()
              .next == "continue_from=B_2&max_results=500");
  for (const auto* link : {"", "/inbox", "/inbox?a b", "/inbox?a\\r\\nX: y", "/inbox?a#b"})
    CHECK(read_inbox(std::string(R"({"messages":[],"links":{"next":")") + link + R"("}})")
              .value()
              .next.empty());
  CHECK(!read_inbox("{}"));
  CHECK(!read_inbox("<html>"));
}

TEST_CASE("a chunk's range is two numbers, the first within the second") {
  const auto is = [](std::string_view text, int chunk, int of) {
    const auto range = read_chunk_range(text);
    return range.chunk == chunk && range.of == of;
  };
  CHECK(is("", 1, 1));
  CHECK(is("2:3", 2, 3));
  CHECK(is(" 2 : 3 ", 2, 3));
  for (const auto* wrong : {"3:2", "0:1", "1", "a:b", "1:999999999", "-1:2"})
    CHECK(is(wrong, 0, 0));
}

TEST_CASE("chunks that are each gzip, and gzip that was cut into chunks, are one message") {
  const auto whole = packed("one and two");
  CHECK(assemble({packed("one "), packed("and "), packed("two")}, true, "", most).value() ==
        "one and two");
  CHECK(assemble({whole.substr(0, 9), whole.substr(9)}, true, "", most).value() == "one and two");
  CHECK(assemble({"one ", "and two"}, false, "", most).value() == "one and two");
}

TEST_CASE("a message that is damaged, cut short or too large is told as such") {
  const auto whole = packed("one and two");
  const auto kind = [](const Result<std::string>& result) { return result.error().kind; };
  CHECK(kind(assemble({whole.substr(0, whole.size() - 4)}, true, "", most)) == Kind::invalid);
  CHECK(kind(assemble({packed("one"), packed("two").substr(0, 12)}, true, "", most)) ==
        Kind::invalid);
  CHECK(kind(assemble({packed("one"), "no gzip"}, true, "", most)) == Kind::invalid);
  CHECK(kind(assemble({packed(std::string(5'000, 'x'))}, true, "", 4'999)) == Kind::too_costly);
  CHECK(kind(assemble({packed(std::string(3'000, 'x')), packed(std::string(3'000, 'x'))}, true, "",
                      5'000)) == Kind::too_costly);
  CHECK(kind(assemble({"12345"}, false, "", 4)) == Kind::too_costly);
}

TEST_CASE("a checksum that is SHA-256 must be the message's; of another kind it says nothing") {
  const auto hash = hex(sha256("text"));
  CHECK(assemble({"text"}, false, hash, most));
  CHECK(assemble({packed("text")}, true, "SHA256:" + hash, most));
  CHECK(assemble({packed("text")}, true, hex(sha256(packed("text"))), most));
  CHECK(assemble({"text"}, false, "b9ece18c950afbfa6b0fdbfa4ff731d3", most));
  CHECK(assemble({"test"}, false, hash, most).error().kind == Kind::invalid);
}
