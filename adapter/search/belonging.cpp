#include "search/belonging.h"

#include "search/extract.h"
#include "search/search.h"
#include "search/token.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace fingerpost::search {
namespace {

constexpr std::string_view ods_system = "https://fhir.nhs.uk/Id/ods-organization-code";

// Types that are nobody's. One of them that names or contains a Patient all the same is unplaced.
constexpr std::array open_types = {std::string_view("ActivityDefinition"),
                                   std::string_view("CapabilityStatement"),
                                   std::string_view("CodeSystem"),
                                   std::string_view("CompartmentDefinition"),
                                   std::string_view("ConceptMap"),
                                   std::string_view("Endpoint"),
                                   std::string_view("EventDefinition"),
                                   std::string_view("ExampleScenario"),
                                   std::string_view("GraphDefinition"),
                                   std::string_view("HealthcareService"),
                                   std::string_view("ImplementationGuide"),
                                   std::string_view("Library"),
                                   std::string_view("Location"),
                                   std::string_view("Measure"),
                                   std::string_view("Medication"),
                                   std::string_view("MessageDefinition"),
                                   std::string_view("NamingSystem"),
                                   std::string_view("OperationDefinition"),
                                   std::string_view("Organization"),
                                   std::string_view("OrganizationAffiliation"),
                                   std::string_view("PlanDefinition"),
                                   std::string_view("Practitioner"),
                                   std::string_view("PractitionerRole"),
                                   std::string_view("Questionnaire"),
                                   std::string_view("Schedule"),
                                   std::string_view("SearchParameter"),
                                   std::string_view("Slot"),
                                   std::string_view("StructureDefinition"),
                                   std::string_view("StructureMap"),
                                   std::string_view("TerminologyCapabilities"),
                                   std::string_view("ValueSet")};
static_assert(std::is_sorted(open_types.begin(), open_types.end()));

// What gives an organisation a relationship with the Patient. Not by way of a PractitionerRole or a
// HealthcareService: whoever may write those would choose whom he sees.
struct Tie {
  std::string_view type;
  std::string_view code;  // of the search parameter that names it
};
constexpr std::array ties = {Tie{"Patient", "general-practitioner"},
                             Tie{"Patient", "organization"},
                             Tie{"ServiceRequest", "requester"},
                             Tie{"ServiceRequest", "performer"},
                             Tie{"Task", "requester"},
                             Tie{"Task", "owner"},
                             Tie{"CareTeam", "participant"},
                             Tie{"EpisodeOfCare", "organization"}};

struct LabelCode {
  std::string_view code;
  std::uint64_t label;
};
constexpr std::array label_codes = {LabelCode{"R", restricted}, LabelCode{"V", very_restricted},
                                    LabelCode{"NOPAT", no_patient}};
// Of v3-Confidentiality: what withholds nothing. Another code there is one that is not known, and
// counts as restricted.
constexpr std::array open_codes = {std::string_view("U"), std::string_view("L"),
                                   std::string_view("M"), std::string_view("N")};

void sort_unique(std::vector<std::uint64_t>& hashes) {
  std::sort(hashes.begin(), hashes.end());
  hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
}

class Placer {
 public:
  Placer(const Parameters& parameters, NodeRef resource)
      : parameters_(parameters),
        definitions_(parameters.definitions()),
        names_(parameters.extractor().names()),
        tree_(*resource.tree),
        resource_(resource.node),
        type_(definitions_.type_name(tree_[resource.node].type)),
        contained_(tree_, definitions_.names()) {}

  Belonging run() {
    Belonging is;
    is.labels = labels();
    is.whose = whose();
    if (type_ == "Provenance") is.about = targets();
    if (type_ == "Organization") is.codes = codes(resource_);
    if (text(resource_, find("status")) != "entered-in-error") {
      for (const Tie& tie : ties)
        if (tie.type == type_)
          for (const NodeId node : nodes_of(tie.code)) add_organisation(node, is.organisations);
      sort_unique(is.organisations);
    }
    if (type_ == "Consent") consent(is);
    if (type_ == "Subscription") is.organisations = subscriber();
    return is;
  }

