#include "record/gp2gp_message.h"

#include "base/base64.h"
#include "support/catch.h"
#include "wire/gzip.h"

#include <catch2/catch.hpp>

#include <functional>
#include <string>
#include <utility>

using namespace fingerpost;
using record::read_gp2gp_message;

namespace {

const std::string type =
    "Content-Type: multipart/related; type=\"text/xml\";\r\n boundary=\"b\"\r\n\r\n";

std::string manifest(const std::string& description) {
  return "--b\r\nContent-Id: <e>\r\nContent-Type: text/xml\r\n\r\n"
         "<SOAP:Envelope xmlns:SOAP=\"urn:s\" xmlns:eb=\"urn:e\" xmlns:xlink=\"urn:x\"><SOAP:Body>"
         "<eb:Manifest><eb:Reference xlink:href=\"cid:p\"/><eb:Reference xlink:href=\"cid:a\">"
         "<eb:Description>" +
         description +
         "</eb:Description></eb:Reference></eb:Manifest></SOAP:Body>"
         "</SOAP:Envelope>\r\n";
}

const std::string payload =
    "--b\r\nContent-Id: <p>\r\nContent-Type: application/xml\r\n\r\n<EhrExtract/>\r\n";

std::string attachment(const std::string& headers, const std::string& body) {
  return "--b\r\nContent-Id: <a>\r\nContent-Type: text/plain; charset=UTF-8\r\n" + headers +
         "\r\n" + body + "\r\n";
}

}  // namespace

TEST_CASE("a message gives its record and its attachments by the names that documents use") {
  struct Row {
    const char *description, *headers, *body;
  };
  const auto row = GENERATE(
      Row{"letter.txt", "", "Dear all\r\n--bold"},
      Row{"Filename=\"letter.txt\" ContentType=text/plain Compressed=No LargeAttachment=No", "",
          "Dear all\r\n--bold"},
      Row{"letter.txt", "Content-Transfer-Encoding: base64\r\n", "RGVhciBhb\r\nGwNCi0tYm9sZA=="},
      Row{"letter.txt", "Content-Transfer-Encoding: BASE64\r\n", "RGVhciBhbGwNCi0tYm9sZA"});
  const auto text =
      type + manifest(row.description) + payload + attachment(row.headers, row.body) + "--b--\r\n";
  CHECK(record::is_gp2gp_message(text));
  const auto read = read_gp2gp_message(text, {});
  REQUIRE(read);
  CHECK(read->record == "<EhrExtract/>");
  REQUIRE(read->attachments.size() == 1);
  CHECK(read->attachments[0].name == "letter.txt");
  CHECK(read->attachments[0].content_type == "text/plain");
  CHECK(from_base64(read->attachments[0].base64, Base64::plain) == "Dear all\r\n--bold");
  CHECK(read->attachments[0].base64.size() % 4 == 0);
  CHECK(read->issues.empty());
}

TEST_CASE("an attachment in base64 stays where it stands in the message") {
  const std::string letter(5000, 'x');
  auto base64 = to_base64(letter, Base64::plain);
  for (std::size_t at = 76; at < base64.size(); at += 78) base64.insert(at, "\r\n");
  auto text = type + manifest("letter.txt") + payload +
              attachment("Content-Transfer-Encoding: base64\r\n", base64) + "--b--";
  const auto* first = text.data();
  const auto* last = first + text.size();
  const auto read = read_gp2gp_message(std::move(text), {});
  REQUIRE(read);
  const auto held = read->attachments.at(0).base64;
  CHECK(held == to_base64(letter, Base64::plain));
  CHECK(std::less_equal<>()(first, held.data()));
  CHECK(std::less<>()(held.data() + held.size(), last));
}

TEST_CASE("an attachment that is not there as it is costs itself") {
  struct Row {
    const char *description, *headers, *body, *code;
    bool kept;
  };
  const auto row = GENERATE(
      Row{"", "", "x", "not-found", false},
      Row{"Filename=\"a\" LargeAttachment=Yes", "", "x", "incomplete", false},
      Row{"a", "Content-Transfer-Encoding: quoted-printable\r\n", "x", "not-supported", false},
      Row{"a", "Content-Transfer-Encoding: base64\r\n", "x*", "not-supported", false},
      Row{"Filename=\"a\" Compressed=Yes", "", "x", "not-supported", true});
  CAPTURE(row.description, row.headers);
  const auto read = read_gp2gp_message(
      type + manifest(row.description) + payload + attachment(row.headers, row.body) + "--b--", {});
  REQUIRE(read);
  REQUIRE(read->issues.size() == 1);
  CHECK(read->issues[0].code == row.code);
  CHECK(read->issues[0].expression == "attachment[1]");
  CHECK(read->attachments.at(0).base64.empty() != row.kept);
}

TEST_CASE("what is no such message is refused") {
  const std::string end = "--b--\r\n";
  const auto text = GENERATE_COPY(
      std::string("--b\r\n"), std::string("--\r\n\r\n"), type, type + end,
      type + manifest("a") + end, type + manifest("a") + payload,
      type + manifest("a") + attachment("", "x") + end, type + "--b\r\n\r\n<a>\r\n" + payload + end,
      "--b\r\nnothing\r\n\r\n" + payload + end,
      "Content-Type: multipart/related\r\n\r\n" + manifest("a") + payload + end);
  CAPTURE(text);
  const auto read = read_gp2gp_message(text, {});
  REQUIRE_FALSE(read);
  CHECK(read.error().kind == Kind::invalid);
}

TEST_CASE("a message is bounded in its parts and their headers") {
  const auto text = type + manifest("a") + payload + attachment("", "x") + "--b--";
  CHECK(read_gp2gp_message(text, {}));
  CHECK_FALSE(read_gp2gp_message(text, {}, {2, 1024}));
  CHECK_FALSE(read_gp2gp_message(text, {}, {3, 20}));
}

TEST_CASE("a packed attachment is unpacked, within the bound of the message") {
  const std::string letter(5000, 'x');
  const auto packed = wire::gzip(letter);
  REQUIRE(packed);
  const auto text =
      type + manifest("Filename=\"letter.txt\" Compressed=Yes") + payload +
      attachment("Content-Transfer-Encoding: base64\r\n", to_base64(*packed, Base64::plain)) +
      "--b--";
  const auto whole = read_gp2gp_message(text, {});
  REQUIRE(whole);
  CHECK(whole->issues.empty());
  CHECK(from_base64(whole->attachments.at(0).base64, Base64::plain) == letter);
  record::Gp2gpMessageLimits own;
  own.unpacked_bytes = letter.size() - 1;
  const auto bounded = read_gp2gp_message(text, {}, own);
  REQUIRE(bounded);
  CHECK(bounded->attachments.at(0).base64.empty());
  REQUIRE(bounded->issues.size() == 1);
  CHECK(bounded->issues[0].code == "too-long");
}

TEST_CASE("a boundary that no line can be is refused") {
  for (const std::string boundary : {"ab\r", "a\tb", "ab ", ""}) {
    const auto text = "Content-Type: multipart/related; boundary=\"" + boundary + "\"\n\n--" +
                      boundary + "\r\n\r\n<a/>\r\n--" + boundary + "--";
    CHECK_FALSE(read_gp2gp_message(text, {}));
  }
}

TEST_CASE("a record alone is no message") {
  for (const auto* text : {"<EhrExtract/>", "<?xml version=\"1.0\"?>", "", "{}"})
    CHECK_FALSE(record::is_gp2gp_message(text));
}
