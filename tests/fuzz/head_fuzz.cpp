// The head of an HTTP request: found in the same place in whatever pieces it comes, and refused or
// read to parts that lie within it.
#include "fuzz/fuzz.h"
#include "http/head.h"

using namespace fingerpost;

namespace {

http::Found found(std::string_view bytes, std::size_t piece, std::size_t& size) {
  http::HeadScan scan;
  auto state = http::Found::more;
  for (std::size_t have = piece; state == http::Found::more; have += piece) {
    state = http::find_head(bytes.substr(0, have), scan);
    if (have >= bytes.size()) break;
  }
  size = scan.looked;
  return state;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  std::size_t whole = 0, pieces = 0;
  const auto state = found(bytes, bytes.size() + 1, whole);
  fuzz::require(found(bytes, 1, pieces) == state, "a head is found in any pieces");
  if (state != http::Found::whole) return 0;
  fuzz::require(whole == pieces && whole <= bytes.size(), "a head ends in one place");
  http::Head head;
  const auto refusal = http::parse_head(bytes.substr(0, whole), fuzz::bounds(), head);
  if (refusal) {
    fuzz::require(refusal->status >= 400 && !refusal->text.empty(), "a refusal says why");
    return 0;
  }
  fuzz::require(head.path.starts_with('/'), "a path begins with a slash");
  for (const auto& field : head.fields)
    fuzz::require(
        field.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
        "a value holds no line end");
  return 0;
}
