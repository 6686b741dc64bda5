#include "base/system.h"
#include "command/command.h"
#include "command/gateway.h"

#include <pthread.h>
#include <signal.h>

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
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP)
    static_cast<void>((*gateway)->reload_maps());  // the log says what came of it
  log.info("stopping", {{"signal", signal == SIGTERM ? "SIGTERM" : "SIGINT"}});
  (*gateway)->stop();
  log.info("stopped");
  return done;
}

}  // namespace fingerpost::command
