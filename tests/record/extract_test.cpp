#include "record/extract.h"

#include "model/definitions.h"
#include "support/catch.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace fingerpost;
using record::Extract;

namespace {

constexpr const char* tables = R"(
charset windows-1252
manifest List File Time
lookup List key File
columns File Time
lookup Word key Id
columns Id Text Other
give Text
table Plan key Id
columns Id Kind Owner
maybe Gone
look Kind in Word
rows Item by Plan=Id
part Item key Id
columns Id Plan Text
table Step key Id
columns Id Of
group Steps Step by Of
)";

using Files = std::map<std::string, std::string>;

const Files small = {
    {"List.csv", "File,Time\nPlan,1\nWord.csv,1\nItem,1\n"},
    {"Plan.csv", "Id,Kind,Owner\n1,7,caf\xE9\n2,8,\n"},
    {"Word.csv", "Id,Text,Other\n7,seven,x\n"},
    {"Item.csv", "Id,Plan,Text\n1,2,a\n2,1,b\n3,2,\"c\nd\"\n"},
};

struct World {
  Names names;
  record::ExtractPlan plan;
  Files files;
  std::vector<record::ExtractFile> views;

  explicit World(Files of, const char* text = tables) : files(std::move(of)) {
    auto read = record::read_extract_plan(text, names);
    REQUIRE(read.has_value());
    plan = *std::move(read);
    for (const auto& [name, bytes] : files) views.push_back({name, bytes});
  }
  Result<Extract> stage() { return Extract::stage(plan, names, views); }
};

void print(const Tree& tree, NodeId node, std::string& out) {
  out += tree.name_text(node);
  if (tree.has_value(node)) (out += '=') += tree.text(node);
  if (tree.first_child(node) == no_node) return;
  out += '(';
  for (auto at = tree.first_child(node); at != no_node; at = tree.next(at)) {
    if (at != tree.first_child(node)) out += ' ';
    print(tree, at, out);
  }
  out += ')';
}

// All trees, a line for each row; then the issues.
std::string print(World& world) {
  auto staged = world.stage();
  if (!staged) return "refused: " + staged.error().where + ": " + staged.error().text + "\n";
  std::string out;
  Issues issues = staged->issues();
  while (const auto batch = staged->next()) {
    for (auto at = batch->tree.first_child(1); at != no_node; at = batch->tree.next(at)) {
      print(batch->tree, at, out);
      out += '\n';
    }
    issues.insert(issues.end(), batch->issues.begin(), batch->issues.end());
  }
  for (const auto& issue : issues) out += issue.expression + ": " + issue.text + "\n";
  return out;
}

}  // namespace

TEST_CASE("rows are joined across files, whatever their order") {
  World world(small);
  CHECK(print(world) ==
        "Plan(Id=1 Kind=7(Word(Text=seven)) Owner=café Item(Id=2 Plan=1 Text=b))\n"
        "Plan(Id=2 Kind=8 Item(Id=1 Plan=2 Text=a) Item(Id=3 Plan=2 Text=c\nd))\n");
}

