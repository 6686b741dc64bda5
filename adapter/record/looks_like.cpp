#include "record/looks_like.h"

#include "base/text.h"
#include "record/gp2gp_message.h"

#include <cstddef>

namespace fingerpost::record {
namespace {

constexpr std::size_t looked_at = 64u << 10;

struct Sign {
  std::string_view first;     // how it begins, behind blanks
  std::string_view contains;  // soon; "": anything
  std::string_view what;
};

// The first that fits.
constexpr Sign signs[] = {
    {"MSH", "", "an HL7 v2 message, which --from hl7v2 reads"},
    {"FHS", "", "a file of HL7 v2 messages, which --from hl7v2 reads"},
    {"BHS", "", "a file of HL7 v2 messages, which --from hl7v2 reads"},
    {"<", "EhrExtract", "a GP2GP record, which --from gp2gp reads"},
    {"<", "<MessageHeader", "a BaRS message, which --from bars reads"},
    {"<", "http://hl7.org/fhir", "FHIR in XML, which --from fhir writes in other formats"},
    {"<", "", "XML of no format that is read"},
    {"{", "CareConnect-", "a GP Connect record (STU3), which --from gpconnect reads"},
    {"{", "\"MessageHeader\"", "a BaRS message, which --from bars reads"},
    {"{", "\"resourceType\"", "FHIR in JSON, which --from fhir writes in other formats"},
    {"{", "", "JSON of no format that is read"},
    {"PK", "", "a ZIP file: unpack it first"},
    {"\x1f\x8b", "", "a gzip file: unpack it first"}};

}  // namespace

std::string_view looks_like(std::string_view bytes) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
  if (bytes.starts_with(byte_order_mark)) bytes.remove_prefix(byte_order_mark.size());
  const auto start = bytes.find_first_not_of(" \t\r\n\v");
  if (start == std::string_view::npos) return bytes.empty() ? "an empty file" : "";
  bytes = bytes.substr(start, looked_at);
  if (is_gp2gp_message(bytes)) return "a GP2GP message, which --from gp2gp reads";
  for (const auto& sign : signs)
    if (bytes.starts_with(sign.first) && bytes.find(sign.contains) != std::string_view::npos)
      return sign.what;
  return "";
}

}  // namespace fingerpost::record
