#include "http/binary.h"

#include "base/base64.h"
#include "base/text.h"
#include "http/answer.h"
#include "interaction/answers.h"
#include "interaction/commit.h"
#include "model/json.h"

#include <algorithm>
#include <utility>

namespace fingerpost::http {
namespace {

// "text/plain; charset=utf-8": letters, digits and what RFC 9110 8.3.1 has between them.
bool is_media_type(std::string_view text) {
  return !text.empty() && text.size() < 128 && text.find('/') != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return is_letter(c) || is_digit(c) ||
                  std::string_view("!#$&^_.+-/;= \"").find(c) != std::string_view::npos;
         });
}

bool is_binary(const Call& call) {
  return call.path.size() > 0 && call.path[0] == "Binary";
}

}  // namespace

bool asks_for_bytes(const Call& call) {
  const auto method = call.request.head.method;
  const auto size = call.path.size();
  const bool reads = method == Method::get || method == Method::head;
  const bool one =
      (size == 2 && interaction::is_id(call.path[1])) || (size == 4 && call.path[2] == "_history");
  return is_binary(call) && reads && one && !call.asked.named;
}

Response bytes_of(const interaction::Context& context, interaction::Answer answer) {
  const auto read =
      model::read_json(context.definitions, std::string(answer.content()), context.limits);
  if (!read) return outcome(500, "exception", "the stored resource cannot be read");
  const auto& tree = read->tree;
  auto bytes = from_base64(interaction::child_text(tree, tree.root(), "data"), Base64::plain);
  if (!bytes) return outcome(500, "exception", "the data of the Binary is no Base64");
  const auto type = interaction::child_text(tree, tree.root(), "contentType");
  answer.body = *std::move(bytes);
  answer.shared_body = nullptr;
  auto response = response_of(context, std::move(answer), {});
  response.content_type = {};
  response.fields += "Content-Type: ";
  response.fields += is_media_type(type) ? type : "application/octet-stream";
  response.fields += "\r\nContent-Disposition: attachment\r\n";
  return response;
}

bool brings_bytes(const Call& call) {
  const auto& head = call.request.head;
  return is_binary(call) && !head.field("content-type").empty() && !is_resource(head);
}

std::string binary_of(const Call& call) {
  const auto& head = call.request.head;
  std::string out = R"({"resourceType":"Binary")";
  const auto add = [&](std::string_view name, std::string_view text) {
    out += ',';
    interaction::write_member(out, name, text);
  };
  if (call.path.size() > 1) add("id", call.path[1]);
  add("contentType", head.field("content-type"));
  if (const auto whose = head.field("x-security-context"); !whose.empty()) {
    out += R"(,"securityContext":{)";
    interaction::write_member(out, "reference", whose);
    out += '}';
  }
  if (!call.request.body.empty()) add("data", to_base64(call.request.body, Base64::plain));
  return out + '}';
}

}  // namespace fingerpost::http
