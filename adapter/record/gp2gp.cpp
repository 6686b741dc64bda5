#include "record/gp2gp.h"

#include "base/text.h"
#include "wire/xml.h"

#include <algorithm>
#include <array>
#include <utility>

namespace fingerpost::record {
namespace {

using wire::XmlToken;
using wire::XmlView;

constexpr std::string_view schema_space = "http://www.w3.org/2001/XMLSchema-instance";

// Elements that something may point at, or that a place begins with.
bool is_anchor(std::string_view name) {
  constexpr std::array<std::string_view, 12> others = {
      "LinkSet",           "Agent",
      "EhrEmpty",          "referredToExternalDocument",
      "ehrComposition",    "ehrFolder",
      "ehrSupplyDispense", "ehrSupplyAuthorise",
      "EhrExtract",        "ehrSupplyPrescribe",
      "specimenRole",      "ehrSupplyDiscontinue"};
  return name.ends_with("Statement") ||
         std::find(others.begin(), others.end(), name) != others.end();
}

// What a label of confidentiality above it holds for as well.
bool is_labelled(std::string_view name) {
  return name.ends_with("Statement") || name.starts_with("ehrSupply") || name == "LinkSet" ||
         name == "ehrComposition" || name == "specimenRole";
}

bool is_fixed(std::string_view attribute, std::string_view element) {
  if (attribute == "classCode") return element != "CompoundStatement";
  if (attribute == "typeCode")
    return !element.starts_with("Participant") && element != "responsibleParty";
  return attribute == "moodCode" || attribute == "determinerCode" ||
         attribute == "contextControlCode" || attribute == "contextConductionInd" ||
         attribute == "inversionInd";
}

XmlView find_extract(const XmlView& element) {
  if (element.name() == "EhrExtract") return element;
  for (XmlView at = element.first(); at; at = at.next())
    if (const XmlView found = find_extract(at)) return found;
  return {};
}

class Reader {
 public:
  Reader(Gp2gpRecord& record, const Names& names, const Limits& limits)
      : tree_(record.tree),
        record_(record),
        names_(names),
        limits_(limits),
        id_(name("id")),
        root_(name("root")),
        code_(name("code")),
        confidentiality_(name("confidentialityCode")) {}

  Result<void> read(const XmlView& extract) {
    tree_.set_name(tree_.root(), name("EhrExtract"));
    content(extract, tree_.root());
    std::vector<NodeId> none;
    if (labelled_) labels(tree_.root(), none);
    if (tree_.size() > limits_.nodes)
      return Error{Kind::invalid, "more values than the limit nodes", "EhrExtract"};
    for (const NodeId link : links_) join(link);
    record_.owner = owner();
    return {};
  }

 private:
  NameId name(std::string_view text) {
    const NameId known = names_.find(text);
    return known != no_name ? known : tree_.local_name(text);
  }

  void content(const XmlView& element, NodeId node) {
    if (tree_.size() > limits_.nodes) return;
    attributes(element, node);
    own_text(element, node);
    element.each([&](const XmlView& child) {
      const NodeId made = tree_.add(node, name(child.name()), no_type);
      content(child, made);
      if (tree_[made].name == confidentiality_) labelled_ = true;
      if (is_anchor(child.name())) index(made, child.name());
    });
  }

  void attributes(const XmlView& element, NodeId node) {
    element.attributes([&](const XmlToken& token, std::string_view value) {
      const auto& space = element.document().spaces[token.space];
      if (!space.empty() && (space != schema_space || token.view() != "type")) return;
      if (is_fixed(token.view(), element.name()) || value.empty()) return;
      if (token.view() == "value") return tree_.set_view(node, Shape::string, value);
      tree_.set_view(tree_.add(node, name(token.view()), no_type), Shape::string, value);
    });
  }

  // The text of an element; where other elements stand between its parts, all of them.
  void own_text(const XmlView& element, NodeId node) {
    const auto& tokens = element.document().tokens;
    std::size_t at = static_cast<std::size_t>(&element.start() - tokens.data()) + 1;
    std::string_view only;
    std::string joined;
    for (const std::size_t end = element.start().after - 1; at < end;) {
      if (tokens[at].kind == XmlToken::Kind::start) {
        at = tokens[at].after;
        continue;
      }
      if (tokens[at].kind == XmlToken::Kind::text) {
        if (!only.empty() && joined.empty()) joined = only;
        if (only.empty()) only = tokens[at].view();
        if (!joined.empty()) joined.append("\n").append(tokens[at].view());
      }
      ++at;
    }
    if (!joined.empty()) {
      tree_.set(node, Shape::string, joined);
    } else if (!only.empty()) {
      tree_.set_view(node, Shape::string, only);
    }
  }

  std::string_view code_of(NodeId label) const {
    const NodeId code = tree_.child(label, code_);
    return code == no_node ? std::string_view() : tree_.text(code);
  }

  bool has_label(NodeId node, std::string_view code) const {
    for (NodeId at = tree_.child(node, confidentiality_); at != no_node; at = tree_.next_same(at))
      if (code_of(at) == code) return true;
    return false;
  }

