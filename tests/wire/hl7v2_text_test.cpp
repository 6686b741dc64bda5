#include "wire/hl7v2_text.h"

#include "base/text.h"
#include "support/catch.h"

#include <random>

using namespace fingerpost;
using namespace fingerpost::wire;

TEST_CASE("escapes become their characters, and what is no escape stays as it stands") {
  struct Row {
    const char* leaf;
    const char* text;
    bool clean;
  };
  const auto row = GENERATE(
      Row{"plain", "plain", true}, Row{R"(a\F\b\S\c\T\d\R\e\E\f)", R"(a|b^c&d~e\f)", true},
      Row{R"(\P\)", "#", true}, Row{R"(\X41\\X4243\)", "ABC", true},
      Row{R"(caf\XC3A9\)", "caf\xC3\xA9", true}, Row{R"(\XC3\)", R"(\XC3\)", false},
      Row{R"(one\X0D0A\two)", "one\r\ntwo", true}, Row{R"(one\X000d\\X0A\two)", "one\r\ntwo", true},
      Row{R"(\X00\)", R"(\X00\)", false}, Row{R"(\X07\)", R"(\X07\)", false},
      Row{R"(\X4\)", R"(\X4\)", false}, Row{R"(one\.br\two)", "one\ntwo", true},
      Row{R"(one\.sp2\two)", "one\n\ntwo", true}, Row{R"(one\.sk 3\two)", "one   two", true},
      Row{R"(\.in+4\text)", "text", true}, Row{R"(\.zz\text)", R"(\.zz\text)", false},
      Row{R"(\H\bold\N\)", "bold", true}, Row{R"(\Zlocal\x)", R"(\Zlocal\x)", false},
      Row{R"(\C2842\)", R"(\C2842\)", false}, Row{R"(4\5)", R"(4\5)", false},
      Row{R"(4\5 and \T\)", R"(4\5 and &)", false}, Row{R"(end\E\)", R"(end\)", true},
      Row{R"(end\)", R"(end\)", false}, Row{R"(\E\x09\E\)", R"(\x09\)", true},
      Row{R"(\\)", R"(\\)", false}, Row{"", "", true});
  CAPTURE(row.leaf);
  std::string text;
  CHECK(unescape(row.leaf, {}, Charset::utf8, text) == row.clean);
  CHECK(text == row.text);
}

TEST_CASE("hexadecimal escapes are bytes of the message's charset") {
  std::string text;
  CHECK(unescape(R"(caf\XE9\ \X80\)", {}, Charset::windows_1252, text));
  CHECK(text == "caf\xC3\xA9 \xE2\x82\xAC");
}

TEST_CASE("a message without an escape character has no escapes") {
  Delimiters by;
  by.escape = '\0';
  std::string text;
  CHECK(unescape(R"(a\T\b)", by, Charset::utf8, text));
  CHECK(text == R"(a\T\b)");
}

TEST_CASE("escaping and unescaping any text gives it back") {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same run each time
  const std::string_view letters = "ab|^&~\\#\n\t \x01.XEFHZ0";
  const Delimiters by{'|', '^', '~', '\\', '&', '#'};
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (auto left = random() % 12; left > 0; --left) {
      const char c = letters[random() % letters.size()];
      if (c != '\x01') text += c;
    }
    std::string escaped, back;
    escape(text, by, escaped);
    CAPTURE(text, escaped);
    CHECK(escaped.find_first_of("|^&~#\n") == std::string::npos);
    CHECK(unescape(escaped, by, Charset::utf8, back));
    CHECK(back == text);
  }
}

TEST_CASE("a line end of any kind leaves as one that cannot end a segment") {
  std::string out;
  escape("a\r\nb\nc\rd\x07", {}, out);
  CHECK(out == R"(a\.br\b\.br\c\X0D\d\X07\)");
}

