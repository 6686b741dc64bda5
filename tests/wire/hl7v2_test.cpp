#include "wire/hl7v2.h"

#include "support/catch.h"
#include "support/files.h"

using namespace fingerpost;
using namespace fingerpost::wire;

TEST_CASE("a header that cannot declare delimiters says where it broke") {
  struct Row {
    const char* message;
    const char* where;
  };
  const auto row =
      GENERATE(Row{"", "MSH"}, Row{"PID|1", "MSH"}, Row{"MSH", "MSH-1"}, Row{"MSHA^~\\&A", "MSH-1"},
               Row{"MSH||GP", "MSH-2"}, Row{"MSH|^~\\&#!|GP", "MSH-2"},
               Row{"MSH|^^\\&|GP", "MSH-2"}, Row{"MSH|^|^", "none"}, Row{"MSH|^~A&|GP", "MSH-2"},
               Row{"MSH|^~\\.|GP", "MSH-2"}, Row{"MSH|\r", "MSH-2"});
  CAPTURE(row.message);
  const auto found = read_delimiters(row.message);
  if (std::string_view(row.where) == "none") {
    CHECK(found);
    return;
  }
  REQUIRE(found.has_error());
  CHECK(found.error().where == row.where);
}

TEST_CASE("a message may declare one to five encoding characters of its own choice") {
  struct Row {
    const char* message;
    Delimiters by;
  };
  const auto row = GENERATE(Row{"MSH|^~\\&|GP", {'|', '^', '~', '\\', '&', '\0'}},
                            Row{"MSH|^~\\&#|GP", {'|', '^', '~', '\\', '&', '#'}},
                            Row{"MSH$%~!@$GP", {'$', '%', '~', '!', '@', '\0'}},
                            Row{"MSH|^|GP", {'|', '^', '\0', '\0', '\0', '\0'}},
                            Row{"MSH|^~\rPID", {'|', '^', '~', '\0', '\0', '\0'}},
                            Row{"BHS|^~\\&|GP", {'|', '^', '~', '\\', '&', '\0'}});
  CAPTURE(row.message);
  const auto found = read_delimiters(row.message);
  REQUIRE(found);
  CHECK((*found == row.by));
  const auto declared = std::string(row.message).substr(4);
  CHECK(declared.substr(0, declared.find_first_of("|$\r")) == encoding_characters(*found));
}

TEST_CASE("segments end at CR, LF or CRLF, and only where a segment name follows") {
  struct Row {
    const char* message;
    std::vector<std::string> segments;
    std::size_t issues;
  };
  const auto row = GENERATE(
      Row{"MSH|^~\\&\rPID|1\r", {"MSH|^~\\&", "PID|1"}, 0},
      Row{"MSH|^~\\&\nPID|1", {"MSH|^~\\&", "PID|1"}, 0},
      Row{"MSH|^~\\&\r\nPID|1\r\n\r\n", {"MSH|^~\\&", "PID|1"}, 0},
      Row{"MSH|^~\\&\r\r\nPID|1", {"MSH|^~\\&", "PID|1"}, 0},
      Row{"MSH|^~\\&\rNTE|||two\nlines\rPID|1", {"MSH|^~\\&", "NTE|||two\nlines", "PID|1"}, 1},
      Row{"MSH|^~\\&\rNTE|||a\nb\nc", {"MSH|^~\\&", "NTE|||a\nb\nc"}, 1},
      Row{"MSH|^~\\&\rNTE|||x\nPIDGIN|1", {"MSH|^~\\&", "NTE|||x\nPIDGIN|1"}, 1},
      Row{"MSH|^~\\&\rZXX\rPID|1", {"MSH|^~\\&", "ZXX", "PID|1"}, 0},
      Row{"MSH|^~\\&\rPV1|1\rZ9A|1", {"MSH|^~\\&", "PV1|1", "Z9A|1"}, 0});
  CAPTURE(row.message);
  Issues issues;
  const auto found = split_segments(row.message, {}, Limits{}, issues);
  REQUIRE(found);
  std::vector<std::string> texts;
  for (const auto& segment : *found) texts.emplace_back(segment.text);
  CHECK(texts == row.segments);
  CHECK(issues.size() == row.issues);
}

TEST_CASE("too many segments are refused by the limit's name") {
  Limits limits;
  limits.v2_segments = 2;
  Issues issues;
  const auto found = split_segments("MSH|^~\\&\rPID|1\rPV1|1", {}, limits, issues);
  REQUIRE(found.has_error());
  CHECK(found.error().text.find("v2_segments") != std::string::npos);
}

TEST_CASE("parts are counted from one, and what is not there is empty") {
  struct Row {
    const char* segment;
    int field, component;
    const char* value;
  };
  const auto row =
      GENERATE(Row{"PID|1||A^B~C^D", 1, 1, "1"}, Row{"PID|1||A^B~C^D", 2, 1, ""},
               Row{"PID|1||A^B~C^D", 3, 2, "B"}, Row{"PID|1||A^B~C^D", 3, 3, ""},
               Row{"PID|1||A^B~C^D", 9, 1, ""}, Row{"MSH|^~\\&|GP^1", 1, 1, "|"},
               Row{"MSH|^~\\&|GP^1", 3, 2, "1"}, Row{"PID", 1, 1, ""}, Row{"PID|", 1, 1, ""});
  CAPTURE(row.segment, row.field, row.component);
  CHECK(component(field(row.segment, {}, row.field), {}, row.component) == row.value);
}

TEST_CASE("the field separator itself is MSH-1 and the encoding characters are MSH-2") {
  CHECK(field("MSH|^~\\&|GP", {}, 1) == "|");
  CHECK(field("MSH|^~\\&|GP", {}, 2) == "^~\\&");
  CHECK(field("MSH|^~\\&|GP", {}, 3) == "GP");
}

TEST_CASE("every shared HL7 v2 sample splits into segments that put together are the sample") {
  if (test::shared_data().empty()) {
    WARN("SKIPPED: the shared HL7 v2 samples are not here");
    return;
  }
  std::size_t messages = 0;
  for (const auto& file :
       std::filesystem::recursive_directory_iterator(test::shared_data() / "hl7v2")) {
    if (file.path().extension() != ".hl7") continue;
    auto text = test::read_file(file.path());
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    const auto by = read_delimiters(text);
    if (!by) continue;  // a few samples are broken on purpose
    CAPTURE(file.path());
    Issues issues;
    const auto segments = split_segments(text, *by, Limits{}, issues);
    REQUIRE(segments);
    std::string joined, plain;
    for (const auto& segment : *segments) joined += segment.text;
    for (const char c : joined)
      if (c != '\r' && c != '\n') plain += c;
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    CHECK((plain == text));
    ++messages;
  }
  CHECK(messages > 150);
}
