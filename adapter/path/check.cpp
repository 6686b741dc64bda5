#include "path/check.h"

namespace fingerpost::path {

Result<void> check_types(const Syntax&, const model::Definitions&, const CompileOptions&) {
  return {};
}

}  // namespace fingerpost::path
