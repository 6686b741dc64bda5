#include "tls/expiry.h"

#include "tls/openssl.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <ctime>
#include <optional>

namespace fingerpost::tls {
namespace {

std::optional<std::int64_t> end_of(const X509& certificate) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &end) != 1) return std::nullopt;
  constexpr std::int64_t second_us = 1'000'000;
  return static_cast<std::int64_t>(::timegm(&end)) * second_us;
}

}  // namespace

Result<std::int64_t> ends_us(const std::string& pem) {
  const Bio from(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  std::optional<std::int64_t> first;
  for (;;) {
    const Certificate one(PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    if (const auto end = end_of(*one)) first = first ? std::min(*first, *end) : *end;
  }
  ERR_clear_error();
  if (!first) return Error{Kind::invalid, "holds no certificate in PEM", ""};
  return *first;
}

}  // namespace fingerpost::tls