  // Copies the labels of what is above to each statement that has them not.
  void labels(NodeId node, std::vector<NodeId>& above) {
    if (tree_.size() > limits_.nodes) return;
    const auto depth = above.size();
    if (is_labelled(tree_.name_text(node)))
      for (const NodeId label : above)
        if (!has_label(node, code_of(label))) tree_.copy(tree_, label, node);
    for (NodeId at = tree_.child(node, confidentiality_); at != no_node; at = tree_.next_same(at))
      if (const auto code = code_of(at);
          !code.empty() && std::none_of(above.begin(), above.end(),
                                        [&](NodeId held) { return code_of(held) == code; }))
        above.push_back(at);
    for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at)) labels(at, above);
    above.resize(depth);
  }

  std::string_view id_of(NodeId node) const {
    const NodeId id = tree_.child(node, id_);
    const NodeId root = id == no_node ? no_node : tree_.child(id, root_);
    return root == no_node ? std::string_view() : tree_.text(root);
  }

  void index(NodeId node, std::string_view kind) {
    if (kind == "LinkSet" || kind == "ehrSupplyDiscontinue") links_.push_back(node);
    const auto id = id_of(node);
    if (!id.empty()) record_.by_id.emplace(tree_.store(lower(id)), node);
  }

  // Tells what a statement points at, so that it is known there too.
  void join(NodeId from) {
    const auto id = tree_.store(id_of(from));
    for (NodeId at = tree_.first_child(from); at != no_node; at = tree_.next(at)) {
      for (NodeId ref = tree_.first_child(at); ref != no_node; ref = tree_.next(ref)) {
        const auto back = back_link(tree_.name_text(at), tree_.name_text(ref));
        if (back.empty()) continue;
        const auto target = resolve(record_, id_of(ref));
        if (!target) {
          report(ref, "this points at a statement that is not in the record");
          continue;
        }
        tree_.set_view(tree_.add(target.node, name(back), no_type), Shape::string, id);
        if (back == "namedBy")
          tree_.set(tree_.add(from, name("names"), no_type), Shape::string,
                    tree_.name_text(target.node));
      }
    }
  }

  static std::string_view back_link(std::string_view part, std::string_view ref) {
    if (ref == "namedStatementRef") return "namedBy";
    if (ref == "statementRef") return "linkedBy";
    return part == "reversalOf" && ref == "priorMedicationRef" ? "endedBy" : "";
  }

  std::string owner() {
    NodeId at = tree_.root();
    for (const auto* step : {"author", "AgentOrgSDS", "agentOrganizationSDS", "id", "extension"}) {
      at = tree_.child(at, name(step));
      if (at == no_node) return {};
    }
    return std::string(trim(tree_.text(at)));
  }

  void report(NodeId node, const char* text) {
    if (record_.issues.size() >= limits_.issues) return;
    record_.issues.push_back({Severity::warning, "not-found", places_.place({&tree_, node}), text});
  }

  Tree& tree_;
  Gp2gpRecord& record_;
  const Names& names_;
  const Limits& limits_;
  const NameId id_;
  const NameId root_;
  const NameId code_;
  const NameId confidentiality_;
  bool labelled_ = false;
  std::vector<NodeId> links_;
  Gp2gpPlaces places_{tree_};
};

}  // namespace

Result<Gp2gpRecord> read_gp2gp(const Names& names, std::string bytes, const Limits& limits) {
  if (bytes.size() > limits.body_bytes)
    return Error{Kind::invalid, "the record is over the limit body_bytes", ""};
  LET(const auto document, wire::parse_xml(std::move(bytes), limits));
  const auto extract = find_extract(XmlView(document));
  if (!extract) return Error{Kind::invalid, "there is no EhrExtract in it", ""};
  Gp2gpRecord record{Tree(names), "", {}, {}};
  record.tree.keep(document.source);
  record.tree.keep(document.texts);
  record.tree.reserve(document.tokens.size() / 3);
  LET_DONE(Reader(record, names, limits).read(extract));
  return record;
}

NodeRef resolve(const Gp2gpRecord& record, std::string_view id) {
  const auto found = record.by_id.find(lower(id));
  if (found == record.by_id.end()) return {};
  return {&record.tree, found->second};
}

// Nodes stand in the tree in the order of the document, links excepted, which have no number.
void Gp2gpPlaces::count() {
  std::unordered_map<NameId, std::uint32_t> seen;
  before_.assign(tree_.size() + 1, 0);
  for (NodeId node = 1; node <= tree_.size(); ++node)
    if (is_anchor(tree_.name_text(node))) before_[node] = seen[tree_[node].name]++;
}

std::string Gp2gpPlaces::place(NodeRef of) {
  if (of.tree != &tree_) return Gp2gpPlaces(*of.tree).place(of);
  if (before_.size() <= of.node) count();
  std::vector<NodeId> path{of.node};
  while (!is_anchor(tree_.name_text(path.back())) && tree_.parent(path.back()) != no_node)
    path.push_back(tree_.parent(path.back()));
  std::string text;
  for (auto node = path.rbegin(); node != path.rend(); ++node) {
    if (!text.empty()) text += '/';
    text += tree_.name_text(*node);
    if (before_[*node] > 0) text += "[" + std::to_string(before_[*node] + 1) + "]";
  }
  return text;
}

}  // namespace fingerpost::record
