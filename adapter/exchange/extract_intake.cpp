#include "exchange/extract_intake.h"

#include "base/digest.h"
#include "exchange/apply.h"
#include "exchange/extract_retraction.h"
#include "exchange/provenance.h"
#include "exchange/translate_extract.h"
#include "exchange/work.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr int goes = 5;  // at a batch that others changed meanwhile

// What the inbox keeps of an extract: its files by name, size and digest, a line each.
std::string listing(const std::vector<record::ExtractFile>& files) {
  std::vector<std::string> lines;
  for (const auto& file : files)
    if (!file.kept)
      lines.push_back(file.name + " " + std::to_string(file.bytes.size()) +
                      " sha256:" + hex(sha256(file.bytes)) + "\n");
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const auto& line : lines) out += line;
  return out;
}

// The key of an extract's inbox row is its time, a blank, and its digest.
std::string_view time_of(const store::InboxRow& row) {
  return std::string_view(row.key).substr(0, row.key.find(' '));
}

class Taking {
 public:
  Taking(const Parts& parts, const Translator& translator, Format format,
         const std::vector<record::ExtractFile>& files, const std::string& source,
         const ExtractRules& rules)
      : parts_(parts),
        translator_(translator),
        format_(format),
        files_(files),
        source_(source),
        rules_(rules) {
    if (parts.partners.find(source) != nullptr) options_.partner = source;
    // A format whose numbers are one system's alone needs a partner to say which.
    if (format != Format::tpp || !options_.partner.empty()) options_.key_prefix = source;
    options_.zone = parts.zone;
    options_.now = store::instant(parts.clock.now_us());
    options_.nhs_number_check = parts.nhs_number_check;
    options_.trace = parts.trace;
    options_.limits = parts.limits;
  }

  Result<TakenExtract> run(const KeepTables& keep) {
    auto taken = take(keep);
    if (!taken && begun_ != 0 && go_on()) tell_unfinished(taken.error());
    return taken;
  }

 private:
  Result<TakenExtract> take(const KeepTables& keep) {
    LET(reader_, parts_.store.reader());
    const auto looked = translate(
        [this](const Translation& translation) {
          if (!whole_.empty()) there_.add(translation.bundle, translation.issues);
          return go_on();
        },
        [this](const record::Extract& extract) { return look(extract); });
    if (!looked && looked.error().kind == Kind::gone) return std::move(taken_);
    LET_DONE(looked);
    LET(const auto gone, find_gone());
    LET_DONE(begin());
    const auto apply_batch = [this](Translation translation) -> Result<void> {
      LET_DONE(go_on());
      return commit(translation);
    };
    LET_DONE(translate(apply_batch, nullptr));
    LET_DONE(retract(gone));
    if (keep) LET_DONE(keep(lookups_));
    store::InboxUpdate done;
    done.id = begun_;
    done.status = store::InboxStatus::applied;
    done.note = std::to_string(taken_.resources) + " resources made or changed, " +
                std::to_string(taken_.retracted) + " rows taken back, " +
                std::to_string(taken_.warnings) + " warnings or errors in the content" +
                torn_note();
    store::Unit unit;
    unit.inbox_updates.push_back(std::move(done));
    LET_DONE(commit_now(parts_.store, std::move(unit)));
    return std::move(taken_);
  }

  // The row as it was, said anew: now it waits for a person. A store that does not take it has an
  // alarm of its own.
  void tell_unfinished(const Error& why) {
    store::InboxUpdate update;
    update.id = begun_;
    update.kind = name(format_);
    update.from = store::InboxStatus::quarantined;
    update.status = store::InboxStatus::quarantined;
    update.note = "left unfinished: apply the same extract again: " + why.text;
    store::Unit unit;
    unit.inbox_updates.push_back(std::move(update));
    static_cast<void>(commit_now(parts_.store, std::move(unit)));
  }

  Result<void> translate(const TakeTranslation& take, const LookAtExtract& look) {
    return translate_extract(translator_, format_, files_, options_, take, look);
  }

  Result<Gone> find_gone() {
    if (whole_.empty()) return Gone{};
    return exchange::find_gone(
        {parts_, *reader_, *translator_.extract_plan(format_), row_systems(), taken_.time}, whole_,
        there_);
  }

  // What the identifiers of rows begin with; the table ends it.
  std::string row_systems() const {
    const auto owner = options_.partner.empty() ? options_.key_prefix : options_.partner;
    return "urn:fingerpost:" + std::string(name(format_)) + ":" + owner + ":";
  }

  // Which whole tables nothing was taken back of.
  std::string torn_note() const {
    std::string tables;
    for (const auto& table : whole_)
      if (!there_.is_whole(table)) tables += (tables.empty() ? "" : ", ") + table;
    if (tables.empty()) return tables;
    return "; nothing was taken back of " + tables + ": rows of it could not be used";
  }

  Result<void> retract(const Gone& gone) {
    taken_.retracted = gone.rows;
    if (gone.rows == 0) return {};
    std::vector<record::ExtractFile> files;
    for (const auto& [name, text] : gone.files) files.push_back({name, text});
    return translate_extract(
        translator_, format_, files, options_,
        [this](const Translation& translation) { return commit(translation); });
  }

  Result<void> go_on() const {
    if (rules_.stop && rules_.stop()) return Error{Kind::busy, "the work was ended", ""};
    return {};
  }

