#include "profile/narrative.h"

#include <catch2/catch.hpp>

using namespace fingerpost;

namespace {

std::size_t errors(const std::string& content) {
  return profile::narrative_errors("<div xmlns=\"http://www.w3.org/1999/xhtml\">" + content +
                                   "</div>")
      .size();
}

}  // namespace

TEST_CASE("a narrative has XML's entities, the no-break space and characters by number alone") {
  const auto* const good = GENERATE("a", "&amp;", "&nbsp;", "&#160;", "&#x10FFFF;", "&lt;&gt;");
  CHECK(errors(good) == 0);
  const auto* const bad =
      GENERATE("&", "& amp;", "&copy;", "&;", "&#;", "&#xG;", "&aVeryLongNameIndeed;", "&amp");
  CHECK(errors(bad) == 1);
}

TEST_CASE("a narrative of ampersands alone is read in one go") {
  CHECK(errors(std::string(4 << 20, '&')) == 1);
}
