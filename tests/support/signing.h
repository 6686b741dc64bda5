// Key pairs of clients, made when the test runs, and tokens signed with them.

#pragma once

#include "base/base64.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fingerpost::test {

class SigningKey {
 public:
  static SigningKey p384(const std::string& kid) {
    return SigningKey(EVP_EC_gen("P-384"), "ES384", kid);
  }
  static SigningKey rsa(const std::string& kid, const std::string& alg = "RS384",
                        unsigned bits = 2048) {
    return SigningKey(EVP_RSA_gen(bits), alg, kid);
  }

  // Its members of a JWK, without the braces.
  std::string members() const {
    const auto head = R"("kid":")" + kid_ + R"(","alg":")" + alg_ + "\",";
    if (alg_ == "ES384")
      return head + R"("kty":"EC","crv":"P-384","x":")" + number(OSSL_PKEY_PARAM_EC_PUB_X, 48) +
             R"(","y":")" + number(OSSL_PKEY_PARAM_EC_PUB_Y, 48) + '"';
    return head + R"("kty":"RSA","n":")" + number(OSSL_PKEY_PARAM_RSA_N, 0) + R"(","e":")" +
           number(OSSL_PKEY_PARAM_RSA_E, 0) + '"';
  }
  std::string jwk() const { return "{" + members() + "}"; }
  std::string jwks() const { return R"({"keys":[)" + jwk() + "]}"; }
  const std::string& kid() const { return kid_; }

  // The compact form of any header and claims.
  std::string token(const std::string& header, const std::string& claims) const {
    const auto text = to_base64url(header) + "." + to_base64url(claims);
    return text + "." + to_base64url(sign(text));
  }
  std::string token(const std::string& claims) const {
    return token(R"({"alg":")" + alg_ + R"(","kid":")" + kid_ + R"(","typ":"JWT"})", claims);
  }

  // As JWS has it: r and s of ES384 side by side.
  std::string sign(std::string_view text) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    const auto* const digest = alg_ == "RS512" ? EVP_sha512() : EVP_sha384();
    std::array<unsigned char, 1024> out;
    std::size_t size = out.size();
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), out.data(), &size, bytes, text.size()) != 1)
      throw std::runtime_error("cannot sign");
    if (alg_ != "ES384") return {reinterpret_cast<const char*>(out.data()), size};
    const unsigned char* der = out.data();
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> both(
        d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size)), ECDSA_SIG_free);
    std::string raw(96, '\0');
    auto* const to = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(both.get()), to, 48);
    BN_bn2binpad(ECDSA_SIG_get0_s(both.get()), to + 48, 48);
    return raw;
  }

  std::string number(const char* name, int size) const {
    BIGNUM* found = nullptr;
    if (EVP_PKEY_get_bn_param(key_.get(), name, &found) != 1) throw std::runtime_error("no part");
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> owned(found, BN_free);
    const int bytes = size > 0 ? size : BN_num_bytes(found);
    std::string text(static_cast<std::size_t>(bytes), '\0');
    BN_bn2binpad(found, reinterpret_cast<unsigned char*>(text.data()), bytes);
    return to_base64url(text);
  }

 private:
  SigningKey(EVP_PKEY* key, std::string alg, std::string kid)
      : key_(key, EVP_PKEY_free), alg_(std::move(alg)), kid_(std::move(kid)) {}

  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::string alg_, kid_;
};

}  // namespace fingerpost::test
