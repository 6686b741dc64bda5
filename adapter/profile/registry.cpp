#include "profile/registry.h"

#include "base/text.h"
#include "model/json.h"
#include "profile/bases.h"
#include "profile/snapshot.h"
#include "profile/view.h"

#include <boost/unordered/unordered_flat_map.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <utility>
#include <vector>

namespace fingerpost::profile {

// The mutex guards all of it. What was made once is never changed or moved.
struct Registry::Kept {
  // One canonical's forms. A form that was tried and could not be made stays null.
  struct Entry {
    std::shared_ptr<const Tree> tree;
    std::unique_ptr<const Tree> whole;  // with a snapshot; null when `tree` has one itself
    std::unique_ptr<const Profile> profile;
    Issues issues;  // of making `whole`; an error when it could not be made
    bool snapshot_tried = false, compiled = false;
    bool added = false;    // else it is R4's own
    bool in_work = false;  // its snapshot is being made: a definition built on itself has none
  };

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return hash64(text); }
  };

  const Registry* below = nullptr;  // asked for what is not here
  std::optional<Budget> together;   // of all that are here; else each has its own
  std::atomic<std::uint64_t> bytes_made = 0;
  mutable std::shared_mutex mutex;
  boost::unordered_flat_map<std::string, std::unique_ptr<Entry>, Hash, std::equal_to<>> entries;

  // What data names and nobody published leaves no trace here: strangers choose those names.
  Entry* entry(const model::Definitions& definitions, std::string_view url) {
    if (const auto at = entries.find(url); at != entries.end()) return at->second.get();
    if (below != nullptr) return nullptr;
    const auto source = definitions.source(url);
    if (source.empty()) return nullptr;
    Limits limits;
    limits.depth = 128;
    auto read = model::read_json(definitions, std::string(source), limits);
    auto made = std::make_unique<Entry>();
    if (read) made->tree = std::make_shared<const Tree>(std::move(read->tree));
    return (entries[std::string(url)] = std::move(made)).get();
  }

  const Tree* tree(const model::Definitions& definitions, std::string_view url) {
    const Entry* at = entry(definitions, url);
    if (at == nullptr) return below ? below->find(url) : nullptr;
    return at->tree.get();
  }

  template <class Make>
  auto within_budget(Make&& make) {
    if (!together) {
      Budget own;
      return make(own);
    }
    // What its base takes meanwhile is taken from the whole too.
    const Budget before = together->share();
    Budget own = before;
    auto made = make(own);
    together->settle(before, own);
    bytes_made += before.bytes - own.bytes;
    return made;
  }

  const Tree* with_snapshot(const model::Definitions& definitions, std::string_view url) {
    Entry* const kept = entry(definitions, url);
    if (kept == nullptr) return below ? below->with_snapshot(url) : nullptr;
    Entry& at = *kept;
    const Tree* const found = at.tree.get();
    if (found == nullptr || has_snapshot(*found)) return found;
    if (at.in_work) return nullptr;
    if (std::exchange(at.snapshot_tried, true)) return at.whole.get();
    at.in_work = true;
    const auto base_of = [&](std::string_view base) { return with_snapshot(definitions, base); };
    auto made = within_budget(
        [&](Budget& budget) { return make_snapshot(definitions, *found, base_of, budget); });
    at.in_work = false;
    if (made) {
      at.whole = std::make_unique<Tree>(std::move(made->tree));
      at.issues = std::move(made->issues);
    } else {
      const auto& error = made.error();
      const auto published = [&](std::string_view base) { return tree(definitions, base); };
      const auto why = error.kind == Kind::not_found ? why_no_base(*found, published) : error.text;
      at.issues = {{Severity::warning, error.kind == Kind::too_costly ? "too-costly" : "invalid",
                    error.where, why + ": not checked"}};
    }
    return at.whole.get();
  }

  const Profile* profile(const model::Definitions& definitions, std::string_view url) {
    Entry* const kept = entry(definitions, url);
    if (kept == nullptr) return below ? below->profile(url) : nullptr;
    Entry& at = *kept;  // stays where it is while others are added
    if (std::exchange(at.compiled, true)) return at.profile.get();
    if (at.tree == nullptr) return nullptr;
    const View root(*at.tree, at.tree->root());
    if (root["derivation"].text() != "constraint") return nullptr;
    const Tree* const whole = with_snapshot(definitions, url);
    if (whole == nullptr && at.issues.empty()) return nullptr;  // being made: built on itself
    auto made = within_budget([&](Budget& budget) {
      return compile_profile(definitions, whole != nullptr ? *whole : *at.tree, at.issues, budget);
    });
    made->usable = whole != nullptr;
    at.profile = std::move(made);
    return at.profile.get();
  }
};

