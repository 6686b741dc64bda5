#include "interaction/content.h"

#include "interaction/outcome.h"
#include "interaction/stored_definitions.h"
#include "profile/validate.h"
#include "profile/validator.h"
#include "store/body.h"

#include <utility>

namespace fingerpost::interaction {

Issues content_issues(const Session& session, const Tree& tree) {
  const auto& context = session.context;
  if (!context.profiles_on_write || context.validator == nullptr)
    return profile::validate(context.definitions, tree, tree.root(), context.limits);
  profile::Options options;
  options.now = store::instant(context.clock.now_us());
  const auto stored = definitions_for(session, &tree, {});
  if (!stored) return {issue_of(stored.error())};
  Issues issues;
  if (*stored) {
    issues = (*stored)->left_out;
    for (auto& issue : issues) issue.severity = Severity::error;  // it would go in unchecked
    options.registry = (*stored)->registry.get();
    options.terminology = &(*stored)->codes;
  }
  for (auto& issue : context.validator->validate(tree, tree.root(), options, context.limits))
    issues.push_back(std::move(issue));
  return issues;
}

}  // namespace fingerpost::interaction
