// Short texts of one kind, packed (Zstandard, RFC 8878) by a dictionary of what they have in
// common.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::wire {

// One thread's. Whoever unpacks needs the same dictionary, byte for byte.
class Packer {
 public:
  explicit Packer(std::string_view dictionary);
  ~Packer();
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  // Empty when it would not be smaller than the text.
  std::string pack(std::string_view text);
  // The bytes of the text that was packed so, as they claim; none when they claim what cannot be.
  static std::optional<std::size_t> size_of(std::string_view bytes);
  // False: these bytes are not a text of that size, packed; or they were changed since, which a
  // checksum of 32 bits tells.
  bool unpack(std::string_view bytes, char* into, std::size_t size);

 private:
  struct Contexts;
  std::unique_ptr<Contexts> contexts_;
};

}  // namespace fingerpost::wire
