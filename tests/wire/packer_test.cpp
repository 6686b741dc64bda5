#include "wire/packer.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;

namespace {

constexpr std::string_view dictionary = R"("status":"active","resourceType":"Patient")";

std::string unpacked(wire::Packer& packer, const std::string& bytes, std::size_t size) {
  std::string text(size, '\0');
  return packer.unpack(bytes, text.data(), size) ? text : "refused";
}

}  // namespace

TEST_CASE("a text comes back as it was packed, one after the other by the same packer") {
  wire::Packer packer(dictionary);
  std::string grown;
  for (int n = 0; n < 400; ++n) {
    grown += R"({"resourceType":"Patient","n":)" + std::to_string(n * n) + "}";
    const auto bytes = packer.pack(grown);
    REQUIRE(!bytes.empty());
    CHECK(bytes.size() < grown.size());
    CHECK(unpacked(packer, bytes, grown.size()) == grown);
  }
}

TEST_CASE("what would not become smaller is not packed") {
  wire::Packer packer(dictionary);
  CHECK(packer.pack("").empty());
  CHECK(packer.pack("x").empty());
  CHECK(packer.pack("\x01\x92\x7f\x33\xe0").empty());
}

TEST_CASE("bytes that are not the whole text of that size are refused") {
  wire::Packer packer(dictionary);
  const std::string text = R"({"resourceType":"Patient","status":"active"})";
  const auto bytes = packer.pack(text);
  REQUIRE(!bytes.empty());
  CHECK(unpacked(packer, bytes, text.size() + 1) == "refused");
  CHECK(unpacked(packer, bytes, text.size() - 1) == "refused");
  CHECK(unpacked(packer, bytes.substr(0, bytes.size() - 1), text.size()) == "refused");
  CHECK(unpacked(packer, bytes + "x", text.size()) == "refused");
  CHECK(unpacked(packer, "", text.size()) == "refused");
  CHECK(unpacked(packer, bytes, text.size()) == text);
}

TEST_CASE("another dictionary does not give the text") {
  wire::Packer packer(dictionary);
  wire::Packer other(R"("status":"entered-in-error","resourceType":"Group__")");
  const std::string text = R"({"resourceType":"Patient","status":"active"})";
  CHECK(unpacked(other, packer.pack(text), text.size()) != text);
}
