#include "wire/packer.h"

#include <limits>
#include <zlib.h>

namespace fingerpost::wire {
namespace {

constexpr int window_bits = 13;  // 8 KiB: nearly all texts see all of themselves
constexpr int memory = 6;        // a small table, cleared for each text
constexpr int level = 3;
constexpr std::size_t most = std::numeric_limits<uInt>::max();

// zlib does not change what it reads.
Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

void set(z_stream& stream, std::string_view from, char* into, std::size_t room) {
  stream.next_in = bytes_of(from);
  stream.avail_in = static_cast<uInt>(from.size());
  stream.next_out = reinterpret_cast<Bytef*>(into);
  stream.avail_out = static_cast<uInt>(room);
}

}  // namespace

struct Packer::Streams {
  z_stream out{};
  z_stream in{};
  bool good = false;

  Streams() {
    const int made =
        deflateInit2(&out, level, Z_DEFLATED, -window_bits, memory, Z_DEFAULT_STRATEGY);
    good = made == Z_OK && inflateInit2(&in, -window_bits) == Z_OK;
  }
  ~Streams() {
    deflateEnd(&out);
    inflateEnd(&in);
  }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;
};

Packer::Packer(std::string_view dictionary)
    : streams_(std::make_unique<Streams>()), dictionary_(dictionary) {}
Packer::~Packer() = default;

std::string Packer::pack(std::string_view text) {
  if (!streams_->good || text.size() > most) return {};
  z_stream& stream = streams_->out;
  const auto size = static_cast<uInt>(dictionary_.size());
  if (deflateReset(&stream) != Z_OK ||
      deflateSetDictionary(&stream, bytes_of(dictionary_), size) != Z_OK)
    return {};
  std::string packed(text.size(), '\0');
  set(stream, text, packed.data(), packed.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return {};
  packed.resize(packed.size() - stream.avail_out);
  return packed;
}

bool Packer::unpack(std::string_view bytes, char* into, std::size_t size) {
  if (!streams_->good || bytes.size() > most || size > most) return false;
  z_stream& stream = streams_->in;
  const auto of_dictionary = static_cast<uInt>(dictionary_.size());
  if (inflateReset(&stream) != Z_OK ||
      inflateSetDictionary(&stream, bytes_of(dictionary_), of_dictionary) != Z_OK)
    return false;
  set(stream, bytes, into, size);
  return inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_in == 0 &&
         stream.avail_out == 0;
}

}  // namespace fingerpost::wire
