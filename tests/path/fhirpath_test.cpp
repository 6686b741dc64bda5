#include "path/fhirpath.h"

#include "path/evaluated.h"
#include "support/catch.h"

#include <string>

namespace fingerpost {
namespace {

using test::evaluated;

const Tree& patient() {
  static const Tree tree = test::tree_of(R"({
    "resourceType": "Patient", "id": "p1", "active": true,
    "contained": [{"resourceType": "Organization", "id": "gp", "name": "The Surgery"}],
    "name": [{"use": "official", "family": "Example", "given": ["Ada", "Bea"]},
             {"use": "usual", "given": ["Ad"]}],
    "birthDate": "1974-12-25",
    "_birthDate": {"extension": [{"url": "http://example.org/time", "valueDateTime": "1974-12-25T14:35:45-05:00"}]},
    "multipleBirthInteger": 2,
    "managingOrganization": {"reference": "#gp"},
    "generalPractitioner": [{"reference": "Practitioner/7"}, {"reference": "http://example.org/fhir/Organization/8"}]
  })");
  return tree;
}

const Tree& observation() {
  static const Tree tree = test::tree_of(R"({
    "resourceType": "Observation", "status": "final", "code": {"text": "weight"},
    "valueQuantity": {"value": 72.50, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    "effectiveDateTime": "2026-03-01"
  })");
  return tree;
}

}  // namespace

TEST_CASE("paths find elements, and each value keeps its FHIR type and its characters") {
  struct Row {
    const char* expression;
    const char* found;
  };
  const auto row = GENERATE(
      Row{"name.given", "string Ada, string Bea, string Ad"},
      Row{"Patient.name.given", "string Ada, string Bea, string Ad"}, Row{"Resource.id", "id p1"},
      Row{"Observation.status", ""}, Row{"name[0].use", "code official"},
      Row{"name.where(use = 'usual').given", "string Ad"},
      Row{"name.first().given.last()", "string Bea"}, Row{"birthDate", "date 1974-12-25"},
      Row{"birthDate.value", "date 1974-12-25"},
      Row{"birthDate.extension('http://example.org/time').value",
          "dateTime 1974-12-25T14:35:45-05:00"},
      Row{"birthDate.extension.valueDateTime", "dateTime 1974-12-25T14:35:45-05:00"},
      Row{"birthDate.extension.valueString", ""}, Row{"multipleBirth", "integer 2"},
      Row{"multipleBirthInteger + 1", "integer 3"}, Row{"name.given.count()", "integer 3"},
      Row{"name.select(given.first())", "string Ada, string Ad"},
      Row{"name.given.where($index > 0)", "string Bea, string Ad"},
      Row{"name.given.aggregate($total & $this, '')", "string AdaBeaAd"}, Row{"unheardOf", ""},
      Row{"`name`.`use`", "code official, code usual"},
      Row{"descendants().where($this is Extension).url", "uri http://example.org/time"});
  CAPTURE(row.expression);
  CHECK(evaluated(&patient(), row.expression) == row.found);
}

