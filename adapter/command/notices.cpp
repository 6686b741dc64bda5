#include "command/notices.h"

#include "base/digest.h"
#include "command/metrics_page.h"
#include "store/audit_folder.h"
#include "store/body.h"

#include <string>
#include <utility>

namespace fingerpost::command {

void write_notice(Log& log, const exchange::Notice& notice) {
  using What = exchange::Notice::What;
  const auto event = exchange::name(notice.what);
  if (notice.what == What::store_good) return log.info(event);
  if (notice.id == 0) return log.error(event);
  const auto id = std::to_string(notice.id);
  if (notice.what == What::inbox_refused)  // the sender knows
    return log.info(event, {{"id", id}, {"kind", notice.kind}, {"reason", notice.reason}});
  log.error(event, {{"id", id}, {"kind", notice.kind}, {"reason", notice.reason}});
}

void write_alarm(Log& log, const exchange::Partners& partners, const exchange::Alarm& alarm,
                 bool raised) {
  const auto subject = subject_of(alarm, partners);
  const auto kind = exchange::name(alarm.what);
  if (!raised) return log.info("alarm passed", {{"alarm", kind}, {"subject", subject}});
  log.error("alarm", {{"alarm", kind},
                      {"subject", subject},
                      {"row", std::to_string(alarm.row)},
                      {"since", alarm.since_us == 0 ? "" : store::instant(alarm.since_us)}});
}

void note_token(interaction::AuditTrail& trail, Clock& clock, std::string_view path,
                const access::TokenAnswer& answer) {
  store::AuditNote note;
  note.did = "token";
  note.client = answer.client;
  note.asked = path;
  note.at_us = clock.now_us();
  note.status = answer.status < 400 ? 0 : answer.status;
  trail.add(std::move(note), [](bool) {});
}

void write_audit_head(Log& log, const std::string& data) {
  const auto end = store::look_at_audit_end(data);
  if (!end) return log.error("audit", {{"reason", end.error().text}});
  const auto head = std::to_string(end->head.number) + ":" + hex(end->head.hash);
  if (end->fault.empty()) return log.info("audit", {{"head", head}});
  log.error("audit", {{"head", head}, {"reason", end->fault}});
}

void write_sweep(Log& log, const Result<exchange::OverdueCounts>& counts) {
  if (!counts)
    return log.error("overdue referrals not looked at", {{"reason", counts.error().text}});
  const auto& [open, reminded, expired, raised, checks, stuck] = *counts;
  if (reminded + expired + raised + checks + stuck == 0) return;
  log.info("overdue referrals", {{"open", std::to_string(open)},
                                 {"reminded", std::to_string(reminded)},
                                 {"expired", std::to_string(expired)},
                                 {"raised", std::to_string(raised)},
                                 {"checks", std::to_string(checks)},
                                 {"stuck", std::to_string(stuck)}});
}

}  // namespace fingerpost::command
