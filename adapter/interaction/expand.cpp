#include "interaction/terminology.h"

namespace fingerpost::interaction {

// R4 valueset-operation-expand.html
Answer expand(const Session& session, const OperationCall& call) {
  return ask_terminology(session, call, "valueSet", terminology::expand);
}

}  // namespace fingerpost::interaction
