#include "interaction/terminology.h"

namespace fingerpost::interaction {

// R4 codesystem-operation-subsumes.html
Answer subsumes(const Session& session, const OperationCall& call) {
  return ask_terminology(session, call, "codeSystem", terminology::subsumes);
}

}  // namespace fingerpost::interaction
