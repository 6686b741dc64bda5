// Keeps an HTTP server busy over kept connections on one thread, and counts what it answers.

#pragma once

#include "bench/load/histogram.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace fingerpost::bench {

struct Ask {
  std::string_view method;
  std::string target;           // "/fhir/Patient/1"
  std::string body;             // "": none
  std::string_view media_type;  // of the body
  std::string kind;             // under which it is counted: "create Patient"
  int wanted = 200;             // any other status is an error
  std::uint64_t resources = 0;  // that it writes, when that is worth a rate of its own
};

struct Told {
  int status = 0;
  std::string_view location;  // the header; "" when there is none
  std::string_view body;
};

// What one connection does: strictly ask, be told, ask.
class Script {
 public:
  virtual ~Script() = default;
  virtual Ask next() = 0;
  virtual void told(const Told& answer) = 0;
};
using MakeScript = std::function<std::unique_ptr<Script>(std::size_t connection)>;

struct Load {
  std::uint16_t port = 0;  // on 127.0.0.1
  std::size_t connections = 32;
  double warm_seconds = 1;  // not counted
  double seconds = 5;
  double rate = 0;        // requests a second, whether answered or not (open loop); 0: as fast as
                          // answers come (closed loop)
  int server_pid = 0;     // whose processor time is told; 0: not told
  bool refusals = false;  // 503 is no error: what is refused is counted apart
};

struct Tally {
  Histogram latency_us;  // in an open loop from the moment the request was due
  std::uint64_t resources = 0;
  std::uint64_t errors = 0;
  int last_error = 0;  // status
  Histogram refused_us;
};

struct Report {
  std::map<std::string, Tally> kinds;
  double seconds = 0;
  double server_cpu_seconds = 0;
  std::string fault;  // why it could not go on; "": it did

  std::uint64_t requests() const;  // without the refused
  std::uint64_t errors() const;
};

Report drive(const Load& load, const MakeScript& make_script);

// A table: requests/s, then a line a kind with its percentiles.
void print(const Report& report);

}  // namespace fingerpost::bench
