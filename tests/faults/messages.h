// What the senders send: each message is a referral of its own person, told by its key.

#pragma once

#include <string>

namespace fingerpost::test {

// A name that must stand in no log.
inline constexpr const char* canary = "Winterbourne";

// `enhanced` asks for an answer when the message is kept, instead of one when it is applied.
inline std::string referral(const std::string& key, const std::string& application,
                            bool enhanced = false) {
  return "MSH|^~\\&|" + application + "|ELMTREE|FINGERPOST|HUB|20261122093000+0000||REF^I12|" +
         key + "|P|2.4" + (enhanced ? "|||AL|NE" : "") +
         "\rRF1|P||SOC^Social prescribing^ELMTREE|||" + key +
         "^ELMTREE|20261122\rPRD|RP|Okafor^Ngozi||^^^A99901^^^^^Elm Tree Surgery|||A99901^ODS\r"
         "PRD|RT|||^^^RLP99^^^^^Riverside Link Workers|||RLP99^ODS\r"
         "PID|1||" +
         key + "^^^ELMTREE^MR||" + canary + "^Maud||19410307|2\r";
}

inline std::string post(const std::string& method, const std::string& path,
                        const std::string& body) {
  return method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" +
         "Content-Type: application/fhir+json\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

inline std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
}

inline std::string put_patient(const std::string& key) {
  return post("PUT", "/fhir/Patient/" + key,
              R"({"resourceType":"Patient","id":")" + key + R"(","active":true})");
}

// The same referral as a BaRS message. The key is a letter, a digit, a dash and a number: what is
// in the message has UUIDs of its own by them.
inline std::string bars_referral(const std::string& key) {
  const auto digits = key.substr(1, 1) + key.substr(3);
  const auto uuid = [tail =
                         std::string(12 - digits.size(), '0') + digits](const std::string& number) {
    return "urn:uuid:" + number + "0000000-0000-4000-8000-" + tail;
  };
  const auto entry = [&uuid](const std::string& number, const std::string& resource) {
    return R"({"fullUrl":")" + uuid(number) + R"(","resource":)" + resource + "}";
  };
  const auto to = [&uuid](const std::string& number) {
    return R"({"reference":")" + uuid(number) + R"("})";
  };
  const auto organization = [](const std::string& code, const std::string& name) {
    return R"({"resourceType":"Organization","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":")" +
           code + R"("}],"name":")" + name + R"("})";
  };
  const auto bars = [](const std::string& system, const std::string& code) {
    return R"({"system":"https://fhir.nhs.uk/CodeSystem/)" + system + R"(","code":")" + code +
           R"("})";
  };
  return R"({"resourceType":"Bundle","id":"b-)" + key +
         R"(","type":"message","timestamp":"2026-11-22T09:30:00+00:00","entry":[)" +
         entry(
             "1",
             R"({"resourceType":"MessageHeader","id":"m-)" + key + R"(","eventCoding":)" +
                 bars("message-events-bars", "servicerequest-request") +
                 R"(,"destination":[{"endpoint":"http://fhir.nhs.uk/Id/dos-service-id|111111111","receiver":)" +
                 to("5") + R"(}],"sender":)" + to("4") +
                 R"(,"source":{"name":"Elm Tree Surgery","endpoint":"https://fhir.nhs.uk/id/dos-service-id|222222222"},"reason":{"coding":[)" +
                 bars("message-reason-bars", "new") + R"(]},"focus":[)" + to("2") + "]}") +
         "," +
         entry(
             "2",
             R"({"resourceType":"ServiceRequest","identifier":[{"system":"urn:oid:1.2.3","value":")" +
                 key + R"("}],"status":"active","intent":"plan","subject":)" + to("3") +
                 R"(,"requester":)" + to("4") + R"(,"performer":[)" + to("5") + "]}") +
         "," +
         entry("3",
               R"({"resourceType":"Patient","identifier":[{"system":"urn:oid:1.2.4","value":")" +
                   key + R"("}],"name":[{"family":")" + canary +
                   R"("}],"birthDate":"1941-03-07"})") +
         "," + entry("4", organization("A99901", "Elm Tree Surgery")) + "," +
         entry("5", organization("RLP99", "Riverside Link Workers")) + "]}";
}

}  // namespace fingerpost::test
