// Whether a resource can be written as XML without loss.

#pragma once

#include "fingerpost/result.h"
#include "model/definitions.h"

namespace fingerpost::model {

// Whether XML 1.0 has a place for every character of the resource at `node`. Kind::invalid, `where`
// the first value with one that it has not, which write_xml (xml.h) would write as U+FFFD.
Result<void> fits_xml(const Definitions& definitions, const Tree& tree, NodeId node);

}  // namespace fingerpost::model
