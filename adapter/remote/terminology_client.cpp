#include "remote/terminology_client.h"

#include "remote/fhir_client.h"

#include <exception>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fingerpost::remote {
namespace {

FhirClientOptions client_options(const TerminologyClientOptions& options) {
  FhirClientOptions made;
  made.bases = {options.base};
  made.total_ms = 1000L * options.seconds;
  made.answer_bytes = options.answer_bytes;
  made.connections_per_host = 8;
  made.ca_file = options.ca_file;
  return made;
}

Result<std::string> answered(Answer answer, std::size_t most) {
  if (answer.outcome == Outcome::refused)
    return Error{Kind::not_found, "the terminology server refuses the question: " + answer.reason,
                 ""};
  if (answer.outcome != Outcome::delivered)
    return Error{Kind::busy, "not checked: the terminology server did not answer", ""};
  if (answer.body.size() >= most)
    return Error{Kind::too_costly, "not checked: the terminology server's answer is too long", ""};
  return std::move(answer.body);
}

template <class Do>
bool unless_thrown(const Do& what) {
  try {
    what();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

// Answers by path, those used last.
class Kept {
 public:
  Kept(std::size_t most_bytes, std::int64_t most_us) : most_bytes_(most_bytes), most_us_(most_us) {}

  std::optional<std::string> find(const std::string& path, std::int64_t now_us) {
    const std::lock_guard lock(mutex_);
    const auto at = by_path_.find(path);
    if (at == by_path_.end()) return std::nullopt;
    if (now_us - at->second->at_us > most_us_) {
      forget(at->second);
      return std::nullopt;
    }
    list_.splice(list_.begin(), list_, at->second);
    return at->second->body;
  }

  void keep(const std::string& path, const std::string& body, std::int64_t now_us) {
    const std::lock_guard lock(mutex_);
    if (const auto at = by_path_.find(path); at != by_path_.end()) forget(at->second);
    list_.push_front({path, body, now_us});
    by_path_.emplace(path, list_.begin());
    bytes_ += path.size() + body.size();
    while (bytes_ > most_bytes_) forget(std::prev(list_.end()));
  }

 private:
  struct One {
    std::string path, body;
    std::int64_t at_us = 0;
  };
  void forget(std::list<One>::iterator at) {
    bytes_ -= at->path.size() + at->body.size();
    by_path_.erase(at->path);
    list_.erase(at);
  }

  std::size_t most_bytes_;
  std::int64_t most_us_;
  std::mutex mutex_;
  std::size_t bytes_ = 0;
  std::list<One> list_;  // the last used first
  std::unordered_map<std::string, std::list<One>::iterator> by_path_;
};

// Who waits for the answer to a question under way.
class Waiting {
 public:
  using Done = std::function<void(Result<std::string>)>;

  // Whether it is the first who asks this, and so has to.
  bool join(const std::string& path, Done done) {
    const std::lock_guard lock(mutex_);
    auto& all = by_path_[path];
    all.push_back(std::move(done));
    return all.size() == 1;
  }
  std::vector<Done> take(const std::string& path) {
    const std::lock_guard lock(mutex_);
    auto found = by_path_.extract(path);
    return found ? std::move(found.mapped()) : std::vector<Done>();
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::vector<Done>> by_path_;
};

}  // namespace

struct TerminologyClient::Parts {
  Parts(TerminologyClientOptions o, Clock& c)
      : options(std::move(o)),
        clock(c),
        kept(options.kept_bytes, std::int64_t{1'000'000} * options.kept_seconds),
        client(client_options(options), c) {}

  TerminologyClientOptions options;
  Clock& clock;
  Kept kept;
  Waiting waiting;
  FhirClient client;  // goes first, with what is under way
};

TerminologyClient::TerminologyClient(TerminologyClientOptions options, Clock& clock)
    : parts_(std::make_unique<Parts>(std::move(options), clock)) {}
TerminologyClient::~TerminologyClient() = default;

void TerminologyClient::get(const std::string& path,
                            std::function<void(Result<std::string>)> done) {
  auto& parts = *parts_;
  if (auto known = parts.kept.find(path, parts.clock.now_us())) return done(*std::move(known));
  if (!parts.waiting.join(path, std::move(done))) return;
  // Without memory too nobody waits for ever, and one who throws keeps it from nobody.
  const auto tell = [&parts, path](const Result<std::string>& body) {
    for (const auto& each : parts.waiting.take(path)) unless_thrown([&] { each(body); });
  };
  const bool asked = unless_thrown([&] {
    parts.client.send({parts.options.base + "/" + path, "", ""}, [&parts, path, tell](Answer got) {
      const auto body = answered(std::move(got), parts.options.answer_bytes);
      if (body) unless_thrown([&] { parts.kept.keep(path, *body, parts.clock.now_us()); });
      tell(body);
    });
  });
  if (!asked) tell(Error{Kind::busy, "not checked: the terminology server cannot be asked", ""});
}

}  // namespace fingerpost::remote
