#include "exchange/extract_intake.h"

#include "base/digest.h"
#include "exchange/apply.h"
#include "exchange/provenance.h"
#include "exchange/translate_extract.h"
#include "exchange/work.h"

#include <algorithm>
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
         const std::vector<record::ExtractFile>& files, const std::string& source)
      : parts_(parts), translator_(translator), format_(format), files_(files), source_(source) {
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
    LET(reader_, parts_.store.reader());
    const auto looked = translate([](const Translation&) -> Result<void> { return {}; },
                                  [this](const record::Extract& extract) { return look(extract); });
    if (!looked && looked.error().kind == Kind::gone) return std::move(taken_);
    LET_DONE(looked);
    LET_DONE(begin());
    LET_DONE(translate([this](Translation translation) { return commit(translation); }, nullptr));
    if (keep) LET_DONE(keep(lookups_));
    store::InboxUpdate done;
    done.id = begun_;
    done.status = store::InboxStatus::applied;
    done.note = std::to_string(taken_.resources) + " resources made or changed, " +
                std::to_string(taken_.warnings) + " warnings or errors in the content";
    store::Unit unit;
    unit.inbox_updates.push_back(std::move(done));
    LET_DONE(commit_now(parts_.store, std::move(unit)));
    return std::move(taken_);
  }

 private:
  Result<void> translate(const TakeTranslation& take, const LookAtExtract& look) {
    return translate_extract(translator_, format_, files_, options_, take, look);
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
    if (!last) return {};
    const auto time = time_of(*last);
    if (extract.time() < time) return conflict("a later extract was applied", *last);
    if (extract.time() == time) return conflict("another extract of this time was applied", *last);
    if (extract.since() > time)
      return conflict("it goes on from " + extract.since() + ", and none between was applied",
                      *last);
    return {};
  }

  static Error conflict(const std::string& why, const store::InboxRow& last) {
    return {Kind::conflict, why + "; the last was " + std::string(time_of(last)), ""};
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
      LET(auto origin, provenance(parts_, unit.writes, row_, source.seed,
                                  report_with(translation, applied.issues)));
      unit.writes.push_back(std::move(origin));
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
  TranslateOptions options_;
  std::unique_ptr<store::Reader> reader_;
  store::InboxRow row_;
  TakenExtract taken_;
  std::map<std::string, std::string> lookups_;
  std::size_t batch_ = 0;
  bool repeated_ = false;
  std::int64_t begun_ = 0;                     // the row of this extract
  std::optional<store::InboxRow> unfinished_;  // another one that was not applied to its end
};

}  // namespace

Result<TakenExtract> take_extract(const Parts& parts, const Translator& translator, Format format,
                                  const std::vector<record::ExtractFile>& files,
                                  const std::string& source, const KeepTables& keep) {
  return Taking(parts, translator, format, files, source).run(keep);
}

}  // namespace fingerpost::exchange
