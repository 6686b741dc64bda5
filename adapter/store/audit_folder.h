// The audit of a data folder, read without the store: also while it is served.

#pragma once

#include "store/audit.h"

#include <string>
#include <string_view>

namespace fingerpost::store {

// Whether the chain ends where its last commit left it: a look at one row.
Result<AuditVerified> look_at_audit_end(const std::string& directory);

// Rows that the query asks for; `patient`: about the Patient of this id, "": about anybody.
// Kind::unsupported: the folder was made before there was an audit.
Result<AuditPage> list_audit(const std::string& directory, AuditQuery query,
                             std::string_view patient);

}  // namespace fingerpost::store
