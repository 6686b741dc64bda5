#include "fingerpost/names.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <cstring>
#include <random>

namespace fingerpost {
namespace {

__extension__ typedef unsigned __int128 Wide;

// Another one each time the program runs: names come from whoever sends a resource, and he is not
// to choose them so that they meet.
std::uint64_t key() {
  static const std::uint64_t made = [] {
    std::random_device random;
    return std::uint64_t{random()} << 32 | random();
  }();
  return made;
}

// Eight bytes at a time.
struct Hash {
  using is_avalanching = void;

  std::uint64_t key;

  std::size_t operator()(std::string_view text) const {
    std::uint64_t hash = key + text.size();
    while (text.size() >= 8) {
      hash = mixed(hash, text.data(), 8);
      text.remove_prefix(8);
    }
    return mixed(hash, text.data(), text.size());
  }

  static std::uint64_t mixed(std::uint64_t hash, const char* bytes, std::size_t size) {
    std::uint64_t word = 0;
    if (size > 0) std::memcpy(&word, bytes, size);  // of no bytes there may be no pointer
    const Wide product = static_cast<Wide>(hash ^ word ^ 0x9e3779b97f4a7c15u) * 0xd1b54a32d192ed03u;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
};

}  // namespace

struct Names::Index {
  boost::unordered_flat_map<std::string_view, NameId, Hash> of{0, Hash{key()}};
};

Names::Names() : index_(std::make_unique<Index>()) {
  texts_.emplace_back();
  index_->of.emplace(texts_.back(), no_name);
}

Names::Names(Names&&) noexcept = default;
Names& Names::operator=(Names&&) noexcept = default;
Names::~Names() = default;

NameId Names::intern(std::string_view text) {
  const auto found = index_->of.find(text);
  if (found != index_->of.end()) return found->second;
  const auto name = static_cast<NameId>(texts_.size());
  index_->of.emplace(texts_.emplace_back(text), name);
  return name;
}

NameId Names::find(std::string_view text) const {
  const auto found = index_->of.find(text);
  return found == index_->of.end() ? no_name : found->second;
}

std::string_view Names::text(NameId name) const {
  return name < texts_.size() ? std::string_view(texts_[name]) : std::string_view();
}

}  // namespace fingerpost
