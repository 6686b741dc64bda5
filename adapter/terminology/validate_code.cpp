// R4 valueset-operation-validate-code.html and codesystem-operation-validate-code.html.

#include "terminology/display_check.h"
#include "terminology/grammar.h"
#include "terminology/request.h"

#include <algorithm>

namespace fingerpost::terminology {
namespace {

constexpr std::string_view not_in_set_id = "None_of_the_provided_codes_are_in_the_value_set_one";

// What came of one coding.
struct Judged {
  AskedCode asked;
  Item item;
  bool in_set = false;  // for a code system: it has the code
  bool broken = false;  // the value set cannot be evaluated at all
  std::string_view unknown_system;
  Findings findings;
};

std::string provided(const AskedCode& asked) {
  std::string made(asked.system);
  if (!asked.version.empty()) (made += '|') += asked.version;
  (made += '#') += asked.code;
  if (!asked.display.empty()) ((made += " ('") += asked.display) += "')";
  return made;
}

bool is_absolute(std::string_view uri) {
  return uri.find(':') != std::string_view::npos;
}

class Validation {
 public:
  Validation(const Request& request, const ValueSet* set)
      : request_(request),
        arguments_(request.arguments()),
        set_(set),
        composer_(request.composer()),
        languages_(request.languages(set)),
        many_(arguments_.has("codeableConcept")),
        membership_only_(arguments_.flag("valueset-membership-only").value_or(false)) {}

  Found<Tree> run(const std::vector<AskedCode>& codes) {
    for (const auto& asked : codes) {
      LET(auto one, judge(asked));
      judged_.push_back(std::move(one));
    }
    for (auto& one : judged_) {
      for (auto& finding : one.findings)
        if (!(one.broken && &one != &judged_.front())) findings_.push_back(std::move(finding));
    }
    const bool any = std::any_of(judged_.begin(), judged_.end(),
                                 [](const Judged& one) { return one.in_set || one.broken; });
    if (set_ && many_ && !any)
      findings_.push_back(
          {Severity::error, "code-invalid", "not-in-vs", "TX_GENERAL_CC_ERROR_MESSAGE",
           "No valid coding was found for the value set '" + set_->named() + "'", ""});
    return answer();
  }

 private:
  Found<Judged> judge(const AskedCode& asked) {
    Judged made{asked, {}, false, false, {}, {}};
    if (asked.system.empty() && set_ && arguments_.flag("inferSystem").value_or(false)) {
      LET_DONE(infer(made));
    }
    if (made.asked.system.empty()) {
      no_system(made);
    } else {
      LET_DONE(look_up(made));
    }
    if (set_) {
      member(made);
      status(made);
    }
    return made;
  }

  // R4: the system of a bare code is the one from which the value set takes it.
  Found<void> infer(Judged& made) {
    LET(const auto systems, composer_.systems(*set_));
    for (const auto& system : systems) {
      LET(const auto item, composer_.item(system, "", made.asked.code));
      auto in = composer_.contains(*set_, item);
      if (!in || !*in) continue;
      inferred_ = system;
      made.asked.system = inferred_;
      return {};
    }
    std::string text = "The System URI could not be determined for the code '" +
                       std::string(made.asked.code) + "' in the ValueSet '" + set_->named() + "'";
    for (std::size_t at = 0; at < systems.size() && at < 3; ++at)
      text += (at == 0 ? ", which has codes of " : ", ") + systems[at];
    made.findings.push_back({Severity::error, "not-found", "cannot-infer",
                             "UNABLE_TO_INFER_CODESYSTEM", std::move(text), made.asked.at("code")});
    return {};
  }

  void no_system(Judged& made) const {
    made.item.code = made.asked.code;
    if (made.asked.place.empty()) return;
    made.findings.push_back(
        {Severity::warning, "invalid", "invalid-data", "Coding_has_no_system__cannot_validate",
         "Coding has no system. A code with no system has no defined meaning, and it cannot be "
         "validated. A system should be provided",
         made.asked.place});
  }

  Found<void> look_up(Judged& made) {
    const auto& asked = made.asked;
    if (const auto sent = request_.code_system_sent(); sent && !set_) {
      made.item = {sent,   sent.find(asked.code), sent.url(), sent.version(), asked.code, nullptr,
                   nullptr};
    } else {
      LET(made.item, composer_.item(asked.system, asked.version, asked.code));
    }
    const auto& item = made.item;
    const bool whole = item.system && item.system.row->whole == Whole::complete;
    if (const auto good = whole ? std::nullopt : well_formed(asked.system, asked.code)) {
      made.in_set = *good && !set_;
      if (!*good && !membership_only_) ill_formed(made);
    } else if (!item.system) {
      if (!membership_only_) unknown(made);
    } else if (item.place == no_row) {
      if (!membership_only_) unknown_code(made);
    } else {
      made.in_set = !set_;
      const auto wrong = arguments_.flag("lenient-display-validation").value_or(false)
                             ? Severity::warning
                             : Severity::error;
      if (membership_only_) return {};
      if (auto found = check_display(asked, item, request_.supplements(), languages_, wrong))
        made.findings.push_back(*std::move(found));
    }
    return {};
  }

