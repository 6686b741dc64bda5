// UK Core patients with a care plan, a goal, a referral and its task each, by number: the same
// number gives the same five resources, of about 2 KB each on average. NHS numbers are of the range
// 999, which is nobody's.

#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace fingerpost::bench {

struct Person {
  std::string type, id, json;
};

inline std::string nhs_number(std::uint32_t n) {
  for (;; ++n) {
    char digits[11];
    std::snprintf(digits, sizeof digits, "999%06u", n % 1'000'000);
    int sum = 0;
    for (int i = 0; i < 9; ++i) sum += (digits[i] - '0') * (10 - i);
    const int check = (11 - sum % 11) % 11;
    if (check != 10) return std::string(digits) + static_cast<char>('0' + check);
  }
}

class People {
 public:
  static constexpr int each = 5;  // resources of one person

  static std::string family(std::uint32_t n) {
    constexpr std::array starts = {"Ash",   "Black", "Carter", "Dun",  "East", "Fair",
                                   "Green", "Hart",  "Ing",    "Kirk", "Lang", "Mill",
                                   "North", "Oak",   "Pres",   "Wood"};
    constexpr std::array ends = {"ley", "burn", "ton",  "ham",   "field", "more", "son",  "well",
                                 "by",  "ford", "ward", "ridge", "s",     "wick", "land", "e"};
    const std::uint32_t spread = n * 2654435761u >> 8;
    return std::string(starts[spread % 16]) + ends[spread / 16 % 16] +
           (spread / 256 % 4 == 0 ? "-Jones" : "");
  }
  static std::string date(std::uint32_t n, int from, int years) {
    char text[32];
    const std::uint32_t spread = n * 2246822519u >> 5;
    std::snprintf(text, sizeof text, "%04d-%02u-%02u",
                  from + static_cast<int>(spread % static_cast<unsigned>(years)),
                  1 + spread / 97 % 12, 1 + spread / 1201 % 28);
    return text;
  }

  static std::vector<Person> household(std::uint32_t n) {
    const std::string id = std::to_string(n);
    const std::string patient = R"({"reference":"Patient/p)" + id + R"("})";
    const std::string plan_status = n % 4 == 0 ? "completed" : n % 4 == 1 ? "draft" : "active";
    const std::string started = date(n, 2020, 6);
    std::string birth = n % 1000 == 7 ? "" : R"(,"birthDate":")" + date(n * 3, 1930, 70) + '"';
    return {
        {"Patient", "p" + id,
         R"({"resourceType":"Patient","meta":{"profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"]},"identifier":[{"system":"https://fhir.nhs.uk/Id/nhs-number","value":")" +
             nhs_number(n) + R"("},{"system":"https://example.org/local","value":"L)" + id +
             R"("}],"active":true,"name":[{"use":"official","family":")" + family(n) +
             R"(","given":["Given)" + std::to_string(n % 97) +
             R"("]}],"telecom":[{"system":"phone","value":"01632 96)" +
             std::to_string(1000 + n % 9000) + R"("}],"gender":")" +
             (n % 2 == 0 ? "female" : "male") + '"' + birth + R"(,"address":[{"line":[")" +
             std::to_string(1 + n % 200) + R"( Example Road"],"city":"Testford","postalCode":"TE)" +
             std::to_string(n % 30) +
             R"( 1ST"}],"generalPractitioner":[{"reference":"Organization/gp)" +
             std::to_string(n % 500) + R"("}]})"},
        {"CarePlan", "c" + id,
         R"({"resourceType":"CarePlan","status":")" + plan_status +
             R"(","intent":"plan","category":[{"coding":[{"system":"http://snomed.info/sct","code":"736055001"}],"text":"Social prescribing"}],"title":"Plan of )" +
             id + R"(","subject":)" + patient + R"(,"period":{"start":")" + started +
             R"("},"goal":[{"reference":"Goal/g)" + id +
             R"("}],"activity":[{"reference":{"reference":"ServiceRequest/r)" + id +
             R"("}}],"note":[{"text":")" + note(n) + R"("}]})"},
        {"Goal", "g" + id,
         R"({"resourceType":"Goal","lifecycleStatus":")" +
             std::string(n % 3 == 0 ? "completed" : "active") +
             R"(","description":{"text":"Walk with the group )" + std::to_string(n % 50) +
             R"("},"subject":)" + patient + R"(,"startDate":")" + started +
             R"(","note":[{"text":")" + note(n + 1) + R"("}]})"},
        {"ServiceRequest", "r" + id,
         R"({"resourceType":"ServiceRequest","identifier":[{"system":"https://example.org/referral","value":"R)" +
             id + R"("}],"status":")" + (n % 5 == 0 ? "completed" : "active") +
             R"(","intent":"order","priority":"routine","code":{"coding":[{"system":"http://snomed.info/sct","code":")" +
             std::to_string(871731000 + n % 400) + R"("}],"text":"Referral"},"subject":)" +
             patient + R"(,"authoredOn":")" + started + "T" + std::to_string(10 + n % 10) + ":" +
             std::to_string(10 + n / 10 % 50) +
             R"(:00+00:00","requester":{"reference":"PractitionerRole/gp)" +
             std::to_string(n % 800) + R"("},"performer":[{"reference":"Organization/s)" +
             std::to_string(n % 60) + R"("}],"note":[{"text":")" + note(n + 2) + R"("}]})"},
        {"Task", "t" + id,
         R"({"resourceType":"Task","status":")" +
             std::string(n % 6 == 0 ? "accepted" : "requested") +
             R"(","intent":"order","focus":{"reference":"ServiceRequest/r)" + id + R"("},"for":)" +
             patient + R"(,"authoredOn":")" + started +
             R"(","requester":{"reference":"PractitionerRole/gp)" + std::to_string(n % 800) +
             R"("},"owner":{"reference":"Organization/s)" + std::to_string(n % 60) +
             R"("},"description":")" + note(n + 3) + R"("})"}};
  }

 private:
  // About 1,300 bytes, of a few hundred different words.
  static std::string note(std::uint32_t n) {
    std::string text;
    for (std::uint32_t i = 0; text.size() < 1300; ++i)
      text += "Word" + std::to_string((n + i * i) % 300) + " met her at the garden group. ";
    return text;
  }
};

}  // namespace fingerpost::bench
