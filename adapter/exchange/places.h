// Who stands behind a Reference: which organisation's word it is.

#pragma once

#include "exchange/neighbourhood.h"
#include "exchange/speaker.h"
#include "fingerpost/tree.h"

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace fingerpost::exchange {

// Each in a form of its own: a resource "Organization/1", a partner "partner/riverside", an
// organisation by its ODS code "ods/A81001".
using Places = std::set<std::string>;
inline constexpr std::string_view partner_place = "partner/";
inline constexpr std::string_view ods_place = "ods/";

// Where a Reference leads to, by what is known here: itself, the organisation of a role, whoever
// provides a service, and which partner or ODS code they are. Nothing known: itself alone.
Places places_of(const Parts& parts, Neighbourhood& near, NodeRef reference);
// The one whose word a Reference is: the partner that it leads to, to whom is sent what is his;
// else the first ODS code. "": nobody known here. Who speaks for it is asked of this alone: of all
// the places one may be anybody's.
std::string organisation_of(const Parts& parts, Neighbourhood& near, NodeRef reference);
// Whom somebody speaks for.
Places places_of(const Partners& partners, const Speaker& speaker);
// Who says something of `about`, "Task/1", by the Provenances that come with it: an agent speaks
// for whom it is onBehalfOf, else for itself.
Places said_by(const Parts& parts, Neighbourhood& near, std::span<const NodeRef> provenances,
               std::string_view about);
bool is_about(NodeRef provenance, std::string_view about);

bool meet(const Places& a, const Places& b);
// Whether an organisation or a partner is among them.
bool names_organization(const Places& places);

}  // namespace fingerpost::exchange
