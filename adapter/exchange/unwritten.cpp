#include "exchange/unwritten.h"

#include "exchange/delivery.h"
#include "exchange/facts.h"
#include "exchange/marks.h"
#include "exchange/taken_along.h"
#include "model/json.h"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view mark = "unwritten ";

Error cannot(const char* why) {
  return {Kind::conflict, std::string(why) + ": cancel it", ""};
}

// "unwritten REF I12", or "unwritten RRI I12 codes" to a practice, and the collection on the lines
// below.
struct Kept {
  std::string type, event;
  std::string disclosure;  // "": not noted
  Tree collection;
};
Result<Kept> read_kept(const Parts& parts, const store::OutboxRow& row) {
  const std::string_view body = row.body;
  const auto end = body.find('\n');
  if (!is_unwritten(row) || end == std::string_view::npos)
    return cannot("what this row was to say was not kept");
  const auto type = body.substr(mark.size(), end - mark.size());
  const auto blank = type.find(' ');
  const auto second = type.find(' ', blank + 1);
  const auto level =
      second == std::string_view::npos ? std::string_view() : type.substr(second + 1);
  LET(auto read,
      model::read_json(parts.definitions, std::string(body.substr(end + 1)), parts.limits));
  return Kept{std::string(type.substr(0, blank)),
              std::string(type.substr(blank + 1, second - blank - 1)), std::string(level),
              std::move(read.tree)};
}

std::vector<Place> places_of(const Parts& parts, const Tree& collection,
                             std::vector<NodeRef>& resources) {
  std::vector<Place> places;
  for (auto entry = child({&collection, collection.root()}, "entry").node; entry != no_node;
       entry = collection.next_same(entry)) {
    const auto resource = child({&collection, entry}, "resource");
    if (!resource) continue;
    resources.push_back(resource);
    places.push_back({std::string(parts.definitions.type_name(collection[resource.node].type)),
                      std::string(child_text(resource, "id"))});
  }
  return places;
}

bool asks(const Kept& kept) {
  return kept.type == "REF" && kept.event != "I14";
}

// What is asked for is still to be asked, of this partner, and he can be told what protects the
// person.
Result<void> check_asked(const Parts& parts, store::Reader& reader, const Partner& partner,
                         std::string_view task_id) {
  Neighbourhood stored(parts, reader);
  const auto* task = stored.find("Task", task_id);
  if (stored.trouble()) return *stored.trouble();
  if (task == nullptr) return cannot("the referral is not here any more");
  LET(const auto status, status_of(task->node));
  if (care::terminal(status)) return cannot("the referral has ended since");
  const auto* request = stored.find(child_text(child(task->node, "focus"), "reference"));
  const auto status_there = request == nullptr ? "" : child_text(request->node, "status");
  if (status_there == "revoked" || status_there == "entered-in-error")
    return cannot("the request has been withdrawn since");
  const auto* owner = find_partner(parts, stored, child(task->node, "owner"));
  const auto marks = marks_of(stored, task->node);
  auto whole = check_request(stored, task->node);
  if (whole) whole = check_flags(stored, partner, task->node);
  if (stored.trouble()) return *stored.trouble();
  if (owner != &partner) return cannot("the referral is with somebody else since");
  if (!whole) return whole;
  return check_carried(partner, marks);
}

// What goes back into the practice's record is no more than the person lets go now.
Result<void> check_disclosed(const Parts& parts, store::Reader& reader, const Partner& partner,
                             const Kept& kept, std::string_view task_id) {
  Neighbourhood stored(parts, reader);
  const auto* task = stored.find("Task", task_id);
  if (stored.trouble()) return *stored.trouble();
  if (task == nullptr) return cannot("the referral is not here any more");
  const auto now = disclosure_of(parts, stored, task->node);
  const bool to_practice =
      !kept.disclosure.empty() || practice_of(parts, stored, task->node) == &partner;
  if (stored.trouble()) return *stored.trouble();
  const auto then = care::read_disclosure(kept.disclosure).value_or(care::Disclosure::all);
  if (to_practice && now < then) return cannot("the person lets less go back since");
  return {};
}

}  // namespace

void note_disclosure(store::OutboxRow& row, care::Disclosure level) {
  const auto end = row.body.find('\n');
  if (!is_unwritten(row) || end == std::string::npos) return;
  row.body.insert(end, std::string(" ").append(care::code(level)));
}

std::string unwritten(const Parts& parts, const Tree& collection, MessageType type) {
  std::string body(mark);
  body.append(type.type).append(" ").append(type.event).append("\n");
  model::write_json(parts.definitions, collection, collection.root(), body);
  return body;
}

bool is_unwritten(const store::OutboxRow& row) {
  return row.body.starts_with(mark);
}

std::string not_written(const Error& error) {
  return "not written: " + error.where + ": " + error.text;
}

Result<std::string> write_anew(const Parts& parts, store::Reader& reader,
                               const store::OutboxRow& row) {
  const auto* partner = parts.partners.find(row.receiver);
  const auto spoken = partner == nullptr ? std::nullopt : language(*partner);
  if (!spoken || kind_of(*spoken) != row.kind)
    return cannot("its partner is told in another way now, or not at all");
  LET(const auto kept, read_kept(parts, row));
  std::vector<NodeRef> resources;
  const auto places = places_of(parts, kept.collection, resources);
  Neighbourhood near(parts, reader);
  Pieces pieces;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto& [type, id] = places[i];
    if (type == "Task") {
      if (asks(kept)) LET_DONE(check_asked(parts, reader, *partner, id));
      if (kept.type != "REF") LET_DONE(check_disclosed(parts, reader, *partner, kept, id));
      near.add({type, id, resources[i], ""});
    }
    if (const auto* piece = near.find(type, id)) pieces.push_back(piece);
  }
  leave_others(near, pieces);
  if (near.trouble()) return *near.trouble();
  return message_of(parts, collection_of(parts, pieces), *partner, {kept.type, kept.event},
                    row.idempotency_key);
}

}  // namespace fingerpost::exchange
