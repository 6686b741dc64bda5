// Short texts of one kind, deflated (RFC 1951) by a dictionary of what they have in common.

#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace fingerpost::wire {

// One thread's. Whoever unpacks needs the same dictionary, byte for byte.
class Packer {
 public:
  // `dictionary`: what is most common comes last; must outlive the packer.
  explicit Packer(std::string_view dictionary);
  ~Packer();
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  // Empty when it would not be smaller than the text.
  std::string pack(std::string_view text);
  // False: these bytes are not a text of that size, packed.
  bool unpack(std::string_view bytes, char* into, std::size_t size);

 private:
  struct Streams;
  std::unique_ptr<Streams> streams_;
  std::string_view dictionary_;
};

}  // namespace fingerpost::wire
