#include "wire/json.h"

#include "support/catch.h"

using namespace fingerpost;
using wire::JsonToken;

TEST_CASE("a JSON document becomes tokens with numbers as they were written") {
  const auto document = wire::parse_json(R"({"a":[1.10,-0,1e3],"b":"x\u00e9\n","c":null})", {});
  REQUIRE(document);
  const auto& tokens = document->tokens;
  REQUIRE(tokens.size() == 12);
  CHECK(tokens[0].after == 12);
  CHECK(tokens[1].view() == "a");
  CHECK(tokens[2].kind == JsonToken::Kind::array);
  CHECK(tokens[2].after == 7);
  CHECK(tokens[3].view() == "1.10");
  CHECK(tokens[5].view() == "1e3");
  CHECK(tokens[8].view() == "x\xC3\xA9\n");
  CHECK(tokens[11].kind == JsonToken::Kind::end);
}

TEST_CASE("bad JSON is refused with the byte where it broke") {
  Limits limits;
  limits.depth = 4;
  limits.string_bytes = 8;
  limits.nodes = 30;
  struct Row {
    std::string text;
    const char* part;  // of the error's text
  };
  const auto row = GENERATE(
      Row{"", "empty"}, Row{"{", "name"}, Row{"[1,]", "value"}, Row{R"({"a":1} x)", "followed"},
      Row{R"({"a":1,"a":2})", "twice"}, Row{R"({"b":{"a":1,"a":2}})", "twice"},
      Row{"[[[[[1]]]]]", "depth"}, Row{R"(["123456789"])", "string_bytes"},
      Row{std::string("[\"a\\u0000\"]"), "U+0000"}, Row{std::string("[1]\0[2]", 7), "NUL"},
      Row{"[\"\xC3\x28\"]", "UTF-8"}, Row{"[\"\\ud800\"]", "surrogate"},
      Row{"[\"\\udc00\"]", "surrogate"}, Row{"[\"a\\ud800\\ud800b\"]", "surrogate"},
      Row{"{\"\\uDFAA\":0}", "surrogate"}, Row{"[01]", ""},
      Row{"[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "nodes"});
  CAPTURE(row.text);
  const auto found = wire::parse_json(row.text, limits);
  REQUIRE(found.has_error());
  CHECK(found.error().kind == Kind::invalid);
  CHECK(found.error().where.starts_with("byte "));
  CAPTURE(found.error().text);
  CHECK(found.error().text.find(row.part) != std::string::npos);
}

TEST_CASE("RFC 8259 alone lets a name stand twice, and a text hold U+0000") {
  const auto* const text = GENERATE(R"({"a":1,"a":2})", R"({"a\u0000":"b\u0000"})");
  CAPTURE(text);
  CHECK(wire::parse_json(text, {}).has_error());
  CHECK(wire::parse_json(text, {}, wire::JsonRules::rfc8259));
  CHECK(wire::parse_json(std::string(text) + "]", {}, wire::JsonRules::rfc8259).has_error());
}

TEST_CASE("an object with very many members finds a repeated one") {
  std::string text = "{";
  for (int i = 0; i < 5000; ++i) text += "\"k" + std::to_string(i) + "\":1,";
  CHECK(wire::parse_json(text + "\"last\":1}", {}));
  CHECK(wire::parse_json(text + "\"k17\":1}", {}).has_error());
  CHECK(wire::parse_json(text + "\"k4990\":1}", {}).has_error());
}

TEST_CASE("a byte order mark is skipped") {
  CHECK(wire::parse_json("\xEF\xBB\xBF{}", {}));
}

TEST_CASE("a string is written so that it reads back the same") {
  const auto text = GENERATE(as<std::string>(), "", "plain", "quote\" back\\ tab\t nl\n cr\r",
                             "\x01\x1f", "caf\xC3\xA9 \xF0\x9F\x98\x80");
  std::string out = "[";
  wire::write_json_string(out, text);
  const auto back = wire::parse_json(out + "]", {});
  REQUIRE(back);
  CHECK(back->tokens[1].view() == text);
}

TEST_CASE("a JSON string is escaped wherever in it the character stands") {
  for (const std::string special : {"\"", "\\", "\n", "\x01", "\x1f", "\x20", "\x7f", "\xC3\xA9"}) {
    std::string escaped = special;
    if (special == "\"" || special == "\\") escaped = "\\" + special;
    if (special == "\n") escaped = "\\n";
    if (special == "\x01") escaped = "\\u0001";
    if (special == "\x1f") escaped = "\\u001f";
    for (const std::size_t size : {0u, 1u, 14u, 15u, 16u, 17u, 31u, 32u, 33u, 511u, 512u, 1100u})
      for (const std::size_t at : {std::size_t{0}, size / 2, size}) {
        const std::string before(at, 'a'), after(size - at, 'b');
        const std::string text = before + special + after;
        std::string out = "x";
        wire::write_json_string(out, text);
        CAPTURE(special, size, at);
        CHECK(out == "x\"" + before + escaped + after + "\"");
        std::string room(wire::json_string_room(text.size()), '\0');
        room.resize(
            static_cast<std::size_t>(wire::write_json_string(room.data(), text) - room.data()));
        CHECK(room == "\"" + before + escaped + after + "\"");
      }
  }
}
