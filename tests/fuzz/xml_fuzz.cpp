// XML: what Expat takes we take, and both read the same from it.
#include "fuzz/fuzz.h"
#include "support/xml_oracle.h"

#include <algorithm>

using namespace fingerpost;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  const auto ours = test::read_by_us(text);
  // Expat's names are those of XML's fourth edition, and it takes any number of namespaces.
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
  if (!ascii || std::count(text.begin(), text.end(), '=') > 200 || test::is_lax(text)) return 0;
  fuzz::require(ours == test::Expat().read(text), "both read the same");
  return 0;
}
