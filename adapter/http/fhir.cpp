#include "http/fhir.h"

#include "base/text.h"
#include "http/answer.h"
#include "http/date.h"
#include "http/negotiate.h"
#include "interaction/interactions.h"
#include "interaction/operations.h"
#include "interaction/url.h"

#include <optional>
#include <utility>

namespace fingerpost::http {
namespace {

using interaction::Answer, interaction::Path, interaction::Return, interaction::Session;
using Pairs = std::vector<search::Pair>;

Response not_offered(std::string_view allowed) {
  auto response = outcome(405, "not-supported", "the method is not offered at this URL");
  response.fields = "Allow: ";
  response.fields += allowed;
  response.fields += "\r\n";
  return response;
}

Response refused(Kind kind, std::string_view text) {
  return outcome(static_cast<int>(interaction::status_of(kind)), interaction::issue_code_of(kind),
                 text);
}

bool is_get(const Request& request) {
  return request.head.method == Method::get || request.head.method == Method::head;
}

// RFC 9110 13.1.2, 13.1.3; If-None-Match comes first.
bool not_modified(const Head& head, const Answer& answer) {
  if (answer.version == 0 || answer.failed()) return false;
  if (auto tags = head.field("if-none-match"); !tags.empty()) {
    while (!tags.empty()) {
      const auto end = std::min(tags.find(','), tags.size());
      const auto tag = trim(tags.substr(0, end));
      tags.remove_prefix(std::min(end + 1, tags.size()));
      if (tag == "*") return true;
      const auto version = interaction::read_etag(tag);
      if (version && *version == answer.version) return true;
    }
    return false;
  }
  // A date we sent comes back in the same form, so that texts can be compared.
  const auto since = head.field("if-modified-since");
  return !since.empty() && since == http_date(answer.last_updated_us);
}

class Fhir {
 public:
  explicit Fhir(std::shared_ptr<const Session> session)
      : session_(std::move(session)), context_(session_->context) {}

  void take(Request request, const Respond& respond) {
    Call call{std::move(request), respond, {}, {}, {}};
    if (auto response = read_call(call)) return respond(*std::move(response));
    const auto& path = call.path;
    switch (path.size()) {
      case 0:
        return at_base(std::move(call));
      case 1:
        return path[0] == "metadata" ? at_metadata(call) : at_type(std::move(call));
      case 2:
        if (path[1].starts_with('$')) return at_operation(std::move(call));
        return path[1] == "_search" ? at_search(std::move(call)) : at_instance(std::move(call));
      default:
        if (path.size() == 3 && path[2].starts_with('$')) return at_operation(std::move(call));
        return at_history(call);
    }
  }

 private:
  struct Call {
    Request request;
    Respond respond;
    Path path;
    Pairs pairs;
    Asked asked;
  };

  std::optional<Response> read_call(Call& call) {
    auto path = Path::read(call.request.path);
    if (!path) return refused(path.error().kind, path.error().text);
    call.path = std::move(*path);
    if (!call.request.head.query.empty()) {
      auto pairs = interaction::read_query(call.request.head.query, context_.limits);
      if (!pairs) return refused(pairs.error().kind, pairs.error().text);
      call.pairs = std::move(*pairs);
    }
    if (auto response = negotiate(call.request.head, call.pairs, call.asked)) return response;
    if (call.path.size() == 0 || call.path[0] == "metadata") return {};
    if (call.path[0].starts_with('$') || call.path[0].starts_with('_'))
      return outcome(404, "not-supported", "this operation is not offered");
    if (!interaction::is_resource_type(context_, call.path[0]))
      return outcome(404, "not-supported", "R4 has no such type of resource");
    return {};
  }

  void answer(const Call& call, Answer answer) const {
    call.respond(response_of(context_, std::move(answer), call.asked));
  }
  interaction::Done done(const Call& call) const {
    return [this, respond = call.respond, asked = call.asked](Answer answer) {
      respond(response_of(context_, std::move(answer), asked));
    };
  }

  void at_base(Call call) {
    if (call.request.head.method != Method::post) return call.respond(not_offered("POST"));
    if (auto response = check_content_type(call.request.head))
      return call.respond(*std::move(response));
    interaction::BundleOptions options;
    options.idempotency_key = call.request.head.field("idempotency-key");
    options.back = call.asked.back.value_or(Return::minimal);
    options.handling = call.asked.handling;
    interaction::bundle(*session_, std::move(call.request.body), std::move(options), done(call));
  }

  void at_metadata(const Call& call) {
    if (!is_get(call.request)) return call.respond(not_offered("GET, HEAD"));
    for (const auto& [name, value] : call.pairs)
      if (name == "mode" && value == "terminology") {
        Answer statement;
        statement.body = interaction::terminology_capabilities(context_);
        return answer(call, std::move(statement));
      }
    if (!metadata_)
      metadata_ = std::make_shared<const std::string>(interaction::capabilities(context_));
    Answer statement;
    statement.shared_body = metadata_;
    answer(call, std::move(statement));
  }

