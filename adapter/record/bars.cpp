#include "record/bars.h"

#include "base/text.h"
#include "model/xml.h"

#include <unordered_map>
#include <utility>

namespace fingerpost::record {
namespace {

constexpr std::string_view uuid_scheme = "urn:uuid:";

struct Words {
  explicit Words(const Names& names)
      : entry(names.find("entry")),
        resource(names.find("resource")),
        full_url(names.find("fullUrl")),
        id(names.find("id")),
        identifier(names.find("identifier")),
        system(names.find("system")),
        value(names.find("value")),
        code(names.find("code")),
        reference(names.find("reference")),
        endpoint(names.find("endpoint")),
        sender(names.find("sender")) {}

  NameId entry, resource, full_url, id, identifier, system, value, code, reference, endpoint,
      sender;
};

bool is_address(std::string_view url) {
  return url.starts_with("http:") || url.starts_with("https:");
}

// What comes after the last slash but one: "Practitioner/1" of "https://host/base/Practitioner/1".
std::string_view relative_form(std::string_view reference) {
  const auto id_at = reference.rfind('/');
  if (id_at == std::string_view::npos || id_at == 0) return reference;
  const auto type_at = reference.rfind('/', id_at - 1);
  return reference.substr(type_at == std::string_view::npos ? 0 : type_at + 1);
}

class Envelope {
 public:
  Envelope(BarsBundle& bundle, const model::Definitions& definitions)
      : bundle_(bundle),
        tree_(bundle.tree),
        definitions_(definitions),
        words_(definitions.names()) {}

  void make_regular(const Spelling& spelling, const MakeNames& names) {
    for (NodeId node = tree_.root(); node <= tree_.size(); ++node) respell(node, spelling);
    find_sender();
    name_ = names(bundle_.sender);
    name_entries();
    for (NodeId node = tree_.root(); node <= tree_.size(); ++node) name_reference(node);
  }

 private:
  std::string_view text_of(NodeId node, NameId child) const {
    const auto found = node == no_node ? no_node : tree_.child(node, child);
    return found == no_node ? std::string_view{} : tree_.text(found);
  }

  void report(const char* code, NodeId at, const char* text) {
    bundle_.issues.push_back(
        {Severity::warning, code, model::location(definitions_, tree_, at), text});
  }

  void respell(NodeId node, const Spelling& spelling) {
    const auto& common = definitions_.common();
    const auto name = tree_[node].name;
    if (tree_[node].type == no_type) recognise(node);
    if (tree_[node].type == common.coding) respell_coding(node, spelling);
    if (!tree_.has_value(node) || (name != words_.system && name != words_.endpoint)) return;
    // An endpoint is "system|value".
    const auto written = tree_.text(node);
    const auto end = name == words_.system ? written.size() : written.find('|');
    if (end == std::string_view::npos) return;
    const auto canonical = spelling.system(written.substr(0, end));
    if (canonical.empty() || canonical == written.substr(0, end)) return;
    tree_.set(node, Shape::string, std::string(canonical) + std::string(written.substr(end)));
    report("value", node, "a system was rewritten to its canonical form");
  }

  void respell_coding(NodeId coding, const Spelling& spelling) {
    const auto system = tree_.child(coding, words_.system);
    const auto code = tree_.child(coding, words_.code);
    if (system == no_node || code == no_node) return;
    const auto canonical = spelling.coding(tree_.text(system), tree_.text(code));
    if (canonical.code.empty()) return;
    if (canonical.code == tree_.text(code) && canonical.system == tree_.text(system)) return;
    tree_.set(system, Shape::string, canonical.system);
    tree_.set(code, Shape::string, canonical.code);
    report("value", coding, "a code was rewritten to its canonical system");
  }

