#include "exchange/outward.h"

#include "exchange/unwritten.h"
#include "exchange/work.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace fingerpost::exchange {

Tree collection_of(const Parts& parts, const std::vector<const Resource*>& pieces) {
  const auto& common = parts.definitions.common();
  const auto& names = parts.definitions.names();
  Tree tree(names);
  tree.set_type(tree.root(), common.bundle);
  tree.set(tree.add(tree.root(), names.find("type"), common.code), Shape::string, "collection");
  const auto entry_type = parts.definitions.find("Bundle.entry");
  const auto add = [&](const Resource& piece) {
    const auto entry = tree.add(tree.root(), names.find("entry"), entry_type);
    const auto url = tree.add(entry, names.find("fullUrl"), common.uri);
    tree.set(url, Shape::string, piece.type + "/" + piece.id);
    const auto copied = tree.copy(*piece.node.tree, piece.node.node, entry);
    tree.set_name(copied, names.find("resource"));
    if (child({&tree, copied}, "id")) return;
    tree.set(tree.add(copied, names.find("id"), common.id), Shape::string, piece.id);
  };
  for (const auto* piece : pieces)
    if (piece->type == "Task") add(*piece);
  for (const auto* piece : pieces)
    if (piece->type != "Task") add(*piece);
  return tree;
}

Result<std::string> message_of(const Parts& parts, const Tree& collection, const Partner& partner,
                               MessageType type, std::string_view idempotency_key) {
  if (!parts.write_message)
    return Error{Kind::unsupported, "nothing here writes HL7 v2 messages", ""};
  LET(auto message, parts.write_message({collection, partner, control_id(idempotency_key),
                                         hl7_time(parts.clock.now_us()), type.type, type.event}));
  if (partner.channel == Channel::mllp) ask_for_answers(partner.mllp.answers, message);
  return message;
}

void write_outward(const Parts& parts, const std::vector<const Resource*>& pieces,
                   const Partner& partner, MessageType type, store::OutboxRow& row) {
  const auto collection = collection_of(parts, pieces);
  auto message = message_of(parts, collection, partner, type, row.idempotency_key);
  if (message) {
    row.body = std::move(*message);
    return;
  }
  row.status = store::OutboxStatus::dead;
  row.note = not_written(message.error());
  row.body = unwritten(parts, collection, type);
}

void ask_for_answers(AnswerMode mode, std::string& message) {
  constexpr std::size_t accept = 15, application = 16;  // HL7 v2.5.1 section 2.14.9
  if (mode == AnswerMode::original || message.size() < 4) return;
  const char separator = message[3];
  const auto end = std::min(message.find('\r'), message.size());
  std::vector<std::string> fields{"MSH"};
  for (auto at = std::size_t{4}; at <= end;) {
    const auto next = std::min(message.find(separator, at), end);
    fields.push_back(message.substr(at, next - at));
    at = next + 1;
  }
  // MSH-1 is the separator itself, so field n is the one before.
  if (fields.size() < application) fields.resize(application);
  fields[accept - 1] = "AL";
  fields[application - 1] = mode == AnswerMode::enhanced ? "AL" : "NE";
  std::string header = fields[0];
  for (std::size_t i = 1; i < fields.size(); ++i) header += separator + fields[i];
  message.replace(0, end, header);
}

std::string control_id(std::string_view idempotency_key) {
  constexpr std::size_t longest = 20;
  std::string id;
  for (const char c : idempotency_key)
    if (c != '-' && id.size() < longest) id += c;
  return id;
}

}  // namespace fingerpost::exchange
