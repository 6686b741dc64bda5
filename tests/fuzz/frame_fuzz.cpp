// MLLP frames and HL7 v2 segments: the same in whatever pieces the bytes come.
#include "fuzz/fuzz.h"
#include "wire/hl7v2.h"
#include "wire/mllp.h"

using namespace fingerpost;

namespace {

std::string events(std::string_view bytes, std::size_t piece) {
  Limits limits = fuzz::bounds();
  limits.v2_frame_bytes = 1000;
  wire::MllpReader reader(limits);
  std::string out;
  const auto note = [&](const wire::MllpEvent& event) {
    out += std::to_string(static_cast<int>(event.kind)) + event.bytes + "\n";
  };
  for (std::size_t at = 0; at < bytes.size() && !reader.broken(); at += piece) {
    reader.feed(bytes.substr(at, piece));
    while (const auto event = reader.next()) note(*event);
  }
  if (const auto event = reader.finish()) note(*event);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = fuzz::text_of(data, size);
  const auto whole = events(bytes, bytes.size() + 1);
  fuzz::require(events(bytes, 1) == whole, "frames do not hang on the pieces");
  fuzz::require(events(bytes, 7) == whole, "frames do not hang on the pieces");
  const auto by = wire::read_delimiters(bytes);
  if (!by) return 0;
  Issues issues;
  const auto segments = wire::split_segments(bytes, *by, fuzz::bounds(), issues);
  if (!segments) return 0;
  for (const auto& segment : *segments) {
    const auto* const end = bytes.data() + bytes.size();
    fuzz::require(
        segment.text.data() >= bytes.data() && segment.text.data() + segment.text.size() <= end,
        "a segment lies in the message");
    for (int n = 1; n < 5; ++n) wire::component(wire::field(segment.text, *by, n), *by, n);
  }
  return 0;
}
