#include "store/memory_search.h"

#include "search/search.h"
#include "search/token.h"
#include "search/words.h"
#include "store/memory_sight.h"
#include "store/order.h"
#include "store/rules.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace fingerpost::store {
namespace {

// A resource that is stored, or one that is contained in it.
struct Seen {
  const Resource* resource = nullptr;
  const search::ContainedRows* inner = nullptr;

  const std::string& type() const { return inner ? inner->type : resource->type; }
  const search::IndexValues& values() const {
    return inner ? inner->values : resource->index.values;
  }
};

// One search over everything, under the lock.
class Searcher {
 public:
  Searcher(const Data& data, const search::Plan& plan, const KeyMap& map, const Limits& limits,
           const MemorySight& sight)
      : data_(data),
        asked_(plan),
        map_(map),
        plan_(translate(plan, map)),
        limits_(limits),
        sight_(sight) {}

  Result<Page> run() {
    std::vector<std::pair<search::Place, const Resource*>> found;
    LET_DONE(find(plan_, found));
    for (const auto& other : asked_.others) LET_DONE(find(translate(other, map_), found));
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
    for (const auto& include : asked_.includes)
      add_coverage(include.source, false, include.key, page);
    page.other_version = other_version_;
    return page;
  }

 private:
  using Rows = std::set<std::int64_t>;

  Result<void> find(search::Plan plan,
                    std::vector<std::pair<search::Place, const Resource*>>& found) const {
    LET_DONE(settle(plan.criteria));
    for (const Resource& resource : data_.resources)
      if (is_there(resource) && resource.type == plan.type &&
          all_pass(plan.criteria, {&resource, nullptr}))
        found.push_back({{sort_values(plan, resource.search_row()), resource.row}, &resource});
    return {};
  }

  // For this search there is nothing that is not in sight.
  bool is_there(const Resource& one) const { return !one.removed() && sight_.sees(one); }

  const Resource* by_reference(std::uint64_t reference) const {
    const auto at = std::find_if(
        data_.resources.begin(), data_.resources.end(),
        [&](const Resource& one) { return one.reference == reference && is_there(one); });
    return at == data_.resources.end() ? nullptr : &*at;
  }

  // Refuses ids that are ambiguous, and takes hierarchies in.
  Result<void> settle(std::vector<search::Criterion>& criteria) const {
    for (auto& criterion : criteria) {
      for (const auto& lone : criterion.lone_ids) {
        const auto known = std::count_if(lone.hashes.begin(), lone.hashes.end(),
                                         [&](auto hash) { return by_reference(hash) != nullptr; });
        if (known > 1) return ambiguous(lone);
      }
      if (criterion.reach != search::Criterion::Reach::itself) spread(criterion);
      LET_DONE(settle(criterion.parts));
    }
    return {};
  }

  // Until nothing is new: R4 search.html#recursive.
  void spread(search::Criterion& criterion) const {
    std::set<std::uint64_t> known(criterion.hashes.begin(), criterion.hashes.end());
    const bool below = criterion.reach == search::Criterion::Reach::below;
    for (std::size_t before = 0; before != known.size();) {
      before = known.size();
      for (const Resource& one : data_.resources) {
        if (!is_there(one)) continue;
        for (const auto& row : one.index.values.hashes) {
          const bool up = std::any_of(criterion.parents.begin(), criterion.parents.end(),
                                      [&](const auto& parent) { return parent.key == row.key; });
          if (!up) continue;
          if (below && known.contains(row.hash)) known.insert(one.reference);
          if (!below && known.contains(one.reference) && by_reference(row.hash) != nullptr)
            known.insert(row.hash);
        }
      }
    }
    criterion.hashes.assign(known.begin(), known.end());
  }

  bool all_pass(const std::vector<search::Criterion>& criteria, const Seen& seen) const {
    return std::all_of(criteria.begin(), criteria.end(),
                       [&](const auto& criterion) { return passes(criterion, seen); });
  }