TEST_CASE("an Integer has 32 bits, and what is beyond is empty") {
  struct Row {
    const char* expression;
    const char* found;
  };
  const auto row = GENERATE(
      Row{"2147483647", "integer 2147483647"}, Row{"-2147483648", "integer -2147483648"},
      Row{"2147483647 + 1", ""}, Row{"-2147483648 - 1", ""}, Row{"65536 * 65536", ""},
      Row{"-(-2147483648)", ""}, Row{"(-2147483648).abs()", ""}, Row{"2.power(31)", ""},
      Row{"2.power(30)", "integer 1073741824"}, Row{"-2147483648 div -1", ""},
      Row{"2147483648.5.truncate()", ""}, Row{"2147483647.5.floor()", "integer 2147483647"},
      Row{"'2147483648'.toLong()", "integer 2147483648"},
      Row{"-('2147483648'.toLong())", "integer -2147483648"},
      Row{"-('4294967296'.toLong())", "integer -4294967296"},
      Row{"(-('4294967296'.toLong())).abs()", "integer 4294967296"},
      Row{"'8589934592'.toLong() div 2", "integer 4294967296"},
      Row{"'8589934593'.toLong() mod 4294967296.0", "decimal 1.0"},
      Row{"'8589934593'.toLong() mod '4294967296'.toLong()", "integer 1"},
      Row{"-('-9223372036854775808'.toLong())", ""},
      Row{"('-9223372036854775808'.toLong()).abs()", ""}, Row{"2147483647.0 * 2 div 1", ""},
      Row{"'2147483648'.toInteger()", ""}, Row{"2147483648.0 + 1", "decimal 2147483649.0"},
      Row{"2147483647 + 1.0", "decimal 2147483648.0"},
      Row{"2147483648",
          "error: the number is greater than an Integer may be, 2147483647 at line 1, column 1"},
      Row{"99999999999999999999",
          "error: the number is greater than an Integer may be, 2147483647 at line 1, column 1"});
  CAPTURE(row.expression);
  CHECK(evaluated(nullptr, row.expression) == row.found);
}

TEST_CASE("~ of quantities rounds to the less precise, in the smaller unit") {
  struct Row {
    const char* expression;
    const char* found;
  };
  const auto row = GENERATE(
      Row{"20 '[degF]' ~ -6.667 'Cel'", "boolean true"},
      Row{"-6.667 'Cel' ~ 20 '[degF]'", "boolean true"},
      Row{"20.5 '[degF]' ~ -6.5 'Cel'", "boolean false"}, Row{"4 'g' ~ 4000 'mg'", "boolean true"},
      Row{"4 'g' ~ 4040 'mg'", "boolean false"}, Row{"1 'm' ~ 140 'cm'", "boolean false"},
      Row{"140 'cm' ~ 1 'm'", "boolean false"}, Row{"1.5 'kg' ~ 1500.2 'g'", "boolean false"},
      Row{"2 'kg' ~ 2000.4 'g'", "boolean true"}, Row{"1.55 'mg' ~ 1.6 'mg'", "boolean true"},
      Row{"1 'mg' ~ 1 'm'", "boolean false"}, Row{"1 year ~ 1 'a'", "boolean true"});
  CAPTURE(row.expression);
  CHECK(evaluated(nullptr, row.expression) == row.found);
}

TEST_CASE("a quantity's number keeps its digits, and units are compared, not only numbers") {
  struct Row {
    const char* expression;
    const char* found;
  };
  const auto row = GENERATE(
      Row{"value.value", "decimal 72.50"}, Row{"valueQuantity.unit", "string kg"},
      Row{"value.ofType(Quantity).code", "code kg"}, Row{"value.ofType(string)", ""},
      Row{"value > 72 'kg'", "boolean true"}, Row{"value = 72500 'g'", "boolean true"},
      Row{"value > 72 'cm'", ""}, Row{"value > 1 'furlong'", ""},
      Row{"3 'furlong' > 2 'furlong'", "boolean true"}, Row{"1 year = 12 months", "boolean true"},
      Row{"1 year = 1 'a'", ""}, Row{"1 year ~ 1 'a'", "boolean true"},
      Row{"2 'm' * 3 'm'", "Quantity 6 'm2'"}, Row{"1 'kg' + 5 'g'", "Quantity 1.005 'kg'"},
      Row{"value is Quantity", "boolean true"}, Row{"value is System.Quantity", "boolean false"},
      Row{"effective is dateTime", "boolean true"}, Row{"effective < today()", "boolean true"},
      Row{"(72.50 'kg').value", "decimal 72.50"});
  CAPTURE(row.expression);
  CHECK(evaluated(&observation(), row.expression) == row.found);
}

