#include "store/sqlite_words.h"

#include "store/sqlite_body.h"
#include "store/sqlite_schema.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

namespace fingerpost::store {
namespace {

// One transaction holds the writer up for about so long as reading and indexing these takes.
constexpr std::int64_t rows_at_once = 1024;
constexpr std::size_t bytes_at_once = std::size_t{4} << 20;
constexpr int pages_at_once = 500;
// More than this waits for no quiet moment: each search for words looks at all of it.
constexpr std::int64_t much = 4096;
// FTS5 keeps what was taken out until the parts it lies in are merged. All of them are, at once
// while they are small, then for each so many rows; and always when something was expunged.
constexpr std::int64_t small = 20'000;
constexpr std::int64_t one_in = 200;
constexpr std::int64_t expunged = std::int64_t{1} << 40;
// Words that came with resources; those beyond are read from the bodies.
constexpr std::size_t most_known = std::size_t{16} << 20;

}  // namespace

const char* const unread_rows =
    "SELECT row FROM words_behind UNION ALL SELECT row FROM resource WHERE row > "
    "(SELECT value FROM meta WHERE name = 'words mark')";
const char* const is_unread =
    "SELECT ?1 > (SELECT value FROM meta WHERE name = 'words mark') OR "
    "EXISTS(SELECT 1 FROM words_behind WHERE row = ?1)";
const char* const rows_by_words =
    "SELECT rowid AS row FROM words WHERE words MATCH ?1 AND rowid > ?2 UNION "
    "SELECT row FROM words_behind WHERE row > ?2 UNION "
    "SELECT row FROM resource WHERE row > max(?2, "
    "(SELECT value FROM meta WHERE name = 'words mark')) ORDER BY row";

Result<WordIndex> WordIndex::prepare(Db& db, const model::Definitions* definitions) {
  WordIndex made(db);
  LET(made.note_, db.prepare("INSERT OR IGNORE INTO words_behind VALUES(?, ?)"));
  LET(made.behind_of_, db.prepare("SELECT version FROM words_behind WHERE row = ?"));
  LET(made.forget_behind_, db.prepare("UPDATE words_behind SET version = 0 WHERE row = ?"));
  LET(made.unnote_, db.prepare("DELETE FROM words_behind WHERE row = ?"));
  LET(made.next_behind_, db.prepare("SELECT row, version FROM words_behind ORDER BY row LIMIT ?"));
  LET(made.next_,
      db.prepare("SELECT row, version FROM resource WHERE row > ? ORDER BY row LIMIT ?"));
  LET(made.body_, db.prepare("SELECT unpacked_or_kept(body) FROM version WHERE at = ?"));
  LET(made.current_, db.prepare("SELECT version FROM resource WHERE row = ?"));
  LET(made.add_, db.prepare("INSERT INTO words(rowid, text) VALUES(?, ?)"));
  LET(made.take_, db.prepare("INSERT INTO words(words, rowid, text) VALUES('delete', ?, ?)"));
  LET(made.merge_, db.prepare("INSERT INTO words(words, rank) VALUES('merge', ?)"));
  LET(made.save_, db.prepare("UPDATE meta SET value = ? WHERE name = ?"));
  LET(const auto form, db.integer("SELECT value FROM meta WHERE name = 'words form'"));
  if (form != search::Words::form) LET_DONE(made.start_over());
  LET(made.mark_, db.integer("SELECT value FROM meta WHERE name = 'words mark'"));
  LET(made.taken_, db.integer("SELECT value FROM meta WHERE name = 'words taken'"));
  LET(made.behind_, db.integer("SELECT count(*) FROM words_behind"));
  LET(made.last_, db.integer("SELECT coalesce(max(row), 0) FROM resource"));
  if (definitions != nullptr) made.words_.emplace(*definitions);
  return made;
}

// What stands there was read in another way, and could not be taken out again.
Result<void> WordIndex::start_over() {
  const std::string all =
      "BEGIN IMMEDIATE; INSERT INTO words(words) VALUES('delete-all'); DELETE FROM words_behind;"
      "UPDATE meta SET value = 0 WHERE name IN ('words mark', 'words taken');"
      "UPDATE meta SET value = " +
      std::to_string(search::Words::form) + " WHERE name = 'words form'; COMMIT";
  return db_->run(all.c_str());
}

void WordIndex::know(std::int64_t row, std::int64_t version, std::optional<std::string> words) {
  if (const auto at = known_.find(row); at != known_.end()) {
    known_bytes_ -= at->second.text.size();
    known_.erase(at);
  }
  if (!words_ || !words || known_bytes_ + words->size() > most_known) return;
  known_bytes_ += words->size();
  known_.emplace(row, Known{version, *std::move(words)});
}

void WordIndex::forget_known() {
  known_.clear();
  known_bytes_ = 0;
}

Result<void> WordIndex::changes(std::int64_t row, std::int64_t version, std::int64_t next,
                                std::optional<std::string> words) {
  know(row, next, std::move(words));
  last_ = std::max(last_, row);
  if (row > mark_) return {};
  ++behind_;
  return note_.run(row, version);
}

Result<void> WordIndex::forgets(std::int64_t row, std::int64_t version, bool all) {
  if (all) know(row, 0, {});
  if (row > mark_) return {};
  LET(const bool noted, behind_of_.first(row));
  const std::int64_t read = noted ? behind_of_.integer(0) : version;
  behind_of_.reset();
  if (!words_)
    return Error{Kind::unsupported, "what has words cannot be taken away without definitions", ""};
  // What was taken out of the words before is of versions that go now.
  taken_ = expunged;
  LET_DONE(save("words taken", taken_));
  if (!all && read == version) return {};
  LET(const auto text, words_of(row, read));
  if (damaged_)
    return Error{Kind::unsupported,
                 "the words of a resource whose body is damaged cannot be taken away", ""};
  LET_DONE(take(row, text));
  return all ? unnote_.run(row) : forget_behind_.run(row);
}

bool WordIndex::merge_due() const {
  return taken_ > 0 && (mark_ <= small || taken_ >= mark_ / one_in);
}

WordIndex::Left WordIndex::left() const {
  if (!words_) return Left::nothing;
  const std::int64_t unread = behind_ + last_ - mark_;
  if (unread > 0) return unread < much ? Left::little : Left::much;
  if (!merge_due()) return Left::nothing;
  return mark_ <= small ? Left::little : Left::merging;
}

Result<void> WordIndex::advance() {
  const std::int64_t mark = mark_, last = last_, behind = behind_;
  LET_DONE(db_->run("BEGIN IMMEDIATE"));
  auto done = behind_ + last_ > mark_ ? read_some() : merge_some();
  if (done) done = db_->run("COMMIT");
  if (done) return {};
  mark_ = mark;
  last_ = last;
  behind_ = behind;
  merging_ = false;
  if (db_->in_transaction()) LET_DONE(db_->run("ROLLBACK"));
  return done;
}

Result<void> WordIndex::read_some() {
  LET(bool there, next_behind_.first(rows_at_once));
  std::vector<Behind> behind;
  while (there) {
    behind.push_back({next_behind_.integer(0), next_behind_.integer(1)});
    LET(there, next_behind_.step());
  }
  next_behind_.reset();
  const std::int64_t taken = taken_;
  for (const Behind& one : behind) LET_DONE(read_behind(one));
  const auto count = static_cast<std::int64_t>(behind.size());
  behind_ = count < rows_at_once ? 0 : std::max(behind_ - count, std::int64_t{1});

  if (count < rows_at_once) LET_DONE(read_new(rows_at_once - count));
  if (taken_ != taken) LET_DONE(save("words taken", taken_));
  return save("words mark", mark_);
}

Result<void> WordIndex::read_new(std::int64_t most) {
  LET(bool there, next_.first(mark_, most));
  std::vector<Behind> rows;
  while (there) {
    rows.push_back({next_.integer(0), next_.integer(1)});
    LET(there, next_.step());
  }
  next_.reset();
  bytes_read_ = 0;
  for (const Behind& one : rows) {
    if (bytes_read_ >= bytes_at_once) return {};
    LET(const auto text, take_words_of(one.row, one.version));
    if (!text.empty()) LET_DONE(add_.run(one.row, text));
    mark_ = one.row;
  }
  if (static_cast<std::int64_t>(rows.size()) < most) last_ = mark_;
  return {};
}

Result<void> WordIndex::read_behind(const Behind& one) {
  LET(const auto before, words_of(one.row, one.version));
  LET(const bool there, current_.first(one.row));
  const std::int64_t version = there ? current_.integer(0) : 0;
  current_.reset();
  LET(const auto now, take_words_of(one.row, version));
  if (before != now) {
    LET_DONE(take(one.row, before));
    if (!now.empty()) LET_DONE(add_.run(one.row, now));
  }
  return unnote_.run(one.row);
}

// The first step names all parts to be merged into one, the others go on with it.
Result<void> WordIndex::merge_some() {
  const auto before = db_->changes();
  LET_DONE(merge_.run(merging_ ? pages_at_once : -pages_at_once));
  merging_ = db_->changes() - before >= 2;
  if (merging_) return {};
  taken_ = 0;
  return save("words taken", taken_);
}

Result<std::string> WordIndex::words_of(std::int64_t row, std::int64_t version) {
  damaged_ = false;
  if (version == 0) return std::string();
  LET(const bool there, body_.first(version_at(row, version)));
  damaged_ = there && is_damaged(body_.bytes(0));
  if (there) bytes_read_ += body_.bytes(0).size();
  std::string text = there ? text_of(body_.bytes(0)) : std::string();
  body_.reset();
  return text;
}

Result<std::string> WordIndex::take_words_of(std::int64_t row, std::int64_t version) {
  const auto known = known_.find(row);
  if (known == known_.end() || known->second.version != version) return words_of(row, version);
  std::string text = std::move(known->second.text);
  bytes_read_ += text.size();
  know(row, 0, {});
  return text;
}

std::string WordIndex::text_of(std::string_view body) const {
  return words_->text_of_json(body);
}

Result<void> WordIndex::take(std::int64_t row, const std::string& text) {
  if (text.empty()) return {};
  ++taken_;
  return take_.run(row, text);
}

Result<void> WordIndex::save(const char* name, std::int64_t value) {
  return save_.run(value, name);
}

}  // namespace fingerpost::store
