// Archives, compressed bodies and packed texts: never more than the bound, and what was packed
// comes back.
#include "fuzz/fuzz.h"
#include "wire/archive.h"
#include "wire/gzip.h"
#include "wire/packer.h"

using namespace fingerpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static wire::Packer packer("\"resourceType\":\"ServiceRequest\",\"status\":\"active\"");
  const auto bytes = fuzz::text_of(data, size);
  auto limits = fuzz::bounds();
  limits.package_bytes = 1 << 18;
  if (const auto files = wire::read_tgz(bytes, limits)) {
    std::size_t total = 0;
    for (const auto& file : *files) total += file.bytes.size();
    fuzz::require(total <= limits.package_bytes, "an archive keeps its bound");
  }
  if (const auto body = wire::gunzip(bytes, 1 << 16))
    fuzz::require(body->size() <= 1 << 16, "a compressed body keeps its bound");
  const auto small = wire::gzip(bytes);
  fuzz::require(small && wire::gunzip(*small, size).value() == bytes, "gzip comes back");

  const auto packed = packer.pack(bytes);
  std::string room(size, ' ');
  if (!packed.empty()) {
    fuzz::require(wire::Packer::size_of(packed) == size, "a packed text knows its size");
    fuzz::require(packer.unpack(packed, room.data(), size) && room == bytes,
                  "a packed text comes back");
  }
  if (const auto claimed = wire::Packer::size_of(bytes); claimed && *claimed <= 1 << 20) {
    room.resize(*claimed);
    packer.unpack(bytes, room.data(), *claimed);
  }
  return 0;
}