Registry::Registry(const model::Definitions& definitions)
    : definitions_(&definitions), kept_(std::make_unique<Kept>()) {}
Registry Registry::over(const Registry& below, const Budget& together) {
  Registry made(*below.definitions_);
  made.kept_->below = &below;
  made.kept_->together = together;
  return made;
}
Registry::~Registry() = default;
Registry::Registry(Registry&&) noexcept = default;
Registry& Registry::operator=(Registry&&) noexcept = default;

void Registry::add(std::shared_ptr<const Tree> resource) {
  const std::string url(View(*resource, resource->root())["url"].text());
  if (url.empty()) return;
  const std::unique_lock lock(kept_->mutex);
  auto made = std::make_unique<Kept::Entry>();
  made->tree = std::move(resource);
  made->added = true;
  kept_->entries[url] = std::move(made);
}

namespace {

// "http://x|1.0" wants the version 1.0; "1" is met by "1.0.3" too.
bool version_fits(std::string_view canonical, std::string_view version) {
  const auto bar = canonical.find('|');
  if (bar == std::string_view::npos) return true;
  const auto wanted = canonical.substr(bar + 1);
  return wanted == version || (version.size() > wanted.size() && version.starts_with(wanted) &&
                               version[wanted.size()] == '.');
}

}  // namespace

std::uint64_t Registry::bytes_made() const {
  return kept_->bytes_made;
}

Issues Registry::flaws() const {
  const std::unique_lock lock(kept_->mutex);
  std::vector<std::string> urls;
  for (const auto& [url, entry] : kept_->entries)
    if (entry->added) urls.push_back(url);
  std::sort(urls.begin(), urls.end());
  Issues found;
  for (const auto& url : urls) {
    const Profile* const made = kept_->profile(*definitions_, url);
    if (made == nullptr) continue;
    for (const auto& issue : made->issues)
      if (!made->usable || issue.severity <= Severity::error)
        found.push_back({Severity::error, issue.code, url + ": " + issue.expression, issue.text});
  }
  return found;
}

const Tree* Registry::find(std::string_view canonical) const {
  const auto url = without_version(canonical);
  const Tree* found = nullptr;
  {
    const std::shared_lock lock(kept_->mutex);
    const auto at = kept_->entries.find(url);
    if (at != kept_->entries.end()) found = at->second->tree.get();
  }
  if (found == nullptr && kept_->below != nullptr) return kept_->below->find(canonical);
  if (found == nullptr && !definitions_->source(url).empty()) {
    const std::unique_lock lock(kept_->mutex);
    found = kept_->tree(*definitions_, url);
  }
  if (found == nullptr) return nullptr;
  return version_fits(canonical, View(*found, found->root())["version"].text()) ? found : nullptr;
}

const Tree* Registry::with_snapshot(std::string_view canonical) const {
  const std::unique_lock lock(kept_->mutex);
  return kept_->with_snapshot(*definitions_, without_version(canonical));
}

const Profile* Registry::profile(std::string_view canonical) const {
  const auto url = without_version(canonical);
  const Profile* found = nullptr;
  bool known = false;
  {
    const std::shared_lock lock(kept_->mutex);
    const auto at = kept_->entries.find(url);
    if (at != kept_->entries.end() && at->second->compiled) {
      found = at->second->profile.get();
      known = true;
    }
    if (at == kept_->entries.end() && kept_->below != nullptr)
      return kept_->below->profile(canonical);
    known |= at == kept_->entries.end() && definitions_->source(url).empty();
  }
  if (!known) {
    const std::unique_lock lock(kept_->mutex);
    found = kept_->profile(*definitions_, url);
  }
  return found != nullptr && version_fits(canonical, found->version) ? found : nullptr;
}

}  // namespace fingerpost::profile
