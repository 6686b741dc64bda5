#include "http/head.h"

#include "support/catch.h"

#include <random>
#include <string>

using namespace fingerpost;
using namespace fingerpost::http;

namespace {

// 200: the gate lets it through.
int verdict(const std::string& bytes) {
  HeadScan scan;
  const auto found = find_head(bytes, scan);
  if (found == Found::broken) return 400;
  if (found == Found::more) return 0;
  Head head;
  const auto refusal = parse_head(std::string_view(bytes).substr(0, scan.looked), Limits{}, head);
  return refusal ? refusal->status : 200;
}

std::string with(const std::string& method, const std::string& fields) {
  return method + " /fhir/Patient HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

}  // namespace

TEST_CASE("the gate lets nothing through that two readers could read in two ways") {
  struct Row {
    std::string bytes;
    int status;
  };
  const std::string get = "GET /fhir/metadata HTTP/1.1\r\n";
  const std::string high = "\xc3\xa9";
  const std::string nul(1, '\0');
  const auto row = GENERATE_COPY(
      // what is good
      Row{get + "Host: a\r\n\r\n", 200}, Row{get + "Host:a:8080\r\n\r\n", 200},
      Row{get + "Host: [::1]:8080\r\n\r\n", 200}, Row{get + "host:\ta \r\n\r\n", 200},
      Row{"GET /fhir/Patient?identifier=https://x|1 HTTP/1.1\r\nHost: a\r\n\r\n", 200},
      Row{"GET /?a=%41%2F HTTP/1.1\r\nHost: a\r\n\r\n", 200}, Row{"GET / HTTP/1.0\r\n\r\n", 200},
      Row{"GET http://a/x HTTP/1.1\r\nHost: A\r\n\r\n", 200},
      Row{with("POST", "Content-Length: 0\r\n"), 200},
      Row{with("POST", "Content-Length: 12\r\n"), 200},
      Row{with("POST", "Transfer-Encoding: chunked\r\n"), 200},
      Row{with("POST", "Transfer-Encoding: Chunked\r\n"), 200},
      Row{with("POST", "Expect: 100-Continue\r\nContent-Length: 5\r\n"), 200},
      Row{with("GET", "Content-Length: 0\r\n"), 200}, Row{with("GET", "X-Empty:\r\n"), 200},
      Row{with("GET", "Accept: a\r\nAccept: b\r\n"), 200},
      // lengths and codings together or unclear (H1, H2, H3)
      Row{with("POST", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
      Row{with("POST", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
      Row{with("POST", "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n"), 400},
      Row{with("POST", "Transfer-Encoding: gzip\r\n"), 501},
      Row{with("POST", "Transfer-Encoding: xchunked\r\n"), 501},
      Row{with("POST", "Transfer-Encoding: identity\r\n"), 400},
      Row{with("POST", "Transfer-Encoding: chunked, gzip\r\n"), 400},
      Row{with("POST", "Transfer-Encoding: gzip, chunked\r\n"), 400},
      Row{with("POST", "Transfer-Encoding: \"chunked\"\r\n"), 400},
      Row{with("POST", "Transfer-Encoding:\r\n"), 400},
      Row{with("POST", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      Row{with("POST", "Transfer-Encoding: chunked\r\ntransfer-encoding: identity\r\n"), 400},
      Row{"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      Row{with("POST", "Content-Length: 5, 5\r\n"), 400},
      Row{with("POST", "Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
      Row{with("POST", "Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
      Row{with("POST", "Content-Length: +5\r\n"), 400},
      Row{with("POST", "Content-Length: -5\r\n"), 400},
      Row{with("POST", "Content-Length: 0x5\r\n"), 400},
      Row{with("POST", "Content-Length: 1_0\r\n"), 400},
      Row{with("POST", "Content-Length: 05\r\n"), 400},
      Row{with("POST", "Content-Length: 5 5\r\n"), 400},
      Row{with("POST", "Content-Length: 18446744073709551617\r\n"), 400},
      Row{with("POST", "Content-Length:\r\n"), 400}, Row{with("GET", "Content-Length: 5\r\n"), 400},
      Row{with("HEAD", "Content-Length: 5\r\n"), 400},
      Row{with("DELETE", "Transfer-Encoding: chunked\r\n"), 400},
      // lines and characters (H6)
      Row{"GET / HTTP/1.1\nHost: a\r\n\r\n", 400}, Row{get + "Host: a\nX: y\r\n\r\n", 400},
      Row{get + "Host: a\r\n\n", 400}, Row{"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      Row{"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400}, Row{get + "Host: a\rX: y\r\n\r\n", 400},
      Row{get + "Host: a\r\nX: b\rc\r\n\r\n", 400}, Row{get + "Host: a\r\n folded: y\r\n\r\n", 400},
      Row{get + "Host: a\r\nX: y\r\n\tz\r\n\r\n", 400},
      Row{with("POST", "Transfer-Encoding:\r\n chunked\r\n"), 400},
      Row{get + "Host: a\r\nX : y\r\n\r\n", 400}, Row{get + "Host : a\r\n\r\n", 400},
      Row{get + "Host: a\r\n: y\r\n\r\n", 400}, Row{get + "Host: a\r\nnothing\r\n\r\n", 400},
      Row{get + "Host: a\r\nX: b" + nul + "\r\n\r\n", 400},
      Row{get + "Host: a\r\nX" + nul + ": b\r\n\r\n", 400},
      Row{get + "Host: a\r\nX: \x01\r\n\r\n", 400}, Row{get + "Host: a\r\nX: \x7f\r\n\r\n", 400},
      Row{get + "Host: a\r\nX" + high + ": b\r\n\r\n", 400},
      Row{get + "Host: a\r\nX: " + high + "\r\n\r\n", 400},
      Row{"GET /" + high + " HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      Row{"GET /" + nul + " HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      Row{"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      Row{"GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      Row{"GET /a%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      Row{"GET /a%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      // hosts (H7)
      Row{get + "\r\n", 400}, Row{get + "Host:\r\n\r\n", 400},
      Row{get + "Host: a\r\nHost: a\r\n\r\n", 400}, Row{get + "Host: a\r\nhost: b\r\n\r\n", 400},
      Row{get + "Host: a b\r\n\r\n", 400}, Row{get + "Host: a/b\r\n\r\n", 400},
      Row{get + "Host: u@a\r\n\r\n", 400}, Row{"GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      Row{"GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      Row{"GET http://a/x HTTP/1.1\r\n\r\n", 400},
      // request lines and methods (H13)
      Row{"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      Row{"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      Row{" GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400}, Row{"GET /\r\nHost: a\r\n\r\n", 400},
      Row{"GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400}, Row{"GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      Row{"GET / http/1.1\r\nHost: a\r\n\r\n", 400}, Row{"GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
      Row{"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505}, Row{"PRI * HTTP/2.0\r\n\r\n", 505},
      Row{"GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505},
      Row{"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 501}, Row{with("TRACE", ""), 501},
      Row{with("get", ""), 501}, Row{with("G(T", ""), 400}, Row{with("LONGJUNK", ""), 501},
      Row{"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      // what this server does not do
      Row{with("GET", "Upgrade: h2c\r\nConnection: Upgrade\r\n"), 400},
      Row{with("GET", "Upgrade: websocket\r\n"), 400},
      Row{with("POST", "Expect: 200-ok\r\nContent-Length: 5\r\n"), 417},
      Row{with("POST", "Authorization: a\r\nAuthorization: b\r\n"), 400},
      Row{with("POST", "Content-Type: a/b\r\nContent-Type: c/d\r\n"), 400},
      // sizes (H10)
      Row{"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
      Row{get + "Host: a\r\n" +
              [] {
                std::string many;
                for (int i = 0; i < 120; ++i) many += "X: y\r\n";
                return many;
              }() +
              "\r\n",
          431});
  CAPTURE(row.bytes);
  CHECK(verdict(row.bytes) == row.status);
}

TEST_CASE("a head is found the same however its bytes are cut") {
  const std::string bytes =
      with("POST", "Content-Length: 3\r\nX-Long: " + std::string(300, 'x') + "\r\n") + "abc";
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    HeadScan scan;
    std::size_t known = 0;
    auto found = Found::more;
    while (found == Found::more && known < bytes.size()) {
      known += std::min<std::size_t>(bytes.size() - known, 1 + random() % 40);
      found = find_head(std::string_view(bytes).substr(0, known), scan);
    }
    REQUIRE(found == Found::whole);
    CHECK(scan.looked == bytes.size() - 3);
  }
}

TEST_CASE("no bytes at all take the gate down, and what passes is clean") {
  std::mt19937 random(11);
  const std::string seed =
      with("POST", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\nX: y\r\n");
  for (int round = 0; round < 20000; ++round) {
    auto bytes = seed;
    for (int edits = 1 + static_cast<int>(random() % 4); edits > 0; --edits)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    HeadScan scan;
    if (find_head(bytes, scan) != Found::whole) continue;
    Head head;
    if (parse_head(std::string_view(bytes).substr(0, scan.looked), Limits{}, head)) continue;
    CHECK(head.path.front() == '/');
    CHECK((head.framing != Framing::chunked || head.field("content-length").empty()));
    for (const auto& field : head.fields)
      CHECK(field.value.find_first_of("\r\n") == std::string::npos);
  }
}

TEST_CASE("a head tells its parts") {
  const std::string bytes =
      "PUT /fhir/Patient/1?a=b?c HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\nIF-MATCH:  W/\"1\" "
      "\r\n"
      "Content-Length: 7\r\nExpect: 100-continue\r\n\r\n";
  HeadScan scan;
  REQUIRE(find_head(bytes, scan) == Found::whole);
  Head head;
  REQUIRE_FALSE(parse_head(bytes, Limits{}, head));
  CHECK(head.method == Method::put);
  CHECK(name(head.method) == "PUT");
  CHECK(head.path == "/fhir/Patient/1");
  CHECK(head.query == "a=b?c");
  CHECK(head.field("if-match") == "W/\"1\"");
  CHECK(head.field("missing").empty());
  CHECK(head.framing == Framing::length);
  CHECK(head.content_length == 7);
  CHECK(head.expects_continue);
  CHECK_FALSE(head.keep_alive);
}
