#include "interaction/terminology.h"

namespace fingerpost::interaction {

// R4 codesystem-operation-lookup.html
Answer lookup(const Session& session, const OperationCall& call) {
  return ask_terminology(session, call, "codeSystem", terminology::lookup);
}

}  // namespace fingerpost::interaction