 private:
  const HashKey& key() const { return parameters_.hash_key(); }
  NameId find(std::string_view name) const { return definitions_.names().find(name); }

  std::string_view text(NodeId node, NameId name) const {
    const NodeId found = name == no_name ? no_node : tree_.child(node, name);
    return found != no_node && tree_.has_value(found) ? tree_.text(found) : std::string_view{};
  }

  // Not by one that a client has added: whose a resource is would be its word.
  const std::vector<NodeId>& nodes_of(std::string_view code) {
    all_.clear();
    const KeyId id = parameters_.find(type_, code);
    if (id == 0 || parameters_.key(id).custom) return all_;
    for (const Clause& clause : parameters_.extractor().clauses(id)) {
      walk(definitions_, clause, {&tree_, resource_}, contained_, found_, spare_);
      all_.insert(all_.end(), found_.begin(), found_.end());
    }
    return all_;
  }

  std::uint64_t whose() {
    if (type_ == "Patient" || type_ == "Subscription")
      return reference_hash(key(), type_, text(resource_, names_.id));
    if (std::binary_search(open_types.begin(), open_types.end(), type_))
      return names_a_patient() ? unplaced : of_all;
    if (type_ == "Provenance") return unplaced;  // until its targets are looked up
    std::vector<std::uint64_t> patients;
    for (const std::string_view code : {"patient", "subject"})
      for (const NodeId node : nodes_of(code)) {
        const auto parts = split_reference(text(node, names_.reference));
        if (parts.type == "Patient" && parts.base.empty())
          patients.push_back(reference_hash(key(), parts.type, parts.id));
      }
    sort_unique(patients);
    return patients.size() == 1 ? patients.front() : unplaced;
  }

  // Anywhere in it, in whatever form.
  bool names_a_patient() const {
    const TypeId patient = definitions_.find("Patient");
    for (NodeId at = tree_.first_child(resource_); at != no_node; at = after(at)) {
      const Node& node = tree_[at];
      if (node.type == patient) return true;
      if (node.name == names_.reference && split_reference(tree_.text(at)).type == "Patient")
        return true;
    }
    return false;
  }

  // The next node in the order of the document; no_node behind the resource's last one.
  NodeId after(NodeId at) const {
    if (tree_.first_child(at) != no_node) return tree_.first_child(at);
    while (at != resource_ && tree_.next(at) == no_node) at = tree_.parent(at);
    return at == resource_ ? no_node : tree_.next(at);
  }

  // None where one of them is not here.
  std::vector<std::uint64_t> targets() {
    std::vector<std::uint64_t> hashes;
    for (const NodeId node : nodes_of("target")) {
      const auto parts = split_reference(text(node, names_.reference));
      if (parts.type.empty() || !parts.base.empty()) return {};
      hashes.push_back(reference_hash(key(), parts.type, parts.id));
    }
    sort_unique(hashes);
    return hashes;
  }

  std::vector<std::uint64_t> codes(NodeId of) const {
    std::vector<std::uint64_t> hashes;
    for (NodeId at = tree_.child(of, names_.identifier); at != no_node; at = tree_.next_same(at))
      if (text(at, names_.system) == ods_system && !text(at, names_.value).empty())
        hashes.push_back(organisation_hash(key(), text(at, names_.value)));
    sort_unique(hashes);
    return hashes;
  }

  void add_organisation(NodeId reference, std::vector<std::uint64_t>& to) const {
    const auto whole = text(reference, names_.reference);
    if (whole.empty()) {
      const auto named = codes(reference);
      to.insert(to.end(), named.begin(), named.end());
      return;
    }
    const auto parts = split_reference(whole);
    if (parts.type == "Organization" && parts.base.empty())
      to.push_back(reference_hash(key(), parts.type, parts.id));
  }

