// What one side of a TLS connection shows and asks for. TLS 1.2 and 1.3 alone, and nothing turns
// off that a peer is verified where it is asked who it is.

#pragma once

#include "fingerpost/result.h"

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace fingerpost::tls {

// PEM texts.
struct Material {
  std::string certificate;  // ours, then those between it and its root
  std::string key;          // its private key, without a password
  // Of the authorities whose certificates clients must show; "": clients show none.
  std::string client_ca;
  // Revocation lists: one of every authority of a client's chain, in time, or nobody is let in.
  // "": none is asked.
  std::string crl;
};

// Read-only once made; any thread.
class Context {
 public:
  // Of a listener. Kind::invalid, and `where` the member: it cannot be read, does not belong to the
  // other, is past or yet to come.
  static Result<std::shared_ptr<const Context>> serve(const Material& material);

  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  ssl_ctx_st* get() const { return context_; }

 private:
  explicit Context(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
};

}  // namespace fingerpost::tls
