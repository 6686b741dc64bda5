#include "suite/testscript_stage.h"

#include "base/text.h"
#include "model/xml.h"
#include "path/fhirpath.h"
#include "suite/resource.h"

#include <algorithm>

namespace fingerpost::suite {
namespace {

using wire::JsonView;
namespace fs = std::filesystem;

struct Operation {
  std::string_view code;
  std::string_view method;
};
// R4 valueset-testscript-operation-codes: those that are no plain "$name" by GET.
constexpr Operation operations[] = {{"read", "GET"},
                                    {"vread", "GET"},
                                    {"search", "GET"},
                                    {"history", "GET"},
                                    {"capabilities", "GET"},
                                    {"create", "POST"},
                                    {"update", "PUT"},
                                    {"updateCreate", "PUT"},
                                    {"patch", "PATCH"},
                                    {"delete", "DELETE"},
                                    {"batch", "POST"},
                                    {"transaction", "POST"},
                                    {"createCond", "POST"},
                                    {"updateCond", "PUT"},
                                    {"deleteCondSingle", "DELETE"},
                                    {"deleteCond", "DELETE"},
                                    {"deleteCondMultiple", "DELETE"}};

std::string media_type(std::string_view text) {
  if (text.empty() || text == "json") return "application/fhir+json";
  return text == "xml" ? "application/fhir+xml" : std::string(text);
}

// What a URL may not hold as it is.
std::string encoded(std::string_view url) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string made;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f &&
        std::string_view("\"<>|\\^`{}").find(c) == std::string::npos) {
      made += c;
      continue;
    }
    made += '%';
    made += hex[byte >> 4];
    made += hex[byte & 15];
  }
  return made;
}

std::string_view child_text(const Tree& tree, std::string_view name) {
  const auto id = tree.names().find(name);
  const auto node = id == no_name ? no_node : tree.child(tree.root(), id);
  return node == no_node ? std::string_view() : tree.text(node);
}

}  // namespace

std::string_view resource_type(const model::Definitions& definitions, const Tree& tree) {
  return definitions.type_name(tree[tree.root()].type);
}

Stage::Stage(const Setting& setting, const TestScripts& with, JsonView script,
             const fs::path& folder)
    : setting_(setting), with_(with), script_(script), folder_(folder) {}

Result<void> Stage::load_fixtures() {
  Result<void> done;
  script_["fixture"].each([&](JsonView fixture) {
    const std::string reference(fixture["resource"]["reference"].text());
    if (!done || reference.empty()) return;
    auto dashed = reference;
    std::replace(dashed.begin(), dashed.end(), '/', '-');
    std::vector<fs::path> places{folder_};
    places.insert(places.end(), with_.folders.begin(), with_.folders.end());
    for (const auto& place : places)
      for (const auto& name : {reference, dashed})
        for (const auto* ending : {"", ".json", ".xml"}) {
          const auto file = place / (name + ending);
          if (!fs::is_regular_file(file)) continue;
          auto read = read_resource_file(setting_, file);
          if (!read) return void(done = read.error());
          known_[std::string(fixture["id"].text())].resource =
              std::make_shared<model::ReadTree>(std::move(*read));
          return;
        }
    done = Error{Kind::not_found, "the fixture " + reference + " is not to be had", ""};
  });
  return done;
}

const Carried* Stage::find(std::string_view id) const {
  const auto found = known_.find(id);
  return found == known_.end() ? nullptr : &found->second;
}

std::string_view Stage::profile(std::string_view id) const {
  std::string_view url;
  script_["profile"].each([&](JsonView profile) {
    if (profile["id"].text() == id) url = profile["reference"].text();
  });
  return url;
}

Result<std::string> Stage::variable(std::string_view name) const {
  const auto given = with_.variables.find(std::string(name));
  if (given != with_.variables.end()) return given->second;
  JsonView wanted;
  script_["variable"].each([&](JsonView one) {
    if (one["name"].text() == name) wanted = one;
  });
  if (!wanted) return Error{Kind::not_found, "no variable " + std::string(name), ""};
  const auto source = wanted["sourceId"].text();
  const auto* from = source.empty() ? &response_ : find(source);
  if (from && wanted["headerField"]) {
    if (const auto value = from->message.field(wanted["headerField"].text()); !value.empty())
      return std::string(value);
  }
  const std::string path =
      wanted["path"] ? path_of(wanted["path"].text()) : std::string(wanted["expression"].text());
  if (from && from->resource && !path.empty()) {
    LET(const auto found, values(*from, path));
    if (!found.empty()) return found.front();
  }
  if (wanted["defaultValue"]) return std::string(wanted["defaultValue"].text());
  return Error{Kind::not_found, "nothing to take the variable " + std::string(name) + " from", ""};
}

Result<std::string> Stage::filled(std::string_view text) const {
  std::string made;
  for (auto at = text.find("${"); at != std::string_view::npos; at = text.find("${")) {
    const auto end = text.find('}', at);
    if (end == std::string_view::npos) break;
    made += text.substr(0, at);
    LET(const auto value, variable(text.substr(at + 2, end - at - 2)));
    made += value;
    text.remove_prefix(end + 1);
  }
  return made += text;
}

std::string Stage::path_of(std::string_view xpath) {
  constexpr std::string_view prefix = "fhir:";
  std::string path;
  while (!xpath.empty()) {
    const auto end = std::min(xpath.find('/'), xpath.size());
    auto part = xpath.substr(0, end);
    xpath.remove_prefix(std::min(end + 1, xpath.size()));
    if (part == "@value" && xpath.empty()) return path;
    if (part.starts_with(prefix)) part.remove_prefix(prefix.size());
    if (part.empty() || !std::all_of(part.begin(), part.end(), is_letter)) return "";
    if (!path.empty()) path += '.';
    path += part;
  }
  return path;
}

