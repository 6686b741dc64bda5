#include "exchange/work.h"

#include "base/digest.h"
#include "exchange/apply_answer.h"
#include "exchange/hl7v2_where.h"
#include "exchange/neighbourhood.h"
#include "exchange/provenance.h"
#include "exchange/speaker.h"
#include "record/bars_header.h"
#include "record/hl7v2_header.h"
#include "wire/json.h"

#include <algorithm>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view bars_source = "bars:";

// What stands behind `road` in the source of a row; "" for a row of another road.
std::string behind(std::string_view road, std::string_view source) {
  return std::string(source.starts_with(road) ? source.substr(road.size()) : "");
}

// Who sent it, for ids that are nobody else's: a BaRS message by the identifier that it or its
// headers have, a record by its ODS code where it has one.
std::string own_name(const store::InboxRow& row, const Partner* partner) {
  if (row.kind == name(Format::bars)) return behind(bars_source, row.source);
  if (partner == nullptr) return behind(record_source, row.source);
  for (const auto& known : partner->identifiers)
    if (known.system.empty() || known.system == ods_system) return known.value;
  return partner->id;
}

TranslateOptions options_for(const Parts& parts, const store::InboxRow& row) {
  TranslateOptions options;
  const auto* partner = parts.partners.find(row.source);
  if (partner != nullptr) options.partner = row.source;
  options.key_prefix = own_name(row, partner);
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
// where in his own terms. A receiver nobody knows is a key that is not known.
Error in_message(Error error, Format format, std::string_view message) {
  if (error.kind == Kind::unsupported)
    error.kind = error.where == "Task.owner" ? Kind::not_found : Kind::invalid;
  if (format == Format::hl7v2) error.where = hl7v2_where(error.where, message);
  return error;
}

bool has_request(const Translation& translation, const Parts& parts) {
  const auto& bundle = translation.bundle;
  for (auto entry = child({&bundle, bundle.root()}, "entry").node; entry != no_node;
       entry = bundle.next_same(entry))
    if (const auto resource = child({&bundle, entry}, "resource"))
      if (parts.definitions.type_name(bundle[resource.node].type) == "ServiceRequest") return true;
  return false;
}

// A referral, an answer to one of ours, or a question how one stands. The answers of BaRS are told
// by their map, which makes no request of them.
auto work_of(const Parts& parts, Format format, std::string_view message,
             const Translation& translation) -> decltype(&apply) {
  if (format == Format::bars) return has_request(translation, parts) ? apply : apply_answer;
  if (format != Format::hl7v2) return apply;
  const auto header = record::read_hl7v2_header(message);
  if (header && header->type == "RRI") return apply_answer;
  if (header && header->event == "I15") return apply_status_request;
  return apply;
}

// When the message was made, and what it tells was done.
Told told_by(const Parts& parts, Format format, const store::InboxRow& row) {
  if (format == Format::hl7v2)
    return told_by_hl7v2(row.source, row.raw,
                         parts.zone == "UTC" ? mapping::Zone::utc : mapping::Zone::london);
  if (format != Format::bars) return {};
  const auto header = record::read_bars_header(parts.definitions, row.raw, parts.limits);
  if (!header) return {};
  return {row.source, header->time, header->time};
}

// As the message calls its sender, or, where it does not, as the row does.
std::string sender_of(const Parts& parts, const store::InboxRow& row) {
  const auto header = record::read_bars_header(parts.definitions, row.raw, parts.limits);
  if (header && !header->sender.empty()) return header->sender_system + "|" + header->sender;
  auto known = behind(bars_source, row.source);
  return known.ends_with('|') ? "" : known;
}

std::string seed_of(const store::InboxRow& row, std::string_view mark = "") {
  auto seed = row.source + "\n" + row.key + "\n" + row.digest;
  if (!mark.empty()) seed += "\n" + std::string(mark);
  return seed;
}

// Translated and applied; `seed` makes the ids of what is sent.
Result<Worked> applied(const Parts& parts, store::Reader& reader, const store::InboxRow& row,
                       std::string seed) {
  const auto format = format_named(row.kind);
  if (!format) return Error{Kind::unsupported, "nothing reads messages of this kind", ""};
  const auto translated = parts.translate(*format, row.raw, options_for(parts, row));
  if (!translated) return translated.error();
  const Translation& translation = *translated;
  Source source;
  if (parts.partners.find(row.source) != nullptr) source.partner = row.source;
  source.seed = std::move(seed);
  source.referral = *format == Format::hl7v2 || *format == Format::bars;
  // A request is the requester's word; an answer, which is not, knows its party itself.
  if (source.referral) source.by = care::Party::requester;
  source.links = *format == Format::hl7v2;
  if (*format == Format::bars) source.sender = sender_of(parts, row);
  source.told = believed(told_by(parts, *format, row), store::instant(parts.clock.now_us()));
  const auto take = work_of(parts, *format, row.raw, translation);
  auto taken = take(parts, reader, translation, source);
  if (!taken) return in_message(taken.error(), *format, row.raw);
  Worked worked{std::move(*taken), "", ""};
  const auto& unit = worked.applied.unit;
  if (source.referral && unit.writes.empty() && worked.applied.late.empty()) return worked;
  worked.report = report_with(translation, worked.applied.issues);
  if (!source.referral) worked.resources = list_resources(unit);
  return worked;
}

// The Provenance of what is written; nothing where nothing is.
Result<void> add_origin(const Parts& parts, const store::InboxRow& row, std::string_view seed,
                        std::string_view activity, Worked& worked) {
  auto& unit = worked.applied.unit;
  const auto& late = worked.applied.late;
  if (unit.writes.empty() && late.empty()) return {};
  LET(auto origin,
      provenance(parts, targets_of(unit.writes, late), row, seed, worked.report, activity));
  unit.writes.push_back(std::move(origin));
  return {};
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
  LET(auto worked, applied(parts, reader, row, seed_of(row)));
  LET_DONE(add_origin(parts, row, seed_of(row), "", worked));
  return worked;
}

Result<Worked> work_again(const Parts& parts, store::Reader& reader, const store::InboxRow& row,
                          std::string_view mark,
                          const std::function<Result<void>(store::Unit&)>& look) {
  const auto seed = seed_of(row, mark);
  LET(auto worked, applied(parts, reader, row, seed));
  LET_DONE(look(worked.applied.unit));
  worked.applied.late.clear();  // nothing is told of it again
  LET_DONE(add_origin(parts, row, seed, "the message was translated again by other maps", worked));
  return worked;
}

std::string origin_id(const store::InboxRow& row, std::string_view mark) {
  return provenance_id(seed_of(row, mark));
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
