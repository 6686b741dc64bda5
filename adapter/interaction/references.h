// References made into the form that is stored: those between the entries of a transaction into
// references to what they become, those to our own base into relative ones.

#pragma once

#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "interaction/context.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace fingerpost::interaction {

// What an entry becomes: "Type/id", and the meta.versionId that it was sent with, "" for none.
struct Linked {
  std::string name;
  std::string sent_version;
};
// From an entry's fullUrl.
using Places = std::unordered_map<std::string, Linked>;

// "Practitioner/1" for the conditional reference "Practitioner?identifier=…".
using ResolveCondition = std::function<Result<std::string>(std::string_view reference)>;
// The version that "Type/id" will have.
using ResolveVersion = std::function<Result<std::int64_t>(const std::string& place)>;

struct Links {
  const Places& places;
  std::string_view full_url;  // of the entry whose references these are
  ResolveCondition condition;
  ResolveVersion version;
};

// Rewrites every Reference.reference, uri, url, oid, uuid and narrative link of the resource that
// names a fullUrl; canonicals stay (R4 http.html#trules). A relative reference is read against the
// entry's own fullUrl first. One of a version stays one of a version (R4 bundle.html#references):
// of the version sent in the Bundle, or of a name that the resource loses. Kind::invalid, `where`
// below the resource, for a urn:uuid: that no entry has; the condition's own error for a
// conditional reference that leads to no one resource.
Result<void> resolve(const Context& context, const Links& links, Tree& resource);

// Takes our own base off every Reference.reference, "http://host/fhir/Patient/1" becoming
// "Patient/1", so that what is stored, indexed and followed has one name however it was written.
// Kind::invalid: a conditional reference is left, which only a transaction may bring (R4
// http.html#trules); a Bundle that is stored as a document may hold some. The others are made local
// all the same.
Result<void> make_local(const Context& context, Tree& resource);

}  // namespace fingerpost::interaction