TEST_CASE("an extract that is not whole is refused with its reason") {
  struct Row {
    const char* file;
    const char* bytes;  // null: the file is not there
    const char* expected;
  };
  const auto row = GENERATE(values<Row>({
      {"Item.csv", "Id,Plan,Text\n1,2,a\n2,1", "Item.csv: the file is truncated"},
      {"Item.csv", "Id,Plan,Text\n1,2,\"a\n",
       "Item.csv: the file ends in row 2, which is no row: it is truncated, or that row is wrong "
       "(the "
       "file ends within quotes)"},
      {"List.csv", "File,Time\nPlan,1\nItem,1\n\"It\"em,1\nWord,1\n",
       "List.csv: row 4 is not read: text after a closing quote"},
      {"Item.csv", "", "Item.csv: the file has no header row"},
      {"Item.csv", "1,2,3\n1,2,3\n", "Item.csv: the file has no header row"},
      {"Item.csv", "Plan,Text\n1,2\n", "Item.csv: the header lacks the key column Id"},
      {"Item.csv", "Id,Plan,Plan\n", "Item.csv: a column stands twice in the header: Plan"},
      {"Item.csv", nullptr, "Item.csv: the manifest lists a file that is not there"},
      {"List.csv", nullptr, "List: the extract has no List"},
      {"List.csv", "File,Time\nPlan,1\nWord,1\n", "Item.csv: the manifest does not list the file"},
      {"List.csv", "File,Time\nPlan,1\nWord,1\nItem,0\n",
       "the manifest gives it another time than the others"},
      {"old/Item.csv", "Id,Plan,Text\n", "Item.csv: a second file of the same table"},
  }));
  CAPTURE(row.file, row.bytes);
  auto files = small;
  if (row.bytes == nullptr) {
    files.erase(row.file);
  } else {
    files[row.file] = row.bytes;
  }
  World world(std::move(files));
  const auto printed = print(world);
  CHECK(printed.starts_with("refused: "));
  CHECK(printed.find(row.expected) != std::string::npos);
}

TEST_CASE("a row that is wrong costs only itself") {
  struct Row {
    const char* file;
    const char* more;
    const char* issue;
  };
  const auto row = GENERATE(values<Row>({
      {"Plan.csv", "3,7\n4,7,\n", "Plan.csv row 4: not read: it has not as many fields"},
      {"Plan.csv", "3,\"7\"7,\n4,7,\n", "Plan.csv row 4: not read: text after a closing quote"},
      {"Plan.csv", ",7,\n4,7,\n", "Plan.csv row 4 Id: left out: the row has no key"},
      {"Item.csv", "9,99,x\n", "Item.csv row 5: left out: the row it belongs to is not part"},
      {"Word.csv", "9\n", "Word.csv row 3: not read: it has not as many fields"},
      {"Plan.csv", "4,7,a\x01z\n", "Plan.csv row 4 Owner: characters that the charset"},
  }));
  CAPTURE(row.more);
  auto files = small;
  files[row.file] += row.more;
  World world(std::move(files));
  const auto printed = print(world);
  CHECK(printed.find("Plan(Id=2 Kind=8") != std::string::npos);
  CHECK((std::string_view(row.file) != "Plan.csv" ||
         printed.find("Plan(Id=4 Kind=7(Word(Text=seven))") != std::string::npos));
  CHECK(printed.find(row.issue) != std::string::npos);
}

TEST_CASE("headers may drift, and are told where they do") {
  auto files = small;
  files["Plan.csv"] = "Kind,Id,New1,Gone,=cmd\n7,1,x,0,y\n";
  files["Notes.txt"] = "hello";
  World world(std::move(files));
  CHECK(print(world) ==
        "Plan(Kind=7(Word(Text=seven)) Id=1 Gone=0 Item(Id=2 Plan=1 Text=b))\n"
        "Notes.txt: not a file of a table that is read\n"
        "Plan.csv: a column that is not known: New1\n"
        "Plan.csv: a column whose name is not known\n"
        "Plan.csv: the header lacks the column Owner\n"
        "Item.csv row 2: left out: the row it belongs to is not part of this extract\n"
        "Item.csv row 4: left out: the row it belongs to is not part of this extract\n");
}

TEST_CASE("the rows of one key are one node") {
  auto files = small;
  files["List.csv"] += "Step,1\n";
  files["Step.csv"] = "Id,Of\n1,5\n2,6\n3,5\n4,\n";
  World world(std::move(files));
  const auto printed = print(world);
  CHECK(printed.find("Step(Id=1 Of=5)\nSteps(row(Id=1 Of=5) row(Id=3 Of=5))\n") !=
        std::string::npos);
  CHECK(printed.find("Steps(row(Id=2 Of=6))\n") != std::string::npos);
  CHECK(printed.find("Step.csv row 5 Of: left out: the row does not say whose it is") !=
        std::string::npos);
}

