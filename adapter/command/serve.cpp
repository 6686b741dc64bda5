#include "base/system.h"
#include "command/command.h"
#include "command/gateway.h"

#include <pthread.h>
#include <signal.h>

namespace fingerpost::command {
namespace {

// SIGTERM and SIGINT wait for wait_for_stop() in every thread started after this.
sigset_t block_stop_signals() {
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return stops;
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

}  // namespace

int run(const Serve& command, Console console) {
  auto configuration = configuration_of(command);
  if (!configuration) return refuse(configuration.error(), console);
  const auto stops = block_stop_signals();
  SystemClock clock;
  Log log(console.error, clock);
  const auto gateway = Gateway::start(
      {command.shared, command.version, command.config, *std::move(configuration)}, log);
  if (!gateway) return refuse(gateway.error(), console);
  int signal = 0;
  sigwait(&stops, &signal);
  log.info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  (*gateway)->stop();
  log.info("stopped");
  return done;
}

}  // namespace fingerpost::command
