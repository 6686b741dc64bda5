#include "interaction/context.h"

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
  LET(auto reader, context.store.reader());
  auto& eyes = *reader;
  const auto owned =
      std::make_shared<Owned>(Owned{std::move(reader), Session{context, eyes, std::move(post)}});
  return std::shared_ptr<const Session>(owned, &owned->session);
}

}  // namespace fingerpost::interaction
