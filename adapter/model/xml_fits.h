// Whether a resource can be written as XML without loss.

#pragma once

#include "fingerpost/result.h"
#include "model/definitions.h"

namespace fingerpost::model {

// Whether XML 1.0 has a place for every character of the resource at `node`, and each narrative is
// a div of XHTML. Kind::invalid, `where` the first value that does not fit: write_xml (xml.h) would
// write a character as U+FFFD, and a narrative as something else.
Result<void> fits_xml(const Definitions& definitions, const Tree& tree, NodeId node);

}  // namespace fingerpost::model
