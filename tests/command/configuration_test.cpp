#include "command/configuration.h"

#include "support/catch.h"
#include "support/places.h"

#include <fstream>
#include <sstream>

using namespace fingerpost;
using command::Address;
using command::check_reach;
using command::read_address;
using command::read_configuration;

TEST_CASE("addresses are read and written as people write them") {
  struct Row {
    const char* text;
    Address address;
    bool loopback;
  };
  const auto row = GENERATE(
      Row{"127.0.0.1:8080", {"127.0.0.1", 8080}, true}, Row{"127.9.8.7:1", {"127.9.8.7", 1}, true},
      Row{"localhost:0", {"localhost", 0}, true}, Row{"[::1]:65535", {"::1", 65535}, true},
      Row{"0.0.0.0:80", {"0.0.0.0", 80}, false}, Row{"[::]:80", {"::", 80}, false},
      Row{"clinic.example:2575", {"clinic.example", 2575}, false},
      Row{"127.0.0.1.evil.example:80", {"127.0.0.1.evil.example", 80}, false},
      Row{"127.0.0:80", {"127.0.0", 80}, false}, Row{"127.0.0.256:80", {"127.0.0.256", 80}, false});
  CAPTURE(row.text);
  const auto address = read_address(row.text);
  REQUIRE(address);
  CHECK(*address == row.address);
  CHECK(to_text(*address) == row.text);
  CHECK(is_loopback(*address) == row.loopback);
}

TEST_CASE("what is no address is refused") {
  const auto* text = GENERATE("", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "h:-1",
                              "h:80x", "::1:80", "[]:80", "a b:80", "http://h:80", "h/p:80");
  CAPTURE(text);
  CHECK_FALSE(read_address(text));
}

TEST_CASE("an empty configuration is a gateway for this machine alone") {
  const auto read = read_configuration("", "gateway.toml");
  REQUIRE(read);
  CHECK(is_loopback(read->http.at));
  CHECK_FALSE(read->mllp);
  CHECK(read->partners.list.empty());
  CHECK(check_reach(read->http, "HTTP"));
}

TEST_CASE("a source of extracts says what they are, whose, and where they are put") {
  const std::string partner = "[[partner]]\nid = \"north\"\n";
  const std::string tpp = "[[source]]\nkind = \"tpp\"\npartner = \"north\"\nfolder = \"in\"\n";
  const auto read = read_configuration(
      partner + tpp + "first_delta = true\nsettle_seconds = 5\npoll_seconds = 2\n", "g.toml");
  REQUIRE(read);
  REQUIRE(read->sources.size() == 1);
  const auto& source = read->sources[0];
  CHECK(source.format == Format::tpp);
  CHECK(source.id() == "north");
  CHECK(source.folder == "in");
  CHECK(source.first_delta);
  CHECK(source.settle_seconds == 5);
  CHECK(source.poll_seconds == 2);
  struct Row {
    std::string text;
    const char* fault;
  };
  const auto wrong = GENERATE_COPY(
      Row{"[[source]]\nkind = \"emis\"\n", "source 1: needs a folder"},
      Row{"[[source]]\nkind = \"tpp\"\nfolder = \"in\"\n", "source 1: needs a partner"},
      Row{tpp, "source 1: its partner is none"},
      Row{partner + tpp + tpp, "source 2: has the folder, or kind and partner, of source 1"},
      Row{partner + tpp + "[[source]]\nkind = \"emis\"\nfolder = \"in\"\n",
          "source 2: has the folder"},
      Row{"[[source]]\nkind = \"vision\"\nfolder = \"in\"\n", "must be one of: emis, tpp"});
  CAPTURE(wrong.text);
  const auto refused = read_configuration(wrong.text, "g.toml");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text.find(wrong.fault) != std::string::npos);
}

