// A practice that sends HL7 v2, translated by the shipped maps, and what comes of it in the store.

#pragma once

#include "exchange/intake.h"
#include "exchange/work.h"
#include "support/translator.h"
#include "world.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::test {

struct Practice : World {
  int number = 0;

  Practice() {
    parts.translate = [](Format format, const std::string& bytes, const TranslateOptions& options) {
      return translator().translate(format, bytes, options);
    };
  }

  Result<store::UnitOutcome> send(const std::string& message) {
    const auto row =
        exchange::inbox_row("practice", name(Format::hl7v2), std::to_string(++number), message);
    const auto eyes = reader();
    auto worked = exchange::work(parts, *eyes, row);
    if (!worked) return worked.error();
    return commit_now(*store, std::move(worked->applied.unit));
  }
  Result<store::UnitOutcome> send(const std::string& type, const std::string& segments) {
    return send("MSH|^~\\&|GP|SURGERY|HUB|HUB|20261122093000||" + type + "|M1|P|2.5\r" +
                "PID|1||9990000018^^^NHS^NHS||Winterbourne^Maud\r" + segments);
  }
  Result<store::UnitOutcome> send_file(const std::string& file) {
    return send(read_file(project() / "mappings/hl7v2/samples" / file));
  }

  // What the practice is told of a message that it sends over a connection.
  std::string answer(const std::string& message) {
    exchange::Intake intake(parts);
    std::string reply;
    std::vector<std::function<void()>> waiting;
    auto caller = std::make_shared<exchange::Caller>();
    caller->post = [&](std::function<void()> piece) { waiting.push_back(std::move(piece)); };
    caller->after = [&](int, std::function<void()> piece) { waiting.push_back(std::move(piece)); };
    caller->reply = [&](std::string told) { reply = std::move(told); };
    caller->done = caller->close = [] {};
    intake.take_message(message, caller);
    for (std::size_t i = 0; i < waiting.size(); ++i) std::exchange(waiting[i], nullptr)();
    return reply;
  }

  // Whether an expression is true of what is stored under the sender's id.
  bool is(const std::string& type, const std::string& key, const std::string& expression) {
    const auto stored = reader()->read(type, uuid_v5({"practice~~SURGERY", type, key}));
    if (!stored) return false;
    auto read = model::read_json(definitions(), stored->body, Limits{});
    REQUIRE(read);
    return holds(Translation{std::move(read->tree), {}, {}, {}}, expression);
  }
};

inline std::string goal(const std::string& action, const std::string& id, const std::string& status,
                        const std::string& words = "Walk") {
  return "GOL|" + action + "|20261122|^" + words + "|" + id + "||||||||||||||" + status + "\r";
}
inline std::string pathway(const std::string& action, const std::string& status = "active") {
  return "PTH|" + action + "|SP^Plan|W1|20261122|" + status + "\r";
}

}  // namespace fingerpost::test
