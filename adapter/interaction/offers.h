// What is offered where: the one table that requests are served by, that GET entries of Bundles are
// read by, and that the CapabilityStatement and the OpenAPI document are written from.

#pragma once

#include "access/scope.h"
#include "interaction/url.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace fingerpost::interaction {

// What the path of a URL is, before its type and id are looked at (R4 http.html#3.1.0.1.3).
enum class Place : std::uint8_t {
  base,
  metadata,
  openapi,
  smart_configuration,
  system_history,
  type,
  type_search,
  type_history,
  operation,
  instance,
  instance_history,
  version,
  compartment,
  job,
  system_search,
  system_operation,
  nothing
};
Place place_of(const Path& path);
// Whether its path begins with a type of resource.
constexpr bool is_typed(Place place) {
  return place >= Place::type && place <= Place::compartment;
}

// HEAD is served as GET is. In the order a transaction does them, but put and patch together. In a
// Bundle, get is whatever is asked and not written: HEAD, an operation and a search by POST too.
enum class Verb : std::uint8_t { remove, post, put, patch, get };

enum class Interaction : std::uint8_t {
  bundle,
  search_system,
  search_by_post,
  search_compartment,
  search_type,
  metadata,
  openapi,
  smart_configuration,
  history,
  create,
  read,
  vread,
  update,
  patch,
  remove,
  delete_history,
  operation,
  job,
  job_cancel
};
constexpr std::size_t interactions = static_cast<std::size_t>(Interaction::job_cancel) + 1;

struct Offer {
  Place place;
  Verb verb;
  Interaction interaction;
  std::string_view about;  // a few words
  std::string_view code;  // R4 valueset-system-restful-interaction, -type-…; blanks between several
  // What the caller needs of the type that the path names, of every type where it names none; of a
  // search over all types, of each that is searched. 0: see authorise.h.
  access::Rights needs = 0;
  bool later = false;  // when the client asks for respond-async
};
std::span<const Offer> offers();
// Null: the verb is not offered there.
const Offer* find_offer(Place place, Verb verb);

}  // namespace fingerpost::interaction
