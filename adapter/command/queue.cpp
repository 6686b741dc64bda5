#include "base/system.h"
#include "base/text.h"
#include "command/admin_handler.h"
#include "command/command.h"
#include "command/http_call.h"
#include "exchange/admin.h"
#include "store/store.h"
#include "wire/json_view.h"

#include <filesystem>
#include <future>
#include <ostream>

namespace fingerpost::command {
namespace {

using exchange::Admin;
using exchange::AdminMethod;

struct Question {
  AdminMethod method = AdminMethod::get;
  std::string path;
  Admin::Query query;
};

Question replay_of(const Queue& command) {
  Question replay{command.dry_run ? AdminMethod::get : AdminMethod::post, "inbox/replay", {}};
  if (command.partner.empty()) replay.path = "inbox/" + command.id + "/replay";
  if (!command.partner.empty()) replay.query.emplace_back("source", command.partner);
  if (command.values) replay.query.emplace_back("values", "true");
  return replay;
}

Question question_of(const Queue& command) {
  using Action = Queue::Action;
  const std::string box = command.box == Queue::Box::inbox ? "inbox" : "outbox";
  switch (command.action) {
    case Action::list: {
      Question list{AdminMethod::get, box, {{"limit", std::to_string(command.limit)}}};
      if (!command.status.empty()) list.query.emplace_back("status", command.status);
      const auto* const usual = command.box == Queue::Box::inbox ? "newest" : "oldest";
      list.query.emplace_back("order", command.order.empty() ? usual : command.order);
      if (command.after > 0) list.query.emplace_back("after", std::to_string(command.after));
      return list;
    }
    case Action::lanes:
      return {AdminMethod::get, "lanes", {}};
    case Action::show:
      return {AdminMethod::get, box + "/" + command.id, {}};
    case Action::retry:
      if (command.all_dead || !command.lane.empty())
        return {AdminMethod::post, box + "/retry", {{"lane", command.lane}}};
      return {
          AdminMethod::post, box + "/" + command.id + (command.force ? "/force" : "/retry"), {}};
    case Action::replay:
      return replay_of(command);
    case Action::cancel:
      return {AdminMethod::post, box + "/" + command.id + "/cancel", {}};
    case Action::hold:
      return {AdminMethod::post, "lanes/" + command.id + "/hold", {}};
    case Action::release:
      return {AdminMethod::post, "lanes/" + command.id + "/release", {}};
    case Action::reload:
      return {AdminMethod::post, "maps/reload", {}};
  }
  return {};
}

Result<std::string> ask_store(store::Store& store, Clock& clock, const Question& question) {
  Admin admin(store, clock);
  std::promise<Result<std::string>> promise;
  admin.answer(question.method, question.path, question.query,
               [&promise](Result<std::string> answer) { promise.set_value(std::move(answer)); });
  return promise.get_future().get();
}

// RFC 3986 unreserved characters as they are, the rest as %XX.
std::string encoded(std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~' || c == '/')
      out += c;
    else
      out.append({'%', digits[byte >> 4], digits[byte & 15]});
  }
  return out;
}

// The text of an OperationOutcome's first issue.
std::string what_it_says(const std::string& outcome) {
  const auto document = wire::parse_json(outcome, Limits{});
  if (!document) return "the gateway refused";
  const auto issue = wire::JsonView(*document)["issue"].first();
  const auto text = issue["diagnostics"].text();
  return std::string(text.empty() ? issue["details"]["text"].text() : text);
}

Result<std::string> ask_gateway(const std::filesystem::path& data, const Question& question) {
  LET(const auto door, read_door(data));
  HttpCall request;
  request.method = question.method == AdminMethod::post ? "POST" : "GET";
  request.path = "/" + encoded(question.path);
  for (const auto& [name, value] : question.query)
    request.path +=
        (request.path.find('?') == std::string::npos ? "?" : "&") + name + "=" + encoded(value);
  request.fields = "Authorization: Bearer " + door.token + "\r\n";
  LET(auto reply, call(door.at, request, in_seconds(30)));
  if (reply.status == 200) return std::move(reply.body);
  return Error{Kind::invalid, what_it_says(reply.body), ""};
}

// A gateway that has the folder open is asked; else the folder is opened.
Result<std::string> answer_to(const Queue& command, const Question& question) {
  if (!std::filesystem::is_directory(command.data))
    return Error{Kind::not_found, "is no folder", command.data};
  const bool by_maps =
      command.action == Queue::Action::reload || command.action == Queue::Action::replay;
  if (by_maps) return ask_gateway(command.data, question);
  SystemClock clock;
  SystemRandom random;
  store::SqliteOptions options;
  options.directory = command.data;
  const auto store = store::open_sqlite(options, clock, random);
  if (store) return ask_store(**store, clock, question);
  if (store.error().kind != Kind::conflict) return store.error();
  return ask_gateway(command.data, question);
}

// A value as it came.
void append_json(std::string& out, wire::JsonView value) {
  using Kind = wire::JsonToken::Kind;
  const auto between = [&out] {
    if (out.back() != '{' && out.back() != '[') out += ',';
  };
  if (value.kind() == Kind::string) return wire::write_json_string(out, value.text());
  if (value.kind() == Kind::object) {
    out += '{';
    value.members([&](std::string_view name, wire::JsonView member) {
      between();
      wire::write_json_string(out, name);
      out += ':';
      append_json(out, member);
    });
    out += '}';
  } else if (value.kind() == Kind::array) {
    out += '[';
    value.each([&](wire::JsonView item) {
      between();
      append_json(out, item);
    });
    out += ']';
  } else {
    out += value.text();
  }
}

// {"rows":[…]} as a line for each row; any other answer as one line. Gives where the next page of a
// replay begins; "" for nowhere.
std::string print(const std::string& answer, const Queue& command, Console console) {
  const auto document = wire::parse_json(answer, Limits{});
  const auto root = document ? wire::JsonView(*document) : wire::JsonView();
  const auto rows = root["rows"];
  if (!rows) {
    console.out << answer << '\n';
    return "";
  }
  rows.each([&](wire::JsonView row) {
    std::string line;
    append_json(line, row);
    console.out << line << '\n';
  });
  if (command.action == Queue::Action::replay) return std::string(root["next"].text());
  if (const auto next = root["next"].text(); !next.empty())
    console.error << "there may be more: --after " << next << " shows them\n";
  return "";
}

}  // namespace

int run(const Queue& command, Console console) {
  auto question = question_of(command);
  for (;;) {
    const auto answer = answer_to(command, question);
    if (!answer) return refuse(answer.error(), console);
    const auto next = print(*answer, command, console);
    if (next.empty()) return done;
    std::erase_if(question.query, [](const auto& pair) { return pair.first == "after"; });
    question.query.emplace_back("after", next);
  }
}

}  // namespace fingerpost::command
