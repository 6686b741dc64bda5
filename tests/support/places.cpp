#include "support/places.h"

namespace fingerpost::test {

std::string project_dir() {
  return PROJECT_DIR;
}
std::string build_dir() {
  return BUILD_DIR;
}

}  // namespace fingerpost::test