TEST_CASE("a value that stands for no id is no key, of a row, a join or a group") {
  auto files = small;
  files["List.csv"] += "Step,1\n";
  files["Plan.csv"] += "-1,7,\n";
  files["Item.csv"] += "4,-1,z\n";
  files["Step.csv"] = "Id,Of\n1,-1\n2,-1\n";
  World world(std::move(files), (std::string("none -1 0\n") + tables).c_str());
  CHECK(print(world) ==
        "Plan(Id=1 Kind=7(Word(Text=seven)) Owner=café Item(Id=2 Plan=1 Text=b))\n"
        "Plan(Id=2 Kind=8 Item(Id=1 Plan=2 Text=a) Item(Id=3 Plan=2 Text=c\nd))\n"
        "Step(Id=1 Of=-1)\nStep(Id=2 Of=-1)\n"
        "Plan.csv row 4 Id: left out: the row has no key\n"
        "Item.csv row 5: left out: the row it belongs to is not part of this extract\n"
        "Step.csv row 2 Of: left out: the row does not say whose it is\n"
        "Step.csv row 3 Of: left out: the row does not say whose it is\n");
}

TEST_CASE("a row without a key of its own costs its group nothing but itself") {
  auto files = small;
  files["List.csv"] += "Step,1\n";
  files["Step.csv"] = "Id,Of\n,5\n2,5\n3,5\n";
  World world(std::move(files));
  CHECK(print(world).find("Steps(row(Id=2 Of=5) row(Id=3 Of=5))\n") != std::string::npos);
}

TEST_CASE("a group over its bound is told, and so is what a row may have under it in all") {
  auto files = small;
  files["List.csv"] += "Step,1\n";
  files["Step.csv"] = "Id,Of\n";
  for (int i = 1; i <= 10'001; ++i) files["Step.csv"] += std::to_string(i) + ",5\n";
  World world(std::move(files));
  CHECK(print(world).find("Step.csv row 2 Steps: too many rows belong to it") != std::string::npos);

  constexpr const char* product =
      "table Top key Id\ncolumns Id\nrows A by Of=Id\nrows B by Of=Id\n"
      "part A key Id\ncolumns Id Of\nrows B by Of=Of\nrows C by Of=Of\n"
      "part B key Id\ncolumns Id Of\npart C key Id\ncolumns Id Of\n";
  Files many = {{"Top.csv", "Id\n1\n"},
                {"A.csv", "Id,Of\n"},
                {"B.csv", "Id,Of\n7,1\n"},
                {"C.csv", "Id,Of\n"}};
  for (int i = 1; i <= 300; ++i) {
    many["A.csv"] += std::to_string(i) + ",1\n";
    many["C.csv"] += std::to_string(i) + ",1\n";
  }
  World wide(std::move(many), product);
  const auto printed = print(wide);
  CHECK(printed.find("too many rows belong to it") != std::string::npos);
  CHECK(std::count(printed.begin(), printed.end(), '\n') < 400);
  CHECK(printed.find("B(Id=7 Of=1)") == printed.rfind("B(Id=7 Of=1)"));  // not under each A again
}

TEST_CASE("of two rows of one key the later counts, files ordered by the number of their ids") {
  constexpr const char* two = R"(
name ids_schema_table_time_agreement
lookup A_Code key Id
columns Id Text
give Text
table A_Row key Id
columns Id Text Code
look Code in A_Code
rows A_More by Id=Id give Text
table A_More key Id
columns Id Text Other
)";
  World world({{"99_A_Row_20261122_x.csv", "Id,Text,Code\n1,old,7\n2,only,7\n"},
               {"100_A_Row_20261122_x.csv", "Id,Text,Code\n1,new,7\n"},
               {"9_A_Code_20261122_x.csv", "Id,Text\n7,before\n"},
               {"10_A_Code_20261122_x.csv", "Id,Text\n7,after\n"},
               {"1_A_More_20261122_x.csv", "Id,Text,Other\n1,a,x\n1,b,x\n"}},
              two);
  CHECK(print(world) ==
        "A_Row(Id=2 Text=only Code=7(A_Code(Text=after)))\n"
        "A_Row(Id=1 Text=new Code=7(A_Code(Text=after)) A_More(Text=b))\n"
        "A_More(Id=1 Text=b Other=x)\n"
        "99_A_Row_20261122_x.csv: 1 rows were left out for a later one of the same key\n"
        "1_A_More_20261122_x.csv row 3: counts for an older row of the same key\n");
}

