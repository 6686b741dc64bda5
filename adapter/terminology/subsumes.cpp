// R4 codesystem-operation-subsumes.html.

#include "terminology/request.h"

namespace fingerpost::terminology {
namespace {

struct Asked {
  std::string_view system;
  std::string_view version;
  std::string_view code;
};

Asked asked_of(const Request& request, std::string_view code, std::string_view coding) {
  const auto& arguments = request.arguments();
  if (const NodeId node = arguments.value(coding); node != no_node) {
    const auto& at = arguments.elements();
    return {at.text(node, "system"), at.text(node, "version"), at.text(node, "code")};
  }
  if (const auto sent = request.code_system_sent(); sent && !arguments.has("system"))
    return {sent.url(), sent.version(), arguments.text(code)};
  return {arguments.text("system"), arguments.text("version"), arguments.text(code)};
}

Found<Item> found(const Composer& composer, const Request& request, const Asked& asked) {
  LET(const auto item, composer.item(asked.system, asked.version, asked.code));
  if (!item.system) {
    const auto known = versions_of(request.terminology(), asked.system);
    return known.empty() ? unknown_system(asked.system, "system")
                         : unknown_version(asked.system, asked.version, known, "system");
  }
  if (item.place == no_row)
    return Finding{Severity::error,
                   "not-found",
                   "invalid-code",
                   "Unknown_Code_in_Version",
                   "Unknown code '" + std::string(asked.code) + "' in the CodeSystem '" +
                       item.system.canonical() + "'",
                   "code"};
  return item;
}

Found<Tree> answered(Request& request) {
  LET_DONE(request.prepare());
  const auto a = asked_of(request, "codeA", "codingA");
  const auto b = asked_of(request, "codeB", "codingB");
  if (a.code.empty() || b.code.empty())
    return bad_request("Two codes are needed: 'codeA' and 'codeB', or 'codingA' and 'codingB'");
  if (a.system.empty()) return bad_request("A code system must be named by 'system'");
  if (a.system != b.system) return bad_request("The two codes are of different code systems");
  const auto composer = request.composer();
  LET(const auto item_a, found(composer, request, a));
  LET(const auto item_b, found(composer, request, b));
  if (item_a.system != item_b.system)
    return bad_request("The two codes are of different versions of the code system");
  const bool up = is_a(item_b.system, item_b.place, item_a.place);
  const bool down = is_a(item_a.system, item_a.place, item_b.place);
  Tree tree = make_resource(request.definitions(), "Parameters");
  Writer(request.definitions(), tree)
      .part(tree.root(), "outcome", request.definitions().common().code,
            up && down ? "equivalent"
            : up       ? "subsumes"
            : down     ? "subsumed-by"
                       : "not-subsumed");
  return tree;
}

}  // namespace

Reply subsumes(const Question& question) {
  Request request(question);
  return reply(question, answered(request));
}

}  // namespace fingerpost::terminology
