#include "http/answer.h"
#include "http/audited.h"
#include "http/call.h"
#include "http/jobs.h"
#include "interaction/answers.h"

#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace fingerpost::http {
namespace {

// A head that outlives its connection's buffer.
struct KeptHead {
  explicit KeptHead(const Head& from) : head(from) {
    head.path = keep(from.path);
    head.query = keep(from.query);
    for (auto& field : head.fields) field = {keep(field.name), keep(field.value)};
  }
  KeptHead(const KeptHead&) = delete;
  KeptHead& operator=(const KeptHead&) = delete;

  Head head;

 private:
  std::string_view keep(std::string_view text) { return texts_.emplace_back(text); }
  std::deque<std::string> texts_;
};

// R5 async-bundle.html, which R4 leaves open: the answer as the one entry of a Bundle.
interaction::Answer wrapped(const Response& response) {
  interaction::Answer answer;
  auto& out = answer.body;
  out = R"({"resourceType":"Bundle","type":"batch-response","entry":[{)";
  if (!response.content().empty()) {
    out += R"("resource":)";
    out += response.content();
    out += ',';
  }
  out += R"("response":{)";
  interaction::write_member(
      out, "status", std::to_string(response.status) + " " + std::string(reason(response.status)));
  out += "}}]}";
  return answer;
}

}  // namespace

void serve_later(Serving& serving, Call call, void (*serve)(Serving&, Call)) {
  struct Kept {
    explicit Kept(Call from)
        : head(from.request.head),
          call{{head.head, {}, std::move(from.request.body), {}},
               {},
               std::move(from.path),
               std::move(from.pairs),
               from.asked} {
      call.asked.form = Form::json;
      call.asked.pretty = call.asked.gzip = false;
    }
    KeptHead head;
    Call call;
  };
  const auto asked = call.asked;
  const auto respond = call.respond;
  const auto refused = [&](const Error& error) {
    respond(response_of(serving.context, interaction::failure(error), asked));
  };
  const auto kept = std::make_shared<Kept>(std::move(call));
  const auto& caller = serving.session->caller;
  const auto asking = interaction::noted();
  const auto later = [kept, serve, caller, asking](const auto& session, const Respond& answered) {
    const interaction::Noting scope(asking);
    Serving own{session_of(session, caller), session->context};
    auto work = std::move(kept->call);
    // The head is viewed until the answer is given.
    work.respond = [kept, answered, asking, session = own.session](Response response) {
      respond_told(asking, std::move(response), answered);
    };
    serve(own, std::move(work));
  };
  auto id = serving.jobs->add(later, kept->call.request.body.size(), caller);
  if (!id) return refused(id.error());
  if (asking) asking->later = true;
  Response accepted;
  accepted.status = 202;
  accepted.fields = "Content-Location: " + serving.context.base_url + "/_async/" + *id + "\r\n";
  respond(std::move(accepted));
}

void serve_job(Serving& serving, Call call) {
  const auto state = serving.jobs != nullptr
                         ? serving.jobs->look(call.path[1], *serving.session->caller)
                         : std::nullopt;
  if (!state)
    return refuse(serving, call, {Kind::not_found, "there is no such answer, or no more", ""});
  if (!state->response) {
    Response waiting;
    waiting.status = 202;
    waiting.fields = "X-Progress: in progress\r\nRetry-After: 1\r\n";
    return call.respond(std::move(waiting));
  }
  if (state->response->status >= 400) return call.respond(*state->response);
  give(serving, call, wrapped(*state->response));
}

void serve_job_cancel(Serving& serving, Call call) {
  if (serving.jobs == nullptr || !serving.jobs->cancel(call.path[1], *serving.session->caller))
    return refuse(serving, call, {Kind::not_found, "there is no such answer, or no more", ""});
  Response gone;
  gone.status = 202;
  call.respond(std::move(gone));
}

}  // namespace fingerpost::http
