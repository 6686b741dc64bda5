#include "interaction/stored_definitions.h"

#include "interaction/canonical.h"
#include "interaction/definition_sets.h"
#include "interaction/stored_codes.h"
#include "model/json.h"
#include "profile/validator.h"
#include "profile/view.h"
#include "store/store.h"
#include "terminology/resolve.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace fingerpost::interaction {
namespace {

using profile::View;

// A stored definition, read.
struct Definition {
  std::shared_ptr<const Tree> tree;
  std::string version;
  std::vector<std::string> definitions;  // canonicals that it names
  std::vector<std::string> codes;        // value sets that it names
};

class DefinitionReader {
 public:
  explicit DefinitionReader(const Context& context) : context_(context) {}

  Result<std::shared_ptr<const Definition>> read(const store::Stored& stored) const {
    if (auto kept = context_.compiled->find<Definition>(stored)) return kept;
    auto read = model::read_json(context_.definitions, stored.body, context_.limits);
    if (!read) return Error{Kind::fault, "a stored resource cannot be read", ""};
    const auto made = std::make_shared<Definition>();
    const auto tree = std::make_shared<const Tree>(std::move(read->tree));
    made->tree = tree;
    made->version = View(*tree, tree->root())["version"].text();
    each_canonical(*tree, tree->root(),
                   [&](std::string_view text) { made->definitions.emplace_back(text); });
    codes_of(*tree, tree->root(), made->codes);
    context_.compiled->keep<Definition>(stored, made);
    return std::shared_ptr<const Definition>(made);
  }

  // What elements of type canonical, and extensions, name.
  template <class Use>
  void each_canonical(const Tree& tree, NodeId node, const Use& use) const {
    const auto& types = context_.definitions.common();
    for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at)) {
      const bool names = tree[at].type == types.canonical || is_extension_url(tree, at);
      if (names && tree.has_value(at)) use(tree.text(at));
      each_canonical(tree, at, use);
    }
  }

 private:
  bool is_extension_url(const Tree& tree, NodeId node) const {
    return tree.name_text(node) == "url" &&
           tree[tree.parent(node)].type == context_.definitions.common().extension;
  }

  // Bindings, those in extensions too, and the options of a questionnaire.
  void codes_of(const Tree& tree, NodeId node, std::vector<std::string>& into) const {
    for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at)) {
      const auto name = tree.name_text(at);
      const bool binds = name == "valueSet" || name == "answerValueSet" || name == "value";
      if (binds && tree[at].type == context_.definitions.common().canonical)
        into.emplace_back(tree.text(at));
      codes_of(tree, at, into);
    }
  }

  const Context& context_;
};

class DefinitionGatherer {
 public:
  DefinitionGatherer(const Session& session, const DefinitionLimits& limits)
      : session_(session),
        context_(session.context),
        limits_(limits),
        known_(context_.validator->registry()),
        reader_(context_),
        codes_(session) {}

  // A canonical of a definition.
  void want(std::string_view canonical) {
    const auto url = profile::without_version(canonical);
    if (!may_be_stored(url) || seen_.contains(url) || known_.find(url) != nullptr) return;
    seen_.emplace(url);
    wanted_.emplace_back(canonical);
  }

  void want_of(const Tree& tree) {
    reader_.each_canonical(tree, tree.root(), [&](std::string_view text) { want(text); });
  }

  Result<std::unique_ptr<const StoredDefinitions>> gather() && {
    for (std::size_t looked = 0; !wanted_.empty(); ++looked) {
      if (looked == limits_.definitions) {
        leave_out("more definitions are asked for than the limit definitions of " +
                  std::to_string(limits_.definitions) + ": " + wanted_.front() +
                  " and those after it are not looked for");
        break;
      }
      const auto canonical = std::move(wanted_.front());
      wanted_.pop_front();
      LET_DONE(add("StructureDefinition", canonical));
      LET_DONE(add("Questionnaire", canonical));
    }
    if (found_.empty() && left_out_.empty()) return std::unique_ptr<const StoredDefinitions>();
    if (const auto codes = codes_.gather(false); !codes) {
      if (codes.error().kind != Kind::too_costly) return codes.error();
      leave_out(codes.error().text + ": not all of them are at hand");
    }
    return std::unique_ptr<const StoredDefinitions>(
        new StoredDefinitions{registry(), std::move(codes_).take(), std::move(left_out_)});
  }

 private:
  void leave_out(std::string text) {
    left_out_.push_back({Severity::warning, "too-costly", "", std::move(text)});
  }

  // The version that is asked for, or the latest.
  Result<void> add(std::string_view type, std::string_view canonical) {
    const auto url = profile::without_version(canonical);
    const auto version = canonical.substr(std::min(canonical.size(), url.size() + 1));
    LET(const auto found, stored_with_uri(session_, type, "url", url, version));
    std::shared_ptr<const Definition> best;
    const store::Stored* of = nullptr;
    for (const auto& stored : found) {
      if (stored.body.size() > limits_.definition_bytes ||
          bytes_ + stored.body.size() > limits_.definitions_bytes) {
        leave_out("the definition " + std::string(url) +
                  " is larger than the limit definition_bytes, or all together than "
                  "definitions_bytes: not used");
        continue;
      }
      bytes_ += stored.body.size();  // of those too that turn out to be older
      LET(auto read, reader_.read(stored));
      if (best && !terminology::later(best->version, read->version)) continue;
      best = std::move(read);
      of = &stored;
    }
    if (!best) return {};
    for (const auto& each : best->definitions) want(each);
    for (const auto& each : best->codes) codes_.want(each);
    found_.emplace(Compiled::key_of(*of), std::move(best));
    return {};
  }

  // Made once of the same versions: the making of snapshots and profiles is in it.
  std::shared_ptr<const profile::Registry> registry() const {
    if (found_.empty()) return nullptr;
    std::string name;
    for (const auto& [key, definition] : found_) name += "\n" + key;
    const auto sets = definition_sets(*context_.compiled);
    if (auto kept = sets->find(name)) return kept;
    const auto made =
        std::make_shared<profile::Registry>(profile::Registry::over(known_, limits_.together));
    for (const auto& [key, definition] : found_) made->add(definition->tree);
    sets->keep(std::move(name), made, 4 * bytes_);
    return made;
  }

  const Session& session_;
  const Context& context_;
  const DefinitionLimits& limits_;
  const profile::Registry& known_;
  DefinitionReader reader_;
  CodeGatherer codes_;
  std::deque<std::string> wanted_;
  std::set<std::string, std::less<>> seen_;
  std::map<std::string, std::shared_ptr<const Definition>> found_;  // by the keys of their versions
  std::size_t bytes_ = 0;                                           // of the bodies that were read
  Issues left_out_;
};

}  // namespace

Result<std::unique_ptr<const StoredDefinitions>> definitions_for(
    const Session& session, const Tree* resource, std::span<const std::string> canonicals,
    const DefinitionLimits& limits) {
  DefinitionGatherer gatherer(session, limits);
  for (const auto& canonical : canonicals) gatherer.want(canonical);
  if (resource != nullptr) gatherer.want_of(*resource);
  return std::move(gatherer).gather();
}

}  // namespace fingerpost::interaction
