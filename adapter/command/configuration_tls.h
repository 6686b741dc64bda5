// The certificates of a listener, as the configuration names them.

#pragma once

#include "fingerpost/result.h"
#include "tls/context.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::command {

class Section;

// PEM files as written, relative to the configuration's.
struct TlsFiles {
  std::string certificate, key;
  std::string client_ca;  // "": clients show no certificates
  std::string crl;        // "": none is revoked
};

void read_tls(Section& section, std::optional<TlsFiles>& to);

// `config` is the path of the configuration, `listener` its section: "http". `where` of the error
// is the key and the file.
Result<std::shared_ptr<const tls::Context>> load_tls(const TlsFiles& files,
                                                     const std::string& config,
                                                     std::string_view listener);

}  // namespace fingerpost::command
