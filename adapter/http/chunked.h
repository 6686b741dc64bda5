// A chunked body, read strictly (RFC 9112 7.1): extensions are skipped, trailers are refused.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fingerpost::http {

class ChunkedBody {
 public:
  enum class State : std::uint8_t { more, done, broken, too_large };

  // Takes bytes as they come and appends the data to `body`, which never grows over `limit`.
  // `taken` is how many bytes belonged to the body; after `done` the rest is the next request.
  State take(std::string_view bytes, std::size_t limit, std::string& body, std::size_t& taken);

 private:
  enum class Place : std::uint8_t {
    size,
    extension,
    size_end,
    data,
    data_cr,
    data_lf,
    end_cr,
    end_lf
  };

  State take_size_line(char c);
  State end_size_line();

  Place place_ = Place::size;
  int digits_ = 0;              // of the size seen so far
  std::size_t line_bytes_ = 0;  // of the size line, extensions included
  std::uint64_t left_ = 0;      // of the current chunk
};

}  // namespace fingerpost::http
