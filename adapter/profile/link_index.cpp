#include "profile/link_index.h"

#include <algorithm>

namespace fingerpost::profile {

LinkIndex::LinkIndex(View root, Of of) : of_(of) {
  look(root);
}

void LinkIndex::look(View scope) {
  const auto begin = next_;
  scope.each("item", [&](View item) {
    const auto place = next_++;
    auto& same = by_link_[item["linkId"].text()];
    const auto add = [&](View view) {
      same.places.push_back(place);
      same.views.push_back(view);
    };
    if (of_ == Of::questions) add(item);
    if (of_ == Of::answers) item.each("answer", add);
    look(item);
  });
  scope.each("answer", [&](View answer) { look(answer); });
  ranges_[scope.node()] = {begin, next_};
}

std::span<const View> LinkIndex::within(View scope, std::string_view link_id) const {
  const auto same = by_link_.find(link_id);
  const auto range = ranges_.find(scope.node());
  if (same == by_link_.end() || range == ranges_.end()) return {};
  const auto& places = same->second.places;
  const auto first = std::lower_bound(places.begin(), places.end(), range->second.begin);
  const auto last = std::lower_bound(first, places.end(), range->second.end);
  return std::span(same->second.views)
      .subspan(static_cast<std::size_t>(first - places.begin()),
               static_cast<std::size_t>(last - first));
}

}  // namespace fingerpost::profile
