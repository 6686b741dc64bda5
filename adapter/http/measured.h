// How long requests take and how they end, by the interaction they ask for.

#pragma once

#include "base/clock.h"
#include "base/metrics.h"
#include "http/message.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

namespace fingerpost::http {

// R4 http.html: what a method and a path ask for, as far as they alone tell; `other` is the rest.
enum class Asked : std::uint8_t {
  read,
  vread,
  search,
  history,
  create,
  update,
  patch,
  remove,
  bundle,
  operation,
  capabilities,
  message,
  other
};
constexpr std::size_t asked_kinds = static_cast<std::size_t>(Asked::other) + 1;
std::string_view name(Asked asked);  // "read" …
// `path` is what follows the FHIR base.
Asked asked_of(Method method, std::string_view path);

class HttpMeasures {
 public:
  HttpMeasures() {
    for (std::size_t i = 0; i < asked_kinds; ++i) took_us_.emplace_back(latency_bounds_us());
  }
  void add(Asked asked, int status, std::uint64_t took_us);
  // Families fingerpost_http_seconds, by interaction, and fingerpost_http_answers_total, by the
  // interaction and the class of the status.
  void write(MetricsText& page) const;

 private:
  static constexpr std::size_t classes = 6;  // 2xx is 2
  std::deque<Histogram> took_us_;
  std::array<std::array<Counter, classes>, asked_kinds> answers_;
};

// The measures and the clock must outlive it and every answer. `asked`: what all its requests are;
// else each path of a FHIR base tells.
Handler measured(Handler handler, HttpMeasures& measures, Clock& clock,
                 std::optional<Asked> asked = {});

}  // namespace fingerpost::http
