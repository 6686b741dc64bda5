// An RSA key made when the test runs: its PEM for whoever signs, and the check of what was signed.

#pragma once

#include "base/base64.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <string_view>

namespace fingerpost::test {

class RsaPem {
 public:
  explicit RsaPem(unsigned bits = 2048) : key_(EVP_RSA_gen(bits), EVP_PKEY_free) {}

  std::string pem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    PEM_write_bio_PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
  }

  // Whether a compact token (RFC 7515) has this key's RS512 signature.
  bool signed_by_it(std::string_view token) const {
    const auto dot = token.rfind('.');
    if (dot == std::string_view::npos) return false;
    const auto signature = from_base64(token.substr(dot + 1), Base64::url);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    return signature &&
           EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha512(), nullptr, key_.get()) == 1 &&
           EVP_DigestVerify(
               context.get(), reinterpret_cast<const unsigned char*>(signature->data()),
               signature->size(), reinterpret_cast<const unsigned char*>(token.data()), dot) == 1;
  }

 private:
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

}  // namespace fingerpost::test
