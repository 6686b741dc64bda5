// One request below the FHIR base, taken apart, and what serves it. Internal to http/.

#pragma once

#include "http/message.h"
#include "http/negotiate.h"
#include "interaction/context.h"
#include "interaction/interactions.h"
#include "interaction/url.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::access {
class Authority;
}

namespace fingerpost::http {

class Jobs;

// One thread's.
struct Serving {
  std::shared_ptr<const interaction::Session> session;
  const interaction::Context& context;
  Jobs* jobs = nullptr;  // null: everybody waits for his answer
  const access::Authority* authority = nullptr;  // null: whoever asks is the local caller
  // The statement with its ETag, made when first asked for, and again when there are other search
  // parameters.
  std::shared_ptr<const std::string> metadata = nullptr;
  std::string metadata_tag = {};
  std::uint64_t metadata_of = 0;  // their generation
};

struct Call {
  Request request;
  Respond respond;
  interaction::Path path;
  std::vector<search::Pair> pairs;
  Asked asked;

  interaction::Target target() const {
    const auto size = path.size();
    return {size > 0 ? path[0] : std::string_view(), size > 1 ? path[1] : std::string_view()};
  }
};

// The call's answers with what each has besides its own: the form that is asked for, if it is an
// error, and the request's X-Request-Id.
Respond finishing(const interaction::Context& context, const Call& call);

// The Serving and what it belongs to outlive every answer.
void give(const Serving& serving, const Call& call, interaction::Answer answer);
interaction::Done done(const Serving& serving, const Call& call);
void refuse(const Serving& serving, const Call& call, const Error& error);

// The interactions by GET and HEAD, and searches by POST.
void serve_metadata(Serving& serving, Call call);
void serve_openapi(Serving& serving, Call call);
void serve_smart_configuration(Serving& serving, Call call);
void serve_history(Serving& serving, Call call);
void serve_search_type(Serving& serving, Call call);
void serve_search_system(Serving& serving, Call call);
void serve_search_compartment(Serving& serving, Call call);
void serve_search_by_post(Serving& serving, Call call);
void serve_read(Serving& serving, Call call);
void serve_vread(Serving& serving, Call call);
void serve_operation(Serving& serving, Call call);

// Those that write.
void serve_bundle(Serving& serving, Call call);
void serve_create(Serving& serving, Call call);
void serve_update(Serving& serving, Call call);
void serve_patch(Serving& serving, Call call);
void serve_delete(Serving& serving, Call call);
void serve_delete_history(Serving& serving, Call call);

// Prefer: respond-async: the call is served later, by `serve`; the client is told where to ask.
void serve_later(Serving& serving, Call call, void (*serve)(Serving&, Call));
void serve_job(Serving& serving, Call call);
void serve_job_cancel(Serving& serving, Call call);

}  // namespace fingerpost::http
