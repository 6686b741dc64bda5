// R4 messageheader-operation-process-message.html: BaRS messages, kept before they are answered.

#include "exchange/intake.h"
#include "interaction/noting.h"
#include "interaction/operations.h"
#include "interaction/speaker.h"

#include <functional>
#include <utility>

namespace fingerpost::interaction {
namespace {

Result<void> check_way(const OperationCall& call) {
  for (const auto& [name, value] : call.pairs) {
    if (name == "response-url" || (name == "async" && value != "false"))
      return Error{Kind::unsupported, "a message is answered on its own request", name};
  }
  return {};
}

// What is decided on again, because another commit came between, is the same request's.
Post noting_post(const Post& post) {
  return [post, asking = noted()](std::function<void()> work) {
    post([asking, work = std::move(work)] {
      const Noting scope(asking);
      work();
    });
  };
}

// BaRS has 422 for what is understood and not done here.
Answer refusal(const Error& error) {
  if (error.kind == Kind::unsupported) return failure(Status::unprocessable, error);
  return failure(error);
}

}  // namespace

// The body is the message itself. What it does is done when it is answered.
void process_message(const Session& session, const OperationCall& call, Done done) {
  auto* const intake = session.context.messages;
  if (intake == nullptr)
    return done(failure(Error{Kind::not_found, "this operation is not offered here", ""}));
  if (const auto way = check_way(call); !way) return done(failure(way.error()));
  if (!call.body || call.body->empty())
    return done(failure(Error{Kind::invalid, "there is no message", ""}));
  const auto& beside = call.message;
  exchange::BarsRequest request{*call.body, std::string(beside.request_id),
                                std::string(beside.target), std::string(beside.end_user),
                                speaker_of(*session.caller)};
  intake->take_bars(std::move(request), noting_post(session.post),
                    [done = std::move(done)](exchange::TakenMessage taken) {
                      Answer answer;
                      if (taken.refused) answer = refusal(*taken.refused);
                      answer.body = std::move(taken.answer);
                      done(std::move(answer));
                    });
}

}  // namespace fingerpost::interaction
