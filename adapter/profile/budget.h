// What making snapshots and profiles of a definition may cost. Definitions may come from anybody.

#pragma once

#include "fingerpost/tree.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace fingerpost::profile {

// Counts down; once something is charged that is no longer there, over() holds and stays.
struct Budget {
  std::size_t elements = 20'000;                   // of one snapshot
  std::uint64_t steps = 50'000'000;                // elements, siblings and rules looked at
  std::uint64_t bytes = std::uint64_t{256} << 20;  // of elements copied, as they lie in memory
  bool over = false;

  // False when it is not left.
  bool charge(std::uint64_t work) { return take(steps, work); }
  bool charge_copy(const Tree& tree, NodeId node) { return take(bytes, weight(tree, node)); }
  bool fits(std::size_t count) {
    over = over || count > elements;
    return !over;
  }

  // One definition's share of what is left for many, and what it took.
  Budget share() const {
    Budget one;
    one.elements = elements;
    one.steps = std::min(one.steps, steps);
    one.bytes = std::min(one.bytes, bytes);
    return one;
  }
  void settle(const Budget& before, const Budget& after) {
    take(steps, before.steps - after.steps);
    take(bytes, before.bytes - after.bytes);
  }

  // About what a node and all below it take.
  static std::uint64_t weight(const Tree& tree, NodeId node) {
    constexpr std::uint64_t of_a_node = 40;
    std::uint64_t sum = of_a_node + tree[node].text_size;
    for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at))
      sum += weight(tree, at);
    return sum;
  }

 private:
  bool take(std::uint64_t& left, std::uint64_t amount) {
    over = over || amount > left;
    left -= std::min(left, amount);
    return !over;
  }
};

}  // namespace fingerpost::profile
