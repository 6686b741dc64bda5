#include "interaction/answers.h"

#include "base/text.h"
#include "interaction/custom_parameters.h"
#include "interaction/outcome.h"
#include "interaction/subset.h"
#include "wire/json.h"

#include <algorithm>
#include <utility>

namespace fingerpost::interaction {
namespace {

// RFC 3986 2.3, and what a query may carry besides: the rest is percent-encoded.
void write_encoded(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || std::string_view("-._~:/,$*").find(c) != std::string::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
  }
}

}  // namespace

Answer answer_of(store::Stored stored) {
  Answer answer;
  answer.body = std::move(stored.body);
  answer.version = stored.version;
  answer.last_updated_us = stored.last_updated_us;
  return answer;
}

Answer answer_of(const Context& context, store::Stored stored,
                 const std::vector<search::Pair>& pairs) {
  const auto subset = subset_of(context, stored.type, pairs);
  if (!subset) return failure(subset.error());
  auto body = cut_down(context, *subset, std::move(stored.body));
  if (!body) return failure(Error{Kind::fault, "the stored resource cannot be read", ""});
  stored.body = *std::move(body);
  return answer_of(std::move(stored));
}

Answer commit_failure(const Error& error) {
  if (error.kind == Kind::conflict && error.where == "If-Match")
    return failure(Status::precondition_failed, error);
  if (error.where.starts_with(in_search_parameter) || error.where == "OperationDefinition.url")
    return error.kind == Kind::invalid ? failure(Status::unprocessable, error) : failure(error);
  // The store's places, which are words, are not the request's; an element is.
  const bool element = error.where.find('.') != std::string::npos;
  // What the resource says is understood, and a rule is against it (R4 http.html#2.21.0.10.1).
  if (error.kind == Kind::unsupported && element) return failure(Status::unprocessable, error);
  return failure(Error{error.kind, error.text, element ? error.where : std::string()});
}

void write_member(std::string& out, std::string_view name, std::string_view text) {
  out += '"';
  out += name;
  out += "\":";
  wire::write_json_string(out, text);
}

void write_part(std::string& out, std::string_view name, std::string_view kind,
                std::string_view value) {
  if (out.back() == '}') out += ',';
  out += '{';
  write_member(out, "name", name);
  out += ",\"value";
  out += kind;
  out += "\":";
  if (kind == "Boolean" || kind == "Decimal") {
    out += value;
  } else {
    wire::write_json_string(out, value);
  }
  out += '}';
}

void write_link(std::string& out, std::string_view relation, std::string_view url) {
  out += '{';
  write_member(out, "relation", relation);
  out += ',';
  write_member(out, "url", url);
  out += '}';
}

void write_links(const Context& context, std::string& out, const std::string& path,
                 const std::vector<search::Pair>& used, const std::string& cursor,
                 const std::string& next) {
  const auto url_at = [&](const std::string& place) {
    auto pairs = used;
    if (!place.empty()) pairs.emplace_back("_cursor", place);
    return url_of(context, path, pairs);
  };
  out += R"("link":[)";
  write_link(out, "self", url_at(cursor));
  if (!next.empty()) {
    out += ',';
    write_link(out, "next", url_at(next));
  }
  out += ']';
}

void write_entry(const Context& context, std::string& out, const store::Stored& stored,
                 bool match) {
  out += '{';
  write_member(out, "fullUrl", context.base_url + "/" + stored.type + "/" + stored.id);
  out += R"(,"resource":)";
  out += stored.body;
  out += match ? R"(,"search":{"mode":"match"}})" : R"(,"search":{"mode":"include"}})";
}

Result<int> read_count(std::string_view text, const Limits& limits) {
  const auto number = to_integer(text);
  if (!number || *number < 1) return Error{Kind::invalid, "_count is a whole number", "_count"};
  return static_cast<int>(std::min<std::int64_t>(*number, limits.page_max));
}

std::string url_of(const Context& context, std::string_view path,
                   const std::vector<search::Pair>& pairs) {
  std::string url = context.base_url;
  url += '/';
  url += path;
  char joint = '?';
  for (const auto& [name, text] : pairs) {
    url += joint;
    write_encoded(url, name);
    url += '=';
    write_encoded(url, text);
    joint = '&';
  }
  return url;
}

void write_response(const Context& context, std::string& out, const Answer& answer) {
  out += R"("response":{)";
  write_member(out, "status", reason(answer.status));
  if (!answer.location.empty()) {
    out += ',';
    write_member(out, "location", context.base_url + "/" + answer.location);
  }
  if (answer.version > 0) {
    out += ',';
    write_member(out, "etag", "W/\"" + std::to_string(answer.version) + "\"");
  }
  if (answer.last_updated_us > 0) {
    out += ',';
    write_member(out, "lastModified", store::instant(answer.last_updated_us));
  }
  if (!answer.issues.empty()) {
    out += R"(,"outcome":)";
    write_outcome(answer.issues, out);
  }
  out += '}';
}

}  // namespace fingerpost::interaction