  void ill_formed(Judged& made) const {
    made.findings.push_back({Severity::error, "code-invalid", "invalid-code",
                             "Unknown_Code_in_Version",
                             "Unknown code '" + std::string(made.asked.code) +
                                 "' in the CodeSystem '" + std::string(made.asked.system) + "'",
                             made.asked.at("code")});
  }

  void unknown(Judged& made) const {
    const auto& asked = made.asked;
    const auto known = versions_of(request_.terminology(), asked.system);
    const auto place = asked.at("system");
    if (!known.empty()) {
      made.findings.push_back(unknown_version(asked.system, asked.version, known, place));
      return;
    }
    if (find_value_set(request_.terminology(), {asked.system, ""})) {
      made.findings.push_back({Severity::error, "invalid", "invalid-data",
                               "Terminology_TX_System_ValueSet2",
                               "The Coding references a value set, not a code system ('" +
                                   std::string(asked.system) + "')",
                               place});
      return;
    }
    if (!is_absolute(asked.system))
      made.findings.push_back(
          {Severity::error, "invalid", "invalid-data", "Terminology_TX_System_Relative",
           "Coding.system must be an absolute reference, not a local reference", place});
    made.findings.push_back(unknown_system(asked.system, place));
    made.unknown_system = asked.system;
  }

  void unknown_code(Judged& made) const {
    const auto& system = made.item.system;
    const auto place = made.asked.at("code");
    const std::string text =
        "Unknown code '" + std::string(made.asked.code) + "' in the CodeSystem '" +
        std::string(system.url()) + "'" +
        (system.version().empty() ? "" : " version '" + std::string(system.version()) + "'");
    if (system.row->whole == Whole::complete) {
      made.findings.push_back({Severity::error, "code-invalid", "invalid-code",
                               "Unknown_Code_in_Version", text, place});
      return;
    }
    if (system.row->whole == Whole::fragment) {
      made.in_set = !set_;
      made.findings.push_back(
          {Severity::warning, "code-invalid", "invalid-code", "UNKNOWN_CODE_IN_FRAGMENT",
           text + " - note that the code system is labeled as a fragment, so the "
                  "code may be valid in some other fragment",
           place});
      return;
    }
    made.findings.push_back({Severity::error, "not-found", "not-found", "UNKNOWN_CODESYSTEM",
                             "The codes of the CodeSystem '" + system.canonical() +
                                 "' are not known here, so the code cannot be validated",
                             made.asked.at("system")});
  }

  // Is it in the value set?
  void member(Judged& made) {
    if (made.asked.system.empty()) return not_in_set(made);
    const auto in = composer_.contains(*set_, made.item);
    if (!in) return cannot_say(made, in.error());
    made.in_set = *in;
    if (made.in_set) {
      // What the value set lists itself is no error for want of the code system.
      for (auto& finding : made.findings)
        if (finding.id == "UNKNOWN_CODESYSTEM") finding.severity = Severity::warning;
      return;
    }
    not_in_set(made);
  }

  void cannot_say(Judged& made, const Finding& trouble) const {
    if (trouble.id == "UNKNOWN_CODESYSTEM_EXP") {
      made.findings.push_back({Severity::error, "not-found", "vs-invalid",
                               "UNABLE_TO_CHECK_IF_THE_PROVIDED_CODES_ARE_IN_THE_VALUE_SET_CS",
                               "Unable to check whether the code is in the value set '" +
                                   set_->named() + "' because the code system " +
                                   std::string(made.asked.system) + " was not found",
                               ""});
      return;
    }
    made.broken = true;
    made.findings.assign(1, trouble);
  }

  void not_in_set(Judged& made) const {
    made.in_set = false;
    made.findings.push_back({many_ ? Severity::information : Severity::error, "code-invalid",
                             many_ ? "this-code-not-in-vs" : "not-in-vs", not_in_set_id,
                             "The provided code '" + provided(made.asked) +
                                 "' was not found in the value set '" + set_->named() + "'",
                             made.asked.at("code")});
  }

  void status(Judged& made) const {
    if (membership_only_ || made.broken || made.item.place == no_row) return;
    const auto& system = made.item.system;
    const auto& row = system.at(made.item.place);
    if (row.abstract && made.in_set && !arguments_.flag("abstract").value_or(true)) {
      made.findings.push_back(
          {Severity::error, "business-rule", "code-rule", "ABSTRACT_CODE_NOT_ALLOWED",
           "Code '" + std::string(system.url()) + '#' + std::string(made.item.code) +
               "' is abstract, and not allowed in this context",
           made.asked.at("code")});
      not_in_set(made);
    }
    if (row.inactive) inactive(made);
  }

