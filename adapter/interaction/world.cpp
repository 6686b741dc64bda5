#include "interaction/world.h"

#include "base/clock.h"
#include "profile/validator.h"

namespace fingerpost::interaction {
namespace {

constexpr std::int64_t most_us = 10'000'000;  // a patch or a transformation, whole

}  // namespace

path::World world_of(const Context& context) {
  return [&context, end = context.clock.monotonic_us() + most_us](path::Environment& environment) {
    if (context.validator != nullptr) context.validator->serve(environment, context.limits);
    environment.out_of_time = [&context, end] { return context.clock.monotonic_us() > end; };
  };
}

}  // namespace fingerpost::interaction
