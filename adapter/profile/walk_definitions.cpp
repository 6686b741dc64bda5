// A StructureDefinition as a resource: whether its differential fits its base (R4 profiling.html).

#include "profile/bases.h"
#include "profile/snapshot.h"
#include "profile/view.h"
#include "profile/walk.h"

#include <string>

namespace fingerpost::profile {

void Walk::structure_definition(NodeId node) {
  const View root(tree_, node);
  if (root["derivation"].text() != "constraint" || !root["differential"]) return;
  root["differential"].each("element", [&](View element) {
    element.each("type", [&](View type) {
      type.each("profile", [&](View profile) { profile_of_type(type, profile); });
    });
  });
  if (node != tree_.root()) return;  // a contained definition is not published
  const auto published = [this](std::string_view url) { return registry_.find(url); };
  const auto made = make_snapshot(
      definitions_, tree_, [this](std::string_view url) { return registry_.with_snapshot(url); });
  if (!made) {
    const auto& [kind, text, where] = made.error();
    if (kind == Kind::not_found)
      return report(node, Severity::warning, "invalid", why_no_base(tree_, published), where);
    return error(node, kind == Kind::too_costly ? "too-costly" : "invalid", text, where);
  }
  for (const auto& issue : made->issues)
    error(node, "value", issue.text + " (" + issue.expression + ")");
}

// A profile named for a type must be one of that type.
void Walk::profile_of_type(View type, View profile) {
  const Tree* known = registry_.find(profile.text());
  if (known == nullptr) return;
  const TypeId wanted = definitions_.find(type["code"].text());
  const TypeId is = definitions_.find(View(*known, known->root())["type"].text());
  if (wanted == no_type || is == no_type || wanted == is) return;
  const bool resource = definitions_.type(is).kind == model::TypeKind::resource;
  if (!resource || !definitions_.is_a(is, wanted))
    error(profile.node(), "structure", "is a profile of another type than the element's");
}

}  // namespace fingerpost::profile
