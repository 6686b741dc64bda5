// The words of resources, for _text and _content. They follow the resources: a commit only notes
// what must be read anew, and the writer reads it later, in transactions of their own. A search
// looks itself at what is still to be read.

#pragma once

#include "fingerpost/result.h"
#include "search/words.h"
#include "store/sqlite_db.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace fingerpost::store {

// For the writer's thread, on its connection.
class WordIndex {
 public:
  // Without definitions nothing is read, and what has words cannot be expunged.
  static Result<WordIndex> prepare(Db& db, const model::Definitions* definitions);

  // Within a unit's transaction, before it changes the resource at `row`: `version` is the one that
  // is current still, 0 when there is none, `next` the one to be. Its words, where they are known,
  // are kept in memory till they are read; else they are read from the body.
  Result<void> changes(std::int64_t row, std::int64_t version, std::int64_t next,
                       std::optional<std::string> words);
  // The transaction was taken back.
  void undone() { forget_known(); }
  // The same before versions are taken away for good: all, or all but the current one. None of
  // their words is left. Kind::unsupported: they are not known, for the body is damaged.
  Result<void> forgets(std::int64_t row, std::int64_t version, bool all);

  // What is to be done: nothing; merging many pages, while nothing else is to be done; little; so
  // much that it waits for no quiet moment. The later the more urgent.
  enum class Left : std::uint8_t { nothing, merging, little, much };
  Left left() const;
  // One transaction of some of what is left.
  Result<void> advance();

 private:
  struct Behind {
    std::int64_t row = 0;
    std::int64_t version = 0;
  };
  struct Known {
    std::int64_t version = 0;
    std::string text;
  };
  explicit WordIndex(Db& db) : db_(&db) {}
  void know(std::int64_t row, std::int64_t version, std::optional<std::string> words);
  void forget_known();
  Result<void> start_over();
  Result<void> read_some();
  Result<void> read_new(std::int64_t most);
  Result<void> read_behind(const Behind& one);
  Result<void> merge_some();
  bool merge_due() const;
  // What FTS5 is told of a version; "": it has no words, or its body is damaged.
  Result<std::string> words_of(std::int64_t row, std::int64_t version);
  // The same of what is current, by what is known of it, which is forgotten.
  Result<std::string> take_words_of(std::int64_t row, std::int64_t version);
  std::string text_of(std::string_view body) const;
  Result<void> take(std::int64_t row, const std::string& text);
  Result<void> save(const char* name, std::int64_t value);

  Db* db_;
  std::optional<search::Words> words_;
  std::unordered_map<std::int64_t, Known> known_;  // by row; numbers of our own: hashes are safe
  std::size_t known_bytes_ = 0;
  std::int64_t mark_ = 0;    // rows up to here are read, but those in words_behind
  std::int64_t last_ = 0;    // the greatest row there may be
  std::int64_t behind_ = 0;  // rows of words_behind, at most
  std::int64_t taken_ = 0;   // rows taken out of the words since these were merged into one
  bool merging_ = false;
  bool damaged_ = false;  // the body that words_of read last
  std::size_t bytes_read_ = 0;
  Statement note_, behind_of_, forget_behind_, unnote_, next_behind_, next_, body_, current_;
  Statement add_, take_, merge_, save_;
};

// For searches. What is unread is to be read by whoever asks.
extern const char* const unread_rows;
extern const char* const is_unread;  // whether the words of row ?1 are
// Rows after ?2, in order: what FTS5 finds by ?1, and what is unread.
extern const char* const rows_by_words;

}  // namespace fingerpost::store
