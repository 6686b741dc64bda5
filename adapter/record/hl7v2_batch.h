// Batch files of HL7 v2 (v2.5.1 section 2.10.3): [FHS] {[BHS] {message} [BTS]} [FTS].

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/result.h"

#include <string_view>
#include <vector>

namespace fingerpost::record {

struct Hl7v2BatchOptions {
  std::size_t messages = 100'000;  // of one file
};

struct Hl7v2Batch {
  std::vector<std::string_view> messages;  // each as it stands, from its MSH on
  Issues issues;  // of the file: counts that do not hold, segments out of their order
};

// Whether the bytes are a file of messages, and not one message: they start with FHS or BHS, or
// have more than one MSH.
bool is_hl7v2_batch(std::string_view bytes);

// The messages of a file. BTS-1 counts the messages of its batch, FTS-1 the batches of the file;
// either may be left out. Kind::invalid: over the limit, or no message at all.
Result<Hl7v2Batch> split_hl7v2_batch(std::string_view bytes, const Hl7v2BatchOptions& options = {});

}  // namespace fingerpost::record
