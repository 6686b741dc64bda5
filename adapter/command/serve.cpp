#include "base/system.h"
#include "command/command.h"
#include "command/gateway.h"
#include "command/service_manager.h"

#include <algorithm>
#include <optional>
#include <pthread.h>
#include <signal.h>
#include <time.h>

namespace fingerpost::command {
namespace {

// SIGTERM, SIGINT and SIGHUP wait for sigwait in every thread started after this.
sigset_t block_signals() {
  sigset_t waited;
  sigemptyset(&waited);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&waited, signal);
  pthread_sigmask(SIG_BLOCK, &waited, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return waited;
}

// The file's values, and the command line's before them.
Result<Configuration> configuration_of(const Serve& command) {
  Configuration configuration;
  if (!command.config.empty()) {
    LET(configuration, load_configuration(command.config));
  }
  if (!command.data.empty()) configuration.data = command.data;
  if (command.http) configuration.http.at = *command.http;
  if (command.mllp && !configuration.mllp) configuration.mllp = Listen{};
  if (command.mllp) configuration.mllp->at = *command.mllp;
  if (configuration.data.empty())
    return Error{Kind::invalid, "where is the store? --data DIR, or data in the configuration", ""};
  return configuration;
}

// The signal, or nothing when none came for so long.
std::optional<int> wait_for(const sigset_t& signals, std::int64_t us) {
  constexpr std::int64_t second = 1'000'000;
  const timespec patience{us / second, us % second * 1'000};
  const int signal = sigtimedwait(&signals, nullptr, &patience);
  return signal > 0 ? std::optional<int>(signal) : std::nullopt;
}

// Serves until it is told to end, or cannot go on. The exit status.
int serve(Gateway& gateway, const sigset_t& signals, Log& log) {
  constexpr std::int64_t look_us = 1'000'000;
  const auto manager = ServiceManager::of_environment();
  const auto watchdog_us = manager.watchdog_us();
  manager.tell("READY=1");
  for (;;) {
    const auto signal = wait_for(signals, std::min(look_us, watchdog_us.value_or(look_us)));
    if (gateway.failed()) {
      log.error("stopping", {{"reason", "the store's disk failed: nothing more can be kept"}});
      gateway.stop();
      return could_not_run;
    }
    if (!signal) {
      if (watchdog_us) manager.tell("WATCHDOG=1");
      continue;
    }
    if (*signal == SIGHUP) {
      gateway.reload();
      continue;
    }
    manager.tell("STOPPING=1");
    log.info("stopping", {{"signal", *signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
    gateway.stop();
    log.info("stopped");
    return done;
  }
}

}  // namespace

int run(const Serve& command, Console console) {
  auto configuration = configuration_of(command);
  if (!configuration) return refuse(configuration.error(), console);
  const auto signals = block_signals();
  SystemClock clock;
  Log log(console.error, clock);
  const auto gateway = Gateway::start(
      {command.shared, command.version, command.config, *std::move(configuration)}, log);
  if (!gateway) return refuse(gateway.error(), console);
  return serve(**gateway, signals, log);
}

}  // namespace fingerpost::command
