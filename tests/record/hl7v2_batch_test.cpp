#include "record/hl7v2_batch.h"

#include "support/catch.h"

#include <string>
#include <vector>

using namespace fingerpost;
using namespace fingerpost::record;

namespace {

const std::string first = "MSH|^~\\&|A\rPID|1\r";
const std::string second = "MSH|^~\\&|B\r";

std::vector<std::string> places(const Hl7v2Batch& batch) {
  std::vector<std::string> found;
  for (const auto& issue : batch.issues) found.push_back(issue.expression);
  return found;
}

}  // namespace

TEST_CASE("one message is no batch, and a file of them is") {
  CHECK_FALSE(is_hl7v2_batch(first));
  CHECK_FALSE(is_hl7v2_batch("MSHX|\r"));
  CHECK(is_hl7v2_batch(first + second));
  CHECK(is_hl7v2_batch("FHS|^~\\&\r"));
  CHECK(
      is_hl7v2_batch("\xEF\xBB\xBF"
                     "BHS|^~\\&\r" +
                     first));
}

TEST_CASE("the messages of a file come out as they stand, and its counts are held against them") {
  struct Row {
    std::string file;
    std::size_t messages;
    std::vector<std::string> issues;
  };
  const auto row = GENERATE_COPY(
      Row{"FHS|^~\\&\rBHS|^~\\&\r" + first + second + "BTS|2\rFTS|1\r", 2, {}},
      Row{"FHS|^~\\&\rBHS|^~\\&\r" + first + second + "BTS||none\rFTS", 2, {}},
      Row{first + second, 2, {}},
      Row{"BHS|^~\\&\r" + first + "BTS|1\rBHS|^~\\&\r" + second + "BTS|1\rFTS|2\r", 2, {}},
      Row{"BHS|^~\\&\r" + first + "BTS|2\r", 1, {"BTS-1"}},
      Row{"BHS|^~\\&\r" + first + "BTS|one\r", 1, {"BTS-1"}},
      Row{"FHS|^~\\&\rBHS|^~\\&\r" + first + "BTS|1\rFTS|2\r", 1, {"FTS-1"}},
      Row{"BHS|^~\\&\r" + first + "BHS|^~\\&\r" + second + "BTS|1\r", 2, {"BTS"}},
      Row{first + "BTS|1\r", 1, {"BTS"}}, Row{first + "FTS|1\r" + second, 2, {"MSH"}},
      Row{"FHS|^~\\&\rPID|1\r" + first, 1, {"FHS"}}, Row{first + "FHS|^~\\&\r", 1, {"FHS"}});
  CAPTURE(row.file);
  const auto batch = split_hl7v2_batch(row.file);
  REQUIRE(batch);
  CHECK(batch->messages.size() == row.messages);
  CHECK(batch->messages[0] == first);
  if (row.messages == 2) CHECK(batch->messages[1] == second);
  CHECK(places(*batch) == row.issues);
}

TEST_CASE("lines may end as they like") {
  const std::string file = "BHS|^~\\&\r\nMSH|^~\\&|A\r\nPID|1\r\n\nMSH|^~\\&|B\nBTS|2";
  const auto batch = split_hl7v2_batch(file);
  REQUIRE(batch);
  REQUIRE(batch->messages.size() == 2);
  CHECK(batch->messages[0] == "MSH|^~\\&|A\r\nPID|1\r\n\n");
  CHECK(batch->messages[1] == "MSH|^~\\&|B\n");
  CHECK(batch->issues.empty());
}

TEST_CASE("a file without a message, or with too many, is refused") {
  CHECK(split_hl7v2_batch("FHS|^~\\&\rBHS|^~\\&\rBTS|0\rFTS|1\r").has_error());
  CHECK(split_hl7v2_batch("").has_error());
  Hl7v2BatchOptions options;
  options.messages = 1;
  CHECK(split_hl7v2_batch(first, options));
  CHECK(split_hl7v2_batch(first + second, options).has_error());
}
