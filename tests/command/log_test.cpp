#include "command/log.h"

#include "base/system.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <condition_variable>
#include <sstream>
#include <streambuf>

using namespace fingerpost;

namespace {

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

// A pipe that nobody empties until it is opened.
class Stuck final : public std::streambuf {
 public:
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    changed_.notify_all();
  }
  std::string text;

 private:
  std::streamsize xsputn(const char* from, std::streamsize size) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return open_; });
    text.append(from, static_cast<std::size_t>(size));
    return size;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

}  // namespace

TEST_CASE("each line of the log is one JSON object, and all are written before the log goes") {
  SystemClock clock;
  std::ostringstream out;
  {
    command::Log log(out, clock);
    log.info("started", {{"http", "127.0.0.1:8080"}});
    log.error("store \"full\"");
  }
  const auto text = out.str();
  CHECK(lines(text) == 2);
  CHECK(text.find(R"("level":"info","event":"started","http":"127.0.0.1:8080"})") !=
        std::string::npos);
  CHECK(text.find(R"("level":"error","event":"store \"full\""})") != std::string::npos);
}

TEST_CASE("nobody waits for a log that is stuck, and what was dropped is counted") {
  SystemClock clock;
  Stuck pipe;
  std::ostream out(&pipe);
  {
    command::Log log(out, clock);
    for (int i = 0; i < 5'000; ++i) log.info("tick");
    pipe.open();
  }
  CHECK(lines(pipe.text) < 5'000);
  CHECK(pipe.text.find(R"("event":"log lines dropped","count":")") != std::string::npos);
}
