#include "command/configuration.h"

#include "support/catch.h"
#include "support/places.h"

#include <fstream>
#include <sstream>

using namespace fingerpost;
using command::Address;
using command::check_http_reach;
using command::check_mllp_reach;
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
  CHECK(check_http_reach(*read));
  CHECK(read->access.clients.empty());
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
  CHECK(check_mllp_reach(*read->mllp));
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
      Row{"[mllp]\nbeyond_loopback = 1\n", "g.toml:2: mllp.beyond_loopback: must be true or false"},
      Row{"[limits]\nbody_bytes = -1\n", "g.toml:2: limits.body_bytes: is out of range"},
      Row{"[limits]\ndepth = 4294967296\n", "g.toml:2: limits.depth: is out of range"},
      Row{"[limits]\ndepth = \"7\"\n", "g.toml:2: limits.depth: must be a whole number"},
      Row{"[[partner]]\nid = \"a\"\ncharset = \"UTF-16\"\n", "g.toml:3: partner.charset: "},
      Row{"[http]\nbase_url = \"fhir\"\n", "g.toml:2: http.base_url: must be http://HOST"},
      Row{"[http]\nbase_url = \"ftp://a/b\"\n", "g.toml:2: http.base_url: must be http://HOST"},
      Row{"[http]\nbase_url = \"https:///b\"\n", "g.toml:2: http.base_url: must be http://HOST"},
      Row{"[http]\nbase_url = \"https://a/b?c\"\n", "g.toml:2: http.base_url: must be http://HOST"},
      Row{"[http]\nbase_url = \"https://a/b#c\"\n", "g.toml:2: http.base_url: must be http://HOST"},
      Row{"[http]\nbase_url = \"https://me@a/b\"\n", "g.toml:2: http.base_url: must be http://H"},
      Row{"[http]\nbase_url = \"https://me:x@a/b\"\n", "g.toml:2: http.base_url: must be http"},
      Row{"[http]\nbase_url = \"https://a:99999/b\"\n", "g.toml:2: http.base_url: must be http"},
      Row{"[http]\nbase_url = \"https://a:b/c\"\n", "g.toml:2: http.base_url: must be http://HO"},
      Row{"[http]\nbase_url = \"https://a:1:2/c\"\n", "g.toml:2: http.base_url: must be http://"},
      Row{"[http]\nbase_url = \"https://a]b/c\"\n", "g.toml:2: http.base_url: must be http://HO"},
      Row{"[http]\n\nbase_url = \"http://a/b\"\n[http.tls]\ncertificate = \"c\"\nkey = \"k\"\n",
          "g.toml:3: http.base_url: must begin with https://"},
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

TEST_CASE("a base URL has a host, and a port or none") {
  const auto* const url =
      GENERATE("https://gateway.example/fhir", "https://gateway.example:8443/fhir",
               "http://127.0.0.1:8080/fhir", "https://[::1]:8443/fhir", "https://[::1]/fhir",
               "http://localhost/a/b", "https://h");
  CAPTURE(url);
  const auto read =
      read_configuration("[http]\nbase_url = \"" + std::string(url) + "\"\n", "g.toml");
  REQUIRE(read);
  CHECK(read->base_url == url);
}

TEST_CASE("all mistakes are told at once") {
  const auto read = read_configuration("a = 1\nb = 2\n", "g.toml");
  REQUIRE_FALSE(read);
  CHECK(read.error().text == "g.toml:1: a: no such key\ng.toml:2: b: no such key");
}

TEST_CASE("an address that others can reach needs the word of the file") {
  const auto reach = check_mllp_reach({{"0.0.0.0", 80}, false});
  REQUIRE_FALSE(reach);
  CHECK(reach.error().kind == Kind::forbidden);
  CHECK(reach.error().where == "0.0.0.0:80");
  CHECK(check_mllp_reach({{"0.0.0.0", 80}, true}));
}