TEST_CASE("of two rows of one key in one file that with the higher number counts, else the later") {
  struct Row {
    const char* rows;
    const char* expected;
  };
  const auto row = GENERATE(values<Row>({
      {"1,a,9\n1,b,10\n", "(Id=1 Text=b No=10)"},
      {"1,a,10\n1,b,9\n", "(Id=1 Text=a No=10)"},
      {"1,a,\n1,b,9\n", "(Id=1 Text=b No=9)"},
      {"1,a,9\n1,b,x\n", "(Id=1 Text=b No=x)"},
      {"1,a,9\n1,b,9\n1,c,8\n", "(Id=1 Text=b No=9)"},
  }));
  CAPTURE(row.rows);
  World world({{"A.csv", std::string("Id,Text,No\n") + row.rows}},
              "newest No\ntable A key Id\ncolumns Id Text No\ngroup G A by Id\n");
  const auto lines = print(world);
  CHECK(lines.find("A" + std::string(row.expected) + "\n") != std::string::npos);
  CHECK(lines.find("G(row" + std::string(row.expected) + ")\n") != std::string::npos);
  CHECK(lines.find("A(Id=") == lines.rfind("A(Id="));
  CHECK(lines.find("row of the same key") != std::string::npos);
}

TEST_CASE("a place is the file, the row and the column") {
  World world(small);
  auto staged = world.stage();
  REQUIRE(staged.has_value());
  const auto batch = staged->next();
  REQUIRE(batch.has_value());
  std::vector<std::string> places;
  for (NodeId node = 2; node <= batch->tree.size(); ++node)
    if (batch->tree.has_value(node)) places.push_back(staged->place(*batch, node));
  CHECK(std::count(places.begin(), places.end(), "Plan.csv row 2 Kind") == 1);
  CHECK(std::count(places.begin(), places.end(), "Word.csv row 2 Text") == 1);
  CHECK(std::count(places.begin(), places.end(), "Item.csv row 4 Text") == 1);
  const auto row = batch->tree.first_child(1);
  CHECK(staged->place(*batch, row) == "Plan.csv row 2");
  CHECK(staged->column(*batch, batch->tree.first_child(row)) == "Plan.csv Id");
}

