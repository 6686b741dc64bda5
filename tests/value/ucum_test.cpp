#include "value/ucum.h"

#include "value/quantity.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost::value;

namespace {

std::string converted(const char* number, const char* from, const char* to) {
  const auto a = parse_unit(from), b = parse_unit(to);
  if (!a || !b) return "no unit";
  if (!comparable(*a, *b)) return "not comparable";
  return to_text(converted(*parse_ratio(number), *a, *b), 12);
}

}  // namespace

TEST_CASE("UCUM's grammar tells units from what only looks like them") {
  struct Row {
    const char* code;
    bool valid;
  };
  const auto row = GENERATE(
      Row{"m", true}, Row{"/m", true}, Row{"10*3/ul", true}, Row{"10*-3/ul", true},
      Row{"10^3", true}, Row{"mm[Hg]", true}, Row{"dB[10.nV]", true}, Row{"kcal/(8.h)", true},
      Row{"m2{hb}", true}, Row{"{cells}/uL", true}, Row{"1{c}", true}, Row{"[in_i'Hg]", true},
      Row{"m[iU]/L", true}, Row{"cal_[15]", true}, Row{"''", true}, Row{"kg.m-1", true},
      Row{"[m/s2/Hz^(1/2)]", true}, Row{"", false}, Row{"m/", false}, Row{"10+3/ul", false},
      Row{"{a}rad2{b}", false}, Row{"g/12h", false}, Row{"iU", false}, Row{"k[in_i]", false},
      Row{"(m", false}, Row{"m)", false}, Row{"m.(/s)", false}, Row{"m{", false}, Row{"m-", false},
      Row{"kkg", false}, Row{"m s", false}, Row{"\xC2\xB5g", false}, Row{"0", false},
      Row{"m9999999", false});
  CAPTURE(row.code);
  CHECK(parse_unit(row.code).has_value() == row.valid);
}

TEST_CASE("values are converted exactly, and not at all between what does not compare") {
  struct Row {
    const char* number;
    const char* from;
    const char* to;
    const char* made;
  };
  const auto row = GENERATE(
      Row{"1", "[lb_av]", "kg", "4.5359237e-1"}, Row{"1", "[stone_av]", "[lb_av]", "1.4e1"},
      Row{"37", "Cel", "[degF]", "9.86e1"}, Row{"-40", "[degF]", "Cel", "-4e1"},
      Row{"0", "K", "Cel", "-2.7315e2"}, Row{"1", "mmol/L", "mol/m3", "1"},
      Row{"1", "[ly]", "km", "9.46073047258e12"}, Row{"180", "deg", "rad", "3.14159265359"},
      Row{"1", "m3", "L", "1e3"}, Row{"5", "m[iU]/L", "[IU]/mL", "5e-6"},
      Row{"1", "[iU]", "1", "not comparable"}, Row{"1", "[pH]", "mol/L", "not comparable"},
      Row{"1", "Cel.m", "K.m", "not comparable"}, Row{"1", "m", "s", "not comparable"},
      Row{"1", "J", "N.m", "1"}, Row{"60", "/min", "Hz", "1"});
  CAPTURE(row.from, row.to);
  CHECK(converted(row.number, row.from, row.to) == row.made);
}

TEST_CASE("a unit of absurd size is valid and no number") {
  const auto unit = parse_unit("(10*400)400");
  CHECK_FALSE(unit);  // parentheses take no exponent
  const auto large = parse_unit("(10*400.10*400.10*400.10*400.10*400.10*400.10*400.10*400)");
  REQUIRE(large);
  CHECK_FALSE(comparable(*large, *large));
  const std::string deep = std::string(300, '(') + "m" + std::string(90, ')');
  CHECK_FALSE(parse_unit(deep));
}

TEST_CASE("digits are cut to the number asked for, halves away from zero") {
  const auto text = [](const char* number, int digits) {
    return to_text(*parse_ratio(number), digits);
  };
  CHECK(text("0.0005", 3) == "5e-4");
  CHECK(text("9.996", 3) == "1.00e1");
  CHECK(text("9.995", 3) == "1.00e1");
  CHECK(text("9.994", 3) == "9.99");
  CHECK(text("-1.25", 2) == "-1.3");
  CHECK(text("100", 5) == "1e2");
  CHECK(text("0", 5) == "0");
}
