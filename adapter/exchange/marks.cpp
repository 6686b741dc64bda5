#include "exchange/marks.h"

#include "care/projection.h"
#include "exchange/contained.h"

#include <string_view>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view contact_prohibited = "contacting-subject-prohibited";
constexpr std::string_view safeguarding[] = {"SG", "safety"};

constexpr unsigned bit(care::Mark mark) {
  return 1U << static_cast<unsigned>(mark);
}

template <class Fits>
bool any_code(NodeRef resource, std::string_view element, Fits fits) {
  const Tree& tree = *resource.tree;
  for (auto node = child(resource, element).node; node != no_node; node = tree.next_same(node))
    for (auto coding = child({&tree, node}, "coding").node; coding != no_node;
         coding = tree.next_same(coding))
      if (fits(child_text({&tree, coding}, "code"))) return true;
  return false;
}

bool is_safeguarding(NodeRef flag) {
  if (child_text(flag, "status") == "entered-in-error") return false;
  return any_code(flag, "category", [](std::string_view code) {
    for (const auto known : safeguarding)
      if (code == known) return true;
    return false;
  });
}

// A Flag that cannot be looked at may be anything.
bool may_be_safeguarding(Neighbourhood& near, NodeRef request, NodeRef reference) {
  const auto text = child_text(reference, "reference");
  const auto flag_type = near.parts().definitions.find("Flag");
  if (text.starts_with('#')) {
    const auto held = contained(request, text.substr(1));
    return held && (*held.tree)[held.node].type == flag_type && is_safeguarding(held);
  }
  if (const auto* found = near.find(text))
    return found->type == "Flag" && is_safeguarding(found->node);
  return child_text(reference, "type") == "Flag" || text.starts_with("Flag/") ||
         text.find("/Flag/") != std::string_view::npos;
}

}  // namespace

unsigned marks_of(Neighbourhood& near, NodeRef task) {
  const auto* request = near.find(child_text(child(task, "focus"), "reference"));
  if (request == nullptr || request->type != "ServiceRequest") return 0;
  unsigned marks = 0;
  if (any_code(request->node, "orderDetail",
               [](std::string_view code) { return code == contact_prohibited; }))
    marks |= bit(care::Mark::contact_prohibited);
  const Tree& tree = *request->node.tree;
  for (auto node = child(request->node, "supportingInfo").node; node != no_node;
       node = tree.next_same(node))
    if (may_be_safeguarding(near, request->node, {&tree, node}))
      marks |= bit(care::Mark::safeguarding);
  return marks;
}

Result<void> check_carried(const Partner& partner, unsigned marks) {
  const auto spoken = language(partner);
  if (spoken != Language::hl7v2 && spoken != Language::bars) return {};
  const auto standard = spoken == Language::bars ? care::Standard::bars : care::Standard::hl7v2;
  return care::check_marks(care::projection(standard), marks);
}

}  // namespace fingerpost::exchange
