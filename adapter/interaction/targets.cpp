#include "interaction/targets.h"

#include "base/text.h"
#include "exchange/neighbourhood.h"
#include "model/json.h"
#include "search/extract.h"

#include <utility>

namespace fingerpost::interaction {

Result<std::optional<store::Stored>> stored_target(const Session& session,
                                                   std::string_view reference) {
  using Found = std::optional<store::Stored>;
  constexpr std::string_view versions = "/_history/";
  const auto parts = search::split_reference(reference);
  const bool here = parts.base.empty() || parts.base == session.context.base_url;
  if (parts.type.empty() || !here) return Found{};
  const auto at = reference.find(versions);
  const auto version = at == std::string_view::npos
                           ? std::optional<std::int64_t>{}
                           : to_integer(reference.substr(at + versions.size()));
  if (at != std::string_view::npos && !version) return Found{};
  auto stored = version ? session.reader.vread(parts.type, parts.id, *version)
                        : session.reader.read(parts.type, parts.id);
  if (stored) return Found(*std::move(stored));
  if (exchange::is_absence(stored.error())) return Found{};
  return stored.error();
}

NodeRef Targets::find(const Session& session, std::string_view reference) {
  if (const auto known = by_reference_.find(reference); known == by_reference_.end()) {
    if (by_reference_.size() == limits_.targets) return over_ = true, NodeRef{};
    by_reference_.emplace(reference, read(session, reference));
  }
  return found(reference);
}

NodeRef Targets::found(std::string_view reference) const {
  const auto known = by_reference_.find(reference);
  if (known == by_reference_.end() || known->second == nullptr) return {};
  return {known->second.get(), known->second->root()};
}

// What cannot be read is none: the validation says that its target was not looked at.
std::unique_ptr<const Tree> Targets::read(const Session& session, std::string_view reference) {
  const auto& context = session.context;
  const auto type = search::split_reference(reference).type;
  if (!session.caller->may(type, access::can_read)) return nullptr;
  auto stored = stored_target(session, reference);
  if (!stored || !*stored) return nullptr;
  auto& body = (*stored)->body;
  if (body.size() > limits_.target_bytes || bytes_ + body.size() > limits_.targets_bytes)
    return over_ = true, nullptr;
  bytes_ += body.size();
  auto made = model::read_json(context.definitions, std::move(body), context.limits);
  return made ? std::make_unique<const Tree>(std::move(made->tree)) : nullptr;
}

}  // namespace fingerpost::interaction
