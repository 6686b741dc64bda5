#include "interaction/openapi_parts.h"

#include "interaction/answers.h"

#include <iterator>

namespace fingerpost::interaction {
namespace {

using I = Interaction;

// By Interaction.
constexpr Shape shapes[] = {
    {I::bundle, "Prefer Idempotency-Key X-Provenance", "Bundle", "200"},
    {I::search_system, "Prefer", "", "200"},
    {I::search_by_post, "Prefer", "Search", "200"},
    {I::search_compartment, "Prefer", "", "200"},
    {I::search_type, "Prefer", "", "200"},
    {I::metadata, "If-None-Match mode _summary _elements", "", "200 304"},
    {I::openapi, "", "", "200-document"},
    {I::smart_configuration, "", "", "200-document"},
    {I::history, "Prefer _since _at _list _count _summary _elements", "", "200"},
    {I::create, "Prefer If-None-Exist X-Provenance", "Resource", "200 201 412"},
    {I::read, "If-None-Match If-Modified-Since _summary _elements", "", "200-version 304 410"},
    {I::vread, "If-None-Match If-Modified-Since _summary _elements", "", "200-version 304 410"},
    {I::update, "Prefer If-Match If-None-Match If-Unmodified-Since X-Provenance", "Resource",
     "200-version 201 412"},
    {I::patch, "Prefer If-Match If-Unmodified-Since X-Provenance", "Patch", "200-version 412"},
    {I::remove, "Prefer If-Match If-Unmodified-Since X-Provenance", "", "200 204 412"},
    {I::delete_history, "", "", "204"},
    {I::operation, "Prefer", "", "200"},
    {I::job, "", "", "200 202-waiting"},
    {I::job_cancel, "", "", "202-cancelled"},
};
constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(shapes); ++i)
    if (static_cast<std::size_t>(shapes[i].interaction) != i) return false;
  return true;
}
static_assert(in_order() && std::size(shapes) == interactions);

struct Parameter {
  std::string_view name, in, about;
  std::string_view pattern = {};  // as JSON has it
};
constexpr Parameter parameters[] = {
    {"id", "path", "R4 datatypes.html#id", R"(^[A-Za-z0-9\\-.]{1,64}$)"},
    {"vid", "path", "A version: a number", R"(^[1-9][0-9]*$)"},
    {"member", "path", "A type of resource, or * for all that may be in it"},
    {"job", "path", "As Content-Location had it"},
    {"If-Match", "header", "The ETag that the current version must have"},
    {"If-None-Match", "header", "ETags that need not be sent; *: any"},
    {"If-Modified-Since", "header", "An HTTP date"},
    {"If-Unmodified-Since", "header", "An HTTP date"},
    {"If-None-Exist", "header", "Criteria of a conditional create"},
    {"Prefer", "header",
     "return=minimal, representation or OperationOutcome; handling=strict or lenient; "
     "respond-async"},
    {"Idempotency-Key", "header", "The same transaction again is done once"},
    {"X-Provenance", "header", "A Provenance without target, JSON"},
    {"mode", "query", "full, normative or terminology"},
    {"_summary", "query", "true, text, data or false"},
    {"_elements", "query", "Names of elements, parted by commas"},
    {"_since", "query", "An instant"},
    {"_list", "query", "List/[id], or its id: what it names"},
    {"_at", "query", "A date or a time"},
    {"_count", "query", "The versions of a page"},
};

struct Body {
  std::string_view key;
  std::string_view json, xml;  // schemas; "": not in that form
  std::string_view others;     // media types, parted by blanks
};
constexpr std::string_view object = "Resource", text = "Xml";
constexpr Body bodies[] = {
    {"Resource", object, text, ""},
    {"Bundle", object, text, ""},
    {"Parameters", object, text, ""},
    {"ParametersOrForm", object, text, "application/x-www-form-urlencoded"},
    {"Search", "", "", "application/x-www-form-urlencoded"},
    {"Patch", object, text,
     "application/json-patch+json application/merge-patch+json application/xml-patch+xml"},
};

