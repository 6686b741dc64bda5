// The program as it was built, and what its process keeps to itself.

#include "support/catch.h"
#include "support/ports.h"
#include "support/program.h"
#include "wire/json_value.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <elf.h>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

using namespace fingerpost;
using test::Folder;
using test::read_file;

namespace {

// What the program loader is told, of a 64-bit ELF file.
struct Elf {
  bool position_independent = false;
  bool read_only_tables = false;  // relocated first, then write-protected
  bool bound_at_start = false;
  bool stack_is_data = false;
  bool searches_paths = false;
  std::set<std::string> libraries;
  std::string names;  // of its dynamic symbols and libraries, each ended by U+0000
};

template <class T>
T at(const std::string& bytes, std::uint64_t offset) {
  REQUIRE(offset + sizeof(T) <= bytes.size());
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

Elf read_elf(const std::string& bytes) {
  const auto head = at<Elf64_Ehdr>(bytes, 0);
  REQUIRE(std::memcmp(head.e_ident, ELFMAG, SELFMAG) == 0);
  std::vector<Elf64_Phdr> parts;
  for (unsigned i = 0; i < head.e_phnum; ++i)
    parts.push_back(at<Elf64_Phdr>(bytes, head.e_phoff + i * sizeof(Elf64_Phdr)));
  Elf elf;
  elf.position_independent = head.e_type == ET_DYN;
  std::vector<Elf64_Dyn> entries;
  for (const auto& part : parts) {
    if (part.p_type == PT_GNU_RELRO) elf.read_only_tables = true;
    if (part.p_type == PT_GNU_STACK) elf.stack_is_data = (part.p_flags & PF_X) == 0;
    if (part.p_type != PT_DYNAMIC) continue;
    for (std::uint64_t i = 0; i < part.p_filesz; i += sizeof(Elf64_Dyn))
      entries.push_back(at<Elf64_Dyn>(bytes, part.p_offset + i));
  }
  const auto value = [&](Elf64_Sxword tag) {
    for (const auto& entry : entries)
      if (entry.d_tag == tag) return entry.d_un.d_val;
    return Elf64_Xword{0};
  };
  elf.bound_at_start = (value(DT_FLAGS) & DF_BIND_NOW) != 0 || (value(DT_FLAGS_1) & DF_1_NOW) != 0;
  elf.searches_paths = value(DT_RPATH) != 0 || value(DT_RUNPATH) != 0;
  for (const auto& part : parts) {
    const auto texts = value(DT_STRTAB);
    if (part.p_type != PT_LOAD || texts < part.p_vaddr || texts >= part.p_vaddr + part.p_filesz)
      continue;
    elf.names = bytes.substr(texts - part.p_vaddr + part.p_offset, value(DT_STRSZ));
  }
  for (const auto& entry : entries)
    if (entry.d_tag == DT_NEEDED) elf.libraries.insert(elf.names.c_str() + entry.d_un.d_val);
  return elf;
}

Elf program() {
  return read_elf(read_file(test::build_dir() + "/fingerpost"));
}

// "Umask" of "Umask:\t0077".
std::string line_of(const std::string& text, const std::string& name) {
  const auto begin = text.find(name);
  return begin == std::string::npos ? "" : text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE(
    "U5: the program can be loaded anywhere, its tables are read-only and its stack is data") {
  const auto elf = program();
  CHECK(elf.position_independent);
  CHECK(elf.read_only_tables);
  CHECK(elf.bound_at_start);
  CHECK(elf.stack_is_data);
}

TEST_CASE("U2: the program takes its libraries from the system's folders alone") {
  CHECK_FALSE(program().searches_paths);
}

#if defined(NDEBUG)
TEST_CASE("U5: a program that is released checks its stack and its copies") {
  const auto names = program().names;
  CHECK(names.find("__stack_chk_fail") != std::string::npos);
  CHECK(names.find("_chk", names.find("__mem")) != std::string::npos);
}
#endif

TEST_CASE("U1: every library that is linked stands in the bill of materials, with a version") {
  const auto text = read_file(test::build_dir() + "/fingerpost.cdx.json");
  const auto bill = wire::read_json_value(text, Limits{});
  REQUIRE(bill);
  CHECK(bill->member("bomFormat")->text == "CycloneDX");
  REQUIRE(bill->member("components") != nullptr);
  std::string sonames = " ";
  for (const auto& component : bill->member("components")->items) {
    CAPTURE(component.member("name")->text);
    CHECK(component.member("version")->text.find_first_of("123456789") != std::string::npos);
    sonames += component.member("properties")->items.at(0).member("value")->text + " ";
  }
  for (const auto& library : program().libraries) {
    CAPTURE(library);
    const auto end = library.find(".so");
    REQUIRE(end != std::string::npos);
    const auto soname = library.substr(0, end + 3);
#if !defined(NDEBUG)
    if (soname.find("san.so") != std::string::npos) continue;
#endif
    CHECK(sonames.find(" " + soname + " ") != std::string::npos);
  }
}

TEST_CASE("F2, F3: the process makes its files its user's alone and leaves no core") {
  const Folder folder;
  test::Program gateway({"serve", "--data", (folder / "data").string(), "--http",
                         "127.0.0.1:" + std::to_string(test::free_port())},
                        folder / "out", folder / "error");
  REQUIRE(test::eventually(
      [&] { return read_file(folder / "error").find("started") != std::string::npos; }));
  const auto process = "/proc/" + std::to_string(gateway.pid());
  CHECK(line_of(read_file(process + "/status"), "Umask:") == "Umask:\t0077");
  const auto limit = line_of(read_file(process + "/limits"), "Max core file size");
  CHECK(limit.find(" 0  ") != std::string::npos);
  CHECK(limit.find("unlimited") == std::string::npos);
}

TEST_CASE(
    "F3: a data folder that others could open is made its owner's alone, and the log says so") {
  namespace fs = std::filesystem;
  const Folder folder;
  const auto data = folder / "data";
  fs::create_directory(data);
  constexpr auto open_to_all = static_cast<fs::perms>(0755);
  fs::permissions(data, open_to_all);
  for (const auto* name : {"fingerpost.lock", "yours"}) {
    folder.write(std::string("data/") + name, "");
    fs::permissions(data / name, static_cast<fs::perms>(0644));
  }
  const auto mode = [&](const std::string& name) {
    return static_cast<unsigned>(fs::status(data / name).permissions());
  };
  const auto log = [&](const std::string& run) {
    test::Program gateway({"serve", "--data", data.string(), "--http",
                           "127.0.0.1:" + std::to_string(test::free_port())},
                          folder / "out", folder / run);
    REQUIRE(test::eventually(
        [&] { return read_file(folder / run).find("started") != std::string::npos; }));
    CHECK(mode("") == 0700);
    for (const auto* name : {"fingerpost.lock", "fingerpost.db", "gateway.door"}) {
      CAPTURE(name);
      CHECK(mode(name) == 0600);
    }
    return read_file(folder / run);
  };
  const auto first = log("first");
  CHECK(first.find(R"("event":"made private","path":")" + data.string() + R"(","was":"0755")") !=
        std::string::npos);
  CHECK(first.find(R"(fingerpost.lock","was":"0644")") != std::string::npos);
  CHECK(mode("yours") == 0644);  // not ours
  CHECK(log("second").find("made private") == std::string::npos);
}

TEST_CASE("F3: a data folder that everybody's files are in is not taken from them") {
  namespace fs = std::filesystem;
  const Folder folder;
  const auto data = folder / "data";
  fs::create_directory(data);
  const auto for_all = fs::perms::all | fs::perms::sticky_bit;
  fs::permissions(data, for_all);
  test::Program gateway({"serve", "--data", data.string(), "--http",
                         "127.0.0.1:" + std::to_string(test::free_port())},
                        folder / "out", folder / "log");
  REQUIRE(test::eventually(
      [&] { return read_file(folder / "log").find("started") != std::string::npos; }));
  CHECK(fs::status(data).permissions() == for_all);
  CHECK(read_file(folder / "log").find(R"("event":"open to others","path":")" + data.string()) !=
        std::string::npos);
}

TEST_CASE("F3: no option takes a secret on the command line") {
  const auto help = test::run({"serve", "--help"});
  for (const char* word : {"password", "secret", "token", "passphrase"}) {
    CAPTURE(word);
    CHECK(help.out.find(word) == std::string::npos);
  }
}
