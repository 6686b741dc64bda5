#include "care/deadlines.h"
#include "exchange/delivery.h"
#include "exchange/referral_step.h"
#include "exchange/waiting.h"
#include "interaction/care.h"
#include "interaction/care_operations.h"
#include "interaction/duplicates.h"
#include "model/json.h"
#include "store/body.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::interaction {
namespace {

using exchange::child, exchange::child_text;

std::string_view code_of(care::Wait wait) {
  constexpr std::string_view codes[] = {"nothing", "response", "begin", "news", "cancellation"};
  return codes[static_cast<std::size_t>(wait)];
}

// {"name":…,"value…":…}; nothing for what there is none of.
void add_value(std::string& parts, std::string_view name, std::string_view kind,
               const std::string& json) {
  if (json.empty()) return;
  if (!parts.empty()) parts += ',';
  parts += R"({"name":)" + quoted(name) + ",\"value" + std::string(kind) + "\":" + json + "}";
}

void add_text(std::string& parts, std::string_view name, std::string_view kind,
              std::string_view text) {
  if (!text.empty()) add_value(parts, name, kind, quoted(text));
}

// The time of the version in which the Task came to its status.
Result<std::int64_t> status_since(const Session& session, const Held& task) {
  const auto status = child_text(task.root(), "status");
  store::HistoryQuery query;
  query.type = "Task";
  query.id = task.stored.id;
  query.limit = session.context.limits.page_max;
  LET(const auto history, session.reader.history(query));
  auto since = task.stored.last_updated_us;
  for (const auto& version : history.versions) {
    if (version.body.empty()) break;
    LET(const auto read,
        model::read_json(session.context.definitions, version.body, session.context.limits));
    if (child_text({&read.tree, read.tree.root()}, "status") != status) break;
    since = version.last_updated_us;
  }
  return since;
}

// The order of the rows that a Task's news goes by (exchange/delivery.h).
std::string order_key_of(const Held& task) {
  const std::string whose(child_text(child(task.root(), "for"), "reference"));
  return whose.empty() ? task.stored.id : whose;
}

// What was to be sent about these people, the newest first.
struct Messages {
  struct Message {
    store::OutboxRow row;
    std::string body;
  };
  std::vector<Message> messages;
  bool more = false;  // not all was looked at
};

constexpr int most_pages = 10;       // of one person
constexpr int most_delivered = 100;  // of one person: the newest are read

Result<void> look_through(const Session& session, const std::string& key, Messages& found) {
  store::OutboxFilter filter;
  filter.limit = session.context.limits.page_max;
  filter.order_key = key;
  filter.newest_first = true;
  int delivered = 0;
  for (int page = 0; page < most_pages; ++page) {
    LET(const auto rows, session.reader.outbox(filter));
    for (const auto& row : rows) {
      filter.after = row.id;
      if (row.status == store::OutboxStatus::delivered && ++delivered > most_delivered) continue;
      std::string body;
      if (auto whole = session.reader.outbox_row(row.id)) body = std::move(whole->body);
      found.messages.push_back({row, std::move(body)});
    }
    if (rows.size() < static_cast<std::size_t>(filter.limit)) return {};
  }
  found.more = true;
  return {};
}

Result<Messages> look_for(const Session& session, const std::vector<Held>& tasks) {
  std::set<std::string> keys;
  for (const auto& task : tasks) keys.insert(order_key_of(task));
  Messages found;
  for (const auto& key : keys) LET_DONE(look_through(session, key, found));
  return found;
}

// Whether a message is about the Task: it has its id, whatever the format. One that could not be
// written has no text: it may be of any Task of the person, and is then told as what did not
// arrive, never as what did.
bool is_about(const Held& task, const Messages::Message& message) {
  if (message.row.order_key != order_key_of(task)) return false;
  if (message.body.empty()) return message.row.status != store::OutboxStatus::delivered;
  return message.body.find(task.stored.id) != std::string::npos;
}

void add_message(std::string_view name, const store::OutboxRow& row, std::string& parts) {
  std::string message;
  add_text(message, "to", "String", row.receiver);
  add_text(message, "status", "Code", store::name(row.status));
  add_text(message, "time", "Instant", store::instant(row.created_us));
  add_text(message, "key", "String", row.idempotency_key);
  if (!parts.empty()) parts += ',';
  parts += R"({"name":)" + quoted(name) + R"(,"part":[)" + message + "]}";
}

// The last that arrived, and what has not: who waits for it has not heard.
void add_messages(const Held& task, const Messages& messages, std::string& parts) {
  using store::OutboxStatus;
  bool arrived = false;
  for (const auto& one : messages.messages) {
    const auto status = one.row.status;
    const bool delivered = status == OutboxStatus::delivered;
    if ((delivered && arrived) || !is_about(task, one)) continue;
    add_message(delivered ? "delivered" : "undelivered", one.row, parts);
    arrived = arrived || delivered;
  }
}

Result<std::string> parts_of(const Session& session, const Held& task, const Messages& messages) {
  const auto& context = session.context;
  const auto root = task.root();
  LET(const auto standing, exchange::standing_of(root));
  LET(const auto since, status_since(session, task));
  std::string parts;
  add_value(parts, "task", "Reference", R"({"reference":)" + quoted(task.place()) + "}");
  add_value(parts, "owner", "Reference", json_of(context, child(root, "owner")));
  add_text(parts, "status", "Code", care::code(standing.status));
  add_value(parts, "businessStatus", "CodeableConcept",
            json_of(context, child(root, "businessStatus")));
  add_value(parts, "reason", "CodeableConcept", json_of(context, child(root, "statusReason")));
  add_text(parts, "since", "Instant", store::instant(since));
  add_text(parts, "waitsFor", "Code", code_of(care::waits_for(standing)));
  add_text(parts, "due", "DateTime",
           child_text(child(child(root, "restriction"), "period"), "end"));
  const auto& deadlines = context.policy.deadlines;
  const exchange::Past past{context.definitions, context.limits, session.reader};
  LET(const auto waiting, exchange::waiting_since(past, task.stored.id, root, standing, deadlines));
  const bool late =
      care::overdue(standing, waiting, exchange::seconds_of(context.clock.now_us()), deadlines)
          .has_value();
  add_value(parts, "overdue", "Boolean", late ? "true" : "false");
  care::Given given{true, true, late, false, true};
  const bool claimed = static_cast<bool>(child(root, "owner"));
  add_text(parts, "requesterMay", "String",
           care::allowed_now(standing, care::Party::requester, given, claimed));
  add_text(parts, "ownerMay", "String",
           care::allowed_now(standing, care::Party::owner, given, claimed));
  add_messages(task, messages, parts);
  return parts;
}

bool has_ended(const Held& task) {
  const auto status = care::read_status(child_text(task.root(), "status"));
  return status && care::terminal(*status);
}

// Who has it comes before those who had, the latest of them first.
bool comes_first(const Held& a, const Held& b) {
  if (has_ended(a) != has_ended(b)) return has_ended(b);
  return a.stored.last_updated_us > b.stored.last_updated_us;
}

Result<std::string> told(const Session& session, const std::string& id) {
  LET(const auto request, hold(session, "ServiceRequest", id));
  LET(auto tasks, search_held(session, "Task", {{"focus", "ServiceRequest/" + id}}));
  std::sort(tasks.found.begin(), tasks.found.end(), comes_first);
  std::string parts;
  add_value(parts, "thread", "Identifier",
            json_of(session.context, child(request.root(), "requisition")));
  add_text(parts, "requestStatus", "Code", child_text(request.root(), "status"));
  LET(const auto messages, look_for(session, tasks.found));
  if (messages.more) add_value(parts, "undeliveredMore", "Boolean", "true");
  std::vector<care::Standing> standings;
  for (const auto& task : tasks.found) {
    LET(const auto standing, exchange::standing_of(task.root()));
    standings.push_back(standing);
    LET(const auto of_task, parts_of(session, task, messages));
    if (!parts.empty()) parts += ',';
    parts += R"({"name":"referral","part":[)" + of_task + "]}";
  }
  LET(const auto same, open_duplicate(session, request, ""));
  const bool free =
      care::can_be_routed(standings) && child_text(request.root(), "status") == "active";
  add_value(parts, "canBeRouted", "Boolean", free && same.task.empty() ? "true" : "false");
  if (!same.task.empty())
    add_value(parts, "duplicateOf", "Reference", R"({"reference":)" + quoted(same.task) + "}");
  return R"({"resourceType":"Parameters","parameter":[)" + parts + "]}";
}

}  // namespace

Answer where_is_it(const Session& session, const OperationCall& call) {
  auto body = told(session, std::string(call.id));
  if (!body) return care_failure(body.error());
  Answer answer;
  answer.body = *std::move(body);
  return answer;
}

}  // namespace fingerpost::interaction