TEST_CASE("values without a tree follow the rules of the language") {
  struct Row {
    const char* expression;
    const char* found;
  };
  const auto row = GENERATE(
      Row{"0.1 + 0.2 = 0.3", "boolean true"}, Row{"1 / 3", "decimal 0.3333333333333333"},
      Row{"7 div 2", "integer 3"}, Row{"-7 mod 3", "integer -1"}, Row{"1 / 0", ""},
      Row{"2147483646 + 2", ""}, Row{"2.power(10)", "integer 1024"},
      Row{"3.14159.round(3)", "decimal 3.142"}, Row{"(-1.5).ceiling()", "integer -1"},
      Row{"'abc'.substring(1, 1)", "string b"}, Row{"'żółw'.length()", "integer 4"},
      Row{"'żółw'.substring(1, 2)", "string ół"}, Row{"'żółw'.indexOf('w')", "integer 3"},
      Row{"'a,b'.split(',')", "string a, string b"}, Row{"('a' | 'b').join('-')", "string a-b"},
      Row{"'2026-11-22'.replaceMatches('([0-9]+)-([0-9]+)-([0-9]+)', '$3/$2/$1')",
          "string 22/11/2026"},
      Row{"'11/30/1972'.replaceMatches('\\\\b(?<month>\\\\d{1,2})/(?<day>\\\\d{1,2})/(?<year>"
          "\\\\d{2,4})\\\\b', '${day}-${month}-${year}')",
          "string 30-11-1972"},
      Row{"'baac'.replaceMatches('a*', 'X')", "string XbXcX"},
      Row{"'żw'.replaceMatches('', 'X')", "string żw"},
      Row{"'żw'.replaceMatches('x*', '-')", "string -ż-w-"},
      Row{"'abc'.replaceMatches('(b)', '<$1${1}$$>$')", "string a<bb$>$c"},
      Row{"'aaa'.replaceMatches('^a', 'x')", "string xaa"},
      Row{"'a.b'.replaceMatches('[(?<a]', 'x')", "string x.b"},
      Row{"'ab'.matches('^a.$')", "boolean true"}, Row{"'x'.encode('base64')", "string eA=="},
      Row{"@2024-02-29 + 1 year", "date 2025-02-28"},
      Row{"@2024-01-31 + 1 month", "date 2024-02-29"},
      Row{"@2024-03-01T00:00:00Z - 1 second", "dateTime 2024-02-29T23:59:59Z"},
      Row{"@T23:00 + 2 hours", "time 01:00"}, Row{"@2024 < @2024-05", ""},
      Row{"@2024-01-01T00:00:00+01:00 = @2023-12-31T23:00:00Z", "boolean true"},
      Row{"true and {}", ""}, Row{"false and {}", "boolean false"},
      Row{"{} or true", "boolean true"}, Row{"{} implies false", ""},
      Row{"(1 | 2 | 1).count()", "integer 2"}, Row{"(1 | 2) = (2 | 1)", "boolean false"},
      Row{"(1 | 2) ~ (2 | 1)", "boolean true"}, Row{"'Ab  c' ~ 'aB c'", "boolean true"},
      Row{"2 in (1 | 2)", "boolean true"}, Row{"iif(true, 1, 1 + 'a')", "integer 1"},
      Row{"'5'.toInteger() + 1", "integer 6"}, Row{"'1.5'.toInteger()", ""},
      Row{"1.type().name", "string Integer"}, Row{"today()", "date 2026-11-22"},
      Row{"now()", "dateTime 2026-11-22T09:30:00.000Z"},
      Row{"%ucum", "string http://unitsofmeasure.org"},
      Row{"%`vs-administrative-gender`",
          "string http://hl7.org/fhir/ValueSet/administrative-gender"},
      Row{"%vs-administrative-gender", "string http://hl7.org/fhir/ValueSet/administrative-gender"},
      Row{"@2014.lowBoundary(6)", "date 2014-01"}, Row{"1.587.highBoundary(2)", "decimal 1.59"});
  CAPTURE(row.expression);
  CHECK(evaluated(nullptr, row.expression) == row.found);
}