  void inactive(Judged& made) const {
    const auto code = std::string(made.item.code);
    if (set_->row->inactive == Inactive::no || arguments_.flag("activeOnly").value_or(false)) {
      made.findings.push_back(
          {Severity::error, "business-rule", "code-rule", "STATUS_CODE_WARNING_CODE",
           "The concept '" + code + "' is valid but is not active", made.asked.at("code")});
      if (made.in_set) not_in_set(made);
    }
    const auto status = status_of(made);
    made.findings.push_back(
        {Severity::warning, "business-rule", "code-comment", "INACTIVE_CONCEPT_FOUND",
         "The concept '" + code + "' has a status of " +
             (status.empty() || status == "inactive" ? "inactive"
                                                     : std::string(status) + " and inactive") +
             " and its use should be reviewed",
         made.asked.whole()});
  }

  std::string_view status_of(const Judged& one) const {
    return one.item.system.property(one.item.place, one.item.system.property_called("status"));
  }

  // Sorted, so that the same findings always say the same; remarks only when there is nothing else.
  std::string message() const {
    std::vector<std::string_view> texts;
    const bool serious = std::any_of(findings_.begin(), findings_.end(), [](const Finding& one) {
      return one.severity <= Severity::warning;
    });
    for (const auto& finding : findings_)
      if (!serious || finding.severity <= Severity::warning) texts.push_back(finding.text);
    std::sort(texts.begin(), texts.end());
    texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
    std::string made;
    for (const auto text : texts) {
      if (!made.empty()) made += "; ";
      made += text;
    }
    return made;
  }

  Tree answer() const {
    Tree tree = make_resource(request_.definitions(), "Parameters");
    const Writer to(request_.definitions(), tree);
    const NodeId root = tree.root();
    const bool result = std::none_of(findings_.begin(), findings_.end(), [](const Finding& one) {
      return one.severity <= Severity::error;
    });
    to.part(root, "result", result);
    if (const auto found = std::find_if(judged_.begin(), judged_.end(),
                                        [&](const Judged& one) { return !many_ || one.in_set; });
        found != judged_.end())
      coded(to, root, *found);
    if (many_) {
      const NodeId part = to.part(root, "codeableConcept");
      const NodeId copied = tree.copy(arguments_.tree(), arguments_.value("codeableConcept"), part);
      tree.set_name(copied, to.name("value"));
    }
    for (const auto& one : judged_)
      to.part(root, "x-unknown-system", request_.definitions().find("canonical"),
              one.unknown_system);
    if (findings_.empty()) return tree;
    to.part(root, "message", request_.definitions().common().string, message());
    const NodeId issues = to.part(root, "issues");
    const NodeId outcome =
        to.object(issues, "resource", request_.definitions().find("OperationOutcome"));
    write_issues(request_.definitions(), findings_, tree, outcome);
    return tree;
  }

  void coded(const Writer& to, NodeId root, const Judged& one) const {
    const auto& types = request_.definitions().common();
    to.part(root, "code", types.code, one.asked.code);
    to.part(root, "system", types.uri, one.asked.system);
    if (one.item.system) to.part(root, "version", types.string, one.item.system.version());
    if (one.item.place == no_row) return;
    const auto names = names_of(one.item, request_.supplements());
    if (const auto* name = shown(names, languages_))
      to.part(root, "display", types.string, name->text);
    if (!one.item.system.at(one.item.place).inactive) return;
    to.part(root, "inactive", true);
    to.part(root, "status", types.code, status_of(one));
  }

  const Request& request_;
  const Arguments& arguments_;
  const ValueSet* set_;
  Composer composer_;
  Languages languages_;
  bool many_;
  bool membership_only_;
  std::string inferred_;
  std::vector<Judged> judged_;
  Findings findings_;
};

Found<Tree> in_value_set(Request& request) {
  LET_DONE(request.prepare());
  LET(const auto set, request.value_set());
  LET_DONE(request.add_supplements(set));
  LET(const auto codes, request.codes("system"));
  const bool bare = codes.size() == 1 && codes[0].place.empty() && codes[0].system.empty();
  if (bare && !request.arguments().flag("inferSystem").value_or(false))
    return bad_request("A 'code' needs its 'system', or 'inferSystem'");
  return Validation(request, &set).run(codes);
}

Found<Tree> in_code_system(Request& request) {
  LET_DONE(request.prepare());
  LET(auto codes, request.codes("url"));
  const auto url = request.code_system_sent() ? request.code_system_sent().url()
                                              : request.arguments().text("url");
  for (auto& asked : codes)
    if (asked.system.empty()) asked.system = url;
  if (!url.empty() && std::any_of(codes.begin(), codes.end(),
                                  [&](const AskedCode& asked) { return asked.system != url; }))
    return bad_request("A coding is of another code system than the one asked");
  if (codes[0].system.empty() && !request.code_system_sent())
    return bad_request("A code system must be named by 'url', or sent as 'codeSystem'");
  return Validation(request, nullptr).run(codes);
}

}  // namespace

Reply validate_code(const Question& question) {
  Request request(question);
  return reply(question, in_value_set(request));
}

Reply validate_code_in_system(const Question& question) {
  Request request(question);
  return reply(question, in_code_system(request));
}

}  // namespace fingerpost::terminology
