#include "http/negotiate.h"

#include "base/text.h"
#include "wire/gzip.h"

#include <algorithm>
#include <utility>

namespace fingerpost::http {
namespace {

// Takes the text up to the next separator, without the blanks around it.
std::string_view next(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto part = trim(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

struct Media {
  std::string_view name;
  Form form;
};
// A plus sign of a media type in _format is a blank after form decoding.
constexpr Media known_media[] = {
    {"application/fhir+json", Form::json},
    {"application/json", Form::json},
    {"text/json", Form::json},
    {"application/json+fhir", Form::json},
    {"application/fhir+xml", Form::xml},
    {"application/xml", Form::xml},
    {"text/xml", Form::xml},
    {"application/xml+fhir", Form::xml},
    {"json", Form::json},
    {"xml", Form::xml},
    {"application/fhir json", Form::json},
    {"application/fhir xml", Form::xml},
};
constexpr std::size_t full_names = 8;  // of them; the others are for _format alone

std::optional<Form> form_of(std::string_view media, bool in_url) {
  const auto* const end = in_url ? std::end(known_media) : std::begin(known_media) + full_names;
  const auto* const found = std::find_if(std::begin(known_media), end, [&](const Media& known) {
    return equal_ignoring_case(media, known.name);
  });
  if (found == end) return {};
  return found->form;
}

// "0.25" as thousandths (RFC 9110 12.4.2); what cannot be read is refused like 0.
int weight(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  int value = text[0] == '1' ? 1000 : 0;
  int place = 100;
  if (text.size() > 1 && text[1] != '.') return 0;
  for (std::size_t i = 2; i < text.size() && place > 0; ++i, place /= 10) {
    if (!is_digit(text[i])) return 0;
    value += (text[i] - '0') * place;
  }
  return std::min(value, 1000);
}

struct Parameters {
  bool ours = true;  // FHIR 4.0 in UTF-8, as far as they say
  int weight = 1000;
};

// ; fhirVersion=4.0; charset=utf-8; q=0.5
Parameters read_parameters(std::string_view text) {
  Parameters found;
  while (!text.empty()) {
    auto parameter = next(text, ';');
    const auto key = next(parameter, '=');
    const auto value = trim(parameter);
    if (equal_ignoring_case(key, "fhirVersion") && value != "4.0" && value != "\"4.0\"")
      found.ours = false;
    if (equal_ignoring_case(key, "charset") && !equal_ignoring_case(value, "utf-8") &&
        !equal_ignoring_case(value, "\"utf-8\""))
      found.ours = false;
    if (equal_ignoring_case(key, "q")) found.weight = weight(value);
  }
  return found;
}

// The form the client likes best; JSON where it does not care, nothing where it takes neither.
std::optional<Form> preferred(std::string_view accept, bool& named) {
  if (trim(accept).empty()) return Form::json;
  std::optional<Form> best;
  int best_weight = 0;
  while (!accept.empty()) {
    auto range = next(accept, ',');
    const auto media = next(range, ';');
    const auto parameters = read_parameters(range);
    const bool any = media == "*/*" || media == "application/*" || media == "text/*";
    const auto form = any ? std::optional(Form::json) : form_of(media, false);
    if (!form || !parameters.ours || parameters.weight <= best_weight) continue;
    best = form;
    named = !any;
    best_weight = parameters.weight;
  }
  return best;
}

// Of Accept-Charset and Accept-Encoding: what the name is given, or else "*"; 0: it is refused.
int weight_of(std::string_view text, std::string_view wanted) {
  int any = 0;
  while (!text.empty()) {
    auto item = next(text, ',');
    const auto name = next(item, ';');
    const int given = read_parameters(item).weight;
    if (equal_ignoring_case(name, wanted)) return given;
    if (name == "*") any = given;
  }
  return any;
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
    if (word == "respond-async") asked.async = true;
  }
}

std::string_view media_of(const Head& head) {
  auto text = head.field("content-type");
  return next(text, ';');
}

}  // namespace

std::optional<Response> negotiate(const Head& head, const std::vector<search::Pair>& pairs,
                                  Asked& asked) {
  std::optional<std::string_view> format;
  for (const auto& [name, text] : pairs) {
    if (name == "_format" && !text.empty()) format = text;
    if (name == "_pretty") asked.pretty = text == "true";
  }
  for (const auto& field : head.fields)
    if (equal_ignoring_case(field.name, "prefer")) read_preference(field.value, asked);
  const auto encodings = head.field("accept-encoding");
  const int gzip = weight_of(encodings, "gzip");
  asked.gzip = gzip > 0 && gzip >= weight_of(encodings, "identity");
  std::optional<Form> form;
  if (format) {
    auto text = *format;
    form = form_of(next(text, ';'), true);
    asked.named = true;
    if (!read_parameters(text).ours) form.reset();
  } else {
    form = preferred(head.field("accept"), asked.named);
  }
  const auto charsets = head.field("accept-charset");
  if (!form || (!charsets.empty() && weight_of(charsets, "utf-8") == 0))
    return outcome(406, "not-supported",
                   "answers are application/fhir+json or application/fhir+xml for FHIR 4.0, in "
                   "UTF-8");
  asked.form = *form;
  return {};
}

bool is_resource(const Head& head) {
  return form_of(media_of(head), false).has_value();
}

std::optional<Response> check_resource(const Head& head, std::string_view body) {
  auto text = head.field("content-type");
  const auto form = form_of(next(text, ';'), false);
  if (!form || !read_parameters(text).ours)
    return outcome(415, "not-supported",
                   "the body must be application/fhir+json or application/fhir+xml for FHIR 4.0");
  const bool is_xml = trim(body).starts_with('<') || body.starts_with("\xEF\xBB\xBF<");
  if (!body.empty() && is_xml != (*form == Form::xml))
    return outcome(400, "structure", "the body is not in the form that Content-Type says");
  return {};
}

std::optional<interaction::PatchForm> patch_form(const Head& head, std::string_view body) {
  const auto media = lower(media_of(head));
  const auto form = interaction::patch_form(media);
  if (form == interaction::PatchForm::fhirpath && check_resource(head, body)) return {};
  return form;
}

bool is_form(const Head& head) {
  return equal_ignoring_case(media_of(head), "application/x-www-form-urlencoded");
}

std::optional<Response> unpack_body(const Head& head, const Limits& limits, std::string& body) {
  const auto encoding = head.field("content-encoding");
  if (encoding.empty() || equal_ignoring_case(encoding, "identity")) return {};
  if (!equal_ignoring_case(encoding, "gzip") && !equal_ignoring_case(encoding, "x-gzip")) {
    auto response = outcome(415, "not-supported", "a body is compressed by gzip or not at all");
    response.fields = "Accept-Encoding: gzip\r\n";
    return response;
  }
  auto unpacked = wire::gunzip(body, limits.body_bytes);
  if (!unpacked && unpacked.error().kind == Kind::too_costly)
    return outcome(413, "too-long", "the body unpacks to more than body_bytes allows");
  if (!unpacked) return outcome(400, "structure", "the body is not whole gzip");
  body = *std::move(unpacked);
  return {};
}

}  // namespace fingerpost::http
