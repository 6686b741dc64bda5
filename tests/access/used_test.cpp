#include "access/used.h"

#include "support/catch.h"
#include "support/folder.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace fingerpost;
using namespace fingerpost::access;

namespace {

constexpr std::int64_t now_s = 1'800'000'000;

std::string contents(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Where the line of this number, from 1, begins.
std::size_t begin_of(const std::string& text, std::size_t number) {
  std::size_t at = 0;
  while (--number > 0) at = text.find('\n', at) + 1;
  return at;
}

}  // namespace

TEST_CASE("A9: what was used is refused, by the same and by the next process, until it expires") {
  const test::Folder folder;
  const auto file = folder.path() + "/used";
  {
    auto used = Used::open(file, now_s).value();
    CHECK(used->use("app", "one", now_s + 300, now_s));
    const auto again = used->use("app", "one", now_s + 300, now_s + 1);
    REQUIRE_FALSE(again);
    CHECK(again.error().kind == Kind::conflict);
    CHECK(used->use("app", "two", now_s + 300, now_s));
    CHECK(used->use("other", "one", now_s + 300, now_s));
    CHECK(used->use("ap", "pone", now_s + 300, now_s));
  }
  auto used = Used::open(file, now_s + 10).value();
  CHECK_FALSE(used->use("app", "one", now_s + 300, now_s + 10));
  CHECK_FALSE(used->use("other", "one", now_s + 300, now_s + 10));
  CHECK(used->use("app", "three", now_s + 300, now_s + 10));
  CHECK(used->size() == 5);
  used = Used::open(file, now_s + 300).value();
  CHECK(used->size() == 0);
}

TEST_CASE("A9: a clock that is set back makes nothing valid again") {
  const test::Folder folder;
  const auto file = folder.path() + "/used";
  {
    auto used = Used::open(file, now_s).value();
    CHECK(used->now_s(now_s + 500) == now_s + 500);
    CHECK(used->now_s(now_s) == now_s + 500);
    CHECK(used->use("app", "one", now_s + 800, now_s));
  }
  CHECK(Used::open(file, now_s).value()->now_s(now_s) == now_s + 500);
  // Also when nothing counts any more.
  CHECK(Used::open(file, now_s + 900).value()->size() == 0);
  CHECK(Used::open(file, now_s).value()->now_s(now_s) == now_s + 900);
}

TEST_CASE("a line that was not written to its end is let go") {
  const test::Folder folder;
  const auto file = folder.path() + "/used";
  static_cast<void>(Used::open(file, now_s).value()->use("app", "one", now_s + 300, now_s));
  auto text = contents(file);
  for (std::size_t cut = 1; cut < 80; cut += 13) {
    CAPTURE(cut);
    std::ofstream(file, std::ios::trunc) << text.substr(0, text.size() - cut);
    auto used = Used::open(file, now_s).value();
    CHECK(used->size() == 0);
    CHECK(used->use("app", "two", now_s + 300, now_s));
    CHECK(Used::open(file, now_s).value()->size() == 1);
  }
}

TEST_CASE("a last line that a power cut left zeros in is let go") {
  const test::Folder folder;
  const auto file = folder.path() + "/used";
  {
    auto used = Used::open(file, now_s).value();
    CHECK(used->use("app", "one", now_s + 300, now_s));
    CHECK(used->use("app", "two", now_s + 300, now_s));
  }
  const auto text = contents(file);
  const auto from = begin_of(text, 3) + GENERATE(0u, 20u, 66u);
  const auto to = GENERATE(std::size_t{1}, std::size_t{0});  // with its end, and without
  auto torn = text;
  for (auto at = from; at < torn.size() - to; ++at) torn[at] = '\0';
  CAPTURE(from, to);
  std::ofstream(file, std::ios::trunc | std::ios::binary) << torn;
  auto used = Used::open(file, now_s).value();
  CHECK(used->size() == 1);
  CHECK_FALSE(used->use("app", "one", now_s + 300, now_s));
  CHECK(used->use("app", "two", now_s + 300, now_s));
}

TEST_CASE("a line that is damaged is named, with what it means and what to do") {
  const test::Folder folder;
  const auto file = folder.path() + "/used";
  {
    auto used = Used::open(file, now_s).value();
    for (const auto* jti : {"one", "two", "three"})
      CHECK(used->use("app", jti, now_s + 300, now_s));
  }
  auto text = contents(file);
  const std::size_t number = GENERATE(1u, 2u, 4u);
  const char with = GENERATE('\0', 'X');
  if (with == '\0' && number == 4) return;  // torn, as above
  text[begin_of(text, number) + 10] = with;
  CAPTURE(number);
  std::ofstream(file, std::ios::trunc | std::ios::binary) << text;
  const auto used = Used::open(file, now_s);
  REQUIRE_FALSE(used);
  CHECK(used.error().where == file);
  CHECK(used.error().text.starts_with("line " + std::to_string(number) + " is damaged"));
  CHECK(used.error().text.find("could be used again") != std::string::npos);
  CHECK(used.error().text.find("delete the file") != std::string::npos);
  CHECK(contents(file) == text);
}

TEST_CASE("a file of another form is not written over") {
  const test::Folder folder;
  const auto file = folder.path() + "/used";
  std::ofstream(file) << "something else\n";
  const auto used = Used::open(file, now_s);
  REQUIRE_FALSE(used);
  CHECK(used.error().kind == Kind::fault);
  CHECK(contents(file) == "something else\n");
}

TEST_CASE("the file holds no text of a client and is its owner's alone") {
  const test::Folder folder;
  const auto file = folder.path() + "/used";
  auto used = Used::open(file, now_s).value();
  CHECK(used->use("app-name", "secret-jti", now_s + 300, now_s));
  const auto text = contents(file);
  CHECK(text.find("app-name") == std::string::npos);
  CHECK(text.find("secret-jti") == std::string::npos);
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  CHECK((std::filesystem::status(file).permissions() & others) == std::filesystem::perms::none);
}

TEST_CASE("the file is written anew when most of it is past, and keeps what counts") {
  const test::Folder folder;
  const auto file = folder.path() + "/used";
  auto used = Used::open(file, now_s).value();
  CHECK(used->use("app", "last", now_s + 100'000, now_s));
  for (int i = 0; i < 1000; ++i)
    REQUIRE(used->use("app", std::to_string(i), now_s + i / 10 + 1, now_s + i / 10));
  CHECK(std::filesystem::file_size(file) < 10'000);
  CHECK_FALSE(used->use("app", "last", now_s + 100'000, now_s + 200));
}
