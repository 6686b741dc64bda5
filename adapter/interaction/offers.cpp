#include "interaction/offers.h"

#include <algorithm>
#include <iterator>

namespace fingerpost::interaction {
namespace {

using access::can_create, access::can_read, access::can_update, access::can_delete,
    access::can_search;

constexpr access::Rights none = 0;
constexpr bool later = true;
using I = Interaction;

constexpr Offer table[] = {
    {Place::base, Verb::post, I::bundle, "batch or transaction", "transaction batch", none, later},
    {Place::base, Verb::get, I::search_system, "search over all types", "search-system", can_search,
     later},
    {Place::system_search, Verb::get, I::search_system, "search over all types", "", can_search,
     later},
    {Place::system_search, Verb::post, I::search_by_post, "search over all types", "", can_search,
     later},
    {Place::system_history, Verb::get, I::history, "history of everything", "history-system",
     can_search, later},
    {Place::system_operation, Verb::get, I::operation, "operation", "", none, later},
    {Place::system_operation, Verb::post, I::operation, "operation", "", none, later},
    {Place::metadata, Verb::get, I::metadata, "capabilities", "", none},
    {Place::openapi, Verb::get, I::openapi, "this document", "", none},
    {Place::smart_configuration, Verb::get, I::smart_configuration, "SMART configuration", "",
     none},
    {Place::type, Verb::get, I::search_type, "search", "search-type", can_search, later},
    {Place::type, Verb::post, I::create, "create", "create", can_create},
    {Place::type, Verb::put, I::update, "conditional update", "", can_update | can_search},
    {Place::type, Verb::patch, I::patch, "conditional patch", "", can_update | can_search},
    {Place::type, Verb::remove, I::remove, "conditional delete", "", can_delete | can_search},
    {Place::type_search, Verb::get, I::search_type, "search", "", can_search, later},
    {Place::type_search, Verb::post, I::search_by_post, "search", "", can_search, later},
    {Place::type_history, Verb::get, I::history, "history of the type", "history-type", can_search,
     later},
    {Place::compartment, Verb::get, I::search_compartment, "search in a compartment", "",
     can_search, later},
    {Place::operation, Verb::get, I::operation, "operation", "", none, later},
    {Place::operation, Verb::post, I::operation, "operation", "", none, later},
    {Place::instance, Verb::get, I::read, "read", "read", can_read},
    {Place::instance, Verb::put, I::update, "update", "update", can_update},
    {Place::instance, Verb::patch, I::patch, "patch", "patch", can_update},
    {Place::instance, Verb::remove, I::remove, "delete", "delete", can_delete},
    {Place::instance_history, Verb::get, I::history, "history", "history-instance", can_read,
     later},
    {Place::instance_history, Verb::remove, I::delete_history, "forget all but the current version",
     "", can_delete},
    {Place::version, Verb::get, I::vread, "read of a version", "vread", can_read},
    {Place::job, Verb::get, I::job, "the answer to a request made with respond-async", "", none},
    {Place::job, Verb::remove, I::job_cancel, "cancel such a request", "", none},
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
