#include "base/base64.h"
#include "interaction/bundle.h"
#include "model/json.h"
#include "search/range.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fingerpost::interaction {
namespace {

Answer refused(const Entry& entry, Kind kind, std::string text, std::string_view below = "") {
  return failure(Error{kind, std::move(text), place_of(entry.index) + std::string(below)});
}

std::optional<Verb> verb_of(std::string_view method) {
  if (method == "GET" || method == "HEAD") return Verb::get;
  if (method == "POST") return Verb::post;
  if (method == "PUT") return Verb::put;
  if (method == "PATCH") return Verb::patch;
  if (method == "DELETE") return Verb::remove;
  return {};
}

// R4 bundle.html: a URL below the base, or absolute with the base in front.
std::optional<Answer> read_url(const Context& context, std::string_view url, Entry& entry) {
  if (url.starts_with(context.base_url)) url.remove_prefix(context.base_url.size());
  const auto mark = url.find('?');
  auto path = Path::read(url.substr(0, mark));
  if (!path) return refused(entry, path.error().kind, path.error().text, ".request.url");
  entry.path = std::move(*path);
  if (mark == std::string_view::npos) return {};
  auto query = read_query(url.substr(mark + 1), context.limits);
  if (!query) return refused(entry, query.error().kind, query.error().text, ".request.url");
  entry.query = std::move(*query);
  entry.condition_text = url;
  return {};
}

// ifNoneMatch, ifModifiedSince, ifMatch, ifNoneExist.
std::optional<Answer> read_conditions(const Context& context, const Tree& tree, NodeId request,
                                      Entry& entry) {
  const auto tags = [&](const char* name, Versions& into) -> std::optional<Answer> {
    auto versions = read_etags(child_text(tree, request, name));
    if (!versions)
      return refused(entry, Kind::invalid, versions.error().text, std::string(".request.") + name);
    into = std::move(*versions);
    return {};
  };
  if (auto answer = tags("ifMatch", entry.if_match)) return answer;
  if (auto answer = tags("ifNoneMatch", entry.if_none_match)) return answer;
  if (const auto text = child_text(tree, request, "ifModifiedSince"); !text.empty()) {
    const auto range = search::date_range(text);
    if (range) entry.if_modified_since_us = range->high;
  }
  auto exist = child_text(tree, request, "ifNoneExist");
  if (exist.empty()) return {};
  if (entry.verb != Verb::post)
    return refused(entry, Kind::invalid, "ifNoneExist is of a POST", ".request.ifNoneExist");
  if (const auto mark = exist.find('?'); mark != std::string_view::npos)
    exist.remove_prefix(mark + 1);
  auto query = read_query(exist, context.limits);
  if (!query) return refused(entry, query.error().kind, query.error().text, ".request.ifNoneExist");
  entry.condition = std::move(*query);
  entry.condition_text = std::string(entry.path[0]) + "?" + std::string(exist);
  return {};
}

// R4 http.html#patch: Parameters hold a FHIRPath patch, a Binary any other.
std::optional<Answer> read_patch(const Context& context, const Tree& tree, Entry& entry) {
  const auto type = context.definitions.type_name(tree[entry.resource].type);
  auto& sent = entry.patch.emplace();
  if (type == "Parameters") {
    sent.form = PatchForm::fhirpath;
    model::write_json(context.definitions, tree, entry.resource, sent.body);
    return {};
  }
  if (type != "Binary")
    return refused(entry, Kind::invalid, "a patch is a Parameters resource or a Binary",
                   ".resource");
  const auto form = patch_form(child_text(tree, entry.resource, "contentType"));
  if (!form || *form == PatchForm::fhirpath)
    return refused(entry, Kind::unsupported, "the Binary's contentType is of no patch",
                   ".resource.contentType");
  auto bytes = from_base64(child_text(tree, entry.resource, "data"), Base64::plain);
  if (!bytes) return refused(entry, Kind::invalid, "this is not Base64", ".resource.data");
  sent = {*form, std::move(*bytes)};
  return {};
}

// An operation's Parameters or its resource; the form of a search as R4 http.html#summary has it.
std::optional<Answer> read_question(const Context& context, const Tree& tree, Entry& entry) {
  entry.verb = Verb::get;
  if (entry.is_operation()) {
    auto& body = entry.body.emplace();
    if (entry.resource != no_node)
      model::write_json(context.definitions, tree, entry.resource, body);
    return {};
  }
  if (entry.resource == no_node) return {};
  auto form = from_base64(child_text(tree, entry.resource, "data"), Base64::plain);
  if (child_text(tree, entry.resource, "contentType") != "application/x-www-form-urlencoded" ||
      !form)
    return refused(entry, Kind::unsupported,
                   "a search's body is a Binary of application/x-www-form-urlencoded", ".resource");
  auto query = read_query(*form, context.limits);
  if (!query) return refused(entry, query.error().kind, query.error().text, ".resource.data");
  entry.query.insert(entry.query.end(), std::make_move_iterator(query->begin()),
                     std::make_move_iterator(query->end()));
  return {};
}

std::optional<Answer> check_target(const Context& context, const Tree& tree, Entry& entry) {
  const auto size = entry.path.size();
  if (entry.verb == Verb::get) return {};
  const bool asks = size > 0 && (entry.is_operation() || entry.path[size - 1] == "_search");
  if (entry.verb == Verb::post && asks) return read_question(context, tree, entry);
  if (size == 0 || !is_resource_type(context, entry.path[0]))
    return refused(entry, Kind::not_found, "the URL names no type of resource", ".request.url");
  const bool by_query = !entry.query.empty() && entry.verb != Verb::post && size == 1;
  if (by_query)
    entry.condition = entry.query;
  else if (!entry.query.empty())
    return refused(entry, Kind::invalid, "a query does not fit the method here", ".request.url");
  if (size != (entry.verb == Verb::post || by_query ? 1u : 2u))
    return refused(entry, Kind::invalid, "the URL does not fit the method", ".request.url");
  if (entry.verb == Verb::remove) return {};
  if (entry.resource == no_node) return refused(entry, Kind::invalid, "the entry needs a resource");
  if (entry.verb == Verb::patch) return read_patch(context, tree, entry);
  return {};
}

std::optional<Answer> read_request(const Context& context, const Tree& tree, NodeId node,
                                   Entry& entry) {
  const auto request = child(tree, node, "request");
  if (request == no_node) return refused(entry, Kind::invalid, "the entry needs a request");
  const auto verb = verb_of(child_text(tree, request, "method"));
  if (!verb)
    return refused(entry, Kind::unsupported, "the method is not offered in a Bundle",
                   ".request.method");
  entry.verb = *verb;
  entry.head = child_text(tree, request, "method") == "HEAD";
  if (auto answer = read_url(context, child_text(tree, request, "url"), entry)) return answer;
  if (auto answer = check_target(context, tree, entry)) return answer;
  return read_conditions(context, tree, request, entry);
}

// Takes the issues that lie in the entry out of the list.
Issues taken(Issues& issues, std::size_t entry) {
  const auto place = place_of(entry);
  const auto first = std::stable_partition(issues.begin(), issues.end(), [&](const Issue& issue) {
    return !issue.expression.starts_with(place);
  });
  Issues of_entry(std::make_move_iterator(first), std::make_move_iterator(issues.end()));
  issues.erase(first, issues.end());
  return of_entry;
}

}  // namespace

