#include "mapping/date_order.h"

#include "value/temporal.h"

namespace fingerpost::mapping {

std::optional<std::strong_ordering> date_order(std::string_view left, std::string_view right) {
  using value::Temporal;
  const auto a = Temporal::parse(Temporal::Kind::date_time, left);
  const auto b = Temporal::parse(Temporal::Kind::date_time, right);
  if (!a || !b) return {};
  return value::compare(*a, *b, 0);
}

}  // namespace fingerpost::mapping