TEST_CASE("rows of organisations that do not share are left out and counted") {
  constexpr const char* shared =
      "name ids_schema_table_time_agreement\n"
      "withhold Org unless A_Sharing Active=true\n"
      "lookup A_Sharing key Org\ncolumns Org Active\n"
      "table A_Row key Org+Id\ncolumns Org Id\n";
  const Files files = {{"1_A_Sharing_20261122_x.csv",
                        "Org,Active\n{00000000-0000-0000-0000-000000000001},TRUE\n2,false\n"},
                       {"1_A_Row_20261122_x.csv",
                        "Org,Id\n00000000-0000-0000-0000-000000000001,a\n2,b\n3,c\n"
                        "{00000000-0000-0000-0000-000000000001},d\n"}};
  World world(files, shared);
  CHECK(print(world) ==
        "A_Row(Org=00000000-0000-0000-0000-000000000001 Id=a)\n"
        "A_Row(Org=00000000-0000-0000-0000-000000000001 Id=d)\n"
        "1_A_Row_20261122_x.csv: 2 rows of organisations that do not share were left out\n");
  SECTION("files of two days are no extract") {
    auto other = files;
    other["2_A_Row_20261121_x.csv"] = "Org,Id\n";
    World mixed(other, shared);
    CHECK(print(mixed).find("refused: 2_A_Row_20261121_x.csv: of another day") == 0);
  }
  SECTION("the same bytes under another number are the same file") {
    auto other = files;
    other["2_A_Row_20261122_x.csv"] = files.at("1_A_Row_20261122_x.csv");
    World twice(other, shared);
    CHECK(print(twice).find("refused: 2_A_Row_20261122_x.csv: the same file twice") == 0);
  }
  SECTION("without the agreements nothing may be passed on") {
    auto other = files;
    other.erase("1_A_Sharing_20261122_x.csv");
    World untold(other, shared);
    CHECK(print(untold) ==
          "refused: A_Sharing: the extract does not say which organisations share\n");
  }
  SECTION("agreements without a row withhold everything, which is an error") {
    auto other = files;
    other["1_A_Sharing_20261122_x.csv"] = "Org,Active\n";
    World none(other, shared);
    auto staged = none.stage();
    REQUIRE(staged.has_value());
    REQUIRE(staged->issues().size() == 1);
    CHECK(staged->issues()[0].severity == Severity::error);
    CHECK(print(none).find("A_Row(") == std::string::npos);
  }
  SECTION("one row that does not allow withholds, wherever it stands") {
    auto other = files;
    other["1_A_Sharing_20261122_x.csv"] += "2,true\n3,true\n";
    other["0_A_Sharing_20261122_x.csv"] = "Org,Active\n3,false\n";
    World mixed(other, shared);
    const auto printed = print(mixed);
    CHECK(printed.find("Org=2") == std::string::npos);
    CHECK(printed.find("Org=3") == std::string::npos);
  }
}

TEST_CASE("tables.txt that makes no sense is refused with its line") {
  struct Row {
    const char* text;
    const char* where;
  };
  const auto row = GENERATE(values<Row>({
      {"colums Id\n", "line 1"},
      {"columns Id\n", "line 1"},
      {"table A key\n", "line 1"},
      {"\ncharset EBCDIC\n", "line 2"},
      {"name part_other\n", "line 1"},
      {"table A key Id\ncolumns Id\nrows B Id\n", "line 3"},
      {"table A key Id\ncolumns Id\nrows B by Id=Id\n", ""},
      {"table A key Id\ncolumns Id\nlook Id in B\n", ""},
      {"withhold A unless B\n", "line 1"},
      {"none\n", "line 1"},
      {"newest\n", "line 1"},
      {"table A key Id\ncolumns Id\nrows A by Id=Id give\n", "line 3"},
  }));
  CAPTURE(row.text);
  Names names;
  const auto read = record::read_extract_plan(row.text, names);
  REQUIRE(read.has_error());
  CHECK(read.error().where == row.where);
}

TEST_CASE("many rows come in batches, and none is lost between them") {
  auto files = small;
  files.erase("Item.csv");
  files["List.csv"] = "File,Time\nPlan,1\nWord.csv,1\n";
  for (int i = 10; i < 3000; ++i) files["Plan.csv"] += std::to_string(i) + ",7,o\n";
  World world(std::move(files));
  auto staged = world.stage();
  REQUIRE(staged.has_value());
  std::size_t rows = 0;
  std::size_t batches = 0;
  while (const auto batch = staged->next()) {
    ++batches;
    for (auto at = batch->tree.first_child(1); at != no_node; at = batch->tree.next(at)) ++rows;
  }
  CHECK(rows == 2992);
  CHECK(batches > 1);
}