TEST_CASE("HTTP is reached from other machines by clients over TLS alone") {
  command::Configuration configuration;
  configuration.http.at = {"0.0.0.0", 80};
  const bool clients = GENERATE(false, true);
  const bool tls = GENERATE(false, true);
  CAPTURE(clients, tls);
  if (clients) configuration.access.clients.emplace_back();
  if (tls) configuration.http.tls.emplace();
  const auto reach = check_http_reach(configuration);
  CHECK(reach.has_value() == (clients && tls));
  if (!reach) CHECK(reach.error().where == "0.0.0.0:80");
}

namespace {

// A client, with one line as given; "" leaves it out.
std::string client_with(const std::string& key, const std::string& line) {
  std::string out = "[[client]]\n";
  const auto add = [&](const std::string& name, const std::string& usual) {
    const auto& text = name == key ? line : usual;
    if (!text.empty()) out += text + "\n";
  };
  add("id", "id = \"app\"");
  add("organisation", "organisation = \"A81001\"");
  add("purpose", "purpose = \"direct-care\"");
  add("scopes", "scopes = [\"system/Task.cruds\", \"system/Patient.read\"]");
  add("jwks", "jwks = \"app.jwks\"");
  add("certificates", "");
  return out;
}

}  // namespace

TEST_CASE("a client is what its section says") {
  const auto read = read_configuration(
      client_with("purpose",
                  "purpose = \"direct-care\"\nname = \"The App\"\nrole = \"R1\"\n"
                  "partners = [\"surgery\", \"links\"]\n"
                  "sees = \"everything\"\nlabels = [\"R\", \"NOPAT\"]") +
          "[tokens]\nseconds = 60\n[[partner]]\nid = \"links\"\n[[partner]]\nid = "
          "\"surgery\"\n",
      "g.toml");
  REQUIRE(read);
  REQUIRE(read->access.clients.size() == 1);
  const auto& [is, jwks] = read->access.clients[0];
  CHECK(is.id == "app");
  CHECK(is.name == "The App");
  CHECK(is.organisation == "A81001");
  CHECK(is.role == "R1");
  CHECK(is.partners == std::vector<std::string>{"surgery", "links"});
  CHECK(is.purpose == access::Purpose::direct_care);
  CHECK(is.sees_everything);
  CHECK(is.labels == (search::restricted | search::no_patient));
  CHECK(access::write_scopes(is.scopes) == "system/Task.cruds system/Patient.rs");
  CHECK(jwks == "app.jwks");
  CHECK(read->access.token_seconds == 60);
}

TEST_CASE("a client sees what its organisation has to do with, and no label, unless it is told") {
  const auto read = read_configuration(client_with("", ""), "g.toml");
  REQUIRE(read);
  CHECK(!read->access.clients[0].is.sees_everything);
  CHECK(read->access.clients[0].is.labels == 0);
}

