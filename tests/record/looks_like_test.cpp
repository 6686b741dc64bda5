#include "record/looks_like.h"

#include <catch2/catch.hpp>

using fingerpost::record::looks_like;

TEST_CASE("bytes are known by how they begin") {
  struct Row {
    const char* bytes;
    const char* what;
  };
  const auto row = GENERATE(
      Row{"MSH|^~\\&|A", "an HL7 v2 message, which --from hl7v2 reads"},
      Row{"\x0bMSH|^~\\&|A", "an HL7 v2 message, which --from hl7v2 reads"},
      Row{"FHS|^~\\&", "a file of HL7 v2 messages, which --from hl7v2 reads"},
      Row{"<?xml version=\"1.0\"?><a><EhrExtract/></a>",
          "a GP2GP record, which --from gp2gp reads"},
      Row{"Content-Type: multipart/related", "a GP2GP message, which --from gp2gp reads"},
      Row{"<Patient xmlns=\"http://hl7.org/fhir\"/>",
          "FHIR in XML, which --from fhir writes in other formats"},
      Row{"<a/>", "XML of no format that is read"},
      Row{"\xef\xbb\xbf {\"resourceType\":\"Bundle\"}",
          "FHIR in JSON, which --from fhir writes in other formats"},
      Row{R"({"resourceType":"Bundle","entry":[{"resource":{"resourceType":"MessageHeader"}}]})",
          "a BaRS message, which --from bars reads"},
      Row{R"({"resourceType":"Patient","meta":{"profile":["https://x/CareConnect-GPC-Patient-1"]}})",
          "a GP Connect record (STU3), which --from gpconnect reads"},
      Row{"{}", "JSON of no format that is read"}, Row{"PK\x03\x04", "a ZIP file: unpack it first"},
      Row{"", "an empty file"}, Row{"hello", ""}, Row{" \n", ""});
  CAPTURE(row.bytes);
  CHECK(looks_like(row.bytes) == row.what);
}
