// What leads where in a Bundle that becomes a GP2GP record, followed once, as a tree beside it.
//
//   visit      a consultation that requests or vaccines name: resource; request, each of its
//   requests
//              given, each vaccine that was given in it: as a request
//   request, given   one of no consultation of the Bundle: resource, and
//     mine     "true": it is known to be the patient's
//     elsewhere  "true": its consultation is of somebody else
//     requester, performer   whoever GP2GP can name; asked "patient": the patient did
//   agent      a role, or who requests and consultations name: resource; person and place of a role
//   author     of a visit: who
//
// A resource is "node/12", which resolves to that node of the Bundle, at once and whatever its
// size.

#pragma once

#include "fingerpost/tree.h"
#include "model/definitions.h"

#include <string_view>

namespace fingerpost::exchange {

// `bundle` must outlive it.
Tree gp2gp_links(const model::Definitions& definitions, const Tree& bundle);

// What "node/12" means.
NodeRef linked_node(const Tree& bundle, std::string_view reference);

}  // namespace fingerpost::exchange
