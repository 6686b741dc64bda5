// Questions to one terminology server elsewhere, for code systems that are not here.

#pragma once

#include "base/clock.h"
#include "fingerpost/result.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace fingerpost::remote {

struct TerminologyClientOptions {
  std::string base;  // the only place connected to; https, or http on this machine
  int seconds = 10;  // for an answer
  int kept_seconds = 3600;
  std::size_t kept_bytes = std::size_t{16} << 20;   // of answers, for the next who asks the same
  std::size_t answer_bytes = std::size_t{4} << 20;  // of one answer; a longer one is none
  std::string ca_file;                              // "": the system's certificate authorities
};

// A thread of its own drives the transfers. Any thread may ask.
class TerminologyClient {
 public:
  TerminologyClient(TerminologyClientOptions options, Clock& clock);
  TerminologyClient(const TerminologyClient&) = delete;
  TerminologyClient& operator=(const TerminologyClient&) = delete;
  ~TerminologyClient();  // questions under way end as not answered, before this returns

  // The body of the answer to a GET of `path` ("CodeSystem/$lookup?…") below the base. `done` is
  // called once: at once with an answer that is kept, else on the client's thread. It must not
  // block. Who asks what is being asked already waits for the same answer. Kind::not_found: the
  // server refuses the question. Kind::busy: it did not answer.
  void get(const std::string& path, std::function<void(Result<std::string>)> done);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace fingerpost::remote
