#include "wire/gzip.h"

#include <algorithm>
#include <array>
#include <limits>
#include <zlib.h>

namespace fingerpost::wire {
namespace {

constexpr int gzip_only = 16 + MAX_WBITS;
constexpr std::size_t most_at_once = std::numeric_limits<uInt>::max();

// zlib does not change what it reads.
Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

Error broken() {
  return {Kind::invalid, "this is not whole gzip", ""};
}

}  // namespace

Result<std::string> gunzip(std::string_view bytes, std::size_t most) {
  if (bytes.size() > most_at_once) return Error{Kind::too_costly, "too large", ""};
  z_stream stream{};
  if (inflateInit2(&stream, gzip_only) != Z_OK) return Error{Kind::fault, "zlib failed", ""};
  struct End {
    z_stream* of;
    ~End() { inflateEnd(of); }
  } const end{&stream};
  std::string out;
  std::array<char, 64 << 10> piece;
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  int state = Z_OK;
  while (state == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    state = inflate(&stream, Z_NO_FLUSH);
    if (state != Z_OK && state != Z_STREAM_END) return broken();
    const auto size = piece.size() - stream.avail_out;
    if (out.size() + size > most) return Error{Kind::too_costly, "it unpacks to too much", ""};
    out.append(piece.data(), size);
  }
  if (stream.avail_in > 0) return broken();
  return out;
}

Result<std::string> gzip(std::string_view bytes) {
  z_stream stream{};
  constexpr int memory = 8;
  if (bytes.size() > most_at_once || deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, gzip_only,
                                                  memory, Z_DEFAULT_STRATEGY) != Z_OK)
    return Error{Kind::fault, "zlib failed", ""};
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = bytes_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int state = deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  if (state != Z_STREAM_END) return Error{Kind::fault, "zlib failed", ""};
  return out;
}

}  // namespace fingerpost::wire
