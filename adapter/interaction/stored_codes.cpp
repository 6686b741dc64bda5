#include "interaction/stored_codes.h"

#include "interaction/canonical.h"
#include "model/json.h"
#include "store/store.h"
#include "terminology/build.h"
#include "terminology/concept_map.h"
#include "terminology/core.h"
#include "terminology/elements.h"
#include "terminology/resolve.h"

#include <algorithm>
#include <array>
#include <deque>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::interaction {
namespace {

// What is kept of a stored CodeSystem or ValueSet.
struct Tables {
  std::shared_ptr<const terminology::Content> content;
  std::vector<std::string> needs;  // the code systems and value sets that it names
};

// One of R4's own maps, and the code systems of its groups.
struct CoreMap {
  std::shared_ptr<const terminology::ConceptMap> map;
  std::set<std::string, std::less<>> systems;
};

// Parameters of a URL, where every value is a text, that name a resource.
bool names_resource(std::string_view parameter) {
  constexpr std::string_view names[] = {"url",
                                        "system",
                                        "source",
                                        "target",
                                        "targetsystem",
                                        "targetSystem",
                                        "useSupplement",
                                        "system-version",
                                        "check-system-version",
                                        "force-system-version"};
  return std::find(std::begin(names), std::end(names), parameter) != std::end(names);
}

// What may name a code system, a value set or a concept map: elements of type uri and canonical,
// but for the urls of extensions and the systems of identifiers.
class Canonicals {
 public:
  explicit Canonicals(const model::Definitions& definitions)
      : extension_(definitions.common().extension),
        identifier_(definitions.common().identifier),
        types_{definitions.common().uri, definitions.common().canonical, definitions.find("url")},
        string_(definitions.common().string) {}

  template <class Use>
  void each(const Tree& tree, NodeId node, Use&& use) const {
    const auto type = tree[node].type;
    if (type == identifier_) return;
    if (tree.has_value(node) && names(tree, node, type)) use(tree.text(node));
    for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at))
      if (type != extension_ || tree.name_text(at) != "url") each(tree, at, use);
  }

 private:
  bool names(const Tree& tree, NodeId node, TypeId type) const {
    if (std::find(types_.begin(), types_.end(), type) != types_.end()) return true;
    if (type != string_) return false;
    const terminology::Elements at{tree};
    const NodeId parent = tree.parent(node);
    return tree.name_text(parent) == "parameter" && names_resource(at.text(parent, "name"));
  }

  TypeId extension_, identifier_;
  std::array<TypeId, 3> types_;
  TypeId string_;
};

}  // namespace

struct CodeGatherer::Parts {
  explicit Parts(const Session& session)
      : session_(session),
        context_(session.context),
        canonicals_(context_.definitions),
        own_(context_.codes ? *context_.codes : terminology::core(context_.definitions)),
        all_(own_) {}

  Result<void> gather(bool maps) {
    for (std::size_t looked = 0; !wanted_.empty(); ++looked) {
      if (looked == context_.limits.included)
        return Error{Kind::too_costly,
                     "more resources are needed than the limit included of " +
                         std::to_string(context_.limits.included),
                     ""};
      const auto url = std::move(wanted_.front());
      wanted_.pop_front();
      want_from_core(url);
      if (!has_whole_code_system(url)) LET_DONE(add("CodeSystem", "url", url));
      if (!own_.has_value_set(url)) LET_DONE(add("ValueSet", "url", url));
      if (!maps) continue;
      LET_DONE(add_core_maps(url));
      if (!has_core_map(url)) LET_DONE(add("ConceptMap", "url", url));
      LET_DONE(add("ConceptMap", "source-system", url));
      LET_DONE(add("ConceptMap", "target-system", url));
    }
    return {};
  }

  // What is at hand without being stored cannot be stored over: a code of R4's means what R4 says.
  // One that R4 only names, or has in part, may be.
  bool has_whole_code_system(std::string_view url) const {
    bool whole = false;
    for (const auto& content : own_.contents())
      content->each_code_system(url, [&](const terminology::CodeSystemRow& row) {
        whole |= row.whole == terminology::Whole::complete;
      });
    return whole;
  }
  bool has_core_map(std::string_view url) const {
    const auto source = context_.definitions.source(url);
    return !source.empty() && source.find("\"ConceptMap\"") != std::string_view::npos;
  }

  // A text that may name a resource; with the code system that implies it, if it is implied.
  void want(std::string_view text) {
    const auto url = terminology::canonical(text).url;
    if (const auto mark = url.find("?fhir_vs"); mark != std::string_view::npos)
      want(url.substr(0, mark));
    if (!may_be_stored(url)) return;
    if (seen_.emplace(url).second) wanted_.emplace_back(url);
  }

  // R4's own value sets take codes from systems that may be stored here.
  void want_from_core(std::string_view url) {
    for (const auto& content : all_.contents())
      content->each_value_set(url, [&](const terminology::ValueSetRow& row) {
        const terminology::ValueSet set{content.get(), &row, nullptr};
        for (const auto rows : {set.includes(), set.excludes()})
          for (const auto& include : rows) {
            want(set.text(include.system));
            for (const auto reference : set.value_sets(include)) want(set.text(reference));
          }
      });
  }