TEST_CASE("what is wrong with a client is told with its line") {
  struct Row {
    std::string text, problem;
  };
  const std::string pin = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  const std::string certificates = "certificates = [\"" + pin + "\"]";
  const auto row = GENERATE_COPY(
      Row{client_with("id", ""), "g.toml:1: client: needs an id"},
      Row{client_with("id", "id = \"a b\""), "g.toml:2: client.id: "},
      Row{client_with("organisation", ""), "g.toml:1: client: needs an organisation"},
      Row{client_with("organisation", "organisation = \"a8\""), "g.toml:3: client.organisation: "},
      Row{client_with("purpose", ""), "g.toml:1: client: needs a purpose"},
      Row{client_with("purpose", "purpose = \"beyond-care\""), "beyond-care is not offered"},
      Row{client_with("purpose", "purpose = \"both\""), "g.toml:4: client.purpose: must be one of"},
      Row{client_with("scopes", ""), "g.toml:1: client: needs scopes"},
      Row{client_with("scopes", "scopes = [\"system/Task.r\",\n\"patient/*.r\"]"),
          "g.toml:6: client.scopes: scopes of a user or a patient are not offered"},
      Row{client_with("scopes", "scopes = [\"system/Task.r?status=draft\"]"),
          "g.toml:5: client.scopes: scopes with search parameters are not offered"},
      Row{client_with("scopes", "scopes = [\"system/Task.dus\"]"),
          "g.toml:5: client.scopes: a scope is"},
      Row{client_with("scopes", "scopes = [\"system/Tsak.r\"]"),
          "g.toml:5: client.scopes: a scope is of a type of resource that R4 has, or of *; the "
          "nearest is Task"},
      Row{client_with("scopes", "scopes = [\"system/Task.\"]"),
          "g.toml:5: client.scopes: a scope is system/TYPE.cruds"},
      Row{client_with("jwks", ""), "g.toml:1: client: needs jwks"},
      Row{client_with("certificates", "sees = \"all\""), "g.toml:7: client.sees: must be one of"},
      Row{client_with("certificates", "labels = [\"U\"]"), "g.toml:7: client.labels: must be of R"},
      Row{client_with("certificates", "certificates = [\"sha256/AAAA\"]"),
          "g.toml:7: client.certificates: must be sha256/"},
      Row{client_with("certificates", certificates),
          "client app: has certificates, and no http.tls"},
      Row{client_with("", "") + "[http.tls]\ncertificate = \"c\"\nkey = \"k\"\nclient_ca = \"a\"\n",
          "client app: needs certificates"},
      Row{"[http.tls]\nkey = \"k\"\n", "http.tls: needs a certificate and its key"},
      Row{"[http.tls]\ncertificate = \"c\"\nkey = \"k\"\nverify = false\n",
          "g.toml:4: http.tls.verify: no such key"},
      Row{"[http]\nbeyond_loopback = true\n", "g.toml:2: http.beyond_loopback: no such key"},
      Row{client_with("certificates", "partners = [\"links\"]"),
          "client app: partners: no partner has the id \"links\""},
      Row{client_with("", "") + client_with("", ""), "client: another client has this id"},
      Row{client_with("certificates", "secret = \"x\""), "g.toml:7: client.secret: no such key"},
      Row{"[tokens]\nseconds = 301\n", "tokens: seconds must be 1 to 300"},
      Row{"[tokens]\nseconds = 0\n", "tokens: seconds must be 1 to 300"});
  CAPTURE(row.text);
  const auto read = read_configuration(row.text, "g.toml");
  REQUIRE_FALSE(read);
  CAPTURE(read.error().text);
  CHECK(read.error().text.find(row.problem) != std::string::npos);
}

