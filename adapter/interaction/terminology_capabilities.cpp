#include "interaction/conformance.h"
#include "interaction/interactions.h"
#include "model/json.h"
#include "terminology/capabilities.h"
#include "terminology/core.h"

namespace fingerpost::interaction {

// R4 http.html#capabilities, mode=terminology
std::string terminology_capabilities(const Context& context) {
  const auto codes = context.codes ? *context.codes : terminology::core(context.definitions);
  const auto tree =
      terminology::capabilities(context.definitions, codes, context.version, statement_date);
  std::string out;
  model::write_json(context.definitions, tree, tree.root(), out);
  return out;
}

}  // namespace fingerpost::interaction
