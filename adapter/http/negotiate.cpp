#include "http/negotiate.h"

#include "base/text.h"

#include <algorithm>

namespace fingerpost::http {
namespace {

// Takes the text up to the next separator, without the blanks around it.
std::string_view next(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = trim(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

bool is_json(std::string_view media) {
  for (const std::string_view known :
       {"application/fhir+json", "application/json", "text/json", "application/json+fhir", "json"})
    if (equal_ignoring_case(media, known)) return true;
  return false;
}

// application/fhir+json; fhirVersion=4.0; charset=utf-8
bool has_our_version(std::string_view parameters) {
  while (!parameters.empty()) {
    auto parameter = next(parameters, ';');
    const auto key = next(parameter, '=');
    const auto value = trim(parameter);
    if (equal_ignoring_case(key, "fhirVersion") && value != "4.0") return false;
    if (equal_ignoring_case(key, "charset") && !equal_ignoring_case(value, "utf-8") &&
        !equal_ignoring_case(value, "\"utf-8\""))
      return false;
    if (equal_ignoring_case(key, "q") && (value == "0" || value == "0.0" || value == "0.000"))
      return false;
  }
  return true;
}

bool acceptable(std::string_view accept) {
  if (trim(accept).empty()) return true;
  while (!accept.empty()) {
    auto range = next(accept, ',');
    const auto media = next(range, ';');
    if ((media == "*/*" || media == "application/*" || is_json(media)) && has_our_version(range))
      return true;
  }
  return false;
}

// RFC 7240: Prefer: return=minimal; handling=lenient. What is not known is passed over.
void read_preference(std::string_view text, Asked& asked) {
  std::string words(text);
  std::replace(words.begin(), words.end(), ';', ',');
  std::string_view rest = words;
  while (!rest.empty()) {
    const auto word = next(rest, ',');
    if (word == "return=minimal") asked.back = interaction::Return::minimal;
    if (word == "return=representation") asked.back = interaction::Return::representation;
    if (word == "return=OperationOutcome") asked.back = interaction::Return::outcome;
    if (word == "handling=lenient") asked.handling = search::Handling::lenient;
    if (word == "handling=strict") asked.handling = search::Handling::strict;
  }
}

}  // namespace

std::optional<Response> negotiate(const Head& head, const std::vector<search::Pair>& pairs,
                                  Asked& asked) {
  std::optional<std::string_view> format;
  for (const auto& [name, text] : pairs) {
    if (name == "_format") format = text;
    if (name == "_pretty") asked.pretty = text == "true";
  }
  for (const auto& field : head.fields)
    if (equal_ignoring_case(field.name, "prefer")) read_preference(field.value, asked);
  bool good = false;
  if (format) {
    auto text = *format;
    const auto media = next(text, ';');
    // A plus sign of a media type is a blank after form decoding.
    good = (is_json(media) || media == "application/fhir json") && has_our_version(text);
  } else {
    good = acceptable(head.field("accept"));
  }
  if (good) return {};
  return outcome(406, "not-supported", "answers are application/fhir+json for FHIR 4.0 alone");
}

std::optional<Response> check_content_type(const Head& head) {
  if (!head.field("content-encoding").empty())
    return outcome(415, "not-supported", "the body must not be compressed");
  auto text = head.field("content-type");
  const auto media = next(text, ';');
  if (is_json(media) && media != "json" && has_our_version(text)) return {};
  return outcome(415, "not-supported", "the body must be application/fhir+json for FHIR 4.0");
}

bool is_form(const Head& head) {
  auto text = head.field("content-type");
  return equal_ignoring_case(next(text, ';'), "application/x-www-form-urlencoded");
}

}  // namespace fingerpost::http
