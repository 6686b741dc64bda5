#include "http/chunked.h"

#include "support/catch.h"

#include <string>

using namespace fingerpost::http;
using State = ChunkedBody::State;

TEST_CASE("a chunked body is taken strictly") {
  struct Row {
    std::string bytes;
    State state;
    std::string body;
    std::size_t rest;
  };
  const auto row = GENERATE(
      Row{"3\r\nabc\r\n0\r\n\r\n", State::done, "abc", 0},
      Row{"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\nGET", State::done, "abcde", 3},
      Row{"0\r\n\r\n", State::done, "", 0},
      Row{"A\r\n0123456789\r\n0\r\n\r\n", State::done, "0123456789", 0},
      Row{"3;x=y\r\nabc\r\n0;z\r\n\r\n", State::done, "abc", 0},
      Row{"003\r\nabc\r\n0\r\n\r\n", State::done, "abc", 0}, Row{"3\r\nab", State::more, "ab", 0},
      Row{"", State::more, "", 0}, Row{"0x3\r\nabc\r\n", State::broken, "", 0},
      Row{"+3\r\nabc\r\n", State::broken, "", 0}, Row{"0_3\r\nabc\r\n", State::broken, "", 0},
      Row{" 3\r\nabc\r\n", State::broken, "", 0}, Row{"3 \r\nabc\r\n", State::broken, "", 0},
      Row{"\r\n", State::broken, "", 0}, Row{";x\r\n", State::broken, "", 0},
      Row{"123456789\r\n", State::broken, "", 0}, Row{"3\nabc\r\n", State::broken, "", 0},
      Row{"3\r\nabcd\r\n", State::broken, "abc", 0},
      Row{"3\r\nabc\n0\r\n\r\n", State::broken, "abc", 0},
      Row{"3;a\nb\r\nabc", State::broken, "", 0}, Row{"3;\x01\r\nabc", State::broken, "", 0},
      Row{"3;" + std::string(300, 'e'), State::broken, "", 0},
      Row{"0\r\nAuthorization: Bearer x\r\n\r\n", State::broken, "", 0},
      Row{"0\r\n\n", State::broken, "", 0}, Row{"0\r\n\rX", State::broken, "", 0},
      Row{"ffffffff\r\n", State::more, "", 0}, Row{"ffffffff\r\nabc", State::too_large, "", 0},
      Row{"14\r\n01234567890123456789\r\n", State::too_large, "", 0});
  CAPTURE(row.bytes);
  constexpr std::size_t limit = 16;
  {
    ChunkedBody chunked;
    std::string body;
    std::size_t taken = 0;
    CHECK(chunked.take(row.bytes, limit, body, taken) == row.state);
    CHECK(body == row.body);
    if (row.state == State::done) CHECK(row.bytes.size() - taken == row.rest);
  }
  ChunkedBody chunked;  // and byte by byte
  std::string body;
  auto state = State::more;
  for (std::size_t i = 0; i < row.bytes.size() && state == State::more; ++i) {
    std::size_t taken = 0;
    state = chunked.take(std::string_view(row.bytes).substr(i, 1), limit, body, taken);
  }
  CHECK(state == row.state);
  CHECK(body == row.body);
}
