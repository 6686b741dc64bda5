#include "http/chunked.h"

#include <algorithm>

namespace fingerpost::http {
namespace {

constexpr int max_digits = 8;  // a chunk of 4 GiB, far over any body limit
constexpr std::size_t max_line_bytes = 256;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ChunkedBody::State ChunkedBody::end_size_line() {
  line_bytes_ = 0;
  digits_ = 0;
  place_ = left_ == 0 ? Place::end_cr : Place::data;
  return State::more;
}

// chunk-size [ chunk-ext ] CRLF. An extension is visible ASCII and blanks: no quoted line ends.
ChunkedBody::State ChunkedBody::take_size_line(char c) {
  if (++line_bytes_ > max_line_bytes) return State::broken;
  if (place_ == Place::size_end) return c == '\n' ? end_size_line() : State::broken;
  if (c == '\r') {
    if (digits_ == 0) return State::broken;
    place_ = Place::size_end;
    return State::more;
  }
  if (place_ == Place::extension) {
    const bool visible = (c >= 0x20 && c < 0x7f) || c == '\t';
    return visible ? State::more : State::broken;
  }
  if (c == ';') {
    place_ = Place::extension;
    return digits_ > 0 ? State::more : State::broken;
  }
  const int digit = hex_value(c);
  if (digit < 0 || ++digits_ > max_digits) return State::broken;
  left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
  return State::more;
}

ChunkedBody::State ChunkedBody::take(std::string_view bytes, std::size_t limit, std::string& body,
                                     std::size_t& taken) {
  taken = 0;
  while (taken < bytes.size()) {
    if (place_ == Place::data) {
      if (left_ > limit - std::min(limit, body.size())) return State::too_large;
      const auto size = std::min<std::uint64_t>(left_, bytes.size() - taken);
      body.append(bytes.substr(taken, size));
      taken += size;
      left_ -= size;
      if (left_ == 0) place_ = Place::data_cr;
      continue;
    }
    const char c = bytes[taken++];
    switch (place_) {
      case Place::data_cr:
      case Place::end_cr:
        if (c != '\r') return State::broken;  // after the last chunk this is a trailer
        place_ = place_ == Place::data_cr ? Place::data_lf : Place::end_lf;
        break;
      case Place::data_lf:
        if (c != '\n') return State::broken;
        place_ = Place::size;
        break;
      case Place::end_lf:
        return c == '\n' ? State::done : State::broken;
      default:
        if (const auto state = take_size_line(c); state != State::more) return state;
    }
  }
  return State::more;
}

}  // namespace fingerpost::http