  // Those of R4's own maps that have the url, or map a code system with it from or to others.
  Result<void> add_core_maps(std::string_view url) {
    LET(const auto maps, core_maps());
    for (const auto& map : *maps) {
      if (map.map->url() != url && map.systems.count(url) == 0) continue;
      if (!taken_.emplace(map.map->url()).second) continue;
      for (const auto other : map.map->other_maps()) want(other);
      all_.add(map.map);
    }
    return {};
  }

  // Read once, when a request first asks for maps.
  Result<std::shared_ptr<const std::vector<CoreMap>>> core_maps() const {
    const auto& definitions = context_.definitions;
    const std::string name = "core maps";
    if (auto kept = context_.compiled->find_set<std::vector<CoreMap>>(name)) return kept;
    const auto made = std::make_shared<std::vector<CoreMap>>();
    std::size_t bytes = 0;
    for (const auto& row : definitions.sources()) {
      if (definitions.names().text(row.kind) != "ConceptMap") continue;
      const auto source = definitions.source(definitions.names().text(row.url));
      LET(const auto read, model::read_json(definitions, std::string(source), context_.limits));
      auto map = terminology::read_concept_map(definitions, read.tree);
      if (!map) continue;  // one without a url cannot be asked for
      bytes += source.size();
      auto& one = made->emplace_back();
      one.map = std::make_shared<const terminology::ConceptMap>(*std::move(map));
      const terminology::Elements at{read.tree};
      at.each(read.tree.root(), "group", [&](NodeId group) {
        one.systems.emplace(at.text(group, "source"));
        one.systems.emplace(at.text(group, "target"));
      });
    }
    std::shared_ptr<const std::vector<CoreMap>> maps = made;
    context_.compiled->keep_set<std::vector<CoreMap>>(name, maps, bytes);
    return maps;
  }

  Result<void> add(std::string_view type, std::string_view parameter, const std::string& url) {
    LET(const auto found, stored_with_uri(session_, type, parameter, url));
    for (const auto& stored : found) LET_DONE(take(stored));
    return {};
  }

  Result<void> take(const store::Stored& stored) {
    if (!taken_.emplace(stored.type + "/" + stored.id).second) return {};
    if (stored.type == "ConceptMap") {
      LET(auto map, stored_concept_map(context_, stored));
      if (!map || has_core_map(map->url())) return {};
      for (const auto url : map->other_maps()) want(url);
      all_.add(std::move(map));
      return {};
    }
    auto tables = context_.compiled->find<Tables>(stored);
    if (!tables) {
      LET(tables, compile(stored));
      context_.compiled->keep<Tables>(stored, tables);
    }
    all_.add(tables->content);
    for (const auto& url : tables->needs) want(url);
    return {};
  }

  Result<std::shared_ptr<const Tables>> compile(const store::Stored& stored) const {
    const auto read = model::read_json(context_.definitions, stored.body, context_.limits);
    if (!read) return Error{Kind::fault, "a stored resource cannot be read", ""};
    const auto& tree = read->tree;
    terminology::Builder builder(context_.definitions);
    LET_DONE(builder.add(tree, tree.root()));
    const auto made = std::make_shared<Tables>();
    made->content = std::move(builder).finish();
    const auto need = [&](NodeId node) {
      canonicals_.each(tree, node, [&](std::string_view url) { made->needs.emplace_back(url); });
    };
    const terminology::Elements at{tree};
    at.each(tree.root(), "extension", need);
    at.each(tree.root(), "contained",
            [&](NodeId contained) { at.each(contained, "compose", need); });
    at.each(tree.root(), "compose", need);
    std::sort(made->needs.begin(), made->needs.end());
    made->needs.erase(std::unique(made->needs.begin(), made->needs.end()), made->needs.end());
    return std::shared_ptr<const Tables>(made);
  }

  const Session& session_;
  const Context& context_;
  Canonicals canonicals_;
  const terminology::Terminology own_;  // not stored: R4's, and the packages'
  terminology::Terminology all_;
  std::deque<std::string> wanted_;
  std::set<std::string, std::less<>> seen_;
  std::set<std::string> taken_;
};

CodeGatherer::CodeGatherer(const Session& session) : parts_(std::make_unique<Parts>(session)) {}
CodeGatherer::~CodeGatherer() = default;

void CodeGatherer::want(std::string_view canonical) {
  parts_->want(canonical);
}
void CodeGatherer::want_all_of(const Tree& tree, NodeId node) {
  parts_->canonicals_.each(tree, node, [&](std::string_view text) { parts_->want(text); });
}
Result<void> CodeGatherer::gather(bool maps) {
  return parts_->gather(maps);
}
terminology::Terminology CodeGatherer::take() && {
  return std::move(parts_->all_);
}

}  // namespace fingerpost::interaction
