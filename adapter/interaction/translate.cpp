#include "interaction/terminology.h"

namespace fingerpost::interaction {

// R4 conceptmap-operation-translate.html
Answer translate(const Session& session, const OperationCall& call) {
  return ask_terminology(session, call, "conceptMap", terminology::translate);
}

}  // namespace fingerpost::interaction