TEST_CASE("every key of a configuration is understood") {
  const auto read = read_configuration(R"(
data = "store"
[http]
listen = "127.0.0.1:9090"
base_url = "https://gateway.example/fhir/"
[mllp]
listen = "0.0.0.0:2575"
beyond_loopback = true
[self]
application = "GATEWAY"
facility = "A1"
zone = "UTC"
trace = true
unknown_receiver = "keep"
nhs_number_check = "error"
[[partner]]
id = "link"
name = "Link workers"
channel = "fhir"
fhir = "http://127.0.0.1:8090/fhir/"
identifier = [{ system = "https://fhir.nhs.uk/Id/ods-organization-code", value = "X1" }]
concept_maps = ["codes.json"]
[[partner]]
id = "gp"
channel = "mllp"
mllp = "127.0.0.1:2576"
application = "GP"
facility = "B2"
version = "2.5.1"
charset = "8859/1"
[fhir]
packages = ["uk-core.tgz", "/srv/ours"]
[limits]
body_bytes = 1000
depth = 7
)",
                                       "gateway.toml");
  REQUIRE(read);
  CHECK(read->data == "store");
  CHECK(read->http.at == Address{"127.0.0.1", 9090});
  CHECK(read->base_url == "https://gateway.example/fhir");
  REQUIRE(read->mllp);
  CHECK(read->mllp->at == Address{"0.0.0.0", 2575});
  CHECK(check_reach(*read->mllp, "MLLP"));
  CHECK(read->partners.own_application == "GATEWAY");
  CHECK(read->partners.own_facility == "A1");
  CHECK(read->zone == "UTC");
  CHECK(read->trace);
  CHECK(read->partners.unknown_receiver == exchange::UnknownReceiver::keep);
  CHECK(read->nhs_number_check == Severity::error);
  REQUIRE(read->partners.list.size() == 2);
  const auto* link =
      read->partners.find_identifier("https://fhir.nhs.uk/Id/ods-organization-code", "X1");
  REQUIRE(link != nullptr);
  CHECK(link->name == "Link workers");
  CHECK(link->channel == exchange::Channel::fhir);
  CHECK(link->fhir_base == "http://127.0.0.1:8090/fhir");
  CHECK(link->concept_maps == std::vector<std::string>{"codes.json"});
  const auto* gp = read->partners.find("gp");
  REQUIRE(gp != nullptr);
  CHECK(gp->channel == exchange::Channel::mllp);
  CHECK(gp->host == "127.0.0.1");
  CHECK(gp->port == 2576);
  CHECK(gp->application == "GP");
  CHECK(gp->facility == "B2");
  CHECK(gp->version == "2.5.1");
  CHECK(gp->charset == "8859/1");
  CHECK(read->limits.body_bytes == 1000);
  CHECK(read->limits.depth == 7);
  CHECK(read->packages == std::vector<std::string>{"uk-core.tgz", "/srv/ours"});
}

TEST_CASE("a mistake in a configuration is named with its line") {
  struct Row {
    const char *text, *problem;
  };
  const auto row = GENERATE(
      Row{"data = 3\n", "g.toml:1: data: must be a text"},
      Row{"\n[http]\nlsiten = \"h:1\"\n", "g.toml:3: http.lsiten: no such key; is it listen?"},
      Row{"[http]\nlisten = \"8080\"\n", "g.toml:2: http.listen: an address is HOST:PORT"},
      Row{"[web]\n", "g.toml:1: web: no such key"},
      Row{"http = 1\n", "g.toml:1: http: must be a section"},
      Row{"partner = 1\n", "g.toml:1: partner: must be a list of sections"},
      Row{"[[partner]]\nid = \"a\"\nchannel = \"fax\"\n", "must be one of: none, self, fhir, mllp"},
      Row{"[[partner]]\nid = \"a\"\nchannel = \"fhir\"\n", "partner a: a FHIR partner needs"},
      Row{"[[partner]]\nid = \"a\"\n[[partner]]\nid = \"a\"\n", "two partners have one id"},
      Row{"[[partner]]\nid = \"a\"\nconcept_maps = [1]\n", "must be a list of texts"},
      Row{"[http]\nbeyond_loopback = 1\n", "g.toml:2: http.beyond_loopback: must be true or false"},
      Row{"[limits]\nbody_bytes = -1\n", "g.toml:2: limits.body_bytes: is out of range"},
      Row{"[limits]\ndepth = 4294967296\n", "g.toml:2: limits.depth: is out of range"},
      Row{"[limits]\ndepth = \"7\"\n", "g.toml:2: limits.depth: must be a whole number"},
      Row{"[[partner]]\nid = \"a\"\ncharset = \"UTF-16\"\n", "g.toml:3: partner.charset: "},
      Row{"[http]\nbase_url = \"fhir\"\n", "g.toml:2: http.base_url: must be http://HOST"},
      Row{"[http]\nbase_url = \"ftp://a/b\"\n", "g.toml:2: http.base_url: must be http://HOST"},
      Row{"[http]\nbase_url = \"https:///b\"\n", "g.toml:2: http.base_url: must be http://HOST"},
      Row{"[http]\nbase_url = \"https://a/b?c\"\n", "g.toml:2: http.base_url: must be http://HOST"},
      Row{"[[partner]]\nid = \"a\"\nfhir = \"http//a\"\n", "g.toml:3: partner.fhir: must be"},
      Row{"[[partner]]\nid = \"a b\"\n", "g.toml:2: partner.id: may have letters, digits"},
      Row{"[[partner]]\nid = \"a/b\"\n", "g.toml:2: partner.id: may have letters, digits"},
      Row{"[[partner]]\nid = \"a\"\nversion = \"9\"\n", "partner.version: must be one of: 2.1,"},
      Row{"[self]\nzone = \"Mars\"\n", "self.zone: must be one of: Europe/London, UTC"},
      Row{"[self]\ntrace = 1\n", "g.toml:2: self.trace: must be true or false"},
      Row{"data = \n", "g.toml:1: not TOML: "});
  CAPTURE(row.text);
  const auto read = read_configuration(row.text, "g.toml");
  REQUIRE_FALSE(read);
  CAPTURE(read.error().text);
  CHECK(read.error().text.find(row.problem) != std::string::npos);
}

