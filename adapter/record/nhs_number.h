// The NHS number of England, Wales and the Isle of Man (NHS Data Dictionary: NHS NUMBER).

#pragma once

#include <string>
#include <string_view>

namespace fingerpost::record {

enum class NhsNumber {
  valid,
  not_a_number,       // not ten digits
  wrong_check_digit,  // modulus 11 fails; published test records have such numbers
};

// Blanks and hyphens between the digits do not count.
NhsNumber check_nhs_number(std::string_view text);

// The ten digits without what separates them; the text as it is when there are not ten.
std::string plain_nhs_number(std::string_view text);

// The identifier system, in every spelling met (fhir.nhs.uk and fhir.nhs.net, http and https).
bool is_nhs_number_system(std::string_view system);

}  // namespace fingerpost::record
