// Lists of the inbox and the outbox, by the real program.
#include "base/system.h"
#include "store/store.h"
#include "support/catch.h"
#include "support/program.h"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fingerpost;

namespace {

// "5 4 " of a line for each row.
std::string ids(const std::string& lines) {
  const std::string before = "{\"id\":";
  std::string found;
  for (auto at = lines.find(before); at != std::string::npos; at = lines.find(before, at + 1)) {
    const auto begin = at + before.size();
    found += lines.substr(begin, lines.find(',', begin) - begin) + " ";
  }
  return found;
}

}  // namespace

TEST_CASE("a list goes on behind a row, from either end") {
  const test::Folder folder;
  {
    SystemClock clock;
    SystemRandom random;
    store::SqliteOptions options;
    options.directory = folder.path();
    const auto store = store::open_sqlite(options, clock, random);
    REQUIRE(store);
    for (int i = 1; i <= 5; ++i) {
      store::Unit unit;
      unit.inbox = store::InboxRow{};
      unit.inbox->source = "practice";
      unit.inbox->key = std::to_string(i);
      unit.inbox->status = store::InboxStatus::applied;
      auto& row = unit.outbox.emplace_back();
      row.lane = "links";
      row.idempotency_key = std::to_string(i);
      REQUIRE(store::commit_now(**store, std::move(unit)));
    }
  }
  struct Row {
    const char* box;
    std::vector<std::string> options;
    const char *ids, *next;
  };
  const auto row =
      GENERATE(Row{"inbox", {"--limit", "2"}, "5 4 ", "4"},
               Row{"inbox", {"--limit", "2", "--after", "4"}, "3 2 ", "2"},
               Row{"inbox", {"--order", "oldest", "--limit", "2"}, "1 2 ", "2"},
               Row{"outbox", {"--limit", "2"}, "1 2 ", "2"},
               Row{"outbox", {"--order", "newest", "--limit", "2"}, "5 4 ", "4"},
               Row{"outbox", {"--order", "newest", "--after", "2", "--limit", "2"}, "1 ", ""});
  std::vector<std::string> words{row.box, "list", "--data", folder.path()};
  words.insert(words.end(), row.options.begin(), row.options.end());
  CAPTURE(words);
  const auto ran = test::run(words);
  CHECK(ran.status == 0);
  CHECK(ids(ran.out) == row.ids);
  const std::string next = row.next;
  CHECK(ran.error == (next.empty() ? "" : "there may be more: --after " + next + " shows them\n"));
  CHECK(test::run({row.box, "list", "--data", folder.path(), "--order", "best"}).status == 2);
}
