#include "interaction/noting.h"

#include "base/text.h"
#include "interaction/interactions.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fingerpost::interaction {
namespace {

thread_local AskingPtr current;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

// By Interaction: R4 valueset-restful-interaction where that has a word.
constexpr std::string_view words[] = {
    "batch",          "search-system", "search-type",  "search-type", "search-type",
    "capabilities",   "openapi",       "capabilities", "history",     "create",
    "read",           "vread",         "update",       "patch",       "delete",
    "delete-history", "operation",     "job",          "job"};
static_assert(std::size(words) == interactions);

bool hands_out(Interaction interaction) {
  switch (interaction) {
    case Interaction::search_system:
    case Interaction::search_by_post:
    case Interaction::search_compartment:
    case Interaction::search_type:
    case Interaction::history:
    case Interaction::read:
    case Interaction::vread:
    case Interaction::operation:
      return true;
    default:
      return false;
  }
}

// What jobs answer was noted when they did their work.
bool is_quiet(Interaction interaction) {
  return interaction == Interaction::metadata || interaction == Interaction::openapi ||
         interaction == Interaction::smart_configuration || interaction == Interaction::job ||
         interaction == Interaction::job_cancel;
}

// A parameter's name with its modifiers; what is no such word may be anything.
bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '.' || c == ':' || c == '$';
  });
}

void describe(store::AuditNote& note, const access::Caller& caller) {
  note.client = caller.client;
  note.name = caller.local ? "local" : caller.name;
  note.role = caller.role;
  note.organisation = caller.organisation;
  note.token = caller.token_id;
  if (!caller.local && !caller.client.empty()) note.purpose = name(caller.purpose);
}

// Reads as the one behind it.
class NotingReader final : public store::Reader {
 public:
  NotingReader(std::unique_ptr<store::Reader> own, store::Reader& behind)
      : own_(std::move(own)), behind_(behind) {}

  Result<store::Stored> read(std::string_view type, std::string_view id) override {
    return handed_out(behind_.read(type, id));
  }
  Result<store::Stored> vread(std::string_view type, std::string_view id,
                              std::int64_t version) override {
    return handed_out(behind_.vread(type, id, version));
  }
  Result<store::HistoryPage> history(const store::HistoryQuery& query) override {
    auto page = behind_.history(query);
    if (page && noting())
      for (const auto& version : page->versions) current->note.hand_out(version);
    return page;
  }
  Result<store::Page> search(const search::Plan& plan) override {
    auto page = behind_.search(plan);
    if (page && noting())
      for (const auto& hit : page->hits) current->note.hand_out(hit.resource);
    return page;
  }
  Result<store::Explained> explain(const search::Plan& plan) override {
    return behind_.explain(plan);
  }
  Result<std::vector<store::Stored>> outdated(const search::Parameters& parameters,
                                              int limit) override {
    return behind_.outdated(parameters, limit);
  }
  Result<std::vector<store::InboxRow>> inbox_due(std::int64_t now_us, int limit) override {
    return behind_.inbox_due(now_us, limit);
  }
  Result<std::vector<store::InboxRow>> inbox(const store::InboxFilter& filter) override {
    return behind_.inbox(filter);
  }
  Result<store::InboxRow> inbox_row(std::int64_t id) override { return behind_.inbox_row(id); }
  Result<store::InboxRow> inbox_row(std::string_view source, std::string_view key) override {
    return behind_.inbox_row(source, key);
  }
  Result<std::vector<store::OutboxRow>> outbox_due(std::string_view lane, std::int64_t now_us,
                                                   int limit) override {
    return behind_.outbox_due(lane, now_us, limit);
  }
  Result<std::vector<store::OutboxRow>> outbox(const store::OutboxFilter& filter) override {
    return behind_.outbox(filter);
  }
  Result<store::OutboxRow> outbox_row(std::int64_t id) override { return behind_.outbox_row(id); }
  Result<store::OutboxRow> outbox_row(std::string_view idempotency_key) override {
    return behind_.outbox_row(idempotency_key);
  }
  Result<std::vector<store::LaneState>> lanes() override { return behind_.lanes(); }
  Result<store::QueueCounts> queue_counts() override { return behind_.queue_counts(); }
  Result<store::AuditPage> audit(const store::AuditQuery& query) override {
    return behind_.audit(query);
  }
  std::unique_ptr<store::Reader> seen_by(store::Policy policy) override {
    return noting_reader(behind_.seen_by(std::move(policy)));
  }

 private:
  static bool noting() { return current && current->reads; }

  static Result<store::Stored> handed_out(Result<store::Stored> stored) {
    if (stored && noting()) current->note.hand_out(*stored);
    return stored;
  }

  const std::unique_ptr<store::Reader> own_;
  store::Reader& behind_;
};

}  // namespace

Noting::Noting(AskingPtr asking) : before_(std::exchange(current, std::move(asking))) {}
Noting::~Noting() {
  current = std::move(before_);
}

AskingPtr noted() {
  return current;
}

HandingOut::HandingOut() : asking_(current) {
  if (asking_) before_ = std::exchange(asking_->reads, true);
}
HandingOut::~HandingOut() {
  if (asking_) asking_->reads = before_;
}

void note_caller(const access::Caller& caller) {
  if (current) describe(current->note, caller);
}

void note_asked(const Path& path, const std::vector<search::Pair>& pairs) {
  if (!current || (path.size() == 0 && pairs.empty())) return;
  auto& asked = current->note.asked;
  asked.clear();
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (i > 0) asked += '/';
    asked += is_id(path[i]) || is_word(path[i]) ? path[i] : std::string_view("?");
  }
  char joint = '?';
  for (const auto& [name, value] : pairs) {
    if (asked.size() > 500) break;
    asked += joint;
    asked += is_word(name) ? std::string_view(name) : std::string_view("?");
    joint = '&';
  }
}

void note_interaction(Interaction interaction, const Path& path) {
  if (!current) return;
  current->note.did = words[static_cast<std::size_t>(interaction)];
  if (interaction == Interaction::operation && path.size() > 0)
    current->note.did = path[path.size() - 1];
  current->reads = hands_out(interaction);
  current->quiet = is_quiet(interaction);
}

store::AuditNote note_of_request() {
  store::AuditNote note;
  if (!current) return note;
  note = current->note;
  note.things.clear();
  note.patients.clear();
  note.count = 0;
  return note;
}

store::AuditNote note_of_unit(const access::Caller& caller) {
  auto note = note_of_request();
  describe(note, caller);
  return note;
}

std::unique_ptr<store::Reader> noting_reader(std::unique_ptr<store::Reader> behind) {
  auto& reader = *behind;
  return std::make_unique<NotingReader>(std::move(behind), reader);
}

std::unique_ptr<store::Reader> noting_reader(store::Reader& behind) {
  return std::make_unique<NotingReader>(nullptr, behind);
}

}  // namespace fingerpost::interaction
