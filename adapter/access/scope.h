// SMART App Launch 2 scopes of the context `system`, "system/Patient.rs", and those of version 1,
// "system/Patient.read". A text that is not wholly understood grants nothing.

#pragma once

#include "fingerpost/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::access {

// What may be done to resources of a type: bits, in the order their letters have in a scope.
using Rights = std::uint8_t;
constexpr Rights can_create = 1, can_read = 2, can_update = 4, can_delete = 8, can_search = 16;
constexpr Rights all_rights = 31;
constexpr std::string_view every_type = "*";

struct Scope {
  std::string type;  // or every_type
  Rights rights = 0;
};

// Kind::invalid: no scope of this form, or of a type that R4 has not; the text repeats nothing of
// it. Kind::unsupported: one that is understood and not offered: of a user or a patient, or with
// search parameters.
Result<Scope> read_scope(std::string_view text);
std::string write_scope(const Scope& scope);  // "system/Patient.rs"

// What several scopes grant together.
class Scopes {
 public:
  void add(Scope scope);
  bool empty() const { return list_.empty(); }
  const std::vector<Scope>& list() const { return list_; }
  // Of a type, or of every_type: what is granted of all types whatever their name.
  Rights rights_of(std::string_view type) const;
  bool grant(std::string_view type, Rights rights) const {
    return (rights_of(type) & rights) == rights;
  }

 private:
  std::vector<Scope> list_;  // a type once
};

// What both grant: of the types that one names and the other takes as one of every type, too.
Scopes common(const Scopes& a, const Scopes& b);
std::string write_scopes(const Scopes& scopes);  // parted by blanks

}  // namespace fingerpost::access
