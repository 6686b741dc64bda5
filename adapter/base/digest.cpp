#include "base/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cstdlib>
#include <memory>

namespace fingerpost {
namespace {

// OpenSSL 3 looks an algorithm up anew on each use unless it is fetched once.
const EVP_MD* fetched(const char* name) {
  const EVP_MD* algorithm = EVP_MD_fetch(nullptr, name, nullptr);
  if (algorithm == nullptr) std::abort();  // an OpenSSL without SHA is a broken installation
  return algorithm;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

template <std::size_t N>
std::array<std::uint8_t, N> digest(const EVP_MD* algorithm, std::string_view bytes) {
  thread_local const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  std::array<std::uint8_t, N> out{};
  unsigned int size = 0;
  const bool done = context && EVP_DigestInit_ex(context.get(), algorithm, nullptr) == 1 &&
                    EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(context.get(), out.data(), &size) == 1;
  if (!done || size != N) std::abort();
  return out;
}

}  // namespace

Sha1 sha1(std::string_view bytes) {
  static const EVP_MD* const algorithm = fetched("SHA1");
  return digest<20>(algorithm, bytes);
}

Sha256 sha256(std::string_view bytes) {
  static const EVP_MD* const algorithm = fetched("SHA256");
  return digest<32>(algorithm, bytes);
}

Sha256 hmac_sha256(std::string_view key, std::string_view bytes) {
  static const EVP_MD* const algorithm = fetched("SHA256");
  Sha256 out{};
  unsigned int size = 0;
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  if (HMAC(algorithm, key.data(), static_cast<int>(key.size()), data, bytes.size(), out.data(),
           &size) == nullptr)
    std::abort();
  return out;
}

std::string hex(const std::uint8_t* bytes, std::size_t size) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(size * 2);
  for (std::size_t i = 0; i < size; ++i) {
    out += digits[bytes[i] >> 4];
    out += digits[bytes[i] & 15];
  }
  return out;
}

}  // namespace fingerpost
