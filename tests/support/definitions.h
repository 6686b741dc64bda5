// The compiled FHIR definitions for tests, read once for the whole program.

#pragma once

#include "model/definitions.h"
#include "support/places.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <vector>

namespace fingerpost::test {

// A fresh set, for tests that intern names of their own or extend it.
inline model::Definitions load_definitions() {
  std::ifstream in(build_dir() + "/fingerpost.definitions", std::ios::binary | std::ios::ate);
  const auto size = std::max<std::streamoff>(in.tellg(), 0);
  auto bytes = std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(size));
  in.seekg(0);
  in.read(reinterpret_cast<char*>(bytes->data()), size);
  auto made = model::Definitions::view(*bytes, bytes);
  if (!made) throw std::runtime_error("no definitions: build the target `definitions`");
  return *std::move(made);
}

inline model::Definitions& definitions() {
  static model::Definitions all = load_definitions();
  return all;
}

}  // namespace fingerpost::test
