#include "interaction/answers.h"
#include "interaction/conformance.h"
#include "interaction/offers.h"
#include "search/search.h"

namespace fingerpost::interaction {
namespace {

constexpr std::string_view media = R"({"application/fhir+json":{"schema":{"type":"object"}},)"
                                   R"("application/fhir+xml":{"schema":{"type":"string"}}})";
constexpr std::string_view id_parameter =
    R"({"name":"id","in":"path","required":true,"schema":{"type":"string",)"
    R"("pattern":"^[A-Za-z0-9\\-.]{1,64}$"}})";
constexpr std::string_view version_parameter =
    R"({"name":"vid","in":"path","required":true,"schema":{"type":"string"}})";

std::string_view method_of(Verb verb) {
  constexpr std::string_view names[] = {"delete", "post", "put", "patch", "get"};
  return names[static_cast<std::size_t>(verb)];
}

bool has_body(Verb verb) {
  return verb == Verb::post || verb == Verb::put || verb == Verb::patch;
}

// Where an offer is, below a type for those that have one; "": not told here.
struct Where {
  Place place;
  std::string_view path;
  bool id = false;
  bool version = false;
};
constexpr Where places[] = {
    {Place::base, "/"},
    {Place::metadata, "/metadata"},
    {Place::system_search, "/_search"},
    {Place::system_history, "/_history"},
    {Place::explain, "/$explain"},
    {Place::type, ""},
    {Place::type_search, "/_search"},
    {Place::type_history, "/_history"},
    {Place::instance, "/{id}", true},
    {Place::instance_history, "/{id}/_history", true},
    {Place::version, "/{id}/_history/{vid}", true, true},
};

class Writer {
 public:
  explicit Writer(const Context& context) : parameters_(context.parameters.now()) {
    out_ = R"({"openapi":"3.0.3","info":{"title":"Fingerpost FHIR R4",)";
    write_member(out_, "version", context.version);
    out_ += R"(},"servers":[{)";
    write_member(out_, "url", context.base_url);
    out_ += R"(}],"paths":{)";
  }

  // All that is offered at places of types, or at the others.
  void paths(bool of_types, std::string_view type) {
    for (const auto& where : places) {
      if (is_typed(where.place) != of_types) continue;
      begin((of_types ? "/" + std::string(type) : "") + std::string(where.path), where.id,
            where.version);
      for (const auto& offer : offers())
        if (offer.place == where.place)
          operation(offer.verb, offer.about, of_types ? type : "system",
                    where.place == Place::type && offer.verb == Verb::get ? parameters_of(type)
                                                                          : std::string());
      out_ += '}';
    }
    if (of_types) operations_of(type);
  }

  std::string end() && { return std::move(out_) + "}}"; }

 private:
  void begin(const std::string& path, bool id, bool version) {
    if (out_.back() == '}') out_ += ',';
    out_ += '"' + path + R"(":{"parameters":[)";
    if (id) out_ += id_parameter;
    if (version) out_ += "," + std::string(version_parameter);
    out_ += ']';
  }

  void operation(Verb verb, std::string_view summary, std::string_view tag,
                 const std::string& parameters) {
    out_ += ",\"" + std::string(method_of(verb)) + R"(":{"summary":")" + std::string(summary) +
            R"(","tags":[")" + std::string(tag) + "\"],";
    out_ += parameters;
    if (has_body(verb)) out_ += R"("requestBody":{"content":)" + std::string(media) + "},";
    out_ += R"("responses":{"default":{"description":"A resource, or an OperationOutcome",)"
            R"("content":)";
    out_ += media;
    out_ += "}}}";
  }

  std::string parameters_of(std::string_view type) const {
    std::string search = "\"parameters\":[";
    for (const auto id : parameters_->of_type(type)) {
      if (search.back() == '}') search += ',';
      search += R"({"in":"query",)";
      write_member(search, "name", parameters_->key(id).code);
      search += R"(,"schema":{"type":"string"}})";
    }
    return search + "],";
  }

  void operations_of(std::string_view type) {
    for (const auto& one : fingerpost::interaction::operations()) {
      if (one.type != type && one.type != any_type) continue;
      for (const bool instance : {false, true}) {
        if (!(instance ? one.on_instance : one.on_type)) continue;
        begin("/" + std::string(type) + (instance ? "/{id}/$" : "/$") + std::string(one.name),
              instance, false);
        if (one.start == nullptr) operation(Verb::get, one.name, type, "");
        operation(Verb::post, one.name, type, "");
        out_ += '}';
      }
    }
  }

  const std::shared_ptr<const search::Parameters> parameters_;
  std::string out_;
};

}  // namespace

std::string openapi(const Context& context) {
  Writer writer(context);
  writer.paths(false, "");
  for (const auto& type : context.definitions.types()) {
    const auto name = context.definitions.names().text(type.name);
    if (type.model == model::Model::r4 && is_resource_type(context, name)) writer.paths(true, name);
  }
  return std::move(writer).end();
}

}  // namespace fingerpost::interaction
