#include "exchange/work.h"

#include "base/digest.h"
#include "exchange/apply_answer.h"
#include "exchange/neighbourhood.h"
#include "exchange/provenance.h"
#include "record/hl7v2_header.h"
#include "wire/json.h"

#include <algorithm>

namespace fingerpost::exchange {
namespace {

TranslateOptions options_for(const Parts& parts, const store::InboxRow& row) {
  TranslateOptions options;
  if (parts.partners.find(row.source) != nullptr) options.partner = row.source;
  options.zone = parts.zone;
  options.now = store::instant(parts.clock.now_us());
  options.nhs_number_check = parts.nhs_number_check;
  options.trace = parts.trace;
  options.limits = parts.limits;
  return options;
}

std::string list_resources(const store::Unit& unit) {
  std::string out = "[";
  for (const auto& write : unit.writes) {
    if (out.size() > 1) out += ',';
    wire::write_json_string(out, write.type + "/" + write.id);
  }
  return out + "]";
}

// What is wrong with a referral is wrong with its message: the sender can mend it, and is told
// where in his own terms.
Error in_message(Error error, Format format) {
  if (error.kind == Kind::unsupported) error.kind = Kind::invalid;
  if (format != Format::hl7v2) return error;
  if (error.where == "Task.owner") error.where = "PRD";
  if (error.where == "Task.status") error.where = "RF1-1";
  if (error.where == "Task.id") error.where = "RF1-6";
  return error;
}

// A referral, an answer to one of ours, or a question how one stands.
auto work_of(std::string_view message) -> decltype(&apply) {
  const auto header = record::read_hl7v2_header(message);
  if (header && header->type == "RRI") return apply_answer;
  if (header && header->event == "I15") return apply_status_request;
  return apply;
}

}  // namespace

store::InboxRow inbox_row(std::string source, std::string_view kind, std::string key,
                          std::string bytes) {
  store::InboxRow row;
  row.source = std::move(source);
  row.kind = kind;
  row.key = std::move(key);
  row.digest = hex(sha256(bytes));
  row.raw = std::move(bytes);
  return row;
}

Result<Worked> work(const Parts& parts, store::Reader& reader, const store::InboxRow& row) {
  const auto format = format_named(row.kind);
  if (!format) return Error{Kind::unsupported, "nothing reads messages of this kind", ""};
  const auto translated = parts.translate(*format, row.raw, options_for(parts, row));
  if (!translated) return translated.error();
  const Translation& translation = *translated;
  Source source;
  if (parts.partners.find(row.source) != nullptr) source.partner = row.source;
  source.seed = row.source + "\n" + row.key + "\n" + row.digest;
  source.referral = *format == Format::hl7v2;
  // REF is the requester's word; RRI, which is not, knows its party itself.
  if (source.referral) source.by = care::Party::requester;
  source.links = source.referral;
  const auto take = work_of(source.referral ? row.raw : "");
  auto applied = take(parts, reader, translation, source);
  if (!applied) return in_message(applied.error(), *format);
  Worked worked{std::move(*applied), "", ""};
  auto& unit = worked.applied.unit;
  if (source.referral && unit.writes.empty()) return worked;
  worked.report = report_with(translation, worked.applied.issues);
  if (!source.referral) worked.resources = list_resources(unit);
  if (unit.writes.empty()) return worked;
  LET(auto origin, provenance(parts, unit.writes, row, source.seed, worked.report));
  unit.writes.push_back(std::move(origin));
  return worked;
}

std::string note(const Issues& issues) {
  const auto worse = std::count_if(issues.begin(), issues.end(), [](const Issue& issue) {
    return issue.severity <= Severity::warning;
  });
  return worse == 0 ? "" : std::to_string(worse) + " warnings or errors in the content";
}

std::string hl7_time(std::int64_t time_us) {
  const auto text = store::instant(time_us);  // 2026-11-22T01:11:02.000Z
  std::string out;
  for (const char c : std::string_view(text).substr(0, 19))
    if (c >= '0' && c <= '9') out += c;
  return out + "+0000";
}

}  // namespace fingerpost::exchange
