#include "interaction/answers.h"
#include "interaction/audit_events.h"
#include "interaction/conformance.h"
#include "interaction/offers.h"
#include "interaction/openapi_parts.h"
#include "interaction/search_offers.h"
#include "search/search.h"

#include <algorithm>
#include <set>
#include <vector>

namespace fingerpost::interaction {
namespace {

std::string_view method_of(Verb verb) {
  constexpr std::string_view names[] = {"delete", "post", "put", "patch", "get"};
  return names[static_cast<std::size_t>(verb)];
}

// Where an offer is, below a type for those that have one.
struct Where {
  Place place;
  std::string_view path;
  std::string_view variables = {};  // in the path, parted by blanks
};
constexpr Where places[] = {
    {Place::base, "/"},
    {Place::metadata, "/metadata"},
    {Place::openapi, "/openapi.json"},
    {Place::smart_configuration, "/.well-known/smart-configuration"},
    {Place::system_search, "/_search"},
    {Place::system_history, "/_history"},
    {Place::job, "/_async/{job}", "job"},
    {Place::type, ""},
    {Place::type_search, "/_search"},
    {Place::type_history, "/_history"},
    {Place::instance, "/{id}", "id"},
    {Place::instance_history, "/{id}/_history", "id"},
    {Place::version, "/{id}/_history/{vid}", "id vid"},
    {Place::compartment, "/{id}/{member}", "id member"},
};

// Of the audit's events there is less to ask: they are read, and searched by what they have.
bool is_offered(const Offer& offer, std::string_view type) {
  using I = Interaction;
  return type != audit_event_type || offer.interaction == I::read ||
         offer.interaction == I::search_type || offer.interaction == I::search_by_post;
}

class Writer {
 public:
  explicit Writer(const Context& context)
      : parameters_(context.parameters.now()), operations_(operations(context)) {
    const auto of = compartment_types(*parameters_);
    compartments_.insert(of.begin(), of.end());
    out_ = R"({"openapi":"3.0.3","info":{"title":"Fingerpost FHIR R4",)";
    write_member(out_, "version", context.version);
    out_ += R"(},"servers":[{)";
    write_member(out_, "url", context.base_url);
    out_ += R"(}],"components":)";
    out_ += openapi_components();
    out_ += R"(,"paths":{)";
  }

  // All that is offered below a type; "": at the other places.
  void paths(std::string_view type) {
    const bool of_types = !type.empty();
    for (const auto& where : places) {
      if (is_typed(where.place) != of_types) continue;
      if (where.place == Place::compartment && compartments_.count(type) == 0) continue;
      const auto all = offers();
      if (std::none_of(all.begin(), all.end(), [&](const Offer& offer) {
            return offer.place == where.place && is_offered(offer, type);
          }))
        continue;
      begin((of_types ? "/" + std::string(type) : "") + std::string(where.path), where.variables);
      for (const auto& offer : offers())
        if (offer.place == where.place && is_offered(offer, type)) offered(offer, type);
      out_ += '}';
    }
    if (type != audit_event_type) operations_of(type);
  }

  std::string end() && { return std::move(out_) + "}}"; }

 private:
  void begin(const std::string& path, std::string_view variables) {
    if (out_.back() == '}') out_ += ',';
    out_ += '"' + path + R"(":{"parameters":)";
    write_references(out_, "parameters", variables);
  }

  void start(Verb verb, std::string_view summary, std::string_view tag) {
    out_ += ",\"" + std::string(method_of(verb)) + "\":{";
    write_member(out_, "summary", summary);
    out_ += ",\"tags\":[\"";
    out_ += tag.empty() ? "system" : tag;
    out_ += "\"]";
  }

  void offered(const Offer& offer, std::string_view type) {
    const auto& shape = shape_of(offer.interaction);
    start(offer.verb, offer.about, type);
    out_ += R"(,"parameters":)";
    write_references(out_, "parameters", shape.parameters);
    if (is_search(offer) && offer.verb == Verb::get) search_parameters(offer, type);
    const bool conditional = offer.place == Place::type && offer.verb != Verb::get;
    if (conditional && offer.verb != Verb::post) add_queries(searched_by(*parameters_, type));
    if (!shape.body.empty()) {
      out_ += R"(,"requestBody":{"$ref":"#/components/requestBodies/)";
      out_ += shape.body;
      out_ += "\"}";
    }
    responses(shape.answers, offer.later);
  }

