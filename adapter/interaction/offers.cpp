#include "interaction/offers.h"

#include <algorithm>
#include <iterator>

namespace fingerpost::interaction {
namespace {

constexpr bool later = true;
using I = Interaction;

constexpr Offer table[] = {
    {Place::base, Verb::post, I::bundle, "batch or transaction", "transaction batch", later},
    {Place::base, Verb::get, I::search_system, "search over all types", "search-system", later},
    {Place::system_search, Verb::get, I::search_system, "search over all types", "", later},
    {Place::system_search, Verb::post, I::search_by_post, "search over all types", "", later},
    {Place::system_history, Verb::get, I::history, "history of everything", "history-system",
     later},
    {Place::system_operation, Verb::get, I::operation, "operation", "", later},
    {Place::system_operation, Verb::post, I::operation, "operation", "", later},
    {Place::metadata, Verb::get, I::metadata, "capabilities", ""},
    {Place::openapi, Verb::get, I::openapi, "this document", ""},
    {Place::smart_configuration, Verb::get, I::smart_configuration, "SMART configuration", ""},
    {Place::type, Verb::get, I::search_type, "search", "search-type", later},
    {Place::type, Verb::post, I::create, "create", "create"},
    {Place::type, Verb::put, I::update, "conditional update", ""},
    {Place::type, Verb::patch, I::patch, "conditional patch", ""},
    {Place::type, Verb::remove, I::remove, "conditional delete", ""},
    {Place::type_search, Verb::get, I::search_type, "search", "", later},
    {Place::type_search, Verb::post, I::search_by_post, "search", "", later},
    {Place::type_history, Verb::get, I::history, "history of the type", "history-type", later},
    {Place::compartment, Verb::get, I::search_compartment, "search in a compartment", "", later},
    {Place::operation, Verb::get, I::operation, "operation", "", later},
    {Place::operation, Verb::post, I::operation, "operation", "", later},
    {Place::instance, Verb::get, I::read, "read", "read"},
    {Place::instance, Verb::put, I::update, "update", "update"},
    {Place::instance, Verb::patch, I::patch, "patch", "patch"},
    {Place::instance, Verb::remove, I::remove, "delete", "delete"},
    {Place::instance_history, Verb::get, I::history, "history", "history-instance", later},
    {Place::instance_history, Verb::remove, I::delete_history, "forget all but the current version",
     ""},
    {Place::version, Verb::get, I::vread, "read of a version", "vread"},
    {Place::job, Verb::get, I::job, "the answer to a request made with respond-async", ""},
    {Place::job, Verb::remove, I::job_cancel, "cancel such a request", ""},
};

}  // namespace

Place place_of(const Path& path) {
  const auto size = path.size();
  if (size == 0) return Place::base;
  const auto last = path[size - 1];
  if (size == 1 && last == "metadata") return Place::metadata;
  if (size == 1 && last == "openapi.json") return Place::openapi;
  if (size == 1 && last == "_history") return Place::system_history;
  if (size == 1 && last == "_search") return Place::system_search;
  if (size == 1 && last.starts_with('$')) return Place::system_operation;
  if (size == 2 && path[0] == ".well-known" && last == "smart-configuration")
    return Place::smart_configuration;
  if (size == 2 && path[0] == "_async") return Place::job;
  if (path[0].starts_with('_') || path[0].starts_with('$')) return Place::nothing;
  if (size == 1) return Place::type;
  if (last.starts_with('$') && (size < 4 || (size == 5 && path[2] == "_history")))
    return Place::operation;
  if (size == 2 && last == "_search") return Place::type_search;
  if (size == 2 && last == "_history") return Place::type_history;
  if (path[1].starts_with('_') || path[1].starts_with('$')) return Place::nothing;
  if (size == 2) return Place::instance;
  if (size == 3 && last == "_history") return Place::instance_history;
  if (size == 4 && path[2] == "_history") return Place::version;
  if (size == 3 && !last.starts_with('_')) return Place::compartment;
  return Place::nothing;
}

std::span<const Offer> offers() {
  return table;
}

const Offer* find_offer(Place place, Verb verb) {
  const auto* const found =
      std::find_if(std::begin(table), std::end(table),
                   [&](const Offer& offer) { return offer.place == place && offer.verb == verb; });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace fingerpost::interaction
