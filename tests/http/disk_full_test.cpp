// A disk that is full, as clients see it.

#include "support/catch.h"
#include "support/fhir_server.h"
#include "support/folder.h"
#include "support/small_disk.h"

#include <filesystem>
#include <fstream>
#include <string>

using namespace fingerpost;
using test::holds;

TEST_CASE("a full disk takes no write, gives what it has, and takes writes when there is room") {
  const test::Folder folder;
  const test::SmallDisk disk(folder.path(), 16);
  if (!disk.mounted()) {
    WARN("skipped: a small file system can be mounted by root only");
    return;
  }
  test::FhirServer server({}, folder.path());
  const auto put = [&](const std::string& id) {
    const std::string div(20'000, 'x');
    return server.ask(
        "PUT", "/Basic/" + id, "",
        R"({"resourceType":"Basic","id":")" + id + R"(","code":{"text":")" + div + "\"}}");
  };
  REQUIRE(put("first").status == 201);
  const std::string filler = folder.path() + "/filler";
  std::ofstream(filler) << std::string(std::size_t{64} << 20, 'x');  // as much as there is room
  int written = 0;
  auto answer = put("n0");
  while (answer.status == 201 && written < 2000) answer = put("n" + std::to_string(++written));
  CHECK(answer.status == 503);
  CHECK_FALSE(answer.field("Retry-After").empty());
  CHECK(holds(answer, "\"transient\"") != holds(answer, "\"throttled\""));
  const auto refused = "/Basic/n" + std::to_string(written);
  CHECK(server.ask("GET", refused).status == 404);
  CHECK(server.ask("GET", "/Basic/first").status == 200);
  CHECK(server.ask("GET", "/Basic?_summary=count").status == 200);
  CHECK(server.ask("DELETE", "/Basic/first").status == 503);
  const auto transaction =
      R"({"resourceType":"Bundle","type":"transaction","entry":[{"resource":{"resourceType":)"
      R"("Basic","code":{"text":"c"}},"request":{"method":"POST","url":"Basic"}}]})";
  CHECK(server.ask("POST", "/", "", transaction).status == 503);
  std::filesystem::remove(filler);
  CHECK(put("after").status == 201);
  CHECK(server.ask("POST", "/", "", transaction).status == 200);
  for (int n = 0; n < written; ++n)
    CHECK(server.ask("GET", "/Basic/n" + std::to_string(n)).status == 200);
}
