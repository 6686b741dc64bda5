#include "interaction/terminology.h"

namespace fingerpost::interaction {

// R4 valueset-operation-validate-code.html, codesystem-operation-validate-code.html
Answer validate_code(const Session& session, const OperationCall& call) {
  if (call.type == "CodeSystem")
    return ask_terminology(session, call, "codeSystem", terminology::validate_code_in_system);
  return ask_terminology(session, call, "valueSet", terminology::validate_code);
}

}  // namespace fingerpost::interaction
