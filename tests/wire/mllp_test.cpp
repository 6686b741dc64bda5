#include "wire/mllp.h"

#include "support/catch.h"

#include <random>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::wire;
using namespace std::string_literals;

namespace {

// The events as text: "frame", "lenient" or "fault", and the bytes.
std::vector<std::string> events(const std::string& stream, std::size_t piece, bool close) {
  MllpReader reader{Limits{}};
  std::vector<std::string> found;
  const auto tell = [&](const MllpEvent& event) {
    const auto* kind = event.kind == MllpEvent::Kind::fault ? "fault "
                       : event.lenient                      ? "lenient "
                                                            : "frame ";
    found.push_back(kind + event.bytes);
  };
  for (std::size_t at = 0; at < stream.size(); at += piece) {
    reader.feed(std::string_view(stream).substr(at, piece));
    while (auto event = reader.next()) tell(*event);
  }
  if (close)
    if (auto event = reader.finish()) tell(*event);
  return found;
}

}  // namespace

TEST_CASE("frames are found in any pieces, and what is no frame is told") {
  struct Row {
    std::string stream;
    std::vector<std::string> events;
  };
  const auto row =
      GENERATE(Row{"\x0bMSH|1\x1c\x0d", {"frame MSH|1"}},
               Row{"\x0bMSH|1\x1c\x0d\x0bMSH|2\x1c\x0d", {"frame MSH|1", "frame MSH|2"}},
               Row{"\r\n\x0bMSH|1\x1c\x0d\r\n", {"frame MSH|1"}},
               Row{"junk\x0bMSH|1\x1c\x0d", {"frame MSH|1"}},
               Row{"\x0bMSH|1\x1c\x0bMSH|2\x1c\x0d", {"lenient MSH|1", "frame MSH|2"}},
               Row{"\x0bMSH|1\x1c", {"lenient MSH|1"}}, Row{"\x0bMSH|1", {"fault MSH|1"}},
               Row{"MSH|1\x1c\x0d\x0bMSH|2\x1c\x0d", {"fault MSH|1", "frame MSH|2"}},
               Row{"\x0b\x1c\x0d\x0bMSH|2\x1c\x0d", {"fault ", "frame MSH|2"}},
               Row{"\x0bMSH\x1c|1\x1c\x0d\x0bMSH|2\x1c\x0d", {"fault MSH", "frame MSH|2"}},
               Row{"\x0bMSH|1\x0bMSH|2\x1c\x0d", {"fault MSH|1", "frame MSH|2"}},
               Row{"\x0b<xml/>\x1c\x0d", {"frame <xml/>"}}, Row{"\x0b\x06\x1c\x0d", {"frame \x06"}},
               Row{"\x0b\xEF\xBB\xBFMSH\x1c\x0d", {"frame \xEF\xBB\xBFMSH"}},
               Row{"\x1c\x0d\x1c\x0d\x0bMSH|1\x1c\x0d", {"frame MSH|1"}}, Row{"", {}});
  for (std::size_t piece = 1; piece <= row.stream.size() + 1; ++piece) {
    CAPTURE(row.stream, piece);
    CHECK(events(row.stream, piece, true) == row.events);
  }
}

TEST_CASE("a frame that only lacks its last byte waits for it, and says so") {
  MllpReader reader{Limits{}};
  reader.feed("\x0bMSH|1\x1c");
  CHECK_FALSE(reader.next());
  CHECK(reader.ending());
  reader.feed("\x0d");
  const auto event = reader.next();
  REQUIRE(event);
  CHECK_FALSE(event->lenient);
  CHECK_FALSE(reader.ending());
  CHECK_FALSE(reader.inside());
}

TEST_CASE("a frame over the limit breaks the stream and is kept no further") {
  Limits limits;
  limits.v2_frame_bytes = 8;
  MllpReader reader(limits);
  reader.feed(
      "\x0b"
      "12345678\x1c\x0d\x0b"
      "123456789\x1c\x0d\x0bMSH\x1c\x0d");
  const auto first = reader.next();
  REQUIRE(first);
  CHECK((first->kind == MllpEvent::Kind::frame));
  const auto second = reader.next();
  REQUIRE(second);
  CHECK((second->kind == MllpEvent::Kind::fault));
  CHECK(second->bytes == "12345678");
  CHECK(reader.broken());
  CHECK_FALSE(reader.next());
  CHECK_FALSE(reader.finish());
}

TEST_CASE("what stands between frames is counted and not kept beyond the limit") {
  Limits limits;
  limits.v2_frame_bytes = 4;
  MllpReader reader(limits);
  for (int i = 0; i < 1000; ++i) {
    reader.feed("0123456789");
    CHECK_FALSE(reader.next());
  }
  CHECK(reader.skipped() == 10'000);
  reader.feed("\x1c\x0d");
  const auto event = reader.next();
  REQUIRE(event);
  CHECK(event->bytes.size() <= 4);
}

TEST_CASE("what is written as frames is read as the same payloads, whatever the pieces") {
  std::mt19937 random(11);  // NOLINT(cert-msc51-cpp): the same run each time
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> payloads;
    std::string stream;
    for (auto left = random() % 5; left > 0; --left) {
      std::string payload = "MSH";
      for (auto more = random() % 20; more > 0; --more)
        payload += static_cast<char>(0x20 + random() % 0xe0);
      write_mllp(payload, stream);
      payloads.push_back("frame " + payload);
    }
    CHECK(events(stream, 1 + random() % 9, true) == payloads);
  }
}