TEST_CASE("all mistakes are told at once") {
  const auto read = read_configuration("a = 1\nb = 2\n", "g.toml");
  REQUIRE_FALSE(read);
  CHECK(read.error().text == "g.toml:1: a: no such key\ng.toml:2: b: no such key");
}

TEST_CASE("an address that others can reach needs the word of the file") {
  const command::Listen open{{"0.0.0.0", 80}, false};
  const auto reach = check_reach(open, "HTTP");
  REQUIRE_FALSE(reach);
  CHECK(reach.error().kind == Kind::forbidden);
  CHECK(reach.error().where == "0.0.0.0:80");
  CHECK(check_reach({{"0.0.0.0", 80}, true}, "HTTP"));
}

TEST_CASE("every limit can be configured") {
  std::ifstream header(test::project_dir() + "/include/fingerpost/limits.h");
  int found = 0;
  for (std::string line; std::getline(header, line);) {
    const auto equals = line.find(" = ");
    if (!line.starts_with("  ") || line.starts_with("  //") || equals == std::string::npos)
      continue;
    const auto name =
        line.substr(line.rfind(' ', equals - 1) + 1, equals - line.rfind(' ', equals - 1) - 1);
    CAPTURE(name);
    CHECK(read_configuration("[limits]\n" + name + " = 5\n", "g.toml"));
    ++found;
  }
  CHECK(found >= 25);
}

TEST_CASE("a terminology server elsewhere is named with what it is asked about") {
  const auto read = read_configuration(
      "[terminology]\nurl = \"https://tx.example/fhir/\"\nsystems = [\"urn:s\"]\n"
      "[writes]\ncheck = \"profiles\"\n",
      "gateway.toml");
  REQUIRE(read);
  CHECK(read->terminology.url == "https://tx.example/fhir");
  CHECK(read->terminology.systems == std::vector<std::string>{"urn:s"});
  CHECK(read->profiles_on_write);
  CHECK_FALSE(read_configuration("", "gateway.toml")->profiles_on_write);
}

TEST_CASE("another server is reached encrypted, or on this machine") {
  struct Row {
    const char* url;
    bool good;
  };
  const auto row =
      GENERATE(Row{"https://tx.example/fhir", true}, Row{"http://127.0.0.1:80/fhir", true},
               Row{"http://tx.example:80/fhir", false},
               Row{"http://127.0.0.1.tx.example:80/", false}, Row{"ftp://a", false});
  CAPTURE(row.url);
  const auto key = GENERATE("[terminology]\nurl", "[[partner]]\nid = \"a\"\nfhir");
  const auto read =
      read_configuration(std::string(key) + " = \"" + row.url + "\"\n", "gateway.toml");
  CHECK(read.has_value() == row.good);
}
