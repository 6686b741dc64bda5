#include "interaction/stored_definitions.h"

#include "interaction/canonical.h"
#include "interaction/stored_codes.h"
#include "model/json.h"
#include "profile/validator.h"
#include "profile/view.h"
#include "store/store.h"
#include "terminology/resolve.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace fingerpost::interaction {
namespace {

using profile::View;

class DefinitionGatherer {
 public:
  explicit DefinitionGatherer(const Session& session)
      : session_(session),
        context_(session.context),
        known_(context_.validator->registry()),
        registry_(profile::Registry::over(known_)),
        codes_(session) {}

  // A canonical of a definition.
  void want(std::string_view canonical) {
    const auto url = profile::without_version(canonical);
    if (!may_be_stored(url) || seen_.contains(url) || known_.find(url) != nullptr) return;
    seen_.emplace(url);
    wanted_.emplace_back(canonical);
  }

  // What elements of type canonical, and extensions, name.
  void want_of(const Tree& tree, NodeId node) {
    const auto& types = context_.definitions.common();
    for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at)) {
      const bool names = tree[at].type == types.canonical || is_extension_url(tree, at);
      if (names && tree.has_value(at)) want(tree.text(at));
      want_of(tree, at);
    }
  }

  Result<std::unique_ptr<const StoredDefinitions>> gather() && {
    for (std::size_t looked = 0; !wanted_.empty(); ++looked) {
      if (looked == context_.limits.included)
        return Error{Kind::too_costly,
                     "more definitions are needed than the limit included of " +
                         std::to_string(context_.limits.included),
                     ""};
      const auto canonical = std::move(wanted_.front());
      wanted_.pop_front();
      LET_DONE(add("StructureDefinition", canonical));
      LET_DONE(add("Questionnaire", canonical));
    }
    if (!found_) return std::unique_ptr<const StoredDefinitions>();
    LET_DONE(codes_.gather(false));
    return std::unique_ptr<const StoredDefinitions>(
        new StoredDefinitions{std::move(registry_), std::move(codes_).take()});
  }

 private:
  bool is_extension_url(const Tree& tree, NodeId node) const {
    const NodeId parent = tree.parent(node);
    return tree.name_text(node) == "url" &&
           tree[parent].type == context_.definitions.common().extension;
  }

  // The version that is asked for, or the latest.
  Result<void> add(std::string_view type, std::string_view canonical) {
    const auto url = profile::without_version(canonical);
    const auto version = canonical.substr(std::min(canonical.size(), url.size() + 1));
    LET(const auto found, stored_with_uri(session_, type, "url", url, version));
    std::optional<Tree> best;
    for (const auto& stored : found) {
      auto read = model::read_json(context_.definitions, stored.body, context_.limits);
      if (!read) return Error{Kind::fault, "a stored resource cannot be read", ""};
      if (!best || terminology::later(version_of(*best), version_of(read->tree)))
        best = std::move(read->tree);
    }
    if (!best) return {};
    found_ = true;
    want_of(*best, best->root());
    want_codes(*best, best->root());
    registry_.add(*std::move(best));
    return {};
  }

  static std::string_view version_of(const Tree& tree) {
    return View(tree, tree.root())["version"].text();
  }

  // Bindings, those in extensions too, and the options of a questionnaire.
  void want_codes(const Tree& tree, NodeId node) {
    for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at)) {
      const auto name = tree.name_text(at);
      const bool binds = name == "valueSet" || name == "answerValueSet" || name == "value";
      if (binds && tree[at].type == context_.definitions.common().canonical)
        codes_.want(tree.text(at));
      want_codes(tree, at);
    }
  }

  const Session& session_;
  const Context& context_;
  const profile::Registry& known_;
  profile::Registry registry_;
  CodeGatherer codes_;
  std::deque<std::string> wanted_;
  std::set<std::string, std::less<>> seen_;
  bool found_ = false;
};

}  // namespace

Result<std::unique_ptr<const StoredDefinitions>> definitions_for(
    const Session& session, const Tree* resource, std::span<const std::string> canonicals) {
  DefinitionGatherer gatherer(session);
  for (const auto& canonical : canonicals) gatherer.want(canonical);
  if (resource != nullptr) gatherer.want_of(*resource, resource->root());
  return std::move(gatherer).gather();
}

}  // namespace fingerpost::interaction