std::optional<PatchForm> patch_form(std::string_view media) {
  if (media == "application/json-patch+json") return PatchForm::json;
  if (media == "application/merge-patch+json") return PatchForm::merge;
  if (media == "application/xml-patch+xml") return PatchForm::xml;
  if (media == "application/fhir+json" || media == "application/fhir+xml")
    return PatchForm::fhirpath;
  return {};
}

WriteOptions write_options_of(const Entry& entry, Return back) {
  WriteOptions options;
  options.if_match = entry.if_match;
  options.if_none_match = entry.if_none_match;
  options.condition = entry.condition;
  options.back = back;
  return options;
}

std::string place_of(std::size_t entry) {
  return "Bundle.entry[" + std::to_string(entry) + "]";
}

std::vector<Entry> read_entries(const Context& context, const Tree& bundle, Issues& issues) {
  std::vector<Entry> entries;
  for (auto node = child(bundle, bundle.root(), "entry"); node != no_node;
       node = bundle.next_same(node)) {
    auto& entry = entries.emplace_back();
    entry.index = entries.size() - 1;
    entry.full_url = child_text(bundle, node, "fullUrl");
    entry.resource = child(bundle, node, "resource");
    if (!issues.empty()) {
      auto own = taken(issues, entry.index);
      if (has_errors(own)) entry.refused = failure(Status::unprocessable, std::move(own));
    }
    if (!entry.refused) entry.refused = read_request(context, bundle, node, entry);
  }
  return entries;
}

}  // namespace fingerpost::interaction
