// Catch2, taught to print a Result by its error alone.

#pragma once

#include "fingerpost/result.h"

#include <catch2/catch.hpp>

template <class T>
struct Catch::StringMaker<fingerpost::Result<T>> {
  static std::string convert(const fingerpost::Result<T>& result) {
    return result ? "a value" : "error: " + result.error().text + " at " + result.error().where;
  }
};
