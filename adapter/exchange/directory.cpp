#include "exchange/directory.h"

#include "base/uuid.h"
#include "care/names.h"
#include "model/primitives.h"
#include "wire/json.h"
#include "wire/json_view.h"

#include <array>
#include <charconv>
#include <set>
#include <utility>

namespace fingerpost::exchange {
namespace {

using wire::JsonToken, wire::JsonView;

using care::service_system;

// A JSON object or list in the making; what is empty leaves nothing behind.
class Json {
 public:
  explicit Json(char open) : close_(open == '{' ? '}' : ']'), text_(1, open) {}

  void text(std::string_view name, std::string_view value) {
    if (value.empty()) return;
    std::string json;
    wire::write_json_string(json, value);
    raw(name, json);
  }
  // A value that is JSON; a list has no names.
  void raw(std::string_view name, std::string_view json) {
    if (json.empty()) return;
    if (text_.size() > 1) text_ += ',';
    if (close_ == '}') {
      wire::write_json_string(text_, name);
      text_ += ':';
    }
    text_ += json;
  }
  void item(std::string_view json) { raw("", json); }
  // "" when it is empty.
  std::string done() && { return text_.size() == 1 ? std::string() : std::move(text_) + close_; }

 private:
  char close_;
  std::string text_;
};

std::string object(std::initializer_list<std::pair<std::string_view, std::string_view>> texts) {
  Json json('{');
  for (const auto& [name, value] : texts) json.text(name, value);
  return std::move(json).done();
}

// A text may stand for a number; it becomes one only where JSON has it so.
bool is_within(std::string_view number, double most) {
  if (!model::matches(model::Primitive::decimal, number)) return false;
  double value = 0;
  const auto* const end = number.data() + number.size();
  const auto read = std::from_chars(number.data(), end, value);
  return read.ec == std::errc() && read.ptr == end && value >= -most && value <= most;
}

// HSDS has days as RFC 5545 does.
std::string days_of_week(std::string_view byday) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> days = {{{"MO", "mon"},
                                                                                  {"TU", "tue"},
                                                                                  {"WE", "wed"},
                                                                                  {"TH", "thu"},
                                                                                  {"FR", "fri"},
                                                                                  {"SA", "sat"},
                                                                                  {"SU", "sun"}}};
  Json list('[');
  for (const auto& [day, code] : days)
    if (byday.find(day) != std::string_view::npos) list.item('"' + std::string(code) + '"');
  return std::move(list).done();
}

// "10:00", "10:00:00", with a zone or without, as R4's time.
std::string time_of_day(std::string_view text) {
  const bool minutes = text.size() >= 5 && text[2] == ':';
  if (!minutes) return {};
  const bool seconds = text.size() >= 8 && text[5] == ':';
  return std::string(text.substr(0, seconds ? 8 : 5)) + (seconds ? "" : ":00");
}

std::string phones_of(JsonView from, std::string_view email, std::string_view url) {
  Json list('[');
  from["phones"].each([&](JsonView phone) {
    list.item(object({{"system", "phone"}, {"value", phone["number"].text()}}));
  });
  if (!email.empty()) list.item(object({{"system", "email"}, {"value", email}}));
  if (!url.empty()) list.item(object({{"system", "url"}, {"value", url}}));
  return std::move(list).done();
}

class Reading {
 public:
  explicit Reading(const DirectoryFeed& feed) : feed_(feed) {}

  void service(JsonView service);
  Directory done() && {
    for (auto& json : services_) directory_.resources.push_back(std::move(json));
    return std::move(directory_);
  }

 private:
  std::string id(std::string_view kind, std::string_view of) const {
    return uuid_v5({"directory", feed_.url, kind, of});
  }
  // Adds it, unless it is there, and gives the reference to it; "" when there is none.
  std::string organization(JsonView organization);
  std::string location(JsonView location);
  std::string source(JsonView service) const;
  std::string reference(std::string_view type, const std::string& id, Json made);

