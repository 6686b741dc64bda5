#include "exchange/carried.h"

#include "exchange/message_key.h"
#include "exchange/work.h"
#include "remote/answer.h"

#include <utility>

namespace fingerpost::exchange {
namespace {

using store::InboxRow;
using store::InboxStatus;

void quarantine(InboxRow& row, std::string why) {
  row.status = InboxStatus::quarantined;
  row.note = std::move(why);
}

// Nothing waits for it: MESH and folders deliver what they take. That it refuses is news.
void settle_acknowledgement(InboxRow& row) {
  const auto said = remote::read_acknowledgement(row.raw);
  row.status = InboxStatus::applied;
  row.note = "an acknowledgement";
  if (said && remote::classify_acknowledgement(*said) == remote::Outcome::delivered) return;
  quarantine(row, "an acknowledgement that refuses a message of ours");
}

// Whether MSH-3 and MSH-4 say somebody else than the carrier does.
bool names_another(const Partners& partners, std::string_view from,
                   const record::Hl7v2Header& header) {
  const auto* const partner = partners.find(from);
  if (partner == nullptr) return false;
  const auto &application = partner->application, &facility = partner->facility;
  if (application.empty() && facility.empty())
    return partners.find_hl7_sender(header.sending_application, header.sending_facility) != nullptr;
  const auto fits = [](const std::string& own, const auto& said) {
    return own.empty() || own == said;
  };
  return !fits(application, header.sending_application) || !fits(facility, header.sending_facility);
}

InboxRow row_of_hl7v2(const Partners& partners, const record::Hl7v2Header& header,
                      std::string source, std::string bytes) {
  auto row =
      inbox_row(std::move(source), name(Format::hl7v2), message_key(header), std::move(bytes));
  if (record::is_acknowledgement(header)) {
    settle_acknowledgement(row);
    return row;
  }
  if (const auto readable = record::check(header); !readable) {
    if (header.control_id.empty()) row.key += row.digest;
    quarantine(row, readable.error().where + ": " + readable.error().text);
  } else if (names_another(partners, row.source, header)) {
    quarantine(row, "MSH-3 and MSH-4 name another sender than whom it came from");
  }
  return row;
}

InboxRow row_of(const Parts& parts, Carried message) {
  auto source = message.partner.empty() ? message.sender : message.partner;
  if (const auto header = record::read_hl7v2_header(message.bytes))
    return row_of_hl7v2(parts.partners, *header, std::move(source), std::move(message.bytes));
  const auto header = record::read_bars_header(parts.definitions, message.bytes, parts.limits);
  if (header && !header->id.empty())
    return inbox_row(std::move(source), name(Format::bars), message_key(*header),
                     std::move(message.bytes));
  auto row = inbox_row(std::move(source), unreadable_kind, "", std::move(message.bytes));
  row.key = row.digest;
  quarantine(row, "neither an HL7 v2 nor a BaRS message");
  return row;
}

}  // namespace

Result<void> keep_carried(const Parts& parts, Carried message) {
  const bool known = !message.partner.empty();
  auto row = row_of(parts, std::move(message));
  if (!known && row.status == InboxStatus::received)
    quarantine(row, "no partner of the configuration sends from there");
  const auto keep = [&parts](const InboxRow& one) {
    store::Unit unit;
    unit.inbox = one;
    return commit_now(parts.store, std::move(unit));
  };
  auto kept = keep(row);
  if (!kept && kept.error().where == "inbox") {
    row.key += "#" + row.digest;
    quarantine(row, "a message of this key came before with other content");
    kept = keep(row);
  }
  if (!kept) return kept.error();
  return {};
}

}  // namespace fingerpost::exchange
