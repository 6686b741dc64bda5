#include "http/message.h"

#include "interaction/outcome.h"

#include <algorithm>
#include <iterator>

namespace fingerpost::http {
namespace {

struct Reason {
  int status;
  std::string_view text;
};
constexpr Reason reasons[] = {
    // sorted by status; RFC 9110 15, RFC 6585
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

// What every response carries: nothing is cached, sniffed, framed or run.
constexpr std::string_view fixed_fields =
    "Cache-Control: no-store\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; sandbox\r\n"
    "Strict-Transport-Security: max-age=31536000\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Vary: Accept, Accept-Encoding, Prefer\r\n";

}  // namespace

std::string_view reason(int status) {
  const auto* const found =
      std::lower_bound(std::begin(reasons), std::end(reasons), status,
                       [](const Reason& row, int wanted) { return row.status < wanted; });
  return found != std::end(reasons) && found->status == status ? found->text : "Unknown";
}

Response outcome(int status, std::string_view code, std::string_view text) {
  Response response;
  response.status = status;
  response.content_type = "application/fhir+json; charset=utf-8";
  interaction::write_outcome({{Severity::error, std::string(code), "", std::string(text)}},
                             response.body);
  return response;
}

void append_head(std::string& out, const Response& response, std::string_view date,
                 bool keep_alive) {
  out += "HTTP/1.1 ";
  out += std::to_string(response.status);
  out += ' ';
  out += reason(response.status);
  out += "\r\nDate: ";
  out += date;
  out += "\r\n";
  out += fixed_fields;
  out += response.fields;
  if (!keep_alive) out += "Connection: close\r\n";
  if (response.status != 204 && response.status != 304) {  // RFC 9110 8.6
    if (!response.content_type.empty()) {
      out += "Content-Type: ";
      out += response.content_type;
      out += "\r\n";
    }
    out += "Content-Length: ";
    out += std::to_string(response.content().size());
    out += "\r\n";
  }
  out += "\r\n";
}

}  // namespace fingerpost::http
