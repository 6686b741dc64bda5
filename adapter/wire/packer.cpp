#include "wire/packer.h"

#include <zstd.h>

namespace fingerpost::wire {
namespace {

// Of short texts without Huffman codes for what matches nothing: a tenth larger, and a quarter less
// work for each that is packed and unpacked. Long ones are attachments, which have little else.
constexpr int quick_level = -1;
constexpr int whole_level = 1;
constexpr std::size_t most_short = std::size_t{16} << 10;

struct Freed {
  void operator()(ZSTD_CCtx* one) const { ZSTD_freeCCtx(one); }
  void operator()(ZSTD_DCtx* one) const { ZSTD_freeDCtx(one); }
  void operator()(ZSTD_CDict* one) const { ZSTD_freeCDict(one); }
  void operator()(ZSTD_DDict* one) const { ZSTD_freeDDict(one); }
};
template <class T>
using Owned = std::unique_ptr<T, Freed>;

}  // namespace

struct Packer::Contexts {
  Owned<ZSTD_CDict> quick;
  Owned<ZSTD_CDict> whole;
  Owned<ZSTD_DDict> from;
  Owned<ZSTD_CCtx> out{ZSTD_createCCtx()};
  Owned<ZSTD_DCtx> in{ZSTD_createDCtx()};
  bool good = false;

  explicit Contexts(std::string_view dictionary)
      : quick(ZSTD_createCDict(dictionary.data(), dictionary.size(), quick_level)),
        whole(ZSTD_createCDict(dictionary.data(), dictionary.size(), whole_level)),
        from(ZSTD_createDDict(dictionary.data(), dictionary.size())) {
    good = quick && whole && from && out && in &&
           !ZSTD_isError(ZSTD_CCtx_setParameter(out.get(), ZSTD_c_checksumFlag, 1)) &&
           !ZSTD_isError(ZSTD_DCtx_refDDict(in.get(), from.get()));
  }
};

Packer::Packer(std::string_view dictionary) : contexts_(std::make_unique<Contexts>(dictionary)) {}
Packer::~Packer() = default;

std::string Packer::pack(std::string_view text) {
  if (!contexts_->good) return {};
  const auto& with = text.size() <= most_short ? contexts_->quick : contexts_->whole;
  if (ZSTD_isError(ZSTD_CCtx_refCDict(contexts_->out.get(), with.get()))) return {};
  std::string packed(text.size(), '\0');
  const auto size =
      ZSTD_compress2(contexts_->out.get(), packed.data(), packed.size(), text.data(), text.size());
  if (ZSTD_isError(size) || size >= text.size()) return {};
  packed.resize(size);
  return packed;
}

std::optional<std::size_t> Packer::size_of(std::string_view bytes) {
  constexpr std::size_t most_folded = std::size_t{1} << 15;  // a block of 128 KiB has 4 bytes
  const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR) return {};
  if (size / most_folded > bytes.size()) return {};
  return static_cast<std::size_t>(size);
}

bool Packer::unpack(std::string_view bytes, char* into, std::size_t size) {
  if (!contexts_->good) return false;
  const auto made =
      ZSTD_decompressDCtx(contexts_->in.get(), into, size, bytes.data(), bytes.size());
  return !ZSTD_isError(made) && made == size;
}

}  // namespace fingerpost::wire
