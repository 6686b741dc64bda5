// The items of a Questionnaire, or the answers of a QuestionnaireResponse, by their linkId and by
// what they stand within, so that a condition finds its question without a walk.

#pragma once

#include "profile/view.h"

#include <cstddef>
#include <map>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fingerpost::profile {

class LinkIndex {
 public:
  enum class Of { questions, answers };
  // Of a Questionnaire its items; of a response the answers its items hold.
  LinkIndex(View root, Of of);

  // Those of a linkId below `scope` (the root, an item or an answer), in the order they stand.
  std::span<const View> within(View scope, std::string_view link_id) const;

 private:
  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  struct Same {
    std::vector<std::size_t> places;  // ascending
    std::vector<View> views;
  };
  void look(View scope);

  Of of_;
  std::size_t next_ = 0;
  std::unordered_map<NodeId, Range> ranges_;
  std::map<std::string_view, Same> by_link_;
};

}  // namespace fingerpost::profile
