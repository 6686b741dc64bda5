#include "record/gp2gp_write.h"

#include "mapping/dates.h"
#include "record/gp2gp.h"
#include "wire/xml.h"

#include <algorithm>
#include <iterator>
#include <string_view>

namespace fingerpost::record {
namespace {

constexpr std::string_view names_of_attributes[] = {
    "root", "extension", "code",      "codeSystem", "displayName", "nullFlavor",
    "unit", "mediaType", "classCode", "typeCode",   "use",         "type"};
constexpr std::string_view texts[] = {"text",   "originalText",      "name",      "family", "given",
                                      "prefix", "streetAddressLine", "postalCode"};
constexpr std::string_view times[] = {"availabilityTime", "center", "low", "high", "time"};

struct Fixed {
  std::string_view element;
  std::string_view attributes;
};
constexpr Fixed fixed[] = {
    {"EhrExtract", R"( xmlns="urn:hl7-org:v3" classCode="EXTRACT" moodCode="EVN")"},
    {"recordTarget", R"( typeCode="RCT")"},
    {"patient", R"( classCode="PAT")"},
    {"AgentOrgSDS", R"( classCode="AGNT")"},
    {"agentOrganizationSDS", R"( classCode="ORG" determinerCode="INSTANCE")"},
    {"component", R"( typeCode="COMP")"},
    {"ehrFolder", R"( classCode="FOLDER" moodCode="EVN")"},
    {"agentDirectory", R"( classCode="AGNT")"},
    {"part", R"( typeCode="PART")"},
    {"Agent", R"( classCode="AGNT")"},
    {"agentPerson", R"( classCode="PSN" determinerCode="INSTANCE")"},
    {"agentOrganization", R"( classCode="ORG" determinerCode="INSTANCE")"},
    {"representedOrganization", R"( classCode="ORG" determinerCode="INSTANCE")"},
    {"ehrComposition", R"( classCode="COMPOSITION" moodCode="EVN")"},
    {"author", R"( typeCode="AUT" contextControlCode="OP")"},
    {"ObservationStatement", R"( classCode="OBS" moodCode="EVN")"},
    {"pertinentInformation", R"( typeCode="PERT")"},
    {"pertinentAnnotation", R"( classCode="OBS" moodCode="EVN")"},
    {"RequestStatement", R"( classCode="OBS" moodCode="RQO")"},
    {"PlanStatement", R"( classCode="OBS" moodCode="INT")"},
    {"Participant", R"( contextControlCode="OP")"},
    {"agentRef", R"( classCode="AGNT")"}};

template <class Range>
bool is_one_of(const Range& range, std::string_view name) {
  return std::find(std::begin(range), std::end(range), name) != std::end(range);
}

class Writer {
 public:
  Writer(const Tree& tree, std::string& out, Issues& issues)
      : tree_(tree), out_(out), issues_(issues), places_(tree) {}

  Result<void> element(NodeId node) {
    const auto name = tree_.name_text(node);
    if (!wire::is_xml_name(name)) return Error{Kind::invalid, "a name that XML cannot have", ""};
    out_.append("<").append(name);
    for (const auto& one : fixed)
      if (one.element == name) out_ += one.attributes;
    attributes(node, name);
    const auto tag_end = out_.size();
    out_ += '>';
    if (tree_.has_value(node) && is_one_of(texts, name))
      wire::write_xml_text(out_, tree_.text(node));
    for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at))
      if (!is_attribute(at)) LET_DONE(element(at));
    if (out_.size() == tag_end + 1) {
      out_.insert(tag_end, 1, '/');
    } else {
      out_.append("</").append(name).append(">");
    }
    return {};
  }

 private:
  bool is_attribute(NodeId node) const {
    return tree_.has_value(node) && tree_.first_child(node) == no_node &&
           is_one_of(names_of_attributes, tree_.name_text(node));
  }

  void attributes(NodeId node, std::string_view name) {
    if (tree_.has_value(node) && is_one_of(times, name)) {
      time(node);
    } else if (tree_.has_value(node) && !is_one_of(texts, name)) {
      attribute("value", tree_.text(node));
    }
    for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at))
      if (is_attribute(at)) attribute(tree_.name_text(at), tree_.text(at));
  }

  void time(NodeId node) {
    const auto text = mapping::v3_text(tree_.text(node));
    if (!text.empty()) return attribute("value", text);
    attribute("nullFlavor", "UNK");
    issues_.push_back({Severity::warning, "value", places_.place({&tree_, node}),
                       "this is no date or time; written as not known"});
  }

  void attribute(std::string_view name, std::string_view value) {
    out_.append(" ").append(name).append("=\"");
    wire::write_xml_text(out_, value);
    out_ += '"';
  }

  const Tree& tree_;
  std::string& out_;
  Issues& issues_;
  Gp2gpPlaces places_;
};

}  // namespace

Result<void> write_gp2gp(const Tree& tree, NodeId node, std::string& out, Issues& issues) {
  return Writer(tree, out, issues).element(node);
}

}  // namespace fingerpost::record
