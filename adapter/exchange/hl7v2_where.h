// Where in an HL7 v2 message stands what is wrong with a resource that was made of it.

#pragma once

#include <string>
#include <string_view>

namespace fingerpost::exchange {

// "PID-7" for "Patient.birthDate": the segment with its number where there are several and only one
// can be meant. What is a place in a message already stays, and so does what no field is known for.
std::string hl7v2_where(std::string_view expression, std::string_view message);

}  // namespace fingerpost::exchange