  static bool is_search(const Offer& offer) {
    return offer.interaction == Interaction::search_type ||
           offer.interaction == Interaction::search_system ||
           offer.interaction == Interaction::search_compartment;
  }

  void search_parameters(const Offer& offer, std::string_view type) {
    // What is in a compartment is of another type: those that all have.
    const bool of_any = offer.interaction == Interaction::search_compartment;
    if (type == audit_event_type) return add_audit_queries();
    add_queries(searched_by(*parameters_, of_any ? "" : type));
    add_queries(shaped_by());
  }

  void add_audit_queries() {
    const auto own = audit_searched();
    add_queries({own.begin(), own.end()});
    add_queries({{"_count", "", ""}, {"_format", "", ""}, {"_pretty", "", ""}});
  }

  // To the list of parameters that was written last.
  void add_queries(const std::vector<Searched>& all) {
    out_.pop_back();
    for (const auto& one : all) add_query(one.name);
    out_ += ']';
  }

  void add_query(std::string_view name) {
    if (out_.back() == '}') out_ += ',';
    out_ += R"({"in":"query",)";
    write_member(out_, "name", name);
    out_ += R"(,"schema":{"type":"string"}})";
  }

  void responses(std::string_view answers, bool later) {
    std::string all(answers);
    if (later) all += " 202";
    all += " default";
    out_ += R"(,"responses":{)";
    for_each_word(all, [&](std::string_view answer) {
      if (out_.back() == '}') out_ += ',';
      out_.append("\"").append(answer.substr(0, answer.find('-')));
      out_.append(R"(":{"$ref":"#/components/responses/)").append(answer).append("\"}");
    });
    out_ += "}}";
  }

  void operations_of(std::string_view type) {
    struct At {
      Level level;
      std::string_view path, variables;
    };
    constexpr At levels[] = {{on_system, "/$", ""},
                             {on_type, "/$", ""},
                             {on_instance, "/{id}/$", "id"},
                             {on_version, "/{id}/_history/{vid}/$", "id vid"}};
    for (const auto& one : operations_) {
      const bool here = type.empty() || one.type == type || one.type == any_type;
      for (const auto& at : levels) {
        if (!here || !one.on(at.level) || type.empty() != (at.level == on_system)) continue;
        begin((type.empty() ? "" : "/" + std::string(type)) + std::string(at.path) +
                  std::string(one.name),
              at.variables);
        operation(one, type);
        out_ += '}';
      }
    }
  }

  void operation(const Operation& one, std::string_view type) {
    const bool changes = one.start != nullptr;
    for (const auto verb : {Verb::get, Verb::post}) {
      if (changes && verb == Verb::get) continue;
      start(verb, "$" + std::string(one.name), type);
      out_ += R"(,"parameters":)";
      write_references(out_, "parameters", "Prefer");
      if (one.takes == takes_any) {
        add_queries(searched_by(*parameters_, type));
        add_queries(shaped_by());
        if (type.empty()) add_queries({{"url", "", "uri"}});
      } else {
        for_each_word(one.takes, [&](std::string_view name) { add_queries({{name, "", ""}}); });
      }
      if (verb == Verb::post) {
        out_ += R"(,"requestBody":{"$ref":"#/components/requestBodies/)";
        out_ += changes ? "Parameters\"}" : "ParametersOrForm\"}";
      }
      responses("200", !changes);
    }
  }

  const std::shared_ptr<const search::Parameters> parameters_;
  const std::vector<Operation> operations_;
  std::set<std::string, std::less<>> compartments_;
  std::string out_;
};

}  // namespace

std::string openapi(const Context& context) {
  Writer writer(context);
  writer.paths("");
  for (const auto& type : context.definitions.types()) {
    const auto name = context.definitions.names().text(type.name);
    if (type.model == model::Model::r4 && is_resource_type(context, name)) writer.paths(name);
  }
  return std::move(writer).end();
}

}  // namespace fingerpost::interaction
