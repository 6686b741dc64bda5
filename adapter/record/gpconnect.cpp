#include "record/gpconnect.h"

#include "base/text.h"
#include "model/json.h"

#include <optional>
#include <utility>
#include <vector>

namespace fingerpost::record {
namespace {

// The names and types the envelope is made of.
struct Words {
  explicit Words(const model::Definitions& definitions)
      : entry(definitions.names().find("entry")),
        resource(definitions.names().find("resource")),
        full_url(definitions.names().find("fullUrl")),
        parameter(definitions.names().find("parameter")),
        id(definitions.names().find("id")),
        identifier(definitions.names().find("identifier")),
        system(definitions.names().find("system")),
        value(definitions.names().find("value")),
        reference(definitions.names().find("reference")),
        managing(definitions.names().find("managingOrganization")),
        bundle_type(definitions.find_stu3("Bundle")),
        parameters_type(definitions.find_stu3("Parameters")),
        patient_type(definitions.find_stu3("Patient")),
        reference_type(definitions.find_stu3("Reference")),
        uri_type(definitions.find_stu3("uri")) {}

  NameId entry, resource, full_url, parameter, id, identifier, system, value, reference, managing;
  TypeId bundle_type, parameters_type, patient_type, reference_type, uri_type;
};

std::string_view text_of(const Tree& tree, NodeId node, NameId child) {
  const auto found = tree.child(node, child);
  return found == no_node ? std::string_view{} : tree.text(found);
}

NodeId find_bundle(const Tree& tree, const Words& words) {
  const auto root = tree.root();
  if (tree[root].type == words.bundle_type) return root;
  if (tree[root].type != words.parameters_type) return no_node;
  for (auto at = tree.child(root, words.parameter); at != no_node; at = tree.next_same(at)) {
    const auto resource = tree.child(at, words.resource);
    if (resource != no_node && tree[resource].type == words.bundle_type) return resource;
  }
  return no_node;
}

constexpr std::string_view uuid_scheme = "urn:uuid:";

// "system|value"; empty when there is no value.
std::string first_identifier(const Tree& tree, const Words& words, NodeId resource) {
  const auto identifier = tree.child(resource, words.identifier);
  if (identifier == no_node) return {};
  const auto value = text_of(tree, identifier, words.value);
  if (value.empty()) return {};
  return std::string(text_of(tree, identifier, words.system)) + "|" + std::string(value);
}

// What names a resource within its record, best first: its id, the entry's fullUrl, its first
// identifier, its place.
std::string id_in_record(const Tree& tree, const Words& words, NodeId resource,
                         std::string_view full_url, std::size_t position) {
  if (const auto id = text_of(tree, resource, words.id); !id.empty()) return std::string(id);
  if (full_url.starts_with(uuid_scheme)) return std::string(full_url.substr(uuid_scheme.size()));
  if (!full_url.empty()) return std::string(full_url.substr(full_url.rfind('/') + 1));
  if (auto identifier = first_identifier(tree, words, resource); !identifier.empty())
    return identifier;
  return "#" + std::to_string(position);
}

// "https://host/base/Practitioner/1/_history/2" is "Practitioner/1"; nothing for other forms.
std::optional<std::string_view> relative_form(std::string_view reference) {
  reference = reference.substr(0, reference.find("/_history/"));
  const auto id_at = reference.rfind('/');
  if (id_at == std::string_view::npos || id_at == 0) return std::nullopt;
  const auto type_at = reference.rfind('/', id_at - 1);
  return reference.substr(type_at == std::string_view::npos ? 0 : type_at + 1);
}

class Envelope {
 public:
  Envelope(GpConnectRecord& record, const model::Definitions& definitions, const Words& words)
      : record_(record), definitions_(definitions), words_(words) {}

  void make_regular() {
    name_entries();
    name_references();
    find_patient();
  }

 private:
  Tree& tree() { return record_.tree; }

