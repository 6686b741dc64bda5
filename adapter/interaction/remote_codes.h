// Code systems that a terminology server elsewhere answers for, because they are not here.

#pragma once

#include "fingerpost/result.h"
#include "interaction/operations.h"
#include "profile/validator.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace fingerpost::interaction {

struct RemoteCodes {
  std::vector<std::string> systems;  // their urls
  // The body of the answer to a GET of `path` below the server's base. `done` is called once, on
  // any thread.
  std::function<void(std::string path, std::function<void(Result<std::string>)> done)> get;
  std::size_t questions = 100;  // of one validation; codes beyond are said to be unchecked
};

// The question that is to be asked elsewhere instead of here: $lookup, $subsumes, $validate-code or
// $expand of such a code system, or of a value set whose url begins with one's, when neither is
// stored here. It holds urls, codes and versions, and nothing else of the call. None: the call is
// this gateway's own to answer.
std::optional<std::string> remote_question(const Session& session, const OperationCall& call);

// The question whether a value set has a code, for what such a server answers for; none for what it
// does not.
std::optional<std::string> code_question(const RemoteCodes& remote, const profile::OpenCode& code);
// What was answered to that; nothing when it was none, or when the server only says that it does
// not know the code system or the value set.
std::optional<bool> code_answer(const Context& context, Result<std::string> body);

// Asks it, and answers on the session's thread. `here`, where there is one, stays the answer when
// the server elsewhere does not know it either.
void ask_elsewhere(const Session& session, std::string question, std::optional<Answer> here,
                   Done done);

// The question that ValueSet/$validate-code of one code is elsewhere, where its answer here can
// only be that the value set or the code system is not known; none: what is answered here holds.
std::optional<std::string> membership_question(const Session& session, const OperationCall& call,
                                               const Answer& here);

}  // namespace fingerpost::interaction
