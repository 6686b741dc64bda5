#include "exchange/waiting.h"

#include "care/names.h"
#include "exchange/extension.h"
#include "exchange/neighbourhood.h"
#include "exchange/referral_step.h"
#include "exchange/speaker.h"
#include "model/json.h"
#include "search/range.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace fingerpost::exchange {
namespace {

using std::chrono::sys_seconds;

// What must not change while it goes on waiting for the same.
struct Awaited {
  care::Wait wait;
  std::string owner;

  friend bool operator==(const Awaited&, const Awaited&) = default;
};
std::string code_in(NodeRef of) {
  if (!of) return "";
  const Tree& tree = *of.tree;
  for (auto node = child(of, "identifier").node; node != no_node; node = tree.next_same(node))
    if (child_text({&tree, node}, "system") == ods_system)
      return std::string(child_text({&tree, node}, "value"));
  return "";
}

// The organisation by its ODS code, else the last entry that is known, else what the Reference
// says: one service is asked once, however it is written.
Result<std::string> organisation(const Past& past, NodeRef reference) {
  constexpr int most = 4;
  std::deque<Tree> trees;
  std::string last = std::string(child_text(reference, "reference")) + "|" +
                     std::string(child_text(child(reference, "identifier"), "value"));
  for (int hop = 0; hop < most && reference; ++hop) {
    if (auto code = code_in(reference); !code.empty()) return code;
    const auto place = read_reference(child_text(reference, "reference"));
    if (place.type.empty() || place.id.empty()) break;
    last = place.type + "/" + place.id;
    const auto stored = past.reader.read(place.type, place.id);
    if (!stored && !is_absence(stored.error())) return stored.error();
    if (!stored) break;
    LET(auto read, model::read_json(past.definitions, stored->body, past.limits));
    const auto& tree = trees.emplace_back(std::move(read.tree));
    const NodeRef entry{&tree, tree.root()};
    if (place.type == "Organization") return code_in(entry).empty() ? last : code_in(entry);
    reference = {};
    for (const auto element : stands_for)
      if (!reference) reference = child(entry, element);
  }
  return last;
}

Result<Awaited> awaited(const Past& past, NodeRef task, care::Standing standing) {
  Awaited found{care::waits_for(standing), ""};
  if (found.wait != care::Wait::response) return found;
  LET(found.owner, organisation(past, child(task, "owner")));
  return found;
}

// When the oldest version came since which it has stood so.
Result<sys_seconds> begun(const Past& past, std::string_view id, const Awaited& now) {
  store::HistoryQuery query;
  query.type = "Task";
  query.id = id;
  std::int64_t since_us = 0;
  for (bool more = true; more;) {
    LET(const auto page, past.reader.history(query));
    for (const auto& version : page.versions) {
      std::optional<Awaited> was;
      if (!version.body.empty()) {
        LET(const auto read, model::read_json(past.definitions, version.body, past.limits));
        const NodeRef task{&read.tree, read.tree.root()};
        LET(const auto standing, standing_of(task));
        LET(was, awaited(past, task, standing));
      }
      // The newest is as it stands, whatever is on its way.
      if (since_us != 0 && was != now) return seconds_of(since_us);
      since_us = version.last_updated_us;
      if (now.wait == care::Wait::news) return seconds_of(since_us);
    }
    more = page.next.has_value();
    query.after = page.next;
  }
  return seconds_of(since_us);
}

// Task.restriction.period is when the work is sought (R4 task.html), the window of a BaRS request
// say. That an answer is due at its end is said by our own profile, and where nothing else has a
// date.
bool says_when_answered(NodeRef task) {
  if (claims(task, care::referral_task_profile)) return true;
  return child_text(task, "lastModified").empty() && child_text(task, "authoredOn").empty();
}

std::optional<sys_seconds> due(NodeRef task) {
  if (!says_when_answered(task)) return {};
  // R4 datatypes.html#Period: a day is within to its end.
  const auto range =
      search::date_range(child_text(child(child(task, "restriction"), "period"), "end"));
  if (!range) return {};
  return seconds_of(range->high);
}

// How far its sender's clock was ahead of ours when it came.
std::chrono::seconds ahead(NodeRef task, sys_seconds came) {
  std::chrono::seconds most{0};
  for (const auto* element : {"lastModified", "authoredOn"})
    if (const auto range = search::date_range(child_text(task, element)))
      most = std::max(most, seconds_of(range->low) - came);
  return most;
}

}  // namespace

Result<sys_seconds> waiting_since(const Past& past, std::string_view id, NodeRef task,
                                  care::Standing standing, const care::Deadlines& deadlines) {
  LET(const auto now, awaited(past, task, standing));
  LET(const auto since, begun(past, id, now));
  if (now.wait != care::Wait::response) return since;
  const auto said = due(task);
  if (!said) return since;
  const auto meant = *said - ahead(task, since);
  return meant > since ? meant - deadlines.response : since;
}

}  // namespace fingerpost::exchange