  // The row stands before the first batch, so that what is half applied is known: no worker takes
  // it, and no other extract of the source is, until this one is finished.
  Result<void> begin() {
    if (begun_ != 0) return {};
    row_.status = store::InboxStatus::quarantined;
    row_.note = "begun and not finished: apply the same extract again";
    store::Unit unit;
    unit.inbox = row_;
    LET(const auto outcome, commit_now(parts_.store, std::move(unit)));
    begun_ = outcome.inbox_id;
    return {};
  }

  // Kind::gone: it was applied before.
  Result<void> look(const record::Extract& extract) {
    taken_.time = extract.time();
    lookups_ = extract.lookups();
    row_ = inbox_row(source_, name(format_), "", listing(files_));
    row_.key = extract.time() + " " + row_.digest;
    LET(const auto last, last_applied());
    if (repeated_) {
      taken_.repeated = true;
      return Error{Kind::gone, "", ""};
    }
    if (unfinished_)
      return Error{Kind::conflict,
                   "the extract of " + std::string(time_of(*unfinished_)) +
                       " was begun and not finished: apply that one again first, or give it up by "
                       "inbox retry, after which it is refused",
                   ""};
    if (!last) return check_first(extract);
    whole_ = extract.whole();
    there_ = RowsThere(row_systems());
    const auto time = time_of(*last);
    if (extract.time() < time) return conflict("a later extract was applied", *last, passed_by);
    if (extract.time() == time)
      return conflict("another extract of this time was applied", *last, passed_by);
    if (extract.since() > time)
      return conflict("it goes on from " + extract.since() + ", and none between was applied",
                      *last, "");
    return {};
  }

  // What changed says nothing of what there was before.
  Result<void> check_first(const record::Extract& extract) const {
    if (extract.since().empty() || rules_.first_delta) return {};
    return Error{Kind::conflict,
                 "it goes on from " + extract.since() +
                     ", and no extract of this source was applied: begin with a whole one, or say "
                     "that a first delta is wanted",
                 ""};
  }

  static Error conflict(const std::string& why, const store::InboxRow& last,
                        std::string_view where) {
    return {Kind::conflict, why + "; the last was " + std::string(time_of(last)),
            std::string(where)};
  }

  // The latest extract of the source and format that was applied, by its own time.
  Result<std::optional<store::InboxRow>> last_applied() {
    std::optional<store::InboxRow> last;
    store::InboxFilter filter;
    filter.source = source_;
    filter.limit = 1000;
    for (;;) {
      LET(auto rows, reader_->inbox(filter));
      for (auto& row : rows) {
        if (row.kind != name(format_)) continue;
        const bool applied = row.status == store::InboxStatus::applied;
        if (row.key == row_.key) {
          repeated_ = applied;
          begun_ = row.id;
        } else if (!applied && row.status != store::InboxStatus::refused) {
          unfinished_ = row;
        }
        if (!applied) continue;
        if (!last || time_of(*last) < time_of(row)) last = row;
      }
      if (rows.size() < static_cast<std::size_t>(filter.limit)) return last;
      filter.after = rows.back().id;
    }
  }

  Result<void> commit(const Translation& translation) {
    ++batch_;
    Source source;
    if (!options_.partner.empty()) source.partner = source_;
    source.seed = source_ + "\n" + row_.key + "\n" + std::to_string(batch_);
    source.past = true;
    for (int go = 1;; ++go) {
      LET(auto applied, apply(parts_, *reader_, translation, source));
      auto unit = std::move(applied.unit);
      if (unit.writes.empty()) return note(applied.issues);
      const auto changed = unit.writes.size();
      LET(auto origins, provenances(parts_, unit.writes, row_, source.seed,
                                    report_with(translation, applied.issues)));
      std::move(origins.begin(), origins.end(), std::back_inserter(unit.writes));
      const auto outcome = commit_now(parts_.store, std::move(unit));
      if (outcome) {
        taken_.resources += changed;
        return note(applied.issues);
      }
      if (outcome.error().kind != Kind::conflict || go == goes) return outcome.error();
    }
  }

  Result<void> note(const Issues& issues) {
    for (const auto& issue : issues) taken_.warnings += issue.severity <= Severity::warning;
    return {};
  }

  const Parts& parts_;
  const Translator& translator_;
  Format format_;
  const std::vector<record::ExtractFile>& files_;
  const std::string& source_;
  const ExtractRules& rules_;
  TranslateOptions options_;
  std::unique_ptr<store::Reader> reader_;
  store::InboxRow row_;
  TakenExtract taken_;
  std::map<std::string, std::string> lookups_;
  std::vector<std::string> whole_;  // tables of which what is not in them is gone
  RowsThere there_;
  std::size_t batch_ = 0;
  bool repeated_ = false;
  std::int64_t begun_ = 0;                     // the row of this extract
  std::optional<store::InboxRow> unfinished_;  // another one that was not applied to its end
};

}  // namespace

Result<TakenExtract> take_extract(const Parts& parts, const Translator& translator, Format format,
                                  const std::vector<record::ExtractFile>& files,
                                  const std::string& source, const KeepTables& keep,
                                  const ExtractRules& rules) {
  return Taking(parts, translator, format, files, source, rules).run(keep);
}

Result<void> keep_refused_extract(const Parts& parts, Format format,
                                  const std::vector<record::ExtractFile>& files,
                                  const std::string& source, const Error& reason) {
  auto row = inbox_row(source, name(format), "", listing(files));
  row.key = "refused " + row.digest;
  row.status = store::InboxStatus::refused;
  row.note = reason.where.empty() ? reason.text : reason.where + ": " + reason.text;
  store::Unit unit;
  unit.inbox = std::move(row);
  const auto kept = commit_now(parts.store, std::move(unit));
  if (!kept) return kept.error();
  return {};
}

}  // namespace fingerpost::exchange