  const DirectoryFeed& feed_;
  Directory directory_;
  std::vector<std::string> services_;
  std::set<std::string> known_;
};

std::string Reading::reference(std::string_view type, const std::string& id, Json made) {
  const auto place = std::string(type) + "/" + id;
  if (known_.insert(place).second) directory_.resources.push_back(std::move(made).done());
  return object({{"reference", place}});
}

std::string Reading::organization(JsonView organization) {
  const auto own = organization["id"].text();
  if (own.empty() || organization["name"].text().empty()) return {};
  Json json('{');
  json.text("resourceType", "Organization");
  const auto made = id("organization", own);
  json.text("id", made);
  json.raw("active", "true");
  json.text("name", organization["name"].text());
  json.raw("telecom",
           phones_of(organization, organization["email"].text(), organization["website"].text()));
  return reference("Organization", made, std::move(json));
}

std::string Reading::location(JsonView location) {
  const auto own = location["id"].text();
  if (own.empty()) return {};
  Json json('{');
  json.text("resourceType", "Location");
  const auto made = id("location", own);
  json.text("id", made);
  json.text("status", "active");
  json.text("name", location["name"].text());
  json.text("description", location["description"].text());
  const auto address = location["addresses"].first();
  Json at('{');
  Json lines('[');
  for (const auto* line : {"address_1", "address_2"}) {
    std::string text;
    if (const auto value = address[line].text(); !value.empty())
      wire::write_json_string(text, value);
    lines.item(text);
  }
  at.raw("line", std::move(lines).done());
  at.text("city", address["city"].text());
  at.text("district", address["region"].text());
  at.text("postalCode", address["postal_code"].text());
  at.text("country", address["country"].text());
  json.raw("address", std::move(at).done());
  const auto latitude = location["latitude"].text();
  const auto longitude = location["longitude"].text();
  if (is_within(latitude, 90) && is_within(longitude, 180))
    json.raw("position", R"({"longitude":)" + std::string(longitude) + R"(,"latitude":)" +
                             std::string(latitude) + "}");
  return reference("Location", made, std::move(json));
}

// Where it comes from, and how old it is.
std::string Reading::source(JsonView service) const {
  Json parts('[');
  parts.item(object({{"url", "feed"}, {"valueUrl", feed_.url}}));
  if (const auto assured = service["assured_date"].text(); !assured.empty())
    parts.item(object({{"url", "assured"}, {"valueDate", assured}}));
  parts.item(object({{"url", "retrieved"}, {"valueInstant", feed_.retrieved}}));
  Json extension('{');
  extension.text("url", care::directory_source_extension);
  extension.raw("extension", std::move(parts).done());
  return std::move(extension).done();
}

// Taxonomy terms: by what need a service is found.
std::string types_of(JsonView service) {
  Json list('[');
  service["attributes"].each([&](JsonView attribute) {
    const auto term = attribute["taxonomy_term"];
    if (!term) return;
    Json coding('{');
    const auto taxonomy = term["taxonomy_detail"]["uri"].text();
    coding.text("system", taxonomy);
    coding.text("code", term["code"].text());
    coding.text("display", term["name"].text());
    Json type('{');
    if (!taxonomy.empty()) type.raw("coding", "[" + std::move(coding).done() + "]");
    type.text("text", term["name"].text());
    list.item(std::move(type).done());
  });
  return std::move(list).done();
}

// Who may come: HSDS has words, and an age in years.
std::string eligibility_of(JsonView service) {
  const auto least = service["minimum_age"].text();
  const auto most = service["maximum_age"].text();
  std::string ages;
  if (!least.empty()) ages += "from " + std::string(least);
  if (!most.empty()) ages += (ages.empty() ? "to " : " to ") + std::string(most);
  if (!ages.empty()) ages = "Age " + ages + " years";
  Json json('{');
  if (!ages.empty()) json.raw("code", object({{"text", ages}}));
  json.text("comment", service["eligibility_description"].text());
  auto one = std::move(json).done();
  return one.empty() ? one : "[" + one + "]";
}

std::string times_of(JsonView service) {
  Json list('[');
  service["schedules"].each([&](JsonView schedule) {
    Json time('{');
    time.raw("daysOfWeek", days_of_week(schedule["byday"].text()));
    const auto opens = time_of_day(schedule["opens_at"].text());
    const auto closes = time_of_day(schedule["closes_at"].text());
    time.text("availableStartTime", opens);
    time.text("availableEndTime", closes);
    list.item(std::move(time).done());
  });
  return std::move(list).done();
}

void Reading::service(JsonView service) {
  const auto own = service["id"].text();
  if (own.empty() || service["name"].text().empty()) {
    directory_.issues.push_back({Severity::warning, "required", "service",
                                 "a service without an id or a name is left out"});
    return;
  }
  if (!known_.insert("HealthcareService/" + id("service", own)).second) {
    directory_.issues.push_back({Severity::warning, "duplicate", "service",
                                 "a service that is listed twice is taken as it came first"});
    return;
  }
  const auto provider = organization(service["organization"]);
  Json locations('[');
  service["service_at_locations"].each(
      [&](JsonView at) { locations.item(location(at["location"])); });
  const auto types = types_of(service);
  Json json('{');
  json.text("resourceType", "HealthcareService");
  json.text("id", id("service", own));
  if (!types.empty() && !provider.empty()) {
    Json meta('{');
    meta.raw("profile", R"([")" + std::string(care::community_service_profile) + R"("])");
    json.raw("meta", std::move(meta).done());
  }
  json.raw("extension", "[" + source(service) + "]");
  json.raw("identifier", "[" + object({{"system", service_system}, {"value", own}}) + "]");
  json.raw("active", service["status"].text() == "active" ? "true" : "false");
  json.raw("providedBy", provider);
  json.raw("type", types);
  json.raw("location", std::move(locations).done());
  json.text("name", service["name"].text());
  json.text("comment", service["description"].text());
  json.text("extraDetails", service["application_process"].text());
  json.raw("telecom", phones_of(service, service["email"].text(), service["url"].text()));
  json.raw("eligibility", eligibility_of(service));
  json.raw("availableTime", times_of(service));
  json.text("availabilityExceptions", service["alert"].text());
  services_.push_back(std::move(json).done());
}

}  // namespace

Result<Directory> read_directory(std::string bytes, const DirectoryFeed& feed,
                                 const Limits& limits) {
  LET(const auto document, wire::parse_json(std::move(bytes), limits, wire::JsonRules::rfc8259));
  const JsonView root(document);
  const auto contents = root["contents"];
  Reading reading(feed);
  const auto each = [&](JsonView service) { reading.service(service); };
  if (contents.kind() == JsonToken::Kind::array)
    contents.each(each);
  else if (root.kind() == JsonToken::Kind::array)
    root.each(each);
  else if (root["name"])
    reading.service(root);
  else
    return Error{Kind::invalid, "neither a service nor a page or a list of them", ""};
  return std::move(reading).done();
}

}  // namespace fingerpost::exchange