  // "PatientInstruction" is patientInstruction.
  void recognise(NodeId node) {
    const auto written = tree_.name_text(node);
    const auto parent = tree_.parent(node);
    if (parent == no_node || written.empty() || written[0] < 'A' || written[0] > 'Z') return;
    auto meant = std::string(written);
    meant[0] = static_cast<char>(meant[0] - 'A' + 'a');
    const auto name = definitions_.names().find(meant);
    if (name == no_name) return;
    const auto member = definitions_.member(tree_[parent].type, name);
    const bool primitive = definitions_.type(member.type).kind == model::TypeKind::primitive;
    if (member.element == nullptr || !primitive || !tree_.has_value(node)) return;
    if (tree_.child(parent, member.element->name) != no_node) return;
    const auto place = model::location(definitions_, tree_, node);
    std::erase_if(bundle_.issues, [&](const Issue& issue) { return issue.expression == place; });
    tree_.set_name(node, member.element->name);
    tree_.set_type(node, member.type);
    report("structure", node, "an element's name began with a capital letter");
  }

  // The organisation that MessageHeader.sender names.
  void find_sender() {
    for (auto entry = tree_.child(tree_.root(), words_.entry); entry != no_node;
         entry = tree_.next_same(entry)) {
      const auto header = tree_.child(entry, words_.resource);
      const auto sender = header == no_node ? no_node : tree_.child(header, words_.sender);
      if (sender == no_node) continue;
      bundle_.sender = first_identifier(sender);
      if (bundle_.sender.empty())
        bundle_.sender = first_identifier(written_as(text_of(sender, words_.reference)));
      return;
    }
  }

  // The resource of the entry with this fullUrl.
  NodeId written_as(std::string_view url) const {
    for (auto entry = tree_.child(tree_.root(), words_.entry); entry != no_node;
         entry = tree_.next_same(entry))
      if (!url.empty() && text_of(entry, words_.full_url) == url)
        return tree_.child(entry, words_.resource);
    return no_node;
  }

  std::string first_identifier(NodeId node) const {
    const auto identifier = node == no_node ? no_node : tree_.child(node, words_.identifier);
    const auto value =
        identifier == no_node ? std::string_view{} : text_of(identifier, words_.value);
    if (value.empty()) return {};
    return std::string(text_of(identifier, words_.system)) + "|" + std::string(value);
  }

  void name_entries() {
    std::size_t position = 0;
    for (auto entry = tree_.child(tree_.root(), words_.entry); entry != no_node;
         entry = tree_.next_same(entry), ++position)
      if (const auto resource = tree_.child(entry, words_.resource); resource != no_node)
        name_entry(entry, resource, position);
  }

  // What the sender calls an entry: an address says whose id it is, a uuid is everybody's.
  std::string key_of(std::string_view full_url, std::string_view id, std::size_t position) const {
    if (full_url.starts_with(uuid_scheme)) return std::string(full_url.substr(uuid_scheme.size()));
    if (is_address(full_url)) return std::string(full_url);
    if (!id.empty()) return std::string(id);
    if (!full_url.empty()) return std::string(full_url.substr(full_url.rfind('/') + 1));
    // The third of this message is not the third of another.
    auto message = std::string(text_of(tree_.root(), words_.id));
    if (message.empty()) message = first_identifier(tree_.root());
    return message + "#" + std::to_string(position);
  }

  void name_entry(NodeId entry, NodeId resource, std::size_t position) {
    const auto& common = definitions_.common();
    const auto type = std::string(definitions_.type_name(tree_[resource].type));
    const auto given = tree_.store(text_of(entry, words_.full_url));
    const auto id = tree_.store(text_of(resource, words_.id));
    const auto key = key_of(given, id, position);
    const auto url = tree_.store(std::string(uuid_scheme) + name_(type, key));
    bundle_.entries.emplace(url, resource);
    for (const auto& name :
         {std::string(given), type + "/" + std::string(id), std::string(id), type + "/" + key, key})
      if (!name.empty() && !name.ends_with('/')) call(name, url);
    auto full_url = tree_.child(entry, words_.full_url);
    if (full_url == no_node) full_url = tree_.add(entry, words_.full_url, common.uri);
    if (is_address(given))
      bases_.emplace(url, given.substr(0, given.size() - relative_form(given).size()));
    tree_.set_view(full_url, Shape::string, url);
    auto own = tree_.child(resource, words_.id);
    if (own == no_node) {
      own = tree_.add(resource, words_.id, common.id);
      tree_.move_before(own, tree_.first_child(resource));
    }
    tree_.set(own, Shape::string, is_address(key) ? key.substr(key.rfind('/') + 1) : key);
  }

