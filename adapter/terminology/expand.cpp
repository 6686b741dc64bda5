// R4 valueset-operation-expand.html.

#include "base/text.h"
#include "terminology/expansion.h"
#include "terminology/request.h"

#include <algorithm>

namespace fingerpost::terminology {
namespace {

bool holds(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) { return to_lower(a) == to_lower(b); };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!(text = trim(text)).empty()) {
    const auto end = std::min(text.find_first_of(" \t\r\n"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

// Each word is somewhere in the code or in one of its names.
bool passes(const Item& item, const Supplements& supplements,
            const std::vector<std::string_view>& words) {
  const auto names = names_of(item, supplements);
  return std::all_of(words.begin(), words.end(), [&](std::string_view word) {
    return holds(item.code, word) ||
           std::any_of(names.begin(), names.end(),
                       [&](const Spoken& name) { return holds(name.text, word); });
  });
}

// Whether one of the canonicals names the item's code system, in any version or in the item's.
bool is_of(const Item& item, const std::vector<Canonical>& systems) {
  return std::any_of(systems.begin(), systems.end(), [&](const Canonical& one) {
    return one.url == item.url && (one.version.empty() || one.version == item.version);
  });
}

// Takes the items away that the request does not want.
void select(const Arguments& arguments, const Supplements& supplements,
            const std::vector<std::string_view>& words, std::vector<Item>& items) {
  const bool active_only = arguments.flag("activeOnly").value_or(false);
  const bool for_ui = arguments.flag("excludeNotForUI").value_or(false);
  std::vector<Canonical> excluded;
  for (const auto text : arguments.texts("exclude-system")) excluded.push_back(canonical(text));
  std::erase_if(items, [&](const Item& item) {
    if (is_of(item, excluded)) return true;
    if (item.place != no_row) {
      const auto& row = item.system.at(item.place);
      if ((active_only && row.inactive) || (for_ui && row.abstract)) return true;
    }
    return !words.empty() && !passes(item, supplements, words);
  });
}

// The nearest of a code's ancestors that is an item too; no_row: it stands at the top.
class Nesting {
 public:
  explicit Nesting(const std::vector<Item>& items) : items_(items) {
    for (std::uint32_t at = 0; at < items.size(); ++at)
      if (items[at].place != no_row && !items[at].listed) places_[key(items[at])] = at;
  }

  std::uint32_t above(std::uint32_t at) {
    const auto& item = items_[at];
    if (item.place == no_row || item.listed) return no_row;
    std::vector<Key> climbed;
    auto found = no_row;
    Item ancestor = item;
    // A parent stands before its children; where it does not, they may run in a circle.
    for (auto parents = item.system.parents(item.place);
         !parents.empty() && parents[0] < ancestor.place;
         parents = item.system.parents(ancestor.place)) {
      ancestor.place = parents[0];
      if (const auto is = places_.find(key(ancestor)); is != places_.end()) {
        found = is->second;
        break;
      }
      if (const auto known = climbed_.find(key(ancestor)); known != climbed_.end()) {
        found = known->second;
        break;
      }
      climbed.push_back(key(ancestor));
    }
    for (const auto& one : climbed) climbed_.emplace(one, found);
    return found != no_row && found < at ? found : no_row;
  }

 private:
  using Key = std::pair<const CodeSystemRow*, std::uint32_t>;
  struct Hash {
    std::size_t operator()(const Key& key) const {
      return std::hash<const void*>()(key.first) * 31 + key.second;
    }
  };
  static Key key(const Item& item) { return {item.system.row, item.place}; }

  const std::vector<Item>& items_;
  std::unordered_map<Key, std::uint32_t, Hash> places_;
  std::unordered_map<Key, std::uint32_t, Hash>
      climbed_;  // ancestors that are no items: what above() found
};

struct Page {
  std::optional<std::size_t> offset, count;

  bool asked() const { return offset || count; }
};

Found<Page> page_of(const Arguments& arguments) {
  Page made;
  LET(made.offset, arguments.count("offset"));
  LET(made.count, arguments.count("count"));
  return made;
}

Found<Expansion> expansion_of(Request& request, const ValueSet& set) {
  const auto& arguments = request.arguments();
  LET(const auto page, page_of(arguments));
  const auto words = words_of(arguments.text("filter"));
  constexpr std::size_t most_letters = 200;
  if (words.size() > request.question().limits.text_words ||
      arguments.text("filter").size() > most_letters)
    return too_costly("The filter has more words than the limit text_words, or too many letters");
  auto composer = request.composer();
  LET(auto items, composer.expand(set));
  select(arguments, request.supplements(), words, items);
  const auto limit = request.question().limits.expansion_codes;
  if (page.count.value_or(items.size() - std::min(items.size(), page.offset.value_or(0))) > limit &&
      items.size() > limit)
    return too_costly("The value set '" + set.named() +
                      "' expansion has too many codes to produce (>" + std::to_string(limit) + ")");
  Expansion made{request, set, std::move(items), {}, 0, 0, {}, {}};
  made.total = made.items.size();
  if (page.asked()) {
    made.offset = std::min(page.offset.value_or(0), made.total);
    const auto end = made.total - made.offset > page.count.value_or(made.total)
                         ? made.offset + *page.count
                         : made.total;
    made.items = {made.items.begin() + static_cast<std::ptrdiff_t>(made.offset),
                  made.items.begin() + static_cast<std::ptrdiff_t>(end)};
  }
  const bool nested = !page.asked() && !arguments.flag("excludeNested").value_or(false);
  Nesting nesting(made.items);
  for (std::uint32_t at = 0; at < made.items.size(); ++at)
    made.above.push_back(nested ? nesting.above(at) : no_row);
  made.used_systems = composer.used_systems();
  made.used_value_sets = composer.used_value_sets();
  return made;
}

Found<Tree> expanded(Request& request) {
  LET_DONE(request.prepare());
  LET(const auto set, request.value_set());
  LET_DONE(request.add_supplements(set));
  LET(const auto expansion, expansion_of(request, set));
  return write_expansion(expansion);
}

}  // namespace

Reply expand(const Question& question) {
  Request request(question);
  return reply(question, expanded(request));
}

}  // namespace fingerpost::terminology
