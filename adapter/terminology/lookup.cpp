// R4 codesystem-operation-lookup.html.

#include "terminology/request.h"

#include <algorithm>

namespace fingerpost::terminology {
namespace {

constexpr std::string_view preferred_system =
    "http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra";

class Lookup {
 public:
  Lookup(const Request& request, const Item& item)
      : request_(request),
        item_(item),
        system_(item.system),
        asked_(request.arguments().texts("property")),
        tree_(make_resource(request.definitions(), "Parameters")),
        to_(request.definitions(), tree_),
        types_(request.definitions().common()) {}

  Tree run() && {
    const NodeId root = tree_.root();
    const auto names = names_of(item_, request_.supplements());
    to_.part(root, "name", types_.string,
             system_.row->name.size > 0 ? system_.text(system_.row->name) : system_.url());
    to_.part(root, "version", types_.string, system_.version());
    to_.part(root, "code", types_.code, item_.code);
    to_.part(root, "system", types_.uri, system_.url());
    if (const auto* name = shown(names, request_.languages(nullptr)))
      to_.part(root, "display", types_.string, name->text);
    to_.part(root, "definition", types_.string, system_.text(system_.at(item_.place).definition));
    to_.part(root, "abstract", system_.at(item_.place).abstract);
    if (wants("designation"))
      for (const auto& name : names) designation(name);
    properties();
    for (const auto& supplement : request_.supplements())
      to_.part(root, "used-supplement", request_.definitions().find("canonical"),
               supplement.canonical);
    return std::move(tree_);
  }

 private:
  // R4: without a property asked for, the server chooses: here, all there are.
  bool wants(std::string_view property) const {
    return asked_.empty() || std::any_of(asked_.begin(), asked_.end(), [&](std::string_view one) {
             return one == "*" || one == property;
           });
  }

  void designation(const Spoken& name) {
    const NodeId part = to_.part(tree_.root(), "designation");
    to_.part(part, "language", types_.code, name.language);
    if (!name.row) {
      use(part, preferred_system, "preferredForLanguage", "Preferred For Language");
    } else if (name.row->use_code.size > 0) {
      const auto& content = *name.content;
      use(part, content.text(name.row->use_system), content.text(name.row->use_code),
          content.text(name.row->use_display));
    }
    to_.part(part, "value", types_.string, name.text);
    to_.part(part, "source", request_.definitions().find("canonical"), name.source);
  }

  void use(NodeId part, std::string_view system, std::string_view code, std::string_view display) {
    const NodeId coding = to_.object(to_.part(part, "use"), "value", types_.coding);
    to_.text(coding, "system", types_.uri, system);
    to_.text(coding, "code", types_.code, code);
    to_.text(coding, "display", types_.string, display);
  }

  NodeId property(std::string_view code) {
    const NodeId part = to_.part(tree_.root(), "property");
    to_.part(part, "code", types_.code, code);
    return part;
  }

  void relation(std::string_view code, std::uint32_t other) {
    const NodeId part = property(code);
    to_.part(part, "value", types_.code, system_.code(other));
    to_.part(part, "description", types_.string, system_.display(other));
  }

  void properties() {
    if (wants("inactive"))
      to_.flag(to_.part(property("inactive"), "value"), "value", system_.at(item_.place).inactive);
    if (wants("parent"))
      for (const auto other : system_.parents(item_.place)) relation("parent", other);
    if (wants("child"))
      for (const auto other : system_.children(item_.place)) relation("child", other);
    own(system_, item_.place);
    for (const auto& supplement : request_.supplements())
      if (supplement.system.text(supplement.system.row->supplements) == system_.url())
        if (const auto place = supplement.system.find(item_.code); place != no_row)
          own(supplement.system, place);
  }

  void own(const CodeSystem& system, std::uint32_t place) {
    for (const auto& row : system.properties(place)) {
      const auto code = system.text(row.code);
      if (!wants(code) || code == "parent" || code == "child" || code == "inactive") continue;
      to_.valued(to_.part(property(code), "value"), "value", system.text(row.value.type),
                 system.text(row.value.value), system.text(row.value.system));
    }
  }

  const Request& request_;
  const Item& item_;
  const CodeSystem& system_;
  std::vector<std::string_view> asked_;
  Tree tree_;
  Writer to_;
  const model::Definitions::Common& types_;
};

Found<Tree> looked_up(Request& request) {
  LET_DONE(request.prepare());
  LET(auto codes, request.codes("system"));
  auto& asked = codes[0];
  if (const auto version = request.arguments().text("version"); !version.empty())
    asked.version = version;
  if (asked.system.empty()) return bad_request("A code system must be named by 'system'");
  const auto composer = request.composer();
  LET(const auto item, composer.item(asked.system, asked.version, asked.code));
  if (!item.system) {
    const auto known = versions_of(request.terminology(), asked.system);
    return known.empty() ? unknown_system(asked.system, "system")
                         : unknown_version(asked.system, asked.version, known, "system");
  }
  if (item.place == no_row)
    return Finding{
        Severity::error,
        "not-found",
        "invalid-code",
        "Unknown_Code_in_Version",
        "Unknown code '" + std::string(asked.code) + "' in the CodeSystem '" +
            item.system.canonical() + "'" +
            (item.system.row->whole == Whole::complete ? ""
                                                       : ", of which not all codes are at hand"),
        asked.at("code")};
  return Lookup(request, item).run();
}

}  // namespace

Reply lookup(const Question& question) {
  Request request(question);
  return reply(question, looked_up(request));
}

}  // namespace fingerpost::terminology
