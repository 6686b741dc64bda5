// R4 structuremap-operation-transform.html, and of R5's parameters sourceMap, srcMap and
// supportingMap.

#include "base/digest.h"
#include "interaction/commit.h"
#include "interaction/operations.h"
#include "interaction/stored_maps.h"
#include "interaction/world.h"
#include "model/xml.h"
#include "store/body.h"

#include <array>
#include <memory>
#include <utility>

namespace fingerpost::interaction {
namespace {

// What is asked. Without `content`, the body itself is what is to be transformed.
struct Asked {
  std::string source;
  Tree parameters;
  NodeId content = no_node;
  std::vector<NodeId> maps;  // parameters: the map to run, if it came, and what it imports
};

// The Parameters of the body, when it is such.
Asked asked_of(const Session& session, const OperationCall& call) {
  const auto& context = session.context;
  Asked asked{"", Tree(context.definitions.names()), no_node, {}};
  for (const auto& [key, value] : call.pairs)
    if (key == "source") asked.source = value;
  auto sent = model::read_resource(context.definitions, *call.body, context.limits);
  if (!sent) return asked;  // of another FHIR version, perhaps
  if (context.definitions.type_name(sent->tree[sent->tree.root()].type) != "Parameters")
    return asked;
  asked.parameters = std::move(sent->tree);
  const auto& tree = asked.parameters;
  std::vector<NodeId> supporting;
  for (NodeId at = child(tree, tree.root(), "parameter"); at != no_node; at = tree.next_same(at)) {
    const NodeId named = child(tree, at, "name");
    const NodeId value = child(tree, at, "value");
    const auto key = named == no_node ? std::string_view() : tree.text(named);
    if (key == "source" && value != no_node) asked.source = tree.text(value);
    if (key == "content") asked.content = child(tree, at, "resource");
    if (key == "sourceMap" || key == "srcMap") asked.maps.push_back(at);
    if (key == "supportingMap") supporting.push_back(at);
  }
  asked.maps.insert(asked.maps.end(), supporting.begin(), supporting.end());
  return asked;
}

Result<void> add_sent(const Context& context, const Asked& asked, MapGatherer& gatherer) {
  const auto& tree = asked.parameters;
  for (const NodeId parameter : asked.maps) {
    const auto called = "parameter[" + std::to_string(parameter) + "]";
    const NodeId value = child(tree, parameter, "value");
    const NodeId resource = child(tree, parameter, "resource");
    if (resource != no_node) {
      LET_DONE(gatherer.add_sent(copy_of(context, tree, resource), "the map sent"));
    } else if (value != no_node) {
      LET_DONE(gatherer.add_sent_text(tree.text(value), "the map sent"));
    } else {
      return Error{Kind::invalid, "a map that is sent is a resource or a text", called};
    }
  }
  return {};
}

// What is to be run: the map of the instance, the one that was sent, or the one that `source`
// names.
struct Chosen {
  mapping::Maps maps;
  std::string entry;
  std::shared_ptr<const void> keep = nullptr;  // what the maps are over
};

Result<Chosen> named_map(const Session& session, const Asked& asked, MapGatherer& gatherer) {
  const auto& context = session.context;
  if (asked.source.empty())
    return Error{Kind::invalid, "the parameter source names the map to run", "source"};
  constexpr std::string_view here = "StructureMap/";
  if (asked.source.starts_with(here)) {
    LET(const auto stored, session.reader.read("StructureMap", asked.source.substr(here.size())));
    LET_DONE(gatherer.add(stored));
  } else {
    LET(const auto stored, stored_map(session, asked.source));
    if (stored) {
      LET_DONE(gatherer.add(*stored));
    } else if (const auto loaded = loaded_maps(context); loaded && loaded->has(asked.source)) {
      return Chosen{*loaded, asked.source, loaded};
    } else {
      return Error{Kind::not_found, "no map of this url is stored or loaded", "source"};
    }
  }
  LET(auto linked, gatherer.link());
  return Chosen{std::move(linked.maps), std::move(linked.entry)};
}

Result<Chosen> chosen_map(const Session& session, const OperationCall& call, const Asked& asked,
                          MapGatherer& gatherer) {
  if (!call.id.empty()) {
    LET(const auto stored, session.reader.read(call.type, call.id));
    LET_DONE(gatherer.add(stored));
  }
  LET_DONE(add_sent(session.context, asked, gatherer));
  if (gatherer.empty()) return named_map(session, asked, gatherer);
  LET(auto linked, gatherer.link());
  return Chosen{std::move(linked.maps), std::move(linked.entry)};
}

// What is to be transformed, read as the FHIR version that the map takes.
Result<Tree> content_of(const Context& context, const OperationCall& call, const Asked& asked,
                        const Chosen& chosen) {
  const auto type = chosen.maps.source_type(chosen.entry);
  const auto model = type == no_type ? model::Model::r4 : context.definitions.type(type).model;
  const bool of_r3 = model == model::Model::stu3;
  if (asked.content != no_node) {
    if (!of_r3) return copy_of(context, asked.parameters, asked.content);
    return Error{Kind::invalid,
                 "a resource of another FHIR version is sent as the body, with the map's url as "
                 "the parameter source",
                 "content"};
  }
  const auto& sent = asked.parameters;
  if (context.definitions.type_name(sent[sent.root()].type) == "Parameters")
    return Error{Kind::invalid, "the parameter content is missing", "content"};
  return read_body(context, *call.body, of_r3 ? model::Model::stu3 : model::Model::r4);
}

// What went wrong in the map or the content, and not in how it was asked.
Answer refusal(const Error& error) {
  if (error.kind == Kind::invalid) return failure(Status::unprocessable, error);
  return failure(error);
}

Answer run(const Context& context, const OperationCall& call, const Chosen& chosen,
           const Tree& content) {
  const auto now = store::instant(context.clock.now_us());
  const std::array parameters{mapping::Parameter{"now", now},
                              mapping::Parameter{"zone", "Europe/London"}};
  const auto seed = hex(sha256(*call.body));
  mapping::RunOptions options;
  options.parameters = parameters;
  options.seed = seed;
  options.limits = context.limits;
  options.world = world_of(context);
  Tree made(context.definitions.names());
  const NodeRef root{&content, content.root()};
  const auto done = mapping::transform(chosen.maps, chosen.entry, {&root, 1}, made, options);
  if (!done) return refusal(done.error());
  if (context.definitions.type(made[made.root()].type).kind != model::TypeKind::resource)
    return failure(Status::unprocessable,
                   Error{Kind::unsupported, "the map does not make a FHIR resource", ""});
  Answer answer;
  answer.issues = done->issues();
  model::write_json(context.definitions, made, made.root(), answer.body);
  return answer;
}

}  // namespace

Answer transform(const Session& session, const OperationCall& call) {
  if (!call.body || call.body->empty())
    return failure(Error{Kind::invalid, "there is nothing to transform", "content"});
  const auto asked = asked_of(session, call);
  MapGatherer gatherer(session);
  const auto chosen = chosen_map(session, call, asked, gatherer);
  if (!chosen) {
    auto issues = gatherer.issues();
    return issues.empty() || chosen.error().kind != Kind::invalid
               ? failure(chosen.error())
               : failure(Status::unprocessable, std::move(issues));
  }
  const auto content = content_of(session.context, call, asked, *chosen);
  if (!content) return failure(content.error());
  return run(session.context, call, *chosen, *content);
}

}  // namespace fingerpost::interaction
