// The words of resources on disk: they follow behind, and none stays that should not.

#include "store/fixture.h"
#include "store/sqlite_db.h"

using namespace fingerpost;
using namespace fingerpost::test;

namespace {

std::string plan(const std::string& word) {
  return R"({"resourceType":"CarePlan","status":"active","intent":"plan","subject":{"display":"s"},)"
         R"("title":")" +
         word + R"("})";
}

std::string found(World& world, const std::string& words) {
  return text_of(world.search("CarePlan", {{"_content", words}}).value());
}

// A store that is closed has read all its words, when they are few.
void read_all(const std::string& folder) {
  const World world(folder);
}

// Nothing in the tables of the words, whatever their own meaning, holds these bytes.
bool stands_in_words(const std::string& folder, const std::string& bytes) {
  auto db = store::Db::open(folder + "/fingerpost.db", store::Access::read).value();
  const auto blocks = db.integer("SELECT count(*) FROM words_data WHERE instr(block, CAST('" +
                                 bytes + "' AS BLOB)) > 0");
  return blocks.value() > 0;
}

store::Write expunge(store::Write::Op op, const std::string& id) {
  store::Write write = World::remove("CarePlan", id);
  write.op = op;
  return write;
}

}  // namespace

TEST_CASE("the words that come with a resource are those that its body would be read for") {
  const auto json = GENERATE(
      as<std::string>(),
      R"({"resourceType":"Patient","name":[{"family":"Óg","given":["Ann-Marie"]}],"gender":"other"})",
      R"({"resourceType":"Patient","id":"mine","meta":{"versionId":"7","source":"http://s","tag":)"
      R"([{"system":"urn:t","code":"c","display":"A tag"}]},"extension":[{"url":"urn:x",)"
      R"("valueString":"Extended"},{"url":"urn:y","valueMarkdown":"*bold* text"}]})",
      R"({"resourceType":"CarePlan","status":"active","intent":"plan","contained":[{"resourceType":)"
      R"("Patient","id":"in","name":[{"text":"Within"}]}],"subject":{"reference":"#in"},"text":)"
      R"({"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">A &amp; b</div>"}})",
      R"({"resourceType":"Observation","status":"final","code":{"text":"x"},"valueQuantity":)"
      R"({"value":1.50,"unit":"mg"},"note":[{"text":"walks\nwith a dog"}],"_status":{"extension":)"
      R"([{"url":"urn:z","valueString":"beside"}]}})",
      R"({"resourceType":"Basic"})");
  const World world;
  auto write = world.put(json, "given-later");
  const auto words = search::take_words(write.index);
  REQUIRE(words);
  CHECK(*words == search::Words(definitions()).text_of_json(store::complete(write.body, 3, 9)));
  CHECK(words->empty() == (json.find("Basic") != std::string::npos));
  CHECK_FALSE(search::take_words(write.index));
}

TEST_CASE("no word of what was replaced, deleted or taken away for good stays") {
  using Op = store::Write::Op;
  const auto op = GENERATE(Op::put, Op::remove, Op::expunge, Op::drop_history);
  const bool was_read = GENERATE(true, false);
  CAPTURE(int(op), was_read);
  const Folder folder;
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(plan("zebrafish"), "a"), world.put(plan("heron"), "b")));
  }
  CHECK(stands_in_words(folder.path(), "zebrafish"));
  if (op == Op::drop_history) {
    World world(folder.path());
    REQUIRE(world.commit(world.put(plan("otter"), "a")));
  }
  {
    World world(folder.path());
    if (!was_read) REQUIRE(world.commit(world.put(plan("quagga"), "a")));
    REQUIRE(world.commit(op == Op::put      ? world.put(plan("otter"), "a")
                         : op == Op::remove ? World::remove("CarePlan", "a")
                                            : expunge(op, "a")));
    CHECK(found(world, "zebrafish").empty());
    CHECK(found(world, "heron") == "CarePlan/b");
  }
  CHECK(!stands_in_words(folder.path(), "zebrafish"));
  if (op != Op::drop_history) CHECK(!stands_in_words(folder.path(), "quagga"));
  World world(folder.path());
  CHECK(found(world, "zebrafish").empty());
  CHECK(found(world, "heron") == "CarePlan/b");
  CHECK(found(world, op == Op::drop_history && !was_read ? "quagga" : "otter") ==
        (op == Op::put || op == Op::drop_history ? "CarePlan/a" : ""));
}

TEST_CASE("what nobody has read yet is found by its words, and by no old ones") {
  const Folder folder;
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(plan("zebra"), "a"), world.put(plan("heron"), "b")));
  }
  // Without definitions its writer reads nothing.
  World world(folder.path(), {}, nullptr);
  CHECK(found(world, "zebra") == "CarePlan/a");
  REQUIRE(world.commit(world.put(plan("otter"), "a"), world.put(plan("zebra"), "c"),
                       World::remove("CarePlan", "b")));
  CHECK(found(world, "zebra") == "CarePlan/c");
  CHECK(found(world, "otter") == "CarePlan/a");
  CHECK(found(world, "heron").empty());
  CHECK(found(world, "ott* OR zeb*") == "CarePlan/a CarePlan/c");
  CHECK(world.commit(expunge(store::Write::Op::expunge, "b")).error().kind == Kind::unsupported);
}

TEST_CASE("a number that an expunged resource had is read again") {
  const Folder folder;
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(plan("zebra"), "a")));
  }
  {
    World world(folder.path());
    REQUIRE(world.commit(expunge(store::Write::Op::expunge, "a")));
  }
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(plan("heron"), "b")));
    CHECK(found(world, "heron") == "CarePlan/b");
  }
  World world(folder.path());
  CHECK(found(world, "heron") == "CarePlan/b");
  CHECK(found(world, "zebra").empty());
}

TEST_CASE("words that were read in another way are all read again") {
  const Folder folder;
  {
    World world(folder.path());
    REQUIRE(world.commit(world.put(plan("zebra"), "a")));
  }
  {
    auto db = store::Db::open(folder.path() + "/fingerpost.db", store::Access::write).value();
    REQUIRE(
        db.run("INSERT INTO words(words) VALUES('delete-all');"
               "INSERT INTO words(rowid, text) VALUES(1, 'cZEBRA');"
               "UPDATE meta SET value = 0 WHERE name = 'words form'"));
  }
  read_all(folder.path());
  CHECK(!stands_in_words(folder.path(), "ZEBRA"));
  World world(folder.path());
  CHECK(found(world, "zebra") == "CarePlan/a");
}