  // R4 consent.html: one in force about privacy. Refusing beats permitting, and what limits it is
  // not looked at: a refusal holds for all, a permission that is limited for nothing.
  void consent(Belonging& is) const {
    const NodeId provision = tree_.child(resource_, find("provision"));
    if (text(resource_, find("status")) != "active" || !is_about_privacy() || provision == no_node)
      return;
    if (text(provision, names_.type) == "permit" && !is_limited(provision))
      add_actors(provision, is.organisations);
    for (NodeId at = provision; at != no_node; at = after(at)) {
      const bool refuses = at == provision || tree_[at].name == tree_[provision].name;
      if (!refuses || text(at, names_.type) != "deny") continue;
      const bool all = tree_.child(at, find("actor")) == no_node || add_actors(at, is.refused);
      if (all) is.refused.push_back(Belonging::everybody);
    }
    sort_unique(is.organisations);
    sort_unique(is.refused);
  }

  bool is_about_privacy() const {
    const NodeId scope = tree_.child(resource_, find("scope"));
    if (scope == no_node) return false;
    for (NodeId at = tree_.child(scope, names_.coding); at != no_node; at = tree_.next_same(at))
      if (text(at, names_.code) == "patient-privacy") return true;
    return false;
  }

  bool is_limited(NodeId provision) const {
    for (const std::string_view limit : {"period", "action", "securityLabel", "purpose", "class",
                                         "code", "dataPeriod", "data", "provision"})
      if (tree_.child(provision, find(limit)) != no_node) return true;
    return false;
  }

  // Whether there is one who is no organisation, nor of the Patient's own.
  bool add_actors(NodeId provision, std::vector<std::uint64_t>& to) const {
    bool others = false;
    for (NodeId at = tree_.child(provision, find("actor")); at != no_node;
         at = tree_.next_same(at)) {
      const NodeId who = tree_.child(at, names_.reference);
      const auto before = to.size();
      if (who != no_node) add_organisation(who, to);
      const auto type =
          who == no_node ? std::string_view() : split_reference(text(who, names_.reference)).type;
      others = others || (to.size() == before && type != "Patient" && type != "RelatedPerson");
    }
    return others;
  }

  std::vector<std::uint64_t> subscriber() const {
    const NodeId meta = tree_.child(resource_, find("meta"));
    if (meta == no_node) return {};
    for (NodeId at = tree_.child(meta, find("tag")); at != no_node; at = tree_.next_same(at))
      if (text(at, names_.system) == subscriber_system && !text(at, names_.code).empty())
        return {client_hash(key(), text(at, names_.code))};
    return {};
  }

  std::uint64_t labels() const {
    std::uint64_t labels = 0;
    const NodeId meta = tree_.child(resource_, find("meta"));
    if (meta == no_node) return labels;
    for (NodeId at = tree_.child(meta, find("security")); at != no_node; at = tree_.next_same(at)) {
      const auto code = text(at, names_.code);
      labels |= label_named(code);
      const bool known = label_named(code) != 0 ||
                         std::find(open_codes.begin(), open_codes.end(), code) != open_codes.end();
      if (!known && text(at, names_.system).ends_with("Confidentiality")) labels |= restricted;
    }
    return labels;
  }

  const Parameters& parameters_;
  const model::Definitions& definitions_;
  const ValueNames& names_;
  const Tree& tree_;
  const NodeId resource_;
  const std::string_view type_;
  const ContainedTypes contained_;
  std::vector<NodeId> all_, found_, spare_;
};

}  // namespace

std::uint64_t label_named(std::string_view code) {
  const auto* const found = std::find_if(label_codes.begin(), label_codes.end(),
                                         [&](const LabelCode& one) { return one.code == code; });
  return found == label_codes.end() ? 0 : found->label;
}

std::uint64_t organisation_hash(const HashKey& key, std::string_view code) {
  return system_code_hash(key, ods_system, code);
}

std::uint64_t client_hash(const HashKey& key, std::string_view client) {
  return hash_of(key, {"client ", client});
}

Belonging belonging(const Parameters& parameters, NodeRef resource) {
  return Placer(parameters, resource).run();
}

}  // namespace fingerpost::search
