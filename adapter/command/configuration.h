// The configuration file: TOML in, values out. adapter/command/CONFIGURATION.md describes it.

#pragma once

#include "care/policy.h"
#include "command/address.h"
#include "command/configuration_access.h"
#include "command/configuration_operators.h"
#include "command/configuration_roads.h"
#include "command/configuration_tls.h"
#include "command/extract_source.h"
#include "exchange/partner.h"
#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::command {

// A place to listen at.
struct Listen {
  Address at;
  // MLLP's alone: an address that is not loopback is refused without this word in the file where
  // it is not encrypted, or its peers show no certificates.
  bool beyond_loopback = false;
  std::optional<TlsFiles> tls = {};  // none: it is plain
};

// Everything a gateway is told. The defaults are a gateway for this machine alone.
struct Configuration {
  std::string data;  // folder of the store; empty: only the command line can name it
  Listen http{{"127.0.0.1", 8080}};
  std::optional<Listen> mllp;
  std::string base_url;  // without a slash at the end; empty: made from the HTTP address
  bool expunge = false;  // whether clients may make the store forget what was there
  std::string zone = "Europe/London";  // or "UTC"
  bool trace = false;                  // stored loss reports also say what made each element
  Severity nhs_number_check = Severity::warning;
  // A terminology server elsewhere; url empty: none.
  struct Terminology {
    std::string url;                   // without a slash at the end
    std::vector<std::string> systems;  // the code systems it is asked about
    std::string ca_file;
  } terminology;
  // What BaRS messages that are written say they are for: a code of usecases-categories-bars that
  // was agreed. Empty: none are written.
  struct Bars {
    std::string use_case, use_case_display;
    BarsAccount account;
  } bars;
  // FHIR packages whose definitions are known beside R4's own: folders, .tgz or files, as written,
  // relative to the file.
  std::vector<std::string> packages;
  // What is written must meet invariants and the profiles it claims too.
  bool profiles_on_write = false;
  OperatorsConfiguration operators;
  SubscriptionsConfiguration subscriptions;
  std::vector<ExtractSource> sources;  // of extracts
  care::Policy policy;                 // of personalised care
  std::vector<MeshAccount> mesh;       // our mailboxes
  exchange::Partners partners;         // concept_maps are paths as written, relative to the file
  Limits limits;
  AccessConfiguration access;
  // Limits too, of what serves HTTP alone.
  int most_waiting_ms = 100;
  std::size_t async_kept_bytes = std::size_t{512} << 20;
  // Where each text of the file stands first, for whoever finds something wrong with what it names.
  std::map<std::string, unsigned> lines = {};
};

// All that is wrong stands in the error's text, a line each: "name:12: http.port: no such key".
Result<Configuration> read_configuration(std::string_view text, std::string_view name);

// The same from a file. `where` of the error is the path when it cannot be read.
Result<Configuration> load_configuration(const std::string& path);

// A partner that a command names and its configuration, "" without one, has not.
Error no_such_partner(const std::string& partner, const std::string& config);

// Refuse addresses that others could reach: HTTP's unless there are clients and TLS, MLLP's unless
// its peers show certificates or the file asks for it.
Result<void> check_http_reach(const Configuration& configuration);
Result<void> check_mllp_reach(const Listen& listen);

}  // namespace fingerpost::command
