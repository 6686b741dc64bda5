// Files out of a .tgz: gzip (RFC 1952) around a POSIX tar, as npm packs FHIR packages.

#pragma once

#include "fingerpost/limits.h"
#include "fingerpost/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::wire {

struct ArchivedFile {
  std::string name;  // as in the archive: "package/StructureDefinition-x.json"
  std::string bytes;
};

// The regular files, in the archive's order; links and devices are passed over. Kind::invalid: not
// gzip, cut off, not a tar, or more than Limits::package_bytes when unpacked.
Result<std::vector<ArchivedFile>> read_tgz(std::string_view bytes, const Limits& limits);

}  // namespace fingerpost::wire