  bool passes(const search::Criterion& criterion, const Seen& seen) const {
    using Test = search::Criterion::Test;
    switch (criterion.test) {
      case Test::chain:
        return (chain_passes(criterion, seen) || inside_passes(criterion, seen)) !=
               criterion.negated;
      case Test::has:
        return has_passes(criterion, seen) != criterion.negated;
      case Test::words:
        return has_words(criterion, seen) != criterion.negated;
      case Test::all:
        return all_pass(criterion.parts, seen) != criterion.negated;
      case Test::any:
        return std::any_of(criterion.parts.begin(), criterion.parts.end(), [&](const auto& part) {
                 return passes(part, seen);
               }) != criterion.negated;
      default:
        return search::matches(criterion, search_row(seen));
    }
  }

  search::Row search_row(const Seen& seen) const {
    auto row = seen.resource->search_row();
    if (seen.inner == nullptr) return row;
    row.reference = search::reference_hash(data_.hash_key, seen.inner->type, seen.inner->id);
    row.id = seen.inner->id;
    row.values = &seen.inner->values;
    row.present = &seen.inner->values.present;
    return row;
  }

  bool chain_passes(const search::Criterion& criterion, const Seen& from) const {
    return std::any_of(data_.resources.begin(), data_.resources.end(), [&](const Resource& to) {
      if (to.type != criterion.target || !is_there(to)) return false;
      if (!refers(from.values(), criterion.key, to) &&
          !refers_by_url(from.values(), criterion.key, to, criterion.url_key))
        return false;
      if (!all_pass(criterion.parts, {&to, nullptr})) return false;
      note_version(from.values(), criterion.key, to);
      return true;
    });
  }

  // R4 search.html#contained: a chain goes on in contained resources; "#" is their container.
  bool inside_passes(const search::Criterion& criterion, const Seen& from) const {
    const Resource& container = *from.resource;
    const auto leads_to = [&](std::string_view id) {
      return has_hash(from.values(), criterion.key, search::contained_hash(data_.hash_key, id));
    };
    if (from.inner && container.type == criterion.target && leads_to("") &&
        all_pass(criterion.parts, {&container, nullptr}))
      return true;
    const auto& all = container.index.values.contained;
    return std::any_of(all.begin(), all.end(), [&](const search::ContainedRows& to) {
      return to.type == criterion.target && leads_to(to.id) &&
             all_pass(criterion.parts, {&container, &to});
    });
  }

  // To a contained resource nothing refers but its container and what is contained beside it.
  bool beside_passes(const search::Criterion& criterion, const Seen& to) const {
    const Resource& container = *to.resource;
    const auto refers_here = [&](const search::IndexValues& from) {
      return has_hash(from, criterion.key, search::contained_hash(data_.hash_key, to.inner->id));
    };
    if (container.type == criterion.target && refers_here(container.index.values) &&
        all_pass(criterion.parts, {&container, nullptr}))
      return true;
    const auto& all = container.index.values.contained;
    return std::any_of(all.begin(), all.end(), [&](const search::ContainedRows& from) {
      return from.type == criterion.target && refers_here(from.values) &&
             all_pass(criterion.parts, {&container, &from});
    });
  }

  bool has_passes(const search::Criterion& criterion, const Seen& to) const {
    if (to.inner) return beside_passes(criterion, to);
    return std::any_of(data_.resources.begin(), data_.resources.end(), [&](const Resource& from) {
      if (from.type != criterion.target || !is_there(from)) return false;
      const auto& values = from.index.values;
      if (!refers(values, criterion.key, *to.resource)) return false;
      if (!all_pass(criterion.parts, {&from, nullptr})) return false;
      note_version(values, criterion.key, *to.resource);
      return true;
    });
  }

  // R4 search.html#versions: the current version was taken where another one is named.
  void note_version(const search::IndexValues& from, search::KeyId key, const Resource& to) const {
    const std::string reference = to.type + "/" + to.id;
    const auto names = [&](const std::string& text) {
      return has_hash(from, key, search::versioned_hash(data_.hash_key, text));
    };
    if (names(reference) && !names(reference + "/_history/" + std::to_string(to.current().version)))
      other_version_ = true;
  }

