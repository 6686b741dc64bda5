#include "interaction/context.h"

#include "interaction/noting.h"
#include "interaction/sight.h"
#include "store/store.h"

#include <utility>

namespace fingerpost::interaction {
namespace {

struct Owned {
  std::unique_ptr<store::Reader> reader;
  Session session;
};

}  // namespace

Result<std::shared_ptr<const Session>> open_session(const Context& context, Post post) {
  LET(auto own, context.store.reader());
  auto reader = noting_reader(std::move(own));
  auto& eyes = *reader;
  const auto owned = std::make_shared<Owned>(
      Owned{std::move(reader), Session{context, eyes, std::move(post), first_caller(context)}});
  return std::shared_ptr<const Session>(owned, &owned->session);
}

std::shared_ptr<const Session> session_of(const std::shared_ptr<const Session>& session,
                                          access::CallerPtr caller) {
  if (caller == session->caller) return session;
  struct Kept {
    std::shared_ptr<const Session> of;
    std::unique_ptr<store::Reader> eyes;  // they look by those of `of`
    Session session;
  };
  auto eyes = session->reader.seen_by(policy_of(*caller));
  auto& reader = *eyes;
  const auto kept = std::make_shared<Kept>(
      Kept{session, std::move(eyes),
           Session{session->context, reader, session->post, std::move(caller)}});
  return std::shared_ptr<const Session>(kept, &kept->session);
}

}  // namespace fingerpost::interaction