struct Reply {
  std::string_view key, about;
  bool content = true;
  std::string_view headers = {};
};
constexpr Reply replies[] = {
    {"200", "A resource"},
    {"200-version", "The resource", true, "ETag Last-Modified"},
    {"200-document", "A document", false},
    {"201", "It was created", true, "Location ETag Last-Modified"},
    {"202", "It is done later; ask at Content-Location", false, "Content-Location"},
    {"202-waiting", "It is not done yet", false, "X-Progress Retry-After"},
    {"202-cancelled", "It is forgotten", false},
    {"204", "It was done", false},
    {"304", "The client has it", false, "ETag"},
    {"410", "It was deleted"},
    {"412", "A condition does not hold"},
    {"default", "What was wrong, an OperationOutcome"},
};

void add_schema(std::string& out, std::string_view media, std::string_view schema) {
  if (out.back() == '}') out += ',';
  out.append("\"").append(media);
  out.append(R"(":{"schema":{"$ref":"#/components/schemas/)").append(schema).append("\"}}");
}

void write_content(std::string& out, std::string_view json, std::string_view xml,
                   std::string_view others) {
  out += R"("content":{)";
  if (!json.empty()) add_schema(out, "application/fhir+json", json);
  if (!xml.empty()) add_schema(out, "application/fhir+xml", xml);
  for_each_word(others, [&](std::string_view media) {
    add_schema(out, media, media.ends_with("xml") ? "Xml" : "Other");
  });
  out += '}';
}

void write_parameter(std::string& out, const Parameter& one) {
  out.append("\"").append(one.name).append("\":{");
  write_member(out, "name", one.name);
  out += ',';
  write_member(out, "in", one.in);
  if (one.in == "path") out += R"(,"required":true)";
  out += ',';
  write_member(out, "description", one.about);
  out += R"(,"schema":{"type":"string")";
  if (!one.pattern.empty()) out.append(R"(,"pattern":")").append(one.pattern).append("\"");
  out += "}}";
}

void write_reply(std::string& out, const Reply& one) {
  out.append("\"").append(one.key).append("\":{");
  write_member(out, "description", one.about);
  if (!one.headers.empty()) {
    out += R"(,"headers":{)";
    for_each_word(one.headers, [&](std::string_view name) {
      if (out.back() == '}') out += ',';
      out.append("\"").append(name).append(R"(":{"schema":{"type":"string"}})");
    });
    out += '}';
  }
  if (one.content) {
    out += ',';
    write_content(out, "Resource", "Xml", "");
  }
  out += '}';
}

template <class List, class Write>
void write_all(std::string& out, std::string_view name, const List& list, const Write& write) {
  out.append(",\"").append(name).append("\":{");
  bool first = true;
  for (const auto& one : list) {
    if (!first) out += ',';
    first = false;
    write(out, one);
  }
  out += '}';
}

std::string made_components() {
  std::string out =
      R"({"schemas":{"Resource":{"type":"object","required":["resourceType"],"properties":)"
      R"({"resourceType":{"type":"string"}}},"Xml":{"type":"string"},"Other":{}})";
  write_all(out, "parameters", parameters, write_parameter);
  write_all(out, "requestBodies", bodies, [](std::string& to, const Body& one) {
    to.append("\"").append(one.key).append("\":{");
    write_content(to, one.json, one.xml, one.others);
    to += '}';
  });
  write_all(out, "responses", replies, write_reply);
  return out + '}';
}

}  // namespace

const Shape& shape_of(Interaction interaction) {
  return shapes[static_cast<std::size_t>(interaction)];
}

const std::string& openapi_components() {
  static const std::string made = made_components();
  return made;
}

void write_references(std::string& out, std::string_view kind, std::string_view names) {
  out += '[';
  for_each_word(names, [&](std::string_view name) {
    if (out.back() == '}') out += ',';
    out.append(R"({"$ref":"#/components/)").append(kind).append("/").append(name).append("\"}");
  });
  out += ']';
}

}  // namespace fingerpost::interaction
