#include "base/uuid.h"
#include "interaction/answers.h"
#include "interaction/conditional.h"
#include "interaction/conditional_references.h"
#include "interaction/transaction.h"

#include <utility>

namespace fingerpost::interaction {
namespace {

// The version that the resource of the entry was where it was read.
std::string_view version_of(const Tree& bundle, const Entry& entry) {
  if (entry.patch) return {};
  return child_text(bundle, child(bundle, entry.resource, "meta"), "versionId");
}

}  // namespace

Decided::Decided(const Session& session, const Tree& bundle, const std::vector<Entry>& entries,
                 const BundleOptions& options)
    : session_(session),
      context_(session.context),
      bundle_(bundle),
      entries_(entries),
      options_(options),
      ids_(entries.size()) {
  script->draft_of.assign(entries.size(), no_draft);
  script->answers.resize(entries.size());
}

Decided::Refused Decided::decide() {
  if (auto refused = choose_ids()) return refused;
  for (const auto verb : {Verb::remove, Verb::post, Verb::put})  // R4 http.html#trules
    for (const auto& entry : entries_) {
      if (entry.verb != verb && (verb != Verb::put || entry.verb != Verb::patch)) continue;
      if (auto refused = draft(entry)) return refused;
    }
  if (auto refused = resolve_references()) return refused;
  for (const auto& draft : attempt.drafts) script->drafts.push_back(kept_of(draft));
  return add_provenance(session_, options_.provenance, attempt);
}

// Ids first, so that entries may refer to each other in any direction.
Decided::Refused Decided::choose_ids() {
  for (const auto& entry : entries_) {
    if (entry.verb == Verb::get) continue;
    if (auto refused = choose(entry)) return refused;
    for (const auto& id : ids_[entry.index])
      if (!written_.insert(std::string(entry.path[0]) + "/" + id).second)
        return failure(Error{Kind::invalid, "another entry is about the same resource",
                             place_of(entry.index)});
    if (entry.full_url.empty() || entry.verb == Verb::remove) continue;
    const auto& id = found_.count(entry.index) != 0 ? found_[entry.index] : ids_[entry.index][0];
    Linked place{std::string(entry.path[0]) + "/" + id, std::string(version_of(bundle_, entry))};
    if (!places_.emplace(entry.full_url, std::move(place)).second)
      return failure(Error{Kind::invalid, "another entry has the same fullUrl",
                           place_of(entry.index) + ".fullUrl"});
  }
  return {};
}

Decided::Refused Decided::choose(const Entry& entry) {
  if (entry.condition) return choose_by_condition(entry);
  ids_[entry.index] = {entry.verb == Verb::post ? uuid_v4(context_.random)
                                                : std::string(entry.path[1])};
  return {};
}

// R4 http.html#transaction: conditions are decided before anything is written.
Decided::Refused Decided::choose_by_condition(const Entry& entry) {
  const std::size_t most =
      entry.verb == Verb::remove ? context_.limits.conditional_deletes : std::size_t{1};
  auto matches = find_matches(session_, entry.path[0], *entry.condition, most);
  if (!matches) return placed(failure(matches.error()), entry);
  if (matches->more)
    return placed(failure(Status::precondition_failed,
                          Error{Kind::conflict, "the condition finds too many resources", ""}),
                  entry);
  auto ids = matches->guard.ids;
  attempt.searches.push_back(std::move(matches->guard));
  if (entry.verb == Verb::post && !ids.empty()) {
    found_[entry.index] = ids[0];
    return {};
  }
  if (entry.verb == Verb::patch && ids.empty())
    return placed(failure(Error{Kind::not_found, "the condition finds no resource", ""}), entry);
  if (ids.empty() && entry.verb != Verb::remove) return choose_new(entry);
  ids_[entry.index] = std::move(ids);
  return {};
}

// Twice the same condition that finds nothing would make two of what shall be one.
Decided::Refused Decided::choose_new(const Entry& entry) {
  if (!conditions_.insert(entry.condition_text).second)
    return failure(
        Error{Kind::invalid, "another entry has the same condition", place_of(entry.index)});
  const auto own = child_text(bundle_, entry.resource, "id");
  ids_[entry.index] = {entry.verb == Verb::put && !own.empty() ? std::string(own)
                                                               : uuid_v4(context_.random)};
  if (entry.verb == Verb::put && !own.empty())
    attempt.reads.push_back({std::string(entry.path[0]), std::string(own), 0});
  return {};
}

Decided::Refused Decided::draft(const Entry& entry) {
  if (const auto at = found_.find(entry.index); at != found_.end()) {
    auto answer = answer_found(session_, entry.path[0], at->second, options_.back);
    if (answer.failed()) return answer;
    script->answers[entry.index] = shown_in_bundle(std::move(answer), options_.back);
    return {};
  }
  if (entry.verb == Verb::remove) return draft_removals(entry);
  const auto& id = ids_[entry.index][0];
  auto draft = draft_of(store::Write::Op::put, entry.path[0], id);
  draft.must_be_new = entry.verb == Verb::post;
  if (entry.verb == Verb::post) draft.how = store::How::post;
  if (entry.verb == Verb::patch) draft.how = store::How::patch;
  std::optional<store::Stored> current;
  if (auto refused = look_at(entry, id, current)) return refused;
  if (!entry.if_match.list.empty()) draft.if_version = attempt.reads.back().version;
  auto refused =
      entry.verb == Verb::patch ? take_patch(entry, current, draft) : take_resource(entry, draft);
  if (refused) return refused;
  script->draft_of[entry.index] = attempt.drafts.size();
  attempt.drafts.push_back(std::move(draft));
  return {};
}

// The version conditions of the entry, and for a patch what it patches.
Decided::Refused Decided::look_at(const Entry& entry, const std::string& id,
                                  std::optional<store::Stored>& current) {
  if (entry.if_match.empty() && entry.if_none_match.empty() && entry.verb != Verb::patch) return {};
  auto looked = look(session_, {entry.path[0], id}, write_options_of(entry, options_.back));
  if (auto* failed = std::get_if<Answer>(&looked)) return placed(std::move(*failed), entry);
  auto& found = std::get<Current>(looked);
  attempt.reads.push_back(std::move(found.guard));
  current = std::move(found.stored);
  return {};
}

Decided::Refused Decided::draft_removals(const Entry& entry) {
  script->answers[entry.index].status = Status::no_content;
  for (const auto& id : ids_[entry.index]) {
    auto looked = look(session_, {entry.path[0], id}, write_options_of(entry, options_.back));
    if (auto* failed = std::get_if<Answer>(&looked)) return placed(std::move(*failed), entry);
    auto& found = std::get<Current>(looked);
    attempt.reads.push_back(std::move(found.guard));
    if (!found.stored) continue;  // it is deleted already
    if (ids_[entry.index].size() == 1) script->draft_of[entry.index] = attempt.drafts.size();
    attempt.drafts.push_back(draft_of(store::Write::Op::remove, entry.path[0], id));
  }
  return {};
}

Decided::Refused Decided::take_patch(const Entry& entry,
                                     const std::optional<store::Stored>& current, Draft& draft) {
  if (!current)
    return placed(failure(Error{Kind::not_found, "there is no such resource", ""}), entry);
  auto tree = patched(session_, *current, *entry.patch);
  if (auto* failed = std::get_if<Answer>(&tree)) return placed(std::move(*failed), entry);
  draft.tree = std::get<Tree>(std::move(tree));
  return {};
}

Decided::Refused Decided::take_resource(const Entry& entry, Draft& draft) {
  auto tree = copy_of(context_, bundle_, entry.resource);
  if (auto refused = refuse_mismatch(context_, tree, entry.path[0]))
    return placed(*std::move(refused), entry);
  const auto own = child_text(tree, tree.root(), "id");
  const bool free = entry.verb == Verb::post || (entry.condition && own.empty());
  if (!free && own != draft.id)
    return failure(Error{Kind::invalid, "the id of the resource is not the one written",
                         place_of(entry.index) + ".resource.id"});
  if (!is_id(draft.id))
    return failure(Error{Kind::invalid, "an id has 1 to 64 letters, digits, - and .",
                         place_of(entry.index) + ".request.url"});
  draft.tree = std::move(tree);
  return {};
}

Decided::Refused Decided::unresolved(const Entry& entry, const Error& error) const {
  const auto dot = error.where.find('.');
  const Error told{error.kind, error.text,
                   place_of(entry.index) + ".resource" +
                       (dot == std::string::npos ? std::string() : error.where.substr(dot))};
  if (error.kind == Kind::conflict) return failure(Status::precondition_failed, told);
  return failure(told);
}

// R4 http.html#trules: first those between the entries, then the conditional ones, which may lead
// to any entry.
Decided::Refused Decided::resolve_references() {
  struct Written {
    const Entry& entry;
    Tree& tree;
    bool conditional = false;
  };
  std::vector<Written> all;
  for (const auto& entry : entries_) {
    const auto draft = script->draft_of[entry.index];
    if (draft == no_draft || !attempt.drafts[draft].tree) continue;
    auto& written = all.emplace_back(Written{entry, *attempt.drafts[draft].tree});
    const Links links{places_, entry.full_url,
                      [&](std::string_view reference) -> Result<std::string> {
                        written.conditional = true;
                        return std::string(reference);
                      },
                      [this](const std::string& place) { return new_version(place); }};
    if (auto done = resolve(context_, links, written.tree); !done)
      return unresolved(entry, done.error());
  }
  ConditionalReferences references(session_, attempt.drafts);
  const Places none;
  const Links links{none, "", [&](std::string_view text) { return references.find(text); }, {}};
  for (auto& written : all) {
    if (!written.conditional) continue;
    if (auto done = resolve(context_, links, written.tree); !done)
      return unresolved(written.entry, done.error());
  }
  for (auto& guard : references.before) attempt.searches.push_back(std::move(guard));
  after = std::move(references.after);
  return {};
}

// The version that a resource has when all is written.
Result<std::int64_t> Decided::new_version(const std::string& place) {
  const auto slash = place.find('/');
  const auto type = place.substr(0, slash);
  const auto id = place.substr(slash + 1);
  const auto* written = static_cast<const Draft*>(nullptr);
  for (const auto& draft : attempt.drafts)
    if (draft.type == type && draft.id == id) written = &draft;
  if (written != nullptr && written->must_be_new) return std::int64_t{1};
  store::HistoryQuery query;
  query.type = type;
  query.id = id;
  query.limit = 1;
  store::ReadGuard guard{type, id, 0};
  std::int64_t latest = 0;
  const auto history = session_.reader.history(query);
  if (!history && history.error().kind != Kind::not_found) return history.error();
  if (history && !history->versions.empty()) {
    latest = history->versions[0].version;
    if (history->versions[0].change != store::Change::removed) guard.version = latest;
  }
  attempt.reads.push_back(std::move(guard));
  return written == nullptr ? latest : latest + 1;
}

}  // namespace fingerpost::interaction
