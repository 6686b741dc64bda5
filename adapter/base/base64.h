// Base64 (RFC 4648), in its plain alphabet and in that for URLs.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fingerpost {

enum class Base64 { plain, url };  // their last two letters differ: "+/", "-_"

std::string to_base64(std::string_view bytes, Base64 form);  // padded
std::string to_base64url(std::string_view bytes);            // not padded (RFC 7515 2)
// With or without padding; nothing when there are other letters, blanks too.
std::optional<std::string> from_base64(std::string_view text, Base64 form);

}  // namespace fingerpost