  void at_type(Call call) {
    if (is_get(call.request))
      return answer(
          call, interaction::search_type(*session_, call.path[0], call.pairs, call.asked.handling));
    if (call.request.head.method != Method::post)
      return call.respond(not_offered("GET, HEAD, POST"));
    if (auto response = check_content_type(call.request.head))
      return call.respond(*std::move(response));
    if (!call.request.head.field("if-none-exist").empty())
      return call.respond(refused(Kind::unsupported, "conditional create is not offered"));
    interaction::create(*session_, call.path[0], std::move(call.request.body), options_of(call),
                        done(call));
  }

  // R4 http.html#search: the parameters of the URL and of the body together.
  void at_search(Call call) {
    if (call.request.head.method != Method::post) {
      if (!is_get(call.request)) return call.respond(not_offered("GET, HEAD, POST"));
    } else if (!call.request.body.empty()) {
      if (!is_form(call.request.head))
        return call.respond(
            outcome(415, "not-supported", "a search's body is application/x-www-form-urlencoded"));
      auto pairs = interaction::read_query(call.request.body, context_.limits);
      if (!pairs) return call.respond(refused(pairs.error().kind, pairs.error().text));
      for (auto& pair : *pairs) call.pairs.push_back(std::move(pair));
      if (auto response = negotiate(call.request.head, call.pairs, call.asked))
        return call.respond(*std::move(response));
    }
    answer(call,
           interaction::search_type(*session_, call.path[0], call.pairs, call.asked.handling));
  }

  // R4 operations.html: none of those offered changes anything, so that GET is allowed.
  void at_operation(Call call) {
    const auto& path = call.path;
    interaction::OperationCall asked;
    asked.type = path[0];
    asked.id = path.size() == 3 ? path[1] : std::string_view();
    asked.name = path[path.size() - 1].substr(1);
    asked.pairs = call.pairs;
    asked.accept_language = call.request.head.field("accept-language");
    if (call.request.head.method == Method::post) {
      if (auto response = check_content_type(call.request.head))
        return call.respond(*std::move(response));
      asked.body = std::move(call.request.body);
    } else if (!is_get(call.request)) {
      return call.respond(not_offered("GET, HEAD, POST"));
    }
    answer(call, interaction::operate(*session_, asked));
  }

  static interaction::WriteOptions options_of(const Call& call) {
    return {{}, call.asked.back.value_or(Return::representation)};
  }

  // If-Match, when it is there. Nothing: it cannot be read, and the client has been told.
  std::optional<interaction::WriteOptions> matched_options(const Call& call) const {
    auto options = options_of(call);
    const auto tag = call.request.head.field("if-match");
    if (tag.empty()) return options;
    const auto version = interaction::read_etag(tag);
    if (!version) {
      call.respond(refused(version.error().kind, version.error().text));
      return {};
    }
    options.if_match = *version;
    return options;
  }

  void at_instance(Call call) {
    const interaction::Target target{call.path[0], call.path[1]};
    if (target.id.starts_with('$') || target.id.starts_with('_'))
      return call.respond(outcome(404, "not-supported", "this operation is not offered"));
    if (is_get(call.request))
      return conditional(call, interaction::read(*session_, target, call.pairs));
    if (call.request.head.method == Method::put) {
      if (auto response = check_content_type(call.request.head))
        return call.respond(*std::move(response));
      if (!call.request.head.field("if-none-match").empty())
        return call.respond(refused(Kind::unsupported, "If-None-Match on a write is not offered"));
      const auto options = matched_options(call);
      if (options)
        interaction::update(*session_, target, std::move(call.request.body), *options, done(call));
    } else if (call.request.head.method == Method::remove) {
      if (const auto options = matched_options(call))
        interaction::remove(*session_, target, *options, done(call));
    } else {
      call.respond(not_offered("GET, HEAD, PUT, DELETE"));
    }
  }

  void at_history(const Call& call) {
    const auto& path = call.path;
    if (path[2] != "_history")
      return call.respond(outcome(404, "not-supported", "this operation is not offered"));
    if (!is_get(call.request)) return call.respond(not_offered("GET, HEAD"));
    const interaction::Target target{path[0], path[1]};
    if (path.size() == 4)
      return conditional(call, interaction::vread(*session_, target, path[3], call.pairs));
    answer(call, interaction::history_instance(*session_, target, call.pairs));
  }

  void conditional(const Call& call, Answer found) const {
    if (not_modified(call.request.head, found)) {
      found.status = interaction::Status::not_modified;
      found.body.clear();
    }
    answer(call, std::move(found));
  }

  std::shared_ptr<const Session> session_;
  const interaction::Context& context_;
  std::shared_ptr<const std::string> metadata_;  // made when first asked for
};

}  // namespace

Handler fhir_handler(std::shared_ptr<const interaction::Session> session) {
  const auto fhir = std::make_shared<Fhir>(std::move(session));
  return
      [fhir](Request request, const Respond& respond) { fhir->take(std::move(request), respond); };
}

}  // namespace fingerpost::http
