// config check on the files that a configuration names, by the real program.
#include "support/catch.h"
#include "support/certificates.h"
#include "support/program.h"
#include "support/rsa_pem.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <functional>
#include <string>

using namespace fingerpost;

namespace {

namespace fs = std::filesystem;

// Everything that roads can name, and all of it sound.
struct World {
  test::Folder folder;
  test::CertificateAuthority root{"root"};
  test::Certificate own = root.issue({"gateway"}), other = root.issue({"other"});

  World() {
    for (const auto* name : {"in", "out", "spool"}) fs::create_directory(folder / name);
    secret("password", "open sesame\n");
    secret("shared", "everybody's\n");
    secret("own.key", own.key);
    secret("bars.key", test::RsaPem().pem());
    folder.write("own.pem", own.pem);
    folder.write("ca.pem", root.pem());
    folder.write("gateway.toml", text());
  }
  void secret(const std::string& name, const std::string& bytes) {
    folder.write(name, bytes);
    fs::permissions(folder / name, fs::perms::owner_read | fs::perms::owner_write);
  }
  std::string at(const std::string& name) const { return "\"" + (folder / name).string() + "\"\n"; }

  std::string text() const {
    return "[terminology]\nurl = \"https://tx.example\"\nca_file = " + at("ca.pem") +  // 3
           "[bars]\norganisation = \"A99999\"\nuse_case = \"test\"\n"                  // 6
           "token_url = \"https://t.example\"\napplication = \"a\"\nkey_id = \"k\"\n"  // 9
           "key_file = " +
           at("bars.key") +                                                 // 10
           "[[mesh]]\nmailbox = \"HUB\"\nurl = \"https://mesh.example\"\n"  // 13
           "password_file = " +
           at("password") +                                         // 14
           "shared_key_file = " + at("shared") +                    // 15
           "cert_file = " + at("own.pem") +                         // 16
           "key_file = " + at("own.key") +                          // 17
           "[[partner]]\nid = \"charity\"\nchannel = \"folder\"\n"  // 20
           "[partner.folder]\nin = " +
           at("in") +                                               // 22
           "out = " + at("out") +                                   // 23
           "[[source]]\nkind = \"emis\"\nfolder = " + at("spool");  // 26
  }
  test::Ran check() const {
    return test::run({"config", "check", (folder / "gateway.toml").string()});
  }
};

}  // namespace

TEST_CASE("config check finds what a start would refuse and what could never work, by its line") {
  struct Row {
    const char* what;
    std::function<void(World&)> spoil;
    const char* says;  // after the file
  };
  const auto everybody = [](const char* name) {
    return [name](World& world) {
      fs::permissions(world.folder / name, fs::perms::others_read, fs::perm_options::add);
    };
  };
  const auto text = [](const char* name, const char* bytes) {
    return [name, bytes](World& world) { world.folder.write(name, bytes); };
  };
  const auto gone = [](const char* name) {
    return [name](World& world) { fs::remove_all(world.folder / name); };
  };
  const Row rows[] = {
      {"a weak key", [](World& world) { world.secret("bars.key", test::RsaPem(1024).pem()); },
       ":10: bars.key_file: "},
      {"a key of another kind", [](World& world) { world.secret("bars.key", world.own.key); },
       ":10: bars.key_file: "},
      {"no key", text("bars.key", "hello"), ":10: bars.key_file: "},
      {"a key for everybody", everybody("bars.key"), ":10: bars.key_file: "},
      {"a password for everybody", everybody("password"), ":14: mesh HUB.password_file: "},
      {"a password of two lines", text("password", "a\nb\n"), ":14: mesh HUB.password_file: "},
      {"no shared key", gone("shared"), ":15: mesh HUB.shared_key_file: "},
      {"no certificate", text("own.pem", "hello"), ":16: mesh HUB.cert_file: "},
      {"a private key for everybody", everybody("own.key"), ":17: mesh HUB.key_file: "},
      {"another's key", [](World& world) { world.secret("own.key", world.other.key); },
       ":17: mesh HUB.key_file: "},
      {"no authority", text("ca.pem", ""), ":3: terminology.ca_file: "},
      {"no folder", gone("in"), ":22: partner charity.folder.in: "},
      {"a file for a folder",
       [](World& world) {
         fs::remove(world.folder / "out");
         world.folder.write("out", "");
       },
       ":23: partner charity.folder.out: "},
      {"no source", gone("spool"), ":26: source.folder: "},
  };
  {
    const World world;
    const auto ran = world.check();
    CAPTURE(ran.error);
    CHECK(ran.status == 0);
  }
  for (const auto& row : rows) {
    CAPTURE(row.what);
    World spoilt;
    row.spoil(spoilt);
    const auto ran = spoilt.check();
    CAPTURE(ran.error);
    CHECK(ran.status == 1);
    CHECK(ran.error.find("gateway.toml" + std::string(row.says)) != std::string::npos);
    CHECK(ran.error.find("PRIVATE") == std::string::npos);
    CHECK(ran.error.find("sesame") == std::string::npos);
  }
}

TEST_CASE("config check loads the maps and packages that a start would load") {
  const test::Folder folder;
  const auto check = [&](const std::string& text) {
    return test::run({"config", "check", folder.write("gateway.toml", text)});
  };
  const std::string table = "[[partner]]\nid = \"a\"\nconcept_maps = [\"map.json\"]\n";
  folder.write("map.json",
               R"({"resourceType":"ConceptMap","url":"urn:m","status":"active","group":[]})");
  const auto good = check(table);
  CAPTURE(good.error);
  CHECK(good.status == 0);
  folder.write("map.json", R"({"resourceType":"ConceptMap","group":7})");
  const auto bad = check(table);
  CAPTURE(bad.error);
  CHECK(bad.status == 1);
  folder.write("package.tgz", "this is no archive");
  const auto package = check("[fhir]\npackages = [\"package.tgz\"]\n");
  CAPTURE(package.error);
  CHECK(package.status == 1);
  CHECK(package.error.find("package.tgz") != std::string::npos);
  CHECK(package.error.find("holds no definition") != std::string::npos);
}

TEST_CASE("config check finds listeners that meet, by their line") {
  const test::Folder folder;
  const auto ran = test::run(
      {"config", "check",
       folder.write("gateway.toml",
                    "[http]\nlisten = \"127.0.0.1:8080\"\n[mllp]\nlisten = \"127.0.0.1:2575\"\n"
                    "[admin]\nlisten = \"127.0.0.1:2575\"\n")});
  CHECK(ran.status == 1);
  CHECK(ran.error.find("admin.listen: is the address of mllp.listen") != std::string::npos);
  CHECK(ran.error.find("gateway.toml:4: ") != std::string::npos);
}
