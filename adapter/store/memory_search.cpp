#include "store/memory_search.h"

#include "search/search.h"
#include "search/words.h"
#include "store/order.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace fingerpost::store {
namespace {

// One search over everything, under the lock.
class Searcher {
 public:
  Searcher(const Data& data, const search::Plan& plan, const KeyMap& map, const Limits& limits)
      : data_(data), asked_(plan), map_(map), plan_(translate(plan, map)), limits_(limits) {}

  Page run() {
    std::vector<std::pair<search::Place, const Resource*>> found;
    find(plan_, found);
    for (const auto& other : asked_.others) find(translate(other, map_), found);
    const auto less = [&](const auto& a, const auto& b) { return before(plan_, a.first, b.first); };
    std::sort(found.begin(), found.end(), less);
    Page page;
    if (plan_.total != search::Total::none || plan_.count == 0) page.total = found.size();
    auto at = found.begin();
    while (plan_.after && at != found.end() && !before(plan_, *plan_.after, at->first)) ++at;
    const auto left = std::min<std::ptrdiff_t>(found.end() - at, plan_.count);
    for (const auto end = at + left; at != end; ++at) add(page, *at->second, false);
    if (at != found.end() && left > 0) page.next = search::cursor(plan_, (at - 1)->first);
    add_includes(page);
    add_coverage(asked_, page);
    for (const auto& other : asked_.others) add_coverage(other, page);
    for (const auto& include : asked_.includes) add_coverage(include.source, include.key, page);
    return page;
  }

 private:
  using Rows = std::set<std::int64_t>;

  void find(const search::Plan& plan,
            std::vector<std::pair<search::Place, const Resource*>>& found) const {
    for (const Resource& resource : data_.resources)
      if (!resource.removed() && resource.type == plan.type && all_pass(plan.criteria, resource))
        found.push_back({{sort_values(plan, resource.search_row()), resource.row}, &resource});
  }

  bool all_pass(const std::vector<search::Criterion>& criteria, const Resource& resource) const {
    return std::all_of(criteria.begin(), criteria.end(),
                       [&](const auto& criterion) { return passes(criterion, resource); });
  }

  bool passes(const search::Criterion& criterion, const Resource& resource) const {
    using Test = search::Criterion::Test;
    switch (criterion.test) {
      case Test::chain:
      case Test::has:
        return linked(criterion, resource) != criterion.negated;
      case Test::words:
        return has_words(criterion, resource) != criterion.negated;
      case Test::all:
        return all_pass(criterion.parts, resource) != criterion.negated;
      case Test::any:
        return std::any_of(criterion.parts.begin(), criterion.parts.end(), [&](const auto& part) {
                 return passes(part, resource);
               }) != criterion.negated;
      default:
        return search::matches(criterion, resource.search_row());
    }
  }

  bool linked(const search::Criterion& criterion, const Resource& resource) const {
    const bool outward = criterion.test == search::Criterion::Test::chain;
    return std::any_of(data_.resources.begin(), data_.resources.end(), [&](const Resource& other) {
      if (other.removed() || other.type != criterion.target) return false;
      const Resource& from = outward ? resource : other;
      const Resource& to = outward ? other : resource;
      return (refers(from, criterion.key, to) ||
              refers_by_url(from, criterion.key, to, criterion.url_key)) &&
             all_pass(criterion.parts, other);
    });
  }

  bool has_words(const search::Criterion& criterion, const Resource& resource) const {
    if (!words_) words_.emplace(asked_.parameters->definitions());
    return search::has_words(words_->of_json(resource.current().body), criterion.words);
  }

  static bool has_hash(const Resource& resource, search::KeyId key, std::uint64_t hash) {
    return std::any_of(resource.index.values.hashes.begin(), resource.index.values.hashes.end(),
                       [&](const auto& row) { return row.key == key && row.hash == hash; });
  }
  static bool refers(const Resource& from, search::KeyId key, const Resource& to) {
    return has_hash(from, key, to.reference);
  }
  // A canonical url that the other has as its own.
  static bool refers_by_url(const Resource& from, search::KeyId key, const Resource& to,
                            search::KeyId url_key) {
    if (url_key == 0) return false;
    return std::any_of(
        from.index.values.hashes.begin(), from.index.values.hashes.end(),
        [&](const auto& row) { return row.key == key && has_hash(to, url_key, row.hash); });
  }