TEST_CASE("clients show certificates where they are asked for, and each has its own") {
  const auto read = read_configuration(
      client_with("certificates",
                  "certificates = [\"sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"]") +
          "[http.tls]\ncertificate = \"c\"\nkey = \"k\"\nclient_ca = \"a\"\ncrl = \"r\"\n",
      "g.toml");
  REQUIRE(read);
  CHECK(read->access.clients[0].is.pins ==
        std::vector<std::string>{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="});
  REQUIRE(read->http.tls);
  CHECK(read->http.tls->crl == "r");
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

TEST_CASE("the ways to partners are what their sections say") {
  const auto read = read_configuration(R"(
[bars]
organisation = "A99999"
token_url = "https://tokens.example/oauth2/token"
application = "app"
key_id = "k"
key_file = "bars.key"
[[mesh]]
mailbox = "HUB1"
url = "https://mesh.example/"
password_file = "password"
shared_key_file = "key"
cert_file = "c.pem"
key_file = "k.pem"
poll_seconds = 600
chunk_bytes = 1000
[[partner]]
id = "mesh"
channel = "mesh"
mesh = { from = "HUB1", mailbox = "X26_A", workflow = "WORK-1" }
carries = "bars"
[[partner]]
id = "bars"
channel = "bars"
bars = { base = "https://bars.example/FHIR/R4/", service = "2000099999" }
[[partner]]
id = "folder"
channel = "folder"
folder = { out = "out", in = "in", settle_seconds = 5 }
[[partner]]
id = "mllp"
channel = "mllp"
mllp = "gp.example:2575"
tls = { ca_file = "ca.pem", pins = ["sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="] }
keep_open = false
answers = "enhanced"
)",
                                       "g.toml");
  CAPTURE(read ? "" : read.error().text);
  REQUIRE(read);
  REQUIRE(read->mesh.size() == 1);
  CHECK(read->mesh[0].url == "https://mesh.example");
  CHECK(read->mesh[0].poll_seconds == 600);
  CHECK(read->mesh[0].chunk_bytes == 1000);
  CHECK(read->bars.account.key_id == "k");
  const auto& partners = read->partners.list;
  CHECK(partners[0].mesh.workflow == "WORK-1");
  CHECK(language(partners[0]) == exchange::Language::bars);
  CHECK(partners[1].bars.base == "https://bars.example/FHIR/R4");
  CHECK(partners[1].bars.service_system == "https://fhir.nhs.uk/Id/dos-service-id");
  CHECK(language(partners[1]) == exchange::Language::bars);
  CHECK(partners[2].folder.settle_seconds == 5);
  CHECK(language(partners[2]) == exchange::Language::hl7v2);
  CHECK(partners[3].mllp.tls);
  CHECK(partners[3].mllp.pins.size() == 1);
  CHECK_FALSE(partners[3].mllp.keep_open);
  CHECK(partners[3].mllp.answers == exchange::AnswerMode::enhanced);
}

TEST_CASE("what is wrong with a way to a partner is told") {
  struct Row {
    const char* text;
    const char* fault;
  };
  const auto row = GENERATE(
      Row{"[[partner]]\nid = \"a\"\nchannel = \"mesh\"\n", "partner a: a MESH partner needs"},
      Row{"[[partner]]\nid = \"a\"\nchannel = \"mesh\"\n"
          "mesh = { from = \"A\", mailbox = \"B\", workflow = \"C\" }\n",
          "partner a: no [[mesh]] section has the mailbox"},
      Row{"[[partner]]\nid = \"a\"\nmesh = { mailbox = \"a b\" }\n", "may have letters, digits"},
      Row{"[[partner]]\nid = \"a\"\nmesh = { mailbix = \"A\" }\n", "is it mailbox?"},
      Row{"[[mesh]]\nmailbox = \"A\"\nurl = \"https://m\"\npassword_file = \"p\"\n",
          "needs a shared_key_file"},
      Row{"[[mesh]]\nmailbox = \"A\"\nurl = \"http://mesh.example\"\n", "must begin with https://"},
      Row{"[[partner]]\nid = \"a\"\nchannel = \"bars\"\nbars = { base = \"https://b\" }\n",
          "partner a: a BaRS partner needs"},
      Row{"[bars]\ntoken_url = \"https://t/token\"\n", "a token_url needs"},
      Row{"[[partner]]\nid = \"a\"\nchannel = \"folder\"\n", "partner a: a folder partner needs"},
      Row{"[[partner]]\nid = \"a\"\nfolder = { out = \"x\", in = \"x\" }\n",
          "partner a: its folder is another road's too"},
      Row{"[[partner]]\nid = \"a\"\ntls = { pins = [\"abc\"] }\n", "a pin is sha256/"},
      Row{"[[partner]]\nid = \"a\"\ntls = { cert_file = \"c\" }\n", "needs both a cert_file"});
  CAPTURE(row.text);
  const auto read = read_configuration(row.text, "g.toml");
  REQUIRE_FALSE(read);
  CAPTURE(read.error().text);
  CHECK(read.error().text.find(row.fault) != std::string::npos);
}