  // A name that two entries have is nobody's.
  void call(const std::string& name, std::string_view url) {
    const auto [known, added] = urls_.emplace(name, url);
    if (!added && known->second != url) known->second = {};
  }

  std::string_view called(const std::string& name) const {
    const auto found = urls_.find(name);
    return found == urls_.end() ? std::string_view{} : found->second;
  }

  std::string_view base_of(std::string_view url) const {
    const auto found = bases_.find(url);
    return found == bases_.end() ? std::string_view{} : found->second;
  }

  // Of the entry that a node stands in.
  std::string_view base_around(NodeId node) const {
    while (node != no_node && tree_.parent(node) != tree_.root()) node = tree_.parent(node);
    return node == no_node ? std::string_view{} : base_of(text_of(node, words_.full_url));
  }

  // The entry that is meant; "" for none. R4 bundle.html#references: an address is the entry that
  // has it, or the uuid it ends with; what is relative is so to the server of its own entry.
  std::string_view meant(NodeId node, std::string_view written) const {
    const std::string plain(written.substr(0, written.find("/_history/")));
    if (is_address(plain)) {
      const auto url = called(plain);
      return url.empty() ? called(std::string(uuid_scheme) + plain.substr(plain.rfind('/') + 1))
                         : url;
    }
    const auto base = base_around(node);
    if (base.empty()) return called(plain);
    if (const auto url = called(std::string(base) + plain); !url.empty()) return url;
    const auto url = called(plain);
    return base_of(url).empty() ? url : std::string_view{};
  }

  void name_reference(NodeId node) {
    if (tree_[node].name != words_.reference || !tree_.has_value(node)) return;
    if (tree_[tree_.parent(node)].type != definitions_.common().reference) return;
    const auto written = std::string(tree_.text(node));
    if (written.starts_with('#')) return;
    if (const auto url = meant(node, written); !url.empty())
      return tree_.set_view(node, Shape::string, url);
    // An address of its own still leads there; all else means something only at the sender.
    if (is_address(written)) return;
    const auto nothing = std::string(uuid_scheme) + name_("", written);
    bundle_.absent.emplace(nothing, written);
    tree_.set(node, Shape::string, nothing);
  }

  BarsBundle& bundle_;
  Tree& tree_;
  const model::Definitions& definitions_;
  const Words words_;
  NameEntry name_;
  std::unordered_map<std::string, std::string_view> urls_;        // however an entry may be called
  std::unordered_map<std::string_view, std::string_view> bases_;  // whose fullUrl is an address
};

}  // namespace

Result<BarsBundle> read_bars(const model::Definitions& definitions, std::string bytes,
                             const Spelling& spelling, const MakeNames& names,
                             const Limits& limits) {
  LET(auto read, model::read_resource(definitions, std::move(bytes), limits));
  if (read.tree[read.tree.root()].type != definitions.common().bundle)
    return Error{Kind::invalid, "a BaRS message is a Bundle", ""};
  for (auto& issue : read.issues) issue.severity = Severity::warning;
  BarsBundle bundle{std::move(read.tree), "", std::move(read.issues), {}, {}};
  Envelope(bundle, definitions).make_regular(spelling, names);
  return bundle;
}

}  // namespace fingerpost::record
