// The audit as FHIR: its events are AuditEvents that can be read and searched and never written.

#pragma once

#include "interaction/answers.h"
#include "interaction/interactions.h"
#include "interaction/search_offers.h"
#include "store/audit.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::interaction {

constexpr std::string_view audit_event_type = "AuditEvent";

// The events of a row that have all these texts in them, in their order. An event's id is its row's
// number and its own in it, "12-1".
struct AuditEvent {
  std::string id;
  std::string body;
};
std::vector<AuditEvent> audit_events(const Limits& limits, const store::AuditRow& row,
                                     const std::vector<std::string>& has = {});

// Nothing: the id is not of the audit's.
std::optional<Answer> read_audit_event(const Session& session, std::string_view id);

// What events are searched by, with the modifier where only that works.
std::span<const Searched> audit_searched();

// By audit_searched() and _count, newest first. A search looks
// at so many rows at most, and its next link goes on from there: a page may have fewer events than
// were asked for, or none.
Answer search_audit_events(const Session& session, const std::vector<search::Pair>& pairs,
                           search::Handling handling);

// What the CapabilityStatement says of the type, after its name and profile.
void write_audit_capability(std::string& out);

}  // namespace fingerpost::interaction
