// The compiled FHIR definitions for tests, read once for the whole program.

#pragma once

#include "model/definitions.h"
#include "support/places.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <vector>

namespace fingerpost::test {

// A fresh set, for tests that intern names of their own or extend it.
inline model::Definitions load_definitions() {
  std::ifstream in(build_dir() + "/fingerpost.definitions", std::ios::binary);
  const std::vector<char> text{std::istreambuf_iterator<char>(in), {}};
  auto bytes = std::make_shared<std::vector<std::byte>>(text.size());
  std::transform(text.begin(), text.end(), bytes->begin(),
                 [](char c) { return static_cast<std::byte>(c); });
  auto made = model::Definitions::view(*bytes, bytes);
  if (!made) throw std::runtime_error("no definitions: build the target `definitions`");
  return *std::move(made);
}

inline model::Definitions& definitions() {
  static model::Definitions all = load_definitions();
  return all;
}

}  // namespace fingerpost::test