Result<std::vector<std::string>> Stage::values(const Carried& of,
                                               std::string_view expression) const {
  if (!of.resource) return Error{Kind::not_found, "there is no resource", ""};
  LET(const auto compiled, path::compile(expression, setting_.definitions));
  path::Environment environment{wide_limits()};
  environment.now = "2026-01-01T00:00:00.000Z";
  const Tree& tree = of.resource->tree;
  LET(const auto found,
      path::evaluate(compiled, path::Value(NodeRef{&tree, tree.root()}), environment));
  std::vector<std::string> texts;
  for (const auto& value : found) texts.push_back(path::value_text(setting_.definitions, value));
  return texts;
}

Result<std::string> Stage::place_of(std::string_view id) const {
  const auto* target = find(id);
  if (!target || !target->resource)
    return Error{Kind::not_found, "nothing is known of " + std::string(id), ""};
  const Tree& tree = target->resource->tree;
  const auto resource_id = child_text(tree, "id");
  if (resource_id.empty()) return Error{Kind::not_found, std::string(id) + " has no id", ""};
  return std::string(resource_type(setting_.definitions, tree)) + "/" + std::string(resource_id);
}

std::string Stage::server_of(JsonView operation) const {
  const auto number = to_integer(operation["destination"].text()).value_or(1);
  const auto index =
      std::clamp<std::int64_t>(number, 1, static_cast<std::int64_t>(with_.servers.size()));
  return with_.servers[static_cast<std::size_t>(index - 1)];
}

Result<std::string> Stage::url_of(JsonView operation, std::string_view code) const {
  const auto server = server_of(operation);
  const auto finish = [&](std::string_view rest) -> Result<std::string> {
    LET(const auto text, filled(rest));
    const bool encode = !operation["encodeRequestUrl"] || operation["encodeRequestUrl"].is_true();
    auto url = encode ? encoded(text) : text;
    if (url.find("://") == std::string::npos)
      url = server + (url.starts_with('/') ? "" : "/") + url;
    return url;
  };
  if (operation["url"]) return finish(operation["url"].text());
  if (operation["targetId"]) {
    LET(auto place, place_of(operation["targetId"].text()));
    if (code == "history") place += "/_history";
    return finish(place);
  }
  if (code == "capabilities") return finish("metadata");
  std::string rest(operation["resource"].text());
  if (code == "batch" || code == "transaction") rest.clear();
  auto params = operation["params"].text();
  if (code == "search" && !params.starts_with('?') && !params.starts_with('/') && !params.empty())
    rest += "?";
  rest += params;
  if (code == "history" && rest.find("_history") == std::string::npos) rest += "/_history";
  return finish(rest);
}

Result<std::string> Stage::body_of(JsonView operation, std::string_view url,
                                   std::string_view media) const {
  const auto source = operation["sourceId"].text();
  if (source.empty()) return std::string();
  const auto* from = find(source);
  if (!from || !from->resource)
    return Error{Kind::not_found, "there is no fixture " + std::string(source), ""};
  const auto& definitions = setting_.definitions;
  LET(auto read, read_resource(setting_, to_json(definitions, from->resource->tree)));
  Tree& tree = read.tree;
  const auto type = resource_type(definitions, tree);
  const auto mark = "/" + std::string(type) + "/";
  const auto id = tree.child(tree.root(), tree.names().find("id"));
  if (const auto at = url.find(mark); at != std::string_view::npos && id != no_node) {
    const auto wanted = url.substr(at + mark.size());
    tree.set(id, Shape::string, wanted.substr(0, wanted.find_first_of("/?")));
  }
  std::string body;
  if (media.find("xml") != std::string_view::npos)
    model::write_xml(definitions, tree, tree.root(), body);
  else
    model::write_json(definitions, tree, tree.root(), body);
  return body;
}

std::shared_ptr<const model::ReadTree> Stage::resource_in(const HttpMessage& message) const {
  if (message.body.empty()) return nullptr;
  auto read = read_resource(setting_, message.body);
  if (!read) return nullptr;
  return std::make_shared<model::ReadTree>(std::move(*read));
}

Result<void> Stage::operate(JsonView operation) {
  const auto code = operation["type"]["code"].text();
  HttpMessage request;
  for (const auto& [name, method] : operations)
    if (name == code) request.method = method;
  if (operation["method"]) {
    request.method = operation["method"].text();
    std::transform(request.method.begin(), request.method.end(), request.method.begin(), to_upper);
  }
  if (request.method.empty())
    return Error{Kind::unsupported, "the operation " + std::string(code) + " is not played", ""};
  LET(request.url, url_of(operation, code));
  const auto media = media_type(operation["contentType"].text());
  LET(request.body, body_of(operation, request.url, media));
  request.fields.emplace_back("Accept", media_type(operation["accept"].text()));
  if (!request.body.empty()) request.fields.emplace_back("Content-Type", media);
  Result<void> filling;
  operation["requestHeader"].each([&](JsonView header) {
    auto value = filled(header["value"].text());
    if (!value) return void(filling = value.error());
    request.fields.emplace_back(header["field"].text(), *value);
  });
  if (!filling) return filling;
  LET(auto response, with_.exchange(request));
  request_ = {request, resource_in(request)};
  response_ = {std::move(response), nullptr};
  response_.resource = resource_in(response_.message);
  if (operation["requestId"]) known_[std::string(operation["requestId"].text())] = request_;
  if (operation["responseId"]) known_[std::string(operation["responseId"].text())] = response_;
  return {};
}

}  // namespace fingerpost::suite
