// A certificate made when the test runs, signed by itself, for this machine: its files, and the pin
// of its key.

#pragma once

#include "base/base64.h"
#include "base/digest.h"
#include "support/folder.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

namespace fingerpost::test {

class OwnCertificate {
 public:
  // `name` as a certificate has it: "IP:127.0.0.1", "DNS:localhost".
  explicit OwnCertificate(const std::string& name = "IP:127.0.0.1")
      : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), shown_(X509_new(), X509_free) {
    constexpr long day = 86'400;
    X509_set_version(shown_.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(shown_.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(shown_.get()), -day);
    X509_gmtime_adj(X509_getm_notAfter(shown_.get()), day);
    X509_set_pubkey(shown_.get(), key_.get());
    auto* const subject = X509_get_subject_name(shown_.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(shown_.get(), subject);
    auto* const names = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, name.c_str());
    X509_add_ext(shown_.get(), names, -1);
    X509_EXTENSION_free(names);
    X509_sign(shown_.get(), key_.get(), EVP_sha256());
    write(folder_.path() + "/cert.pem", folder_.path() + "/key.pem");
  }

  std::string cert_file() const { return folder_.path() + "/cert.pem"; }
  std::string key_file() const { return folder_.path() + "/key.pem"; }
  std::string pin() const {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key_.get(), &der);
    const auto digest = sha256({reinterpret_cast<char*>(der), static_cast<std::size_t>(size)});
    OPENSSL_free(der);
    return "sha256/" +
           to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()}, Base64::plain);
  }

 private:
  void write(const std::string& cert, const std::string& key) const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> to(BIO_new_file(cert.c_str(), "w"), BIO_free);
    PEM_write_bio_X509(to.get(), shown_.get());
    const std::unique_ptr<BIO, decltype(&BIO_free)> other(BIO_new_file(key.c_str(), "w"), BIO_free);
    PEM_write_bio_PrivateKey(other.get(), key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
  }

  Folder folder_;
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
  std::unique_ptr<X509, decltype(&X509_free)> shown_;
};

}  // namespace fingerpost::test
