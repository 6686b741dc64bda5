#include "terminology/terminology.h"

#include "terminology/compose.h"
#include "terminology/display_check.h"
#include "terminology/grammar.h"
#include "terminology/slots.h"

namespace fingerpost::terminology {
namespace {

const Limits& usual() {
  static const Limits limits;
  return limits;
}

// What can be said of a code that was found in its code system.
void add_remarks(const Item& item, const Coded& coded, Checked& checked) {
  if (item.place == no_row) return;
  checked.inactive = item.system.at(item.place).inactive;
  checked.wrong_display = !coded.display.empty() && !is_a_name(coded.display, item, {});
}

Checked not_known(std::string reason) {
  return {Membership::not_known, std::move(reason)};
}

Checked check_item(Composer& composer, const ValueSet& set, const Item& item, const Coded& coded) {
  const auto in = composer.contains(set, item);
  if (!in) return not_known(in.error().text);
  Checked made{*in ? Membership::in : Membership::not_in, ""};
  add_remarks(item, coded, made);
  // A code that its code system may have, though it is not among those at hand: then only lists of
  // codes tell.
  if (item.system && item.place == no_row && item.system.row->whole != Whole::complete &&
      !well_formed(item.url, item.code)) {
    const auto open = composer.needs_content(set, item, *in);
    if (!open) return not_known(open.error().text);
    if (*open) return not_known("not all codes of the code system are at hand");
  }
  if (*in) return made;
  made.reason = "the code is not in the value set " + set.named();
  return made;
}

// The item when a part of the set that is a whole code system, or a list of its codes, plainly has
// the code. This is the common case of a validator, and saves it the Composer; anything else, a
// code that is not in the set among it, is for that to tell.
std::optional<Item> plainly_in(const Terminology& all, const ValueSet& set, const Coded& coded) {
  if (set.row->excludes.count > 0 || set.row->inactive == Inactive::no) return std::nullopt;
  for (const auto& row : set.includes()) {
    const auto url = set.text(row.system);
    if (row.filters.count > 0 || row.value_sets.count > 0) continue;
    if (!coded.system.empty() && coded.system != url) continue;
    const auto system = find_code_system(all, {url, set.text(row.version)});
    if (!system || (!coded.version.empty() && coded.version != system.version())) continue;
    const auto place = system.find(coded.code);
    if (place == no_row) continue;
    const auto rows = Content::rows(set.content->listed, row.listed);
    const auto same = [&](std::uint32_t at) {
      return same_code(set.text(rows[at].code), coded.code, system.row->case_sensitive);
    };
    Item item{system, place, url, system.version(), coded.code, nullptr, nullptr};
    if (rows.empty()) return item;
    const auto at = find_slot(set.content->slots, row.slots, coded.code, same);
    if (at == no_row) continue;
    item.content = set.content;  // the set may have displays of its own for its codes
    item.listed = &rows[at];
    return item;
  }
  return std::nullopt;
}

Checked check_composed(Composer& composer, const ValueSet& set, const Coded& coded) {
  if (!coded.system.empty()) {
    const auto item = composer.item(coded.system, coded.version, coded.code);
    if (!item) return not_known(item.error().text);
    return check_item(composer, set, *item, coded);
  }
  const auto systems = composer.systems(set);
  if (!systems) return not_known(systems.error().text);
  Checked answer{Membership::not_in, "the code is not in the value set " + set.named()};
  for (const auto& system : *systems) {
    const auto item = composer.item(system, {}, coded.code);
    if (!item) return not_known(item.error().text);
    auto one = check_item(composer, set, *item, coded);
    if (one.membership == Membership::in) return one;
    if (one.membership == Membership::not_known) answer = std::move(one);
  }
  return answer;
}

}  // namespace

Checked Terminology::check(std::string_view value_set, const Coded& coded) const {
  const auto set = find_value_set(*this, canonical(value_set));
  if (!set) return not_known("the value set " + std::string(value_set) + " is not at hand");
  if (const auto item = plainly_in(*this, set, coded)) {
    Checked made{Membership::in, ""};
    made.steps += set.row->includes.count;
    add_remarks(*item, coded, made);
    return made;
  }
  Composer composer(*this, {}, usual());
  auto made = check_composed(composer, set, coded);
  made.steps += composer.steps();
  return made;
}

Checked Terminology::check_code(const Coded& coded) const {
  const Composer composer(*this, {}, usual());
  const auto item = composer.item(coded.system, coded.version, coded.code);
  if (!item) return not_known(item.error().text);
  const bool whole = item->system && item->system.row->whole == Whole::complete;
  if (const auto good = whole ? std::nullopt : well_formed(coded.system, coded.code))
    return *good ? Checked{Membership::in, ""}
                 : Checked{Membership::not_in, "the code system has no such code"};
  if (!item->system)
    return not_known("the code system " + std::string(coded.system) + " is not at hand");
  Checked made{Membership::in, ""};
  add_remarks(*item, coded, made);
  if (item->place != no_row) return made;
  if (item->system.row->whole != Whole::complete)
    return not_known("not all codes of the code system " + item->system.canonical() +
                     " are at hand");
  made.membership = Membership::not_in;
  made.reason = "the code system " + item->system.canonical() + " has no such code";
  return made;
}

bool Terminology::has_value_set(std::string_view text) const {
  return static_cast<bool>(find_value_set(*this, canonical(text)));
}

bool Terminology::has_code_system(std::string_view text) const {
  return static_cast<bool>(find_code_system(*this, canonical(text)));
}

const ConceptMap* Terminology::concept_map(std::string_view text) const {
  const auto url = canonical(text).url;
  for (auto map = maps_.rbegin(); map != maps_.rend(); ++map)
    if ((*map)->url() == url) return map->get();
  return nullptr;
}

}  // namespace fingerpost::terminology