  void add(Page& page, const Resource& resource, bool included) {
    shown_.insert(resource.row);
    page.hits.push_back({resource.current(), included});
  }

  void add_includes(Page& page) {
    const std::size_t matches = shown_.size();
    Rows from = shown_;
    for (int round = 0; !from.empty() && !plan_.includes.empty(); ++round) {
      if (round > limits_.include_rounds) {
        page.cut_rounds = true;
        return;
      }
      Rows next;
      for (const auto& include : plan_.includes) {
        if (round > 0 && !include.iterate) continue;
        for (const Resource& other : data_.resources) {
          if (other.removed() || shown_.contains(other.row) || !wanted(include, other, from))
            continue;
          if (shown_.size() - matches >= limits_.included) {
            page.cut = true;
            return;
          }
          add(page, other, true);
          next.insert(other.row);
        }
      }
      from = std::move(next);
    }
  }

  bool wanted(const search::Include& include, const Resource& other, const Rows& from) const {
    const std::string& type = include.reverse ? include.source : include.target;
    if (!type.empty() && other.type != type) return false;
    return std::any_of(from.begin(), from.end(), [&](std::int64_t row) {
      const Resource& one = data_.resources[static_cast<std::size_t>(row - 1)];
      if (include.reverse)
        return (include.target.empty() || one.type == include.target) &&
               refers(other, include.key, one);
      if (one.type != include.source) return false;
      if (refers(one, include.key, other)) return true;
      return std::any_of(include.url_keys.begin(), include.url_keys.end(), [&](auto url_key) {
        return refers_by_url(one, include.key, other, url_key);
      });
    });
  }

  void add_coverage(const std::string& type, search::KeyId key, Page& page) const {
    const auto main = asked_.parameters->main(key);
    if (main == 0) return;
    Coverage coverage{asked_.parameters->key(main).name, 0, 0};
    for (const Resource& resource : data_.resources) {
      if (resource.removed() || resource.type != type) continue;
      const auto& keys = resource.index.keys;
      ++coverage.resources;
      if (std::binary_search(keys.begin(), keys.end(), map_[main])) ++coverage.indexed;
    }
    if (coverage.indexed < coverage.resources) page.partial.push_back(std::move(coverage));
  }

  void add_coverage(const std::string& type, const std::vector<search::Criterion>& criteria,
                    Page& page) const {
    using Test = search::Criterion::Test;
    for (const auto& criterion : criteria) {
      const bool there = criterion.test == Test::has;
      add_coverage(there ? criterion.target : type, criterion.key, page);
      if (criterion.test == Test::composite) continue;
      const bool linked = there || criterion.test == Test::chain;
      add_coverage(linked ? criterion.target : type, criterion.parts, page);
    }
  }

  void add_coverage(const search::Plan& plan, Page& page) const {
    add_coverage(plan.type, plan.criteria, page);
    for (const auto& key : plan.sort) add_coverage(plan.type, key.key, page);
  }

  const Data& data_;
  const search::Plan& asked_;
  const KeyMap& map_;
  const search::Plan plan_;  // by the store's own numbers
  const Limits& limits_;
  Rows shown_;
  mutable std::optional<search::Words> words_;  // made by the first criterion on words
};

}  // namespace

Result<std::vector<search::KeyId>> keys_of(const Data& data, const search::Parameters& parameters,
                                           std::string_view type) {
  LET(const auto map, data.keys->map(parameters));
  std::vector<search::KeyId> keys;
  for (const auto id : parameters.of_type(type)) keys.push_back((*map)[id]);
  std::sort(keys.begin(), keys.end());
  return keys;
}

Result<Page> search_memory(const Data& data, const search::Plan& plan, const Limits& limits) {
  LET(const auto map, data.keys->map(*plan.parameters));
  return Searcher(data, plan, *map, limits).run();
}

}  // namespace fingerpost::store
