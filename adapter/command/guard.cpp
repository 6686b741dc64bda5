#include "command/guard.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace fingerpost::command {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool is_traced = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool is_traced = true;
#else
constexpr bool is_traced = false;
#endif
#else
constexpr bool is_traced = false;
#endif

}  // namespace

void guard_process() {
  ::umask(077);
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  // The leak sanitizer traces its own process, which this forbids.
  if (!is_traced) ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

}  // namespace fingerpost::command