TEST_CASE("a message is read in the charset it declares, or in the one it must be") {
  struct Row {
    const char* msh_18;
    const char* bytes;
    const char* text;
    Charset charset;
    std::size_t issues;
  };
  const auto row = GENERATE(
      Row{"", "cafe", "cafe", Charset::ascii, 0},
      Row{"", "caf\xC3\xA9", "caf\xC3\xA9", Charset::utf8, 1},
      Row{"", "caf\xE9", "caf\xC3\xA9", Charset::windows_1252, 1},
      Row{"ASCII", "caf\xE9", "caf\xC3\xA9", Charset::windows_1252, 1},
      Row{"UNICODE UTF-8", "caf\xC3\xA9", "caf\xC3\xA9", Charset::utf8, 0},
      Row{"utf-8~UNICODE", "caf\xC3\xA9", "caf\xC3\xA9", Charset::utf8, 0},
      Row{"8859/1", "caf\xE9", "caf\xC3\xA9", Charset::latin1, 0},
      Row{"8859/1", "\x93\xE9\x94", "\xE2\x80\x9C\xC3\xA9\xE2\x80\x9D", Charset::windows_1252, 1},
      Row{"windows-1252", "\x80", "\xE2\x82\xAC", Charset::windows_1252, 0});
  CAPTURE(row.msh_18, row.bytes);
  const std::string head = "MSH|^~\\&|||||||||||||||" + std::string("|") + row.msh_18 + "\rNTE|";
  Issues issues;
  const auto decoded = decode_message(head + row.bytes, Charset::windows_1252, issues);
  REQUIRE(decoded);
  CHECK(decoded->text == head + row.text);
  CHECK((decoded->charset == row.charset));
  CHECK(issues.size() == row.issues);
}

TEST_CASE("a byte order mark says UTF-8 and goes") {
  Issues issues;
  const auto decoded = decode_message("\xEF\xBB\xBFMSH|^~\\&|caf\xC3\xA9", Charset::ascii, issues);
  REQUIRE(decoded);
  CHECK(decoded->text == "MSH|^~\\&|caf\xC3\xA9");
  CHECK(issues.empty());
}

TEST_CASE("bytes that cannot be what they say are refused with the place") {
  using namespace std::string_literals;
  struct Row {
    std::string bytes;
    const char* where;
  };
  const auto row = GENERATE(Row{"\xFF\xFEM\0S\0H\0"s, "MSH-18"},
                            Row{"\xFE\xFF\0M\0S\0H"s, "MSH-18"}, Row{"MSH|^~\\&\rPID|\0"s, "MSH"},
                            Row{"MSH|^~\\&||||||||||||||||UNICODE UTF-16\r", "MSH-18"},
                            Row{"MSH|^~\\&||||||||||||||||BIG-5\r", "MSH-18"},
                            Row{"MSH|^~\\&||||||||||||||||UNICODE UTF-8\rNTE|caf\xE9", "MSH-18"});
  CAPTURE(row.bytes);
  Issues issues;
  const auto decoded = decode_message(row.bytes, Charset::windows_1252, issues);
  REQUIRE(decoded.has_error());
  CHECK(decoded.error().where == row.where);
}

TEST_CASE("text leaves in the receiver's charset, and what that lacks is counted") {
  struct Row {
    Charset charset;
    const char* bytes;
    std::size_t lost;
  };
  const std::string text = "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80";
  const auto row =
      GENERATE(Row{Charset::utf8, "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80", 0},
               Row{Charset::windows_1252, "caf\xE9 \x80 ?", 1},
               Row{Charset::latin1, "caf\xE9 ? ?", 2}, Row{Charset::ascii, "caf? ? ?", 3});
  CAPTURE(row.bytes);
  const auto encoded = encode_message(text, row.charset);
  CHECK(encoded.bytes == row.bytes);
  CHECK(encoded.lost == row.lost);
}

TEST_CASE("every single byte of windows-1252 comes back as itself") {
  for (int byte = 1; byte < 256; ++byte) {
    Issues issues;
    const std::string message =
        "MSH|^~\\&||||||||||||||||windows-1252\rNTE|" + std::string(1, static_cast<char>(byte));
    const auto decoded = decode_message(message, Charset::windows_1252, issues);
    REQUIRE(decoded);
    CHECK(is_utf8(decoded->text));
    CHECK((encode_message(decoded->text, Charset::windows_1252).bytes == message));
  }
}