  bool has_words(const search::Criterion& criterion, const Seen& seen) const {
    if (!words_) words_.emplace(asked_.parameters->definitions());
    const auto id = seen.inner ? std::string_view(seen.inner->id) : std::string_view();
    return search::has_words(words_->of_json(seen.resource->current().body, id), criterion.words);
  }

  static bool has_hash(const search::IndexValues& values, search::KeyId key, std::uint64_t hash) {
    return std::any_of(values.hashes.begin(), values.hashes.end(),
                       [&](const auto& row) { return row.key == key && row.hash == hash; });
  }
  static bool refers(const search::IndexValues& from, search::KeyId key, const Resource& to) {
    return has_hash(from, key, to.reference);
  }
  // A canonical url that the other has as its own.
  static bool refers_by_url(const search::IndexValues& from, search::KeyId key, const Resource& to,
                            search::KeyId url_key) {
    if (url_key == 0) return false;
    return std::any_of(from.hashes.begin(), from.hashes.end(), [&](const auto& row) {
      return row.key == key && has_hash(to.index.values, url_key, row.hash);
    });
  }

  void add(Page& page, const Resource& resource, bool included) {
    shown_.insert(resource.row);
    page.hits.push_back({resource.current(), included});
    page.hits.back().resource.compartment = resource.compartment;
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
          if (!is_there(other) || shown_.contains(other.row) || !wanted(include, other, from))
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
      const Resource& source = include.reverse ? other : one;
      const Resource& reached = include.reverse ? one : other;
      if (include.reverse && !include.target.empty() && one.type != include.target) return false;
      if (source.type != include.source) return false;
      if (refers(source.index.values, include.key, reached)) {
        note_version(source.index.values, include.key, reached);
        return true;
      }
      return !include.reverse &&
             std::any_of(include.url_keys.begin(), include.url_keys.end(), [&](auto url_key) {
               return refers_by_url(one.index.values, include.key, other, url_key);
             });
    });
  }

  // What a chain leads to may be contained in resources of other types.
  void add_coverage(const std::string& type, bool chained, search::KeyId key, Page& page) const {
    const auto main = asked_.parameters->main(key);
    if (main == 0) return;
    Coverage coverage{asked_.parameters->key(main).name, 0, 0};
    const auto count = [&](const std::vector<search::KeyId>& keys) {
      ++coverage.resources;
      if (std::binary_search(keys.begin(), keys.end(), map_[main])) ++coverage.indexed;
    };
    for (const Resource& resource : data_.resources) {
      if (!is_there(resource)) continue;
      if (resource.type == type) count(resource.index.keys);
      const auto inside = resource.index.inside.find(type);
      if (chained && inside != resource.index.inside.end()) count(inside->second);
    }
    if (coverage.indexed < coverage.resources) page.partial.push_back(std::move(coverage));
  }

  void add_coverage(const std::string& type, bool chained,
                    const std::vector<search::Criterion>& criteria, Page& page) const {
    using Test = search::Criterion::Test;
    for (const auto& criterion : criteria) {
      const bool chain = criterion.test == Test::chain;
      const bool there = criterion.test == Test::has;
      const std::string& next = chain || there ? criterion.target : type;
      add_coverage(there ? next : type, chained, criterion.key, page);
      if (criterion.test == Test::composite) continue;
      add_coverage(next, chained || chain, criterion.parts, page);
    }
  }

  void add_coverage(const search::Plan& plan, Page& page) const {
    add_coverage(plan.type, false, plan.criteria, page);
    for (const auto& key : plan.sort) add_coverage(plan.type, false, key.key, page);
  }

  const Data& data_;
  const search::Plan& asked_;
  const KeyMap& map_;
  const search::Plan plan_;  // by the store's own numbers
  const Limits& limits_;
  const MemorySight& sight_;
  Rows shown_;
  mutable bool other_version_ = false;
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

Result<Page> search_memory(const Data& data, const search::Plan& plan, const Limits& limits,
                           const MemorySight& sight) {
  LET(const auto map, data.keys->map(*plan.parameters));
  return Searcher(data, plan, *map, limits, sight).run();
}

}  // namespace fingerpost::store
