#include "remote/jwt_signer.h"

#include "base/base64.h"
#include "tls/openssl.h"
#include "wire/json.h"

#include <openssl/pem.h>

#include <limits>
#include <utility>

namespace fingerpost::remote {
namespace {

void add(std::string& json, std::string_view name, std::string_view value) {
  json += json.empty() ? '{' : ',';
  wire::write_json_string(json, name);
  json += ':';
  wire::write_json_string(json, value);
}

std::string unsigned_token(const Assertion& assertion) {
  std::string header, claims;
  add(header, "alg", "RS512");
  add(header, "typ", "JWT");
  add(header, "kid", assertion.key_id);
  add(claims, "iss", assertion.issuer);
  add(claims, "sub", assertion.issuer);
  add(claims, "aud", assertion.audience);
  add(claims, "jti", assertion.id);
  claims += R"(,"iat":)" + std::to_string(assertion.issued_s);
  claims += R"(,"exp":)" + std::to_string(assertion.issued_s + assertion.lasts_s);
  return to_base64url(header + "}") + "." + to_base64url(claims + "}");
}

// A key that wants a passphrase is none: nobody is there to be asked.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

struct JwtSigner::Key {
  tls::Pkey key;
};

JwtSigner::JwtSigner(std::unique_ptr<Key> key) : key_(std::move(key)) {}
JwtSigner::JwtSigner(JwtSigner&&) noexcept = default;
JwtSigner& JwtSigner::operator=(JwtSigner&&) noexcept = default;
JwtSigner::~JwtSigner() = default;

Result<JwtSigner> JwtSigner::open(std::string_view pem) {
  constexpr int fewest_bits = 2048;
  const Error none{Kind::invalid, "is no PEM private key of RSA with 2048 bits at least", ""};
  if (pem.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return none;
  const tls::Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!bio) return Error{Kind::fault, "no memory for a key", ""};
  auto key = std::make_unique<Key>();
  key->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  const bool good = key->key && EVP_PKEY_base_id(key->key.get()) == EVP_PKEY_RSA &&
                    EVP_PKEY_bits(key->key.get()) >= fewest_bits;
  if (!good) return none;
  return JwtSigner(std::move(key));
}

Result<std::string> JwtSigner::sign(const Assertion& assertion) const {
  const Error failed{Kind::fault, "the key would not sign", ""};
  auto token = unsigned_token(assertion);
  const auto* bytes = reinterpret_cast<const unsigned char*>(token.data());
  const tls::DigestContext context(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha512(), nullptr, key_->key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes, token.size()) != 1)
    return failed;
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes, token.size()) != 1)
    return failed;
  signature.resize(size);
  return token + "." + to_base64url(signature);
}

}  // namespace fingerpost::remote
