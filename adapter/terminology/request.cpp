#include "terminology/request.h"

#include "base/text.h"
#include "terminology/build.h"

namespace fingerpost::terminology {
namespace {

// Whether a date is the day of `now`, or a year or month that it lies in, or none.
bool is_of_now(std::string_view date, std::string_view now) {
  return now.starts_with(date.substr(0, std::string_view("2024-01-01").size()));
}

std::vector<Canonical> canonicals(const std::vector<std::string_view>& texts) {
  std::vector<Canonical> made;
  for (const auto text : texts) made.push_back(canonical(text));
  return made;
}

Kind kind_of(const Finding& finding) {
  if (finding.code == "not-found") return Kind::not_found;
  if (finding.code == "too-costly") return Kind::too_costly;
  if (finding.code == "not-supported") return Kind::unsupported;
  return Kind::invalid;
}

}  // namespace

NodeId Arguments::value(std::string_view name) const {
  NodeId found = no_node;
  each(name, [&](NodeId parameter) {
    if (found == no_node) found = at_.child(parameter, "value");
  });
  return found;
}

NodeId Arguments::resource(std::string_view name) const {
  NodeId found = no_node;
  each(name, [&](NodeId parameter) {
    if (found == no_node) found = at_.child(parameter, "resource");
  });
  return found;
}

std::string_view Arguments::text(std::string_view name) const {
  const NodeId node = value(name);
  return node == no_node ? std::string_view() : at_.tree.text(node);
}

std::optional<bool> Arguments::flag(std::string_view name) const {
  const auto is = text(name);
  if (is.empty()) return std::nullopt;
  return is == "true";
}

Found<std::optional<std::size_t>> Arguments::count(std::string_view name) const {
  const auto is = text(name);
  if (is.empty()) return std::optional<std::size_t>();
  const auto number = to_integer(is);
  if (!number || *number < 0)
    return bad_request("The parameter '" + std::string(name) + "' must be a number from 0 on");
  return std::optional(static_cast<std::size_t>(*number));
}

std::vector<std::string_view> Arguments::texts(std::string_view name) const {
  std::vector<std::string_view> made;
  each(name, [&](NodeId parameter) {
    if (const auto is = at_.text(parameter, "value"); !is.empty()) made.push_back(is);
  });
  return made;
}

std::string AskedCode::at(std::string_view element) const {
  return place.empty() ? std::string(element) : place + '.' + std::string(element);
}

Request::Request(const Question& question)
    : question_(question), arguments_(question.parameters), terminology_(question.terminology) {}

Found<void> Request::prepare() {
  const auto& tree = arguments_.tree();
  for (const auto name : {"property", "designation", "useSupplement", "system-version",
                          "check-system-version", "force-system-version", "exclude-system"})
    if (arguments_.texts(name).size() > question_.limits.parameters)
      return too_costly("A parameter comes more often than the limit parameters");
  if (!is_of_now(arguments_.text("date"), question_.now))
    return Finding{Severity::error,
                   "not-supported",
                   "",
                   "",
                   "Code systems and value sets are known here as they are now, not as of 'date'",
                   "date"};
  Builder along(question_.definitions);
  arguments_.each("tx-resource", [&](NodeId parameter) {
    const NodeId node = arguments_.elements().child(parameter, "resource");
    // Only what holds codes says anything here; other resources may come along.
    if (node != no_node) (void)along.add(tree, node);
  });
  if (!along.empty()) terminology_.add(std::move(along).finish());
  if (const NodeId node = arguments_.resource("valueSet"); node != no_node) {
    Builder sent(question_.definitions);
    if (!sent.add(tree, node)) return bad_request("The parameter 'valueSet' must be a ValueSet");
    const auto content = std::move(sent).finish();
    terminology_.add(content);
    if (!content->value_sets.empty())
      value_set_sent_ = {content.get(), &content->value_sets[0], nullptr};
  }
  if (const NodeId node = arguments_.resource("codeSystem"); node != no_node) {
    Builder sent(question_.definitions);
    if (!sent.add(tree, node))
      return bad_request("The parameter 'codeSystem' must be a CodeSystem");
    const auto content = std::move(sent).finish();
    terminology_.add(content);
    if (!content->code_systems.empty())
      code_system_sent_ = {content.get(), &content->code_systems[0]};
  }
  rules_.preferred = canonicals(arguments_.texts("system-version"));
  rules_.checked = canonicals(arguments_.texts("check-system-version"));
  rules_.forced = canonicals(arguments_.texts("force-system-version"));
  for (const auto supplement : arguments_.texts("useSupplement"))
    LET_DONE(add_supplement(supplement));
  return {};
}

Found<void> Request::add_supplement(std::string_view text) {
  const auto found = find_supplement(terminology_, canonical(text));
  if (!found)
    return Finding{Severity::error,
                   "not-found",
                   "not-found",
                   "VALUESET_SUPPLEMENT_MISSING",
                   "Required supplement not found: " + std::string(text),
                   ""};
  for (const auto& known : supplements_)
    if (known.system == found) return {};
  supplements_.push_back({found, found.canonical()});
  return {};
}

Found<void> Request::add_supplements(const ValueSet& set) {
  for (const Text needed : Content::rows(set.content->names, set.row->supplements))
    LET_DONE(add_supplement(set.text(needed)));
  return {};
}

// What a code system's implied value set takes of it.
struct Request::Implied {
  std::string_view system;
  std::string_view below;  // a code: what is-a this; "": all
};

// R4 codesystem-definitions.html#CodeSystem.valueSet, and snomedct.html#implicit: "?fhir_vs" and
// "?fhir_vs=isa/[code]".
std::optional<Request::Implied> Request::implied_by(std::string_view url) const {
  for (const auto& content : question_.terminology.contents())
    for (const auto& row : content->code_systems)
      if (content->text(row.value_set) == url) return Implied{content->text(row.url), ""};
  constexpr std::string_view mark = "?fhir_vs";
  constexpr std::string_view isa = "=isa/";
  const auto at = url.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  auto rest = url.substr(at + mark.size());
  const auto system = url.substr(0, at);
  if (!find_code_system(question_.terminology, {system, ""})) return std::nullopt;
  if (rest.empty()) return Implied{system, ""};
  if (!rest.starts_with(isa) || rest.size() == isa.size()) return std::nullopt;
  return Implied{system, rest.substr(isa.size())};
}

ValueSet Request::implied_value_set(std::string_view url) {
  const auto implied = implied_by(url);
  if (!implied) return {};
  Tree set = make_resource(question_.definitions, "ValueSet");
  const Writer to(question_.definitions, set);
  const auto& types = question_.definitions.common();
  to.text(set.root(), "url", types.uri, url);
  to.text(set.root(), "status", types.code, "active");
  const NodeId compose = to.object(set.root(), "compose", to.definitions.find("ValueSet.compose"));
  const NodeId include =
      to.object(compose, "include", to.definitions.find("ValueSet.compose.include"));
  to.text(include, "system", types.uri, implied->system);
  if (!implied->below.empty()) {
    const NodeId filter =
        to.object(include, "filter", to.definitions.find("ValueSet.compose.include.filter"));
    to.text(filter, "property", types.code, "concept");
    to.text(filter, "op", types.code, "is-a");
    to.text(filter, "value", types.string, implied->below);
  }
  Builder builder(question_.definitions);
  if (!builder.add(set, set.root())) return {};
  terminology_.add(std::move(builder).finish());
  return find_value_set(terminology_, {url, ""});
}

Found<ValueSet> Request::value_set() {
  if (const auto version = arguments_.text("valueSetVersion");
      value_set_sent_ && !version.empty() && version != value_set_sent_.version())
    return unknown_value_set(std::string(value_set_sent_.url()) + '|' + std::string(version));
  if (value_set_sent_) return value_set_sent_;
  const auto url = arguments_.text("url");
  if (url.empty()) return bad_request("A value set must be named by 'url', or sent as 'valueSet'");
  auto sought = canonical(url);
  if (const auto version = arguments_.text("valueSetVersion"); !version.empty())
    sought.version = version;
  if (const auto found = find_value_set(terminology_, sought)) return found;
  if (const auto implied = implied_value_set(url)) return implied;
  std::string named(sought.url);
  if (!sought.version.empty()) (named += '|') += sought.version;
  return unknown_value_set(named);
}

Languages Request::languages(const ValueSet* set) const {
  if (const auto asked = arguments_.text("displayLanguage"); !asked.empty())
    return read_languages(asked);
  if (set)
    for (const auto& row : Content::rows(set->content->named, set->row->parameters))
      if (set->text(row.name) == "displayLanguage") return read_languages(set->text(row.value));
  if (!trim(question_.accept_language).empty()) return read_languages(question_.accept_language);
  if (set) return read_languages(set->text(set->row->language));
  return {};
}

AskedCode Request::coding(NodeId node, std::string place) const {
  const auto& at = arguments_.elements();
  return {at.text(node, "system"), at.text(node, "version"), at.text(node, "code"),
          at.text(node, "display"), std::move(place)};
}

Found<std::vector<AskedCode>> Request::codes(std::string_view system_name) const {
  std::vector<AskedCode> made;
  if (const NodeId node = arguments_.value("codeableConcept"); node != no_node) {
    std::size_t index = 0;
    arguments_.elements().each(node, "coding", [&](NodeId one) {
      made.push_back(coding(one, "CodeableConcept.coding[" + std::to_string(index++) + "]"));
    });
    if (made.size() > question_.limits.or_values)
      return too_costly("There are more codings than the limit or_values");
  } else if (const NodeId one = arguments_.value("coding"); one != no_node) {
    made.push_back(coding(one, "Coding"));
  } else if (const auto code = arguments_.text("code"); !code.empty()) {
    const auto version = arguments_.text(system_name == "url" ? "version" : "systemVersion");
    made.push_back({arguments_.text(system_name), version, code, arguments_.text("display"), ""});
  }
  if (made.empty())
    return bad_request("There is no code: neither 'code' nor 'coding' nor 'codeableConcept'");
  return made;
}

Reply reply(const Question& question, Found<Tree> made) {
  if (made) return {*std::move(made), std::nullopt};
  const Finding& finding = made.error();
  Reply refusal{make_resource(question.definitions, "OperationOutcome"), kind_of(finding)};
  write_issues(question.definitions, {&finding, 1}, refusal.tree, refusal.tree.root());
  return refusal;
}

Finding bad_request(std::string text) {
  return {Severity::error, "invalid", "", "", std::move(text), ""};
}

}  // namespace fingerpost::terminology
