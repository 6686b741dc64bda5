#include "base/base64.h"
#include "exchange/directory.h"
#include "exchange/neighbourhood.h"
#include "interaction/care.h"
#include "interaction/care_operations.h"
#include "interaction/outcome.h"

#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

using exchange::child_text;

// Puts one on the version that is there.
std::optional<Answer> add_service(const Session& session, const std::string& json,
                                  Attempt& attempt) {
  auto drafted = draft_new(session, json);
  if (auto* failed = std::get_if<Answer>(&drafted)) return std::move(*failed);
  auto& draft = std::get<Draft>(drafted);
  const auto stored = session.reader.read(draft.type, draft.id);
  draft.must_be_new = !stored && stored.error().kind == Kind::not_found;
  draft.how = store::How::put;
  if (stored && changes_nothing(session.context, draft, *stored)) return {};
  if (stored) draft.if_version = stored->version;
  return add(attempt, std::move(drafted));
}

Decision decide(const Session& session, const exchange::Directory& directory) {
  Attempt attempt;
  for (const auto& json : directory.resources)
    if (auto refused = add_service(session, json, attempt)) return *std::move(refused);
  if (attempt.drafts.empty()) return Answer{};
  return attempt;
}

Answer told(const exchange::Directory& directory) {
  Answer answer;
  answer.issues = directory.issues;
  answer.issues.push_back(
      {Severity::information, "informational", "",
       std::to_string(directory.resources.size()) + " resources are as the directory has them"});
  write_outcome(answer.issues, answer.body);
  return answer;
}

Result<exchange::Directory> directory_of(const Context& context, const OperationCall& call) {
  LET(const auto parameters, CareParameters::read(context, call, "feed content"));
  const auto feed = parameters.text("feed");
  if (feed.empty()) return Error{Kind::invalid, "the feed's URL is missing", "feed"};
  const auto data = child_text(parameters.value("content"), "data");
  auto bytes = from_base64(data, Base64::plain);
  if (data.empty() || !bytes)
    return Error{Kind::invalid, "the content is a Binary with base64 data", "content"};
  LET(auto directory, exchange::read_directory(
                          *std::move(bytes), {std::string(feed), now_of(context)}, context.limits));
  if (directory.resources.size() > context.limits.bundle_entries)
    return Error{Kind::too_costly, "a page comes to more than the limit bundle_entries", "content"};
  return directory;
}

}  // namespace

void import_directory(const Session& session, const OperationCall& call, Done done) {
  auto read = directory_of(session.context, call);
  if (!read) return done(care_failure(read.error()));
  const auto directory = std::make_shared<const exchange::Directory>(*std::move(read));
  if (directory->resources.empty()) return done(told(*directory));
  decide_and_commit(
      session, [&session, directory] { return decide(session, *directory); }, Return::minimal,
      [directory, done = std::move(done)](Answer answer) {
        done(answer.failed() ? std::move(answer) : told(*directory));
      });
}

}  // namespace fingerpost::interaction
