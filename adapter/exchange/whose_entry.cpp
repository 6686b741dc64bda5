#include "exchange/whose_entry.h"

#include "exchange/made.h"
#include "model/json.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::exchange {
namespace {

Tree reference_to(const Parts& parts, std::string_view type, std::string_view id) {
  const auto& common = parts.definitions.common();
  const auto& names = parts.definitions.names();
  Tree tree(names);
  tree.set_type(tree.root(), common.reference);
  tree.set(tree.add(tree.root(), names.find("reference"), common.string), Shape::string,
           std::string(type).append("/").append(id));
  return tree;
}

std::string text_of(NodeRef identifier) {
  return std::string(child_text(identifier, "system")) + "|" +
         std::string(child_text(identifier, "value"));
}

// All that who is behind it is read from.
std::vector<std::string> leads(const Parts& parts, NodeRef entry) {
  std::vector<std::string> all;
  for (const auto element : leads_on)
    each(entry, element, [&](NodeRef further) {
      all.push_back(std::string(element) + " " + std::string(child_text(further, "reference")) +
                    " " + text_of(child(further, "identifier")));
    });
  each(entry, "identifier", [&](NodeRef identifier) {
    const auto system = child_text(identifier, "system");
    if (system == ods_system ||
        parts.partners.find_identifier(system, child_text(identifier, "value")) != nullptr)
      all.push_back(text_of(identifier));
  });
  return all;
}

// What was deleted counts as it last was: otherwise it would be anybody's by two writes.
Result<const Resource*> earlier(const Entries& entries, std::string_view type,
                                std::string_view id) {
  if (const auto* known = entries.stored.find(type, id)) return known;
  store::HistoryQuery query;
  query.type = type;
  query.id = id;
  const auto page = entries.reader.history(query);
  if (!page && is_absence(page.error())) return static_cast<const Resource*>(nullptr);
  if (!page) return page.error();
  for (const auto& version : page->versions) {
    if (version.body.empty()) continue;
    LET(auto read, model::read_json(entries.parts.definitions, version.body, entries.parts.limits));
    entries.stored.keep(std::string(type), std::string(id), std::move(read.tree), version.body);
    break;
  }
  return entries.stored.find(type, id);
}

std::set<std::string> practices(const Parts& parts, Neighbourhood& where, NodeRef patient) {
  std::set<std::string> all;
  for (const auto* element : {"generalPractitioner", "managingOrganization"})
    each(patient, element,
         [&](NodeRef practice) { all.insert(organisation_of(parts, where, practice)); });
  all.erase("");
  return all;
}

}  // namespace

Result<void> check_entry(const Entries& entries, std::string_view type, std::string_view id,
                         bool removed) {
  LET(const auto* was, earlier(entries, type, id));
  if (was == nullptr) return {};
  const auto tree = reference_to(entries.parts, type, id);
  const NodeRef itself{&tree, tree.root()};
  const auto whose = organisation_of(entries.parts, entries.stored, itself);
  if (entries.own.count(whose) != 0) return {};
  if (removed && whose.empty()) return {};
  if (removed)
    return Error{Kind::forbidden, "this entry is another's: a client does not delete it",
                 std::string(type)};
  const auto now = organisation_of(entries.parts, entries.near, itself);
  const auto* is = entries.near.find(type, id);
  const bool same =
      is != nullptr && leads(entries.parts, was->node) == leads(entries.parts, is->node);
  const bool found = whose.empty() && !now.empty();  // whose it is becomes known
  if ((same || found) && entries.own.count(now) == 0) return {};
  return Error{Kind::forbidden,
               "this entry was another's, or nobody's: a client does not make it its own, nor "
               "changes whose it is",
               std::string(type)};
}

Result<void> check_practice(const Entries& entries, std::string_view id) {
  LET(const auto* was, earlier(entries, "Patient", id));
  const auto* is = entries.near.find("Patient", id);
  if (was == nullptr || is == nullptr) return {};
  const auto had = practices(entries.parts, entries.stored, was->node);
  const auto has = practices(entries.parts, entries.near, is->node);
  if (meet(had, entries.own) || !meet(has, entries.own)) return {};
  bool free = had.empty();
  for (const auto* type : {"CarePlan", "Task"}) {
    if (!free) break;
    LET(auto found,
        find_all(entries.parts, entries.reader, type, {{"subject", "Patient/" + std::string(id)}}));
    free = found.ids.empty();
    entries.unit.searches.push_back(std::move(found));
  }
  if (free) return {};
  return Error{Kind::forbidden,
               "whose practice a person is with is the practice's to say: a client does not make "
               "it its own",
               "Patient.generalPractitioner"};
}

}  // namespace fingerpost::exchange
