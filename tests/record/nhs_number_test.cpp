#include "record/nhs_number.h"

#include <catch2/catch.hpp>

#include <string>

using namespace fingerpost;
using record::NhsNumber;

TEST_CASE("a NHS number is ten digits whose last is the modulus 11 check") {
  struct Row {
    const char* text;
    NhsNumber is;
  };
  const auto row = GENERATE(
      Row{"9465698490", NhsNumber::valid}, Row{"9912003888", NhsNumber::valid},
      Row{"9658218881", NhsNumber::valid}, Row{"9000000009", NhsNumber::valid},
      Row{"1000000001", NhsNumber::valid}, Row{"946 569 8490", NhsNumber::valid},
      Row{"946-569-8490", NhsNumber::valid}, Row{"3478526985", NhsNumber::wrong_check_digit},
      Row{"1234567890", NhsNumber::wrong_check_digit},
      Row{"9000000015", NhsNumber::wrong_check_digit},
      Row{"9194544435", NhsNumber::wrong_check_digit}, Row{"", NhsNumber::not_a_number},
      Row{"946569849", NhsNumber::not_a_number}, Row{"94656984900", NhsNumber::not_a_number},
      Row{"946569849X", NhsNumber::not_a_number}, Row{"+946569849", NhsNumber::not_a_number});
  CAPTURE(row.text);
  CHECK(record::check_nhs_number(row.text) == row.is);
}

TEST_CASE("of the ten check digits of any nine digits at most one is right") {
  for (int start = 0; start < 1000; ++start) {
    auto nine = std::to_string(100'000'000 + start * 899'101);
    int right = 0;
    for (char last = '0'; last <= '9'; ++last)
      right += record::check_nhs_number(nine + last) == NhsNumber::valid;
    CHECK(right <= 1);
  }
}

TEST_CASE("a wrong digit anywhere in a valid NHS number is found") {
  const std::string good = "9465698490";
  for (std::size_t i = 0; i < good.size(); ++i)
    for (char c = '0'; c <= '9'; ++c) {
      auto text = good;
      text[i] = c;
      CHECK((record::check_nhs_number(text) == NhsNumber::valid) == (text == good));
    }
}

TEST_CASE("a plain NHS number has no blanks, and other text stays as it is") {
  CHECK(record::plain_nhs_number("946 569 8490") == "9465698490");
  CHECK(record::plain_nhs_number("946 569") == "946 569");
}

TEST_CASE("the NHS number system is known in each spelling") {
  CHECK(record::is_nhs_number_system("https://fhir.nhs.uk/Id/nhs-number"));
  CHECK(record::is_nhs_number_system("https://fhir.nhs.uk/id/nhs-number"));
  CHECK(record::is_nhs_number_system("http://fhir.nhs.net/Id/nhs-number"));
  CHECK_FALSE(record::is_nhs_number_system("https://fhir.nhs.uk/Id/ods-organization-code"));
  CHECK_FALSE(record::is_nhs_number_system(""));
}
