#include "interaction/answers.h"
#include "interaction/conformance.h"
#include "search/search.h"

#include <array>

namespace fingerpost::interaction {
namespace {

constexpr std::string_view media = R"({"application/fhir+json":{"schema":{"type":"object"}},)"
                                   R"("application/fhir+xml":{"schema":{"type":"string"}}})";
constexpr std::string_view id_parameter =
    R"({"name":"id","in":"path","required":true,"schema":{"type":"string",)"
    R"("pattern":"^[A-Za-z0-9\\-.]{1,64}$"}})";
constexpr std::string_view version_parameter =
    R"({"name":"vid","in":"path","required":true,"schema":{"type":"string"}})";

// One way to ask at a path: its words come from R4's names for the interactions.
struct Method {
  std::string_view method;
  std::string_view summary;
  bool body = false;
};

class Writer {
 public:
  explicit Writer(const Context& context) : context_(context) {
    out_ = R"({"openapi":"3.0.3","info":{"title":"Fingerpost FHIR R4",)";
    write_member(out_, "version", context.version);
    out_ += R"(},"servers":[{)";
    write_member(out_, "url", context.base_url);
    out_ += R"(}],"paths":{)";
  }

  template <std::size_t N>
  void path(const std::string& path, std::string_view parameters,
            const std::array<Method, N>& methods, std::string_view tag) {
    if (out_.back() == '}') out_ += ',';
    out_ += '"' + path + R"(":{"parameters":[)" + std::string(parameters) + ']';
    for (const auto& method : methods) operation(method, tag, "");
    out_ += '}';
  }

  // The type's own path: a search has its parameters.
  void type(std::string_view type) {
    std::string search = "\"parameters\":[";
    for (const auto id : context_.parameters.of_type(type)) {
      if (search.back() == '}') search += ',';
      search += R"({"in":"query",)";
      write_member(search, "name", context_.parameters.key(id).code);
      search += R"(,"schema":{"type":"string"}})";
    }
    search += "],";
    const auto name = std::string(type);
    if (out_.back() == '}') out_ += ',';
    out_ += "\"/" + name + "\":{\"parameters\":[]";
    operation({"get", "search-type"}, type, search);
    operation({"post", "create", true}, type, "");
    operation({"put", "conditional update", true}, type, "");
    operation({"patch", "conditional patch", true}, type, "");
    operation({"delete", "conditional delete"}, type, "");
    out_ += '}';
    const auto id = std::string(id_parameter);
    path("/" + name + "/{id}", id,
         std::array{Method{"get", "read"}, Method{"put", "update", true},
                    Method{"patch", "patch", true}, Method{"delete", "delete"}},
         type);
    path("/" + name + "/_history", "", std::array{Method{"get", "history-type"}}, type);
    path("/" + name + "/{id}/_history", id, std::array{Method{"get", "history-instance"}}, type);
    path("/" + name + "/{id}/_history/{vid}", id + "," + std::string(version_parameter),
         std::array{Method{"get", "vread"}}, type);
    operations_of(type);
  }

  std::string end() && { return std::move(out_) + "}}"; }

 private:
  void operation(const Method& method, std::string_view tag, std::string_view parameters) {
    out_ += ",\"" + std::string(method.method) + R"(":{"summary":")" + std::string(method.summary) +
            R"(","tags":[")" + std::string(tag) + "\"],";
    out_ += parameters;
    if (method.body) out_ += R"("requestBody":{"content":)" + std::string(media) + "},";
    out_ += R"("responses":{"default":{"description":"A resource, or an OperationOutcome",)"
            R"("content":)";
    out_ += media;
    out_ += "}}}";
  }

  void operations_of(std::string_view type) {
    for (const auto& one : operations()) {
      if (one.type != type && one.type != any_type) continue;
      const auto name = "$" + std::string(one.name);
      const std::array changing{Method{"post", one.name, true}};
      const std::array reading{Method{"get", one.name}, Method{"post", one.name, true}};
      const auto write = [&](const std::string& at, std::string_view parameters) {
        one.start != nullptr ? path(at, parameters, changing, type)
                             : path(at, parameters, reading, type);
      };
      const auto start = "/" + std::string(type);
      if (one.on_type) write(start + "/" + name, "");
      if (one.on_instance) write(start + "/{id}/" + name, id_parameter);
    }
  }

  const Context& context_;
  std::string out_;
};

}  // namespace

std::string openapi(const Context& context) {
  Writer writer(context);
  writer.path("/", "", std::array{Method{"post", "batch or transaction", true}}, "system");
  writer.path("/metadata", "", std::array{Method{"get", "capabilities"}}, "system");
  writer.path("/_history", "", std::array{Method{"get", "history-system"}}, "system");
  for (const auto& type : context.definitions.types()) {
    const auto name = context.definitions.names().text(type.name);
    if (type.model == model::Model::r4 && is_resource_type(context, name)) writer.type(name);
  }
  return std::move(writer).end();
}

}  // namespace fingerpost::interaction
