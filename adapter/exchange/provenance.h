// Where it came from: what a message made is told by a Provenance of the same commit, with the
// message's loss report in it.
//
//   target    every resource that the message made or changed, or came too late for
//   agent     the partner that sent it (author), this software (assembler)
//   entity    source: the message, by the digest of its bytes as the inbox has it
//             quotation: "#report", a contained Binary, the report as mappings/README.md has it

#pragma once

#include "exchange/parts.h"
#include "fingerpost/result.h"
#include "fingerpost/translate.h"
#include "store/queues.h"
#include "store/store.h"

#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

// The identifier system of messages in the inbox; the value is "sha256:" and the digest in hex.
constexpr std::string_view message_system = "urn:fingerpost:inbox";

// report_json of a translation with these issues, which hold its own, in their place.
std::string report_with(const Translation& translation, const Issues& issues);

// "Patient/1" of each.
std::vector<std::string> targets_of(const std::vector<store::Write>& writes,
                                    std::vector<std::string> late = {});

std::string provenance_id(std::string_view seed);

// The Provenance of what the targets are about; its id is made of `seed`. `report` is report_with
// of the translation; `activity`, where there is one, what was done beside taking the message.
Result<store::Write> provenance(const Parts& parts, const std::vector<std::string>& targets,
                                const store::InboxRow& message, std::string_view seed,
                                std::string_view report, std::string_view activity = "");

// The same of what a batch of many patients wrote: one for each patient, and one for what is
// nobody's, so that none names another's resources. The report is a Binary beside them: it names
// places in the source alone.
Result<std::vector<store::Write>> provenances(const Parts& parts,
                                              const std::vector<store::Write>& writes,
                                              const store::InboxRow& message, std::string_view seed,
                                              std::string_view report);

}  // namespace fingerpost::exchange
