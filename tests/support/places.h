// Where this checkout and this build lie. Said in one translation unit, so that every other one is
// the same in any folder and a compiler cache knows it again.

#pragma once

#include <string>

namespace fingerpost::test {

std::string project_dir();  // the folder of README.md
std::string build_dir();    // the folder of the program and of fingerpost.definitions

}  // namespace fingerpost::test
