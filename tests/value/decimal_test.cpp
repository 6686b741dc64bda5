#include "value/decimal.h"

#include "support/catch.h"
#include "value/ratio.h"

#include <random>
#include <string>

namespace fingerpost {
namespace {

using value::Decimal;

std::string shown(const std::optional<Decimal>& number) {
  return number ? number->text() : "none";
}

}  // namespace

TEST_CASE("a decimal keeps its digits from text to text") {
  struct Row {
    const char* text;
    const char* kept;
  };
  const auto row = GENERATE(
      Row{"0", "0"}, Row{"-0.50", "-0.50"}, Row{"1234567890987654321.0", "1234567890987654321.0"},
      Row{"0.000000000000000000000000000000000001", "0.000000000000000000000000000000000001"},
      Row{"1e3", "1000"}, Row{"1.50E-2", "0.0150"}, Row{"+7", "7"}, Row{"", "none"},
      Row{"1.", "none"}, Row{".5", "none"}, Row{"1e", "none"}, Row{"1x", "none"},
      Row{"1e99999", "none"}, Row{"99999999999999999999999999999999999999999", "none"});
  CAPTURE(row.text);
  CHECK(shown(Decimal::parse(row.text)) == row.kept);
}

TEST_CASE("arithmetic is exact, and says none when there is no room") {
  const auto d = [](const char* text) { return *Decimal::parse(text); };
  CHECK(shown(add(d("0.1"), d("0.20"))) == "0.30");
  CHECK(shown(multiply(d("1.2"), d("1.8"))) == "2.16");
  CHECK(shown(divide(d("1"), d("3"))) == "0.3333333333333333");
  CHECK(shown(divide(d("2"), d("-3"))) == "-0.6666666666666667");
  CHECK(shown(divide(d("1"), d("0"))) == "none");
  CHECK(shown(divide_whole(d("2.2"), d("1.8"))) == "1");
  CHECK(shown(remainder(d("2.2"), d("1.8"))) == "0.4");
  CHECK(shown(multiply(d("9999999999999999999999"), d("9999999999999999999999"))) == "none");
  CHECK(compare(d("1.10"), d("1.1")) == std::strong_ordering::equal);
  CHECK(compare(d("100000000000000000000000000000000000"), d("0.0000000001")) ==
        std::strong_ordering::greater);
  CHECK(shown(d("-1.55").rescaled(1, Decimal::Rounding::half_up)) == "-1.6");
  CHECK(shown(d("-1.55").rescaled(1, Decimal::Rounding::floor)) == "-1.6");
  CHECK(shown(d("-1.55").rescaled(1, Decimal::Rounding::ceiling)) == "-1.5");
}

TEST_CASE("a product with more digits behind the point than there is room for is rounded") {
  const auto d = [](const char* text) { return *Decimal::parse(text); };
  const auto product = [&](const char* a, const char* b) { return shown(multiply(d(a), d(b))); };
  CHECK(product("0.1234567890123456789", "0.1234567890123456789") ==
        "0.015241578753238836750190519987501905");
  CHECK(product("1.0000000000000000000000000001", "1.0000000000000000000000000001") ==
        "1.000000000000000000000000000200000000");
  CHECK(product("-0.000000000000000000000000000000000005", "0.1") ==
        "-0.000000000000000000000000000000000001");
  CHECK(product("0.000000000000000000000000000000000004", "0.1") ==
        "0.000000000000000000000000000000000000");
}

TEST_CASE("a product is the exact one, or the nearest that has room") {
  std::mt19937_64 random(5);
  const auto number = [&] {
    const auto high = static_cast<value::Wide>(random() % 1'000'000'000'000'000);
    const auto low = static_cast<value::Wide>(random() >> 1);
    const auto scale = static_cast<int>(random() % 30);
    const bool minus = random() % 2 == 0;
    const auto mantissa = high * (value::Wide{1} << 60) + low;
    return Decimal(minus ? -mantissa : mantissa, scale);
  };
  int rounded = 0;
  for (int round = 0; round < 2'000; ++round) {
    const auto a = number(), b = number();
    const auto product = multiply(a, b);
    const auto exact = ratio_of(a) * ratio_of(b);
    if (!product) continue;
    auto error = exact + ratio_of(product->negated());
    rounded += !error.zero();
    error.negative = false;
    auto half = ratio_of(Decimal(5, 1));
    for (int i = 0; i < product->scale(); ++i) half.below.multiply(10);
    REQUIRE((compare(error, half) <= 0));
  }
  CHECK(rounded > 100);
}

TEST_CASE("on small numbers decimals agree with whole-number arithmetic") {
  std::mt19937 random(11);
  for (int round = 0; round < 20'000; ++round) {
    const auto a = static_cast<std::int64_t>(random() % 20'001) - 10'000;
    const auto b = static_cast<std::int64_t>(random() % 20'001) - 10'000;
    const Decimal x(a, 2), y(b, 2);
    REQUIRE(add(x, y)->mantissa() == a + b);
    REQUIRE(subtract(x, y)->mantissa() == a - b);
    REQUIRE(multiply(x, y)->mantissa() == a * b);
    REQUIRE((compare(x, y) < 0) == (a < b));
    if (b == 0) continue;
    REQUIRE(divide_whole(x, y)->mantissa() == a / b);
    REQUIRE(remainder(x, y)->mantissa() == a % b);
    REQUIRE(Decimal::parse(x.text())->mantissa() == a);
  }
}

}  // namespace fingerpost
