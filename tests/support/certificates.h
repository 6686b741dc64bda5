// Certificate authorities, certificates and revocation lists, made when the test runs.

#pragma once

#include "base/base64.h"
#include "base/digest.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::test {

struct Certificate {
  std::string pem, key;  // PEM both
  std::string pin;       // SHA-256 of its public key, base64
  long serial = 0;
};

struct Wanted {
  std::string name = "somebody";
  long from_seconds = -3600, to_seconds = 3600;  // from now
  std::string usage = "serverAuth,clientAuth";
  int bits = 256;  // of its elliptic curve
};

class CertificateAuthority {
 public:
  explicit CertificateAuthority(const std::string& name) : key_(make_key(256)), name_(name) {
    certificate_ = make({name, -3600, 3600, "", 256}, key_.get(), 1, true);
  }

  std::string pem() const {
    return written([&](BIO* to) { PEM_write_bio_X509(to, certificate_.get()); });
  }

  Certificate issue(const Wanted& wanted) {
    const auto key = make_key(wanted.bits);
    const auto serial = ++serial_;
    const auto made = make(wanted, key.get(), serial, false);
    Certificate out;
    out.serial = serial;
    out.pem = written([&](BIO* to) { PEM_write_bio_X509(to, made.get()); });
    out.key = written([&](BIO* to) {
      PEM_write_bio_PrivateKey(to, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(made.get()), &der);
    const auto digest =
        sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    out.pin =
        to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()}, Base64::plain);
    return out;
  }

  std::string crl(const std::vector<long>& revoked, long to_seconds = 3600) const {
    const std::unique_ptr<X509_CRL, decltype(&X509_CRL_free)> list(X509_CRL_new(), X509_CRL_free);
    X509_CRL_set_version(list.get(), 1);
    X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(certificate_.get()));
    const Time from = time_in(-3600), to = time_in(to_seconds);
    X509_CRL_set1_lastUpdate(list.get(), from.get());
    X509_CRL_set1_nextUpdate(list.get(), to.get());
    for (const auto serial : revoked) {
      auto* const one = X509_REVOKED_new();
      const std::unique_ptr<ASN1_INTEGER, decltype(&ASN1_INTEGER_free)> number(ASN1_INTEGER_new(),
                                                                               ASN1_INTEGER_free);
      ASN1_INTEGER_set(number.get(), serial);
      X509_REVOKED_set_serialNumber(one, number.get());
      X509_REVOKED_set_revocationDate(one, from.get());
      X509_CRL_add0_revoked(list.get(), one);
    }
    X509V3_CTX about;
    X509V3_set_ctx(&about, certificate_.get(), nullptr, nullptr, list.get(), 0);
    add(X509V3_EXT_conf_nid(nullptr, &about, NID_authority_key_identifier, "keyid"),
        [&](X509_EXTENSION* one) { X509_CRL_add_ext(list.get(), one, -1); });
    X509_CRL_sort(list.get());
    X509_CRL_sign(list.get(), key_.get(), EVP_sha256());
    return written([&](BIO* to_bio) { PEM_write_bio_X509_CRL(to_bio, list.get()); });
  }

 private:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using X = std::unique_ptr<X509, decltype(&X509_free)>;
  using Time = std::unique_ptr<ASN1_TIME, decltype(&ASN1_TIME_free)>;

  static Key make_key(int bits) {
    return {bits == 256 ? EVP_EC_gen("P-256") : EVP_EC_gen("P-192"), EVP_PKEY_free};
  }
  static Time time_in(long seconds) { return {X509_gmtime_adj(nullptr, seconds), ASN1_TIME_free}; }
  template <class Add>
  static void add(X509_EXTENSION* extension, Add to) {
    if (extension == nullptr) throw std::runtime_error("no extension");
    to(extension);
    X509_EXTENSION_free(extension);
  }
  template <class Write>
  static std::string written(Write write) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> to(BIO_new(BIO_s_mem()), BIO_free);
    write(to.get());
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(to.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
  }

  X make(const Wanted& wanted, EVP_PKEY* key, long serial, bool authority) const {
    X made(X509_new(), X509_free);
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), wanted.from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), wanted.to_seconds);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(wanted.name.c_str()), -1, -1,
                               0);
    auto* const issuer = authority ? made.get() : certificate_.get();
    X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
    X509_set_pubkey(made.get(), key);
    const auto extend = [&](int nid, const std::string& value) {
      X509V3_CTX about;
      X509V3_set_ctx(&about, issuer, made.get(), nullptr, nullptr, 0);
      add(X509V3_EXT_conf_nid(nullptr, &about, nid, value.c_str()),
          [&](X509_EXTENSION* one) { X509_add_ext(made.get(), one, -1); });
    };
    extend(NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
    extend(NID_key_usage, authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    extend(NID_subject_key_identifier, "hash");
    if (!authority) extend(NID_authority_key_identifier, "keyid");
    if (!wanted.usage.empty()) extend(NID_ext_key_usage, wanted.usage);
    if (!authority) extend(NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
    X509_sign(made.get(), key_.get(), EVP_sha256());
    return made;
  }

  Key key_;
  std::string name_;
  X certificate_{nullptr, X509_free};
  long serial_ = 100;
};

}  // namespace fingerpost::test