  void name_entries() {
    std::size_t position = 0;
    for (auto entry = tree().child(record_.bundle, words_.entry); entry != no_node;
         entry = tree().next_same(entry), ++position) {
      const auto resource = tree().child(entry, words_.resource);
      if (resource == no_node) continue;
      auto full_url = tree().child(entry, words_.full_url);
      const auto given = full_url == no_node ? std::string_view{} : tree().text(full_url);
      const auto key = tree().store(std::string(definitions_.type_name(tree()[resource].type)) +
                                    "/" + id_in_record(tree(), words_, resource, given, position));
      if (full_url == no_node) full_url = tree().add(entry, words_.full_url, words_.uri_type);
      tree().set_view(full_url, Shape::string, key);
      record_.resources.emplace(key, resource);
      if (!given.empty()) keys_by_url_.emplace(given, key);
    }
  }

  void name_references() {
    for (NodeId node = tree().root(); node <= tree().size(); ++node) {
      if (tree()[node].name != words_.reference) continue;
      if (tree()[tree().parent(node)].type != words_.reference_type) continue;
      const auto written = tree().text(node);
      if (record_.resources.count(written) != 0) continue;
      if (const auto key = key_of(written); !key.empty()) tree().set_view(node, Shape::string, key);
    }
  }

  std::string_view key_of(std::string_view written) const {
    if (const auto found = keys_by_url_.find(written); found != keys_by_url_.end())
      return found->second;
    const auto relative = relative_form(written);
    if (!relative) return {};
    const auto found = record_.resources.find(*relative);
    return found == record_.resources.end() ? std::string_view{} : found->first;
  }

  // Whose record it is, and who keeps it: the first patient's.
  void find_patient() {
    for (auto entry = tree().child(record_.bundle, words_.entry); entry != no_node;
         entry = tree().next_same(entry)) {
      const auto patient = tree().child(entry, words_.resource);
      if (patient == no_node || tree()[patient].type != words_.patient_type) continue;
      record_.subject = first_identifier(tree(), words_, patient);
      const auto managing = tree().child(patient, words_.managing);
      if (managing == no_node) return;
      const auto practice = resolve(record_, text_of(tree(), managing, words_.reference));
      if (practice) record_.owner = ods_code(practice.node);
      return;
    }
  }

  std::string ods_code(NodeId organisation) {
    for (auto at = tree().child(organisation, words_.identifier); at != no_node;
         at = tree().next_same(at))
      if (lower(text_of(tree(), at, words_.system)).ends_with("/id/ods-organization-code"))
        return std::string(trim(text_of(tree(), at, words_.value)));
    return {};
  }

  GpConnectRecord& record_;
  const model::Definitions& definitions_;
  const Words& words_;
  std::unordered_map<std::string_view, std::string_view> keys_by_url_;
};

}  // namespace

Result<GpConnectRecord> read_gpconnect(const model::Definitions& definitions, std::string bytes,
                                       const Limits& limits) {
  LET(auto read, model::read_json(definitions, std::move(bytes), limits, model::Model::stu3));
  // What the reading found and kept is the source's fault, and the result may still be right.
  for (auto& issue : read.issues) issue.severity = Severity::warning;
  const Words words(definitions);
  GpConnectRecord record{std::move(read.tree), no_node, "", "", std::move(read.issues), {}};
  record.bundle = find_bundle(record.tree, words);
  if (record.bundle == no_node)
    return Error{Kind::invalid, "a GP Connect record is a Bundle, or Parameters with a Bundle", ""};
  Envelope(record, definitions, words).make_regular();
  return record;
}

NodeRef resolve(const GpConnectRecord& record, std::string_view reference) {
  const auto found = record.resources.find(reference);
  if (found == record.resources.end()) return {};
  return {&record.tree, found->second};
}

std::string place(const model::Definitions& definitions, NodeRef node) {
  const Tree& tree = *node.tree;
  std::vector<std::string_view> names;
  NodeId at = node.node;
  for (; at != no_node; at = tree.parent(at)) {
    const auto type = tree[at].type;
    if (type != no_type && definitions.type(type).kind == model::TypeKind::resource) break;
    names.push_back(tree.name_text(at));
  }
  std::string text(at == no_node ? "" : definitions.type_name(tree[at].type));
  for (auto name = names.rbegin(); name != names.rend(); ++name) {
    if (!text.empty()) text += '.';
    text += *name;
  }
  return text;
}

}  // namespace fingerpost::record
