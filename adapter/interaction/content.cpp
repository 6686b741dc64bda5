#include "interaction/content.h"

#include "profile/validate.h"
#include "profile/validator.h"
#include "store/body.h"

namespace fingerpost::interaction {

Issues content_issues(const Context& context, const Tree& tree) {
  if (!context.profiles_on_write || context.validator == nullptr)
    return profile::validate(context.definitions, tree, tree.root(), context.limits);
  profile::Options options;
  options.now = store::instant(context.clock.now_us());
  return context.validator->validate(tree, tree.root(), options, context.limits);
}

}  // namespace fingerpost::interaction
