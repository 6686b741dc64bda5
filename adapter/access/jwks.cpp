#include "access/jwks.h"

#include "access/base64url.h"
#include "tls/openssl.h"
#include "wire/json_view.h"

#include <openssl/core_names.h>

#include <optional>
#include <utility>

namespace fingerpost::access {

struct PublicKey {
  tls::Pkey pkey;
};

namespace {

constexpr std::size_t p384_bytes = 48;
constexpr std::size_t longest_kid = 256;

using wire::JsonView;
using JsonKind = wire::JsonToken::Kind;

Error wrong(std::string_view kid, std::string_view what) {
  return {Kind::invalid, std::string(what), std::string(kid)};
}

std::string_view text_of(JsonView from, std::string_view member) {
  const auto found = from[member];
  return found.kind() == JsonKind::string ? found.text() : std::string_view();
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// Null when OpenSSL does not take the parts for a key.
tls::Pkey public_key(const char* type, OSSL_PARAM_BLD* parts) {
  const tls::Params params(OSSL_PARAM_BLD_to_param(parts));
  const tls::PkeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  tls::Pkey key(made);
  const tls::PkeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (!check || EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return key;
}

// RFC 7518 6.3.1. An exponent of 1 signs nothing, and a very long key only costs time.
Result<tls::Pkey> read_rsa(JsonView from, std::string_view kid, const KeyLimits& limits) {
  const auto n = read_base64url(text_of(from, "n"));
  const auto e = read_base64url(text_of(from, "e"));
  if (!n || !e || n->empty() || e->empty() || e->size() > 8 || (*n)[0] == 0)
    return wrong(kid, "n and e are to be base64url numbers");
  const tls::Number modulus(BN_bin2bn(bytes_of(*n), static_cast<int>(n->size()), nullptr));
  const tls::Number exponent(BN_bin2bn(bytes_of(*e), static_cast<int>(e->size()), nullptr));
  const int bits = BN_num_bits(modulus.get());
  if (bits < limits.rsa_bits_least || bits > limits.rsa_bits_most)
    return wrong(kid, "an RSA key has " + std::to_string(limits.rsa_bits_least) + " to " +
                          std::to_string(limits.rsa_bits_most) + " bits");
  if (BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) == 1)
    return wrong(kid, "the exponent e is to be odd and not 1");
  const tls::ParamBuilder parts(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  auto key = public_key("RSA", parts.get());
  if (!key) return wrong(kid, "is no RSA key");
  return key;
}

// RFC 7518 6.2.1.
Result<tls::Pkey> read_ec(JsonView from, std::string_view kid) {
  if (text_of(from, "crv") != "P-384") return wrong(kid, "the curve is to be P-384");
  const auto x = read_base64url(text_of(from, "x"));
  const auto y = read_base64url(text_of(from, "y"));
  if (!x || !y || x->size() != p384_bytes || y->size() != p384_bytes)
    return wrong(kid, "x and y are to be 48 bytes each, base64url");
  const auto point = "\x04" + *x + *y;
  const tls::ParamBuilder parts(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-384", 0);
  OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  auto key = public_key("EC", parts.get());
  if (!key) return wrong(kid, "x and y are no point of the curve");
  return key;
}

std::optional<Algorithm> algorithm_of(std::string_view kty, JsonView alg) {
  const auto text = alg.kind() == JsonKind::string ? alg.text() : std::string_view();
  if (alg && text.empty()) return {};
  if (kty == "EC" && (!alg || text == "ES384")) return Algorithm::ES384;
  if (kty == "RSA" && (!alg || text == "RS384")) return Algorithm::RS384;
  if (kty == "RSA" && text == "RS512") return Algorithm::RS512;
  return {};
}

// RFC 7517 4.2, 4.3: what the key says it is for, where it does.
bool is_for_verifying(JsonView from) {
  if (const auto use = from["use"]; use && text_of(from, "use") != "sig") return false;
  const auto operations = from["key_ops"];
  bool verifies = !operations;
  operations.each([&](JsonView one) { verifies = verifies || one.text() == "verify"; });
  return verifies;
}

Result<Key> read_key(JsonView from, std::string_view kid, const KeyLimits& limits) {
  for (const auto* secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
    if (from[secret])
      return wrong(kid, "has a private or secret part: only public keys belong here");
  if (!is_for_verifying(from)) return wrong(kid, "its use or key_ops is not to verify signatures");
  const auto kty = text_of(from, "kty");
  const auto algorithm = algorithm_of(kty, from["alg"]);
  if (!algorithm) return wrong(kid, "a key is RSA with RS384 or RS512, or EC with ES384");
  auto read = kty == "EC" ? read_ec(from, kid) : read_rsa(from, kid, limits);
  if (!read) return read.error();
  return Key{*algorithm, std::make_shared<const PublicKey>(PublicKey{*std::move(read)})};
}

// The DER that OpenSSL reads, of a JWS signature: r and s, 48 bytes each (RFC 7518 3.4).
std::string der_of(std::string_view signature) {
  if (signature.size() != 2 * p384_bytes) return {};
  const auto part = [&](std::size_t at) {
    return BN_bin2bn(bytes_of(signature.substr(at)), static_cast<int>(p384_bytes), nullptr);
  };
  const tls::Signature both(ECDSA_SIG_new());
  ECDSA_SIG_set0(both.get(), part(0), part(p384_bytes));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(both.get(), &der);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

}  // namespace

std::string_view name(Algorithm algorithm) {
  constexpr std::string_view names[] = {"RS384", "RS512", "ES384"};
  return names[static_cast<std::size_t>(algorithm)];
}

Result<KeySet> read_jwks(std::string_view text, const KeyLimits& limits) {
  if (text.size() > limits.bytes)
    return wrong("", "is longer than " + std::to_string(limits.bytes) + " bytes");
  LET(const auto document, wire::parse_json(std::string(text), Limits{}));
  const auto keys = JsonView(document)["keys"];
  if (keys.kind() != JsonKind::array)
    return wrong("", "is no JWKS: an object with a list \"keys\"");
  KeySet set;
  std::optional<Error> fault;
  std::size_t count = 0;
  keys.each([&](JsonView one) {
    if (fault) return;
    const auto kid = text_of(one, "kid");
    if (++count > limits.keys)
      fault = wrong("", "has more than " + std::to_string(limits.keys) + " keys");
    else if (kid.empty() || kid.size() > longest_kid)
      fault = wrong("", "every key needs a kid of 1 to 256 bytes");
    else if (set.find(kid) != set.end())
      fault = wrong(kid, "two keys have this kid");
    if (fault || text_of(one, "use") == "enc") return;
    if (auto key = read_key(one, kid, limits))
      set.emplace(kid, *std::move(key));
    else
      fault = std::move(key).error();
  });
  if (fault) return *std::move(fault);
  if (set.empty()) return wrong("", "has no key to verify signatures with");
  return set;
}

bool verify(const Key& key, std::string_view bytes, std::string_view signature) {
  const bool ec = key.algorithm == Algorithm::ES384;
  auto* const pkey = key.key->pkey.get();
  const auto der = ec ? der_of(signature) : std::string(signature);
  if (der.empty()) return false;
  if (!ec && der.size() != static_cast<std::size_t>(EVP_PKEY_get_size(pkey))) return false;
  const auto* const digest = key.algorithm == Algorithm::RS512 ? EVP_sha512() : EVP_sha384();
  const tls::DigestContext context(EVP_MD_CTX_new());
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, pkey) != 1)
    return false;
  return EVP_DigestVerify(context.get(), bytes_of(der), der.size(), bytes_of(bytes),
                          bytes.size()) == 1;
}

}  // namespace fingerpost::access
