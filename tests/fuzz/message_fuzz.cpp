// An HL7 v2 message as a tree: what is read without an issue is written and read again the same.
#include "fuzz/fuzz.h"
#include "record/hl7v2.h"
#include "support/files.h"

using namespace fingerpost;

namespace {

struct Grammar {
  Names names;
  record::Hl7v2Grammar grammar =
      record::Hl7v2Grammar::read(test::read_file(test::project() / "mappings/hl7v2/structures.txt"),
                                 names)
          .value();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Grammar known;
  record::Hl7v2Options options;
  options.limits = fuzz::bounds();
  const auto read =
      record::read_hl7v2(known.grammar, std::string(fuzz::text_of(data, size)), options);
  if (!read) return 0;
  for (NodeId node = 0; node < read->tree.size(); ++node) record::hl7v2_place(read->tree, node);
  const auto written = record::write_hl7v2(known.grammar, read->tree, {});
  if (!written || !read->issues.empty()) return 0;
  options.limits.body_bytes *= 8;  // what is escaped is longer
  const auto again = record::read_hl7v2(known.grammar, written->bytes, options);
  fuzz::require(again.has_value(), "a message that was written is read");
  const auto twice = record::write_hl7v2(known.grammar, again->tree, {});
  fuzz::require(twice.has_value(), "a message that was written is written again");
  fuzz::require(twice->bytes == written->bytes, "a message comes back the same");
  return 0;
}
