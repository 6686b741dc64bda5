#include "mapping/loss.h"

#include "mapping/program.h"
#include "model/json.h"

#include <algorithm>
#include <vector>

namespace fingerpost::mapping {
namespace {

class LossWalk {
 public:
  LossWalk(const Reads& reads, const Place& place, std::vector<LossReport::Lost>& lost)
      : reads_(reads), tree_(*reads.tree), place_(place), lost_(lost) {}

  void walk(NodeId root) {
    seen_.resize(tree_.size() + 1);
    look(root);
    if (seen_[root].read) {
      below(root);
    } else {
      tell(root, seen_[root].values);
    }
  }

 private:
  // What a subtree holds, and whether any of it was read. Trees are as deep as Limits::depth.
  struct Seen {
    std::size_t values = 0;
    bool read = false;
  };
  Seen look(NodeId node) {
    Seen made{tree_.has_value(node) ? std::size_t{1} : 0, reads_[node] != Read::no};
    for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at)) {
      const Seen child = look(at);
      made.values += child.values;
      made.read = made.read || child.read;
    }
    return seen_[node] = made;
  }

  // Of a node with something read in it: what was not.
  void below(NodeId node) {
    if (reads_[node] == Read::subtree) return;
    if (tree_.has_value(node) && reads_[node] == Read::no) tell(node, 1);
    for (NodeId at = tree_.first_child(node); at != no_node; at = tree_.next(at)) {
      if (seen_[at].read) {
        below(at);
      } else {
        tell(at, seen_[at].values);
      }
    }
  }

  void tell(NodeId node, std::size_t values) {
    if (values > 0) lost_.push_back({place_({&tree_, node}), values});
  }

  const Reads& reads_;
  const Tree& tree_;
  const Place& place_;
  std::vector<LossReport::Lost>& lost_;
  std::vector<Seen> seen_;
};

// What is in the tree still: maps take back some of what they made, with all below it.
void keep(const Tree& tree, NodeId node, std::vector<bool>& kept) {
  kept[node] = true;
  for (NodeId at = tree.first_child(node); at != no_node; at = tree.next(at)) keep(tree, at, kept);
}

}  // namespace

LossReport loss_report(const Maps& maps, const Transformed& run, const Tree& target,
                       const Place& given, Trace trace) {
  const auto& definitions = *maps.program().definitions;
  Place place = given;
  if (!place)
    place = [&](NodeRef node) { return model::location(definitions, *node.tree, node.node); };
  LossReport report;
  for (const auto& reads : run.reads) LossWalk(reads, place, report.lost).walk(reads.root);
  for (const auto& finding : run.findings)
    (finding.issue.severity <= Severity::error ? report.issues : report.degraded)
        .push_back(finding.issue);
  if (trace == Trace::no) return report;
  std::vector<bool> kept(std::max(run.origins.size(), target.size() + 1));
  keep(target, target.root(), kept);
  for (NodeId node = 1; node < run.origins.size(); ++node) {
    const Origin& origin = run.origins[node];
    if (origin.rule == 0 || !kept[node]) continue;
    if (!target.has_value(node)) continue;
    const std::string source =
        origin.source == no_node ? std::string() : place({origin.tree, origin.source});
    report.trace.push_back(
        {model::location(definitions, target, node), source, maps.place(origin.rule)});
  }
  return report;
}

}  // namespace fingerpost::mapping
