#include "store/queues.h"

#include <array>

namespace fingerpost::store {
namespace {

constexpr std::array<std::string_view, 4> inbox_names = {"received", "applied", "refused",
                                                         "quarantined"};
constexpr std::array<std::string_view, 6> outbox_names = {"waiting",   "sending", "held",
                                                          "delivered", "dead",    "cancelled"};

template <class Status, std::size_t N>
std::optional<Status> find(const std::array<std::string_view, N>& names, std::string_view name) {
  for (std::size_t i = 0; i < N; ++i)
    if (names[i] == name) return static_cast<Status>(i);
  return {};
}

}  // namespace

std::string_view name(InboxStatus status) {
  return inbox_names[static_cast<std::size_t>(status)];
}
std::string_view name(OutboxStatus status) {
  return outbox_names[static_cast<std::size_t>(status)];
}
std::optional<InboxStatus> inbox_status(std::string_view name) {
  return find<InboxStatus>(inbox_names, name);
}
std::optional<OutboxStatus> outbox_status(std::string_view name) {
  return find<OutboxStatus>(outbox_names, name);
}

}  // namespace fingerpost::store