TEST_CASE("what is wrong is said with its line and column") {
  struct Row {
    const char* expression;
    const char* said;
  };
  const auto row = GENERATE(
      Row{"", "error: the expression ends too early at line 1, column 1"},
      Row{"name.", "error: the expression ends too early at line 1, column 6"},
      Row{"name\n  .where(", "error: the expression ends too early at line 2, column 10"},
      Row{"name.unheard()", "error: the function unheard is not known at line 1, column 6"},
      Row{"name.where()",
          "error: the function where takes another number of arguments at line 1, column 6"},
      Row{"'abc", "error: a quotation mark has no partner at line 1, column 1"},
      Row{"1 /* 2", "error: a comment has no end at line 1, column 3"},
      Row{"%nobody", "error: the variable %nobody is not known at line 1, column 1"},
      Row{"name is Patent", "error: the type Patent is not known at line 1, column 6"},
      Row{"@2024-02-30", "error: there is no such date or time at line 1, column 1"},
      Row{"name.given + 'a'",
          "error: one value is wanted, and there are several at line 1, column 1"},
      Row{"1 + 'a'", "error: + does not take these two types at line 1, column 3"},
      Row{"active > 1", "error: these two types have no order at line 1, column 8"},
      Row{"'a'.matches('(')",
          "error: this regular expression is not supported at line 1, column 5"},
      Row{"'a'.replaceMatches('a', '$1')",
          "error: replaceMatches: the substitution names a group that is not there at line 1, "
          "column 5"},
      Row{"'a'.replaceMatches('(?<n>a)', '${m}')",
          "error: replaceMatches: the substitution names a group that is not there at line 1, "
          "column 5"},
      Row{"a ; b", "error: this character has no meaning here at line 1, column 3"},
      Row{"'\\u12'", "error: unknown escape sequence at line 1, column 2"});
  CAPTURE(row.expression);
  CHECK(evaluated(&patient(), row.expression) == row.said);
}

TEST_CASE("the strict check finds misspelt names and types that cannot be") {
  struct Row {
    const char* expression;
    bool good;
  };
  const auto row = GENERATE(
      Row{"name.given", true}, Row{"name.givn", false}, Row{"Encounter.status", false},
      Row{"contained.status", true}, Row{"birthDate.extension.value", true},
      Row{"multipleBirthInteger", false}, Row{"name.where(usage = 'x')", false},
      Row{"name.where(use = 'x').given.first()", true}, Row{"birthDate + 1 day", true},
      Row{"name.ofType().given", false}, Row{"name.as()", false}, Row{"iif().given", false},
      Row{"@2024 + 1", false}, Row{"name.startsWith('a')", false}, Row{"DomainResource.text", true},
      Row{"managingOrganization.resolve().name", true},
      Row{"name.select(given | family).length()", true});
  CAPTURE(row.expression);
  path::CompileOptions options;
  options.check = path::Check::strict;
  options.start = test::definitions().find("Patient");
  CHECK(path::compile(row.expression, test::definitions(), options).has_value() == row.good);
}

TEST_CASE("references are followed within the resource, and their type is known without it") {
  struct Row {
    const char* expression;
    const char* found;
  };
  const auto row =
      GENERATE(Row{"managingOrganization.resolve().name", "string The Surgery"},
               Row{"managingOrganization.where(resolve() is Organization).reference", "string #gp"},
               Row{"generalPractitioner.where(resolve() is Practitioner).reference",
                   "string Practitioner/7"},
               Row{"generalPractitioner.where(resolve() is Organization).reference",
                   "string http://example.org/fhir/Organization/8"},
               Row{"generalPractitioner.resolve()", ""},
               Row{"contained.select(%resource.id | %rootResource.id)", "id p1"});
  CAPTURE(row.expression);
  CHECK(evaluated(&patient(), row.expression) == row.found);
}

}  // namespace fingerpost

TEST_CASE("only a choice is found by its name with a type behind it") {
  const auto tree = fingerpost::test::tree_of(R"({"resourceType":"TestScript","test":[{"action":[
    {"assert":{"response":"okay"}}]}]})");
  CHECK(fingerpost::test::evaluated(&tree, "TestScript.test.action.assert.response") ==
        "code okay");
  CHECK(fingerpost::test::evaluated(&tree, "TestScript.test.action.assert.responseCode") == "");
}
