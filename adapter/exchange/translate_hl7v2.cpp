#include "exchange/translate_hl7v2.h"

#include "record/hl7v2_places.h"
#include "wire/hl7v2.h"

#include <memory>
#include <utility>

namespace fingerpost::exchange {
namespace {

constexpr std::string_view plan_map = "https://fingerpost.example/StructureMap/hl7v2-plan";
constexpr std::string_view written[] = {"https://fingerpost.example/StructureMap/hl7v2-rri",
                                        "https://fingerpost.example/StructureMap/hl7v2-request",
                                        "https://fingerpost.example/StructureMap/hl7v2-plan-out"};

struct Received {
  std::string_view type;  // MSH-9.1
  std::string_view map;
};
constexpr Received received[] = {
    {"REF", "https://fingerpost.example/StructureMap/hl7v2-ref"},
    {"RRI", "https://fingerpost.example/StructureMap/hl7v2-answer"},
    {"PGL", plan_map},
    {"PPP", plan_map},
    {"PPG", plan_map},
    {"PPR", plan_map},
    {"CCR", plan_map},
    {"CCU", plan_map},
    {"CQU", plan_map},
    {"CCM", plan_map},
    {"CCI", plan_map},
    {"ADT", "https://fingerpost.example/StructureMap/hl7v2-adt"},
    {"ORU", "https://fingerpost.example/StructureMap/hl7v2-oru"},
};

// "": messages of this type are not translated.
std::string_view map_of(std::string_view type) {
  for (const auto& row : received)
    if (row.type == type) return row.map;
  return "";
}

// An HD whole, with '^' between its components whatever the message has there. '~' is for between
// two of them, so here it is escaped.
std::string whole(std::string_view hd, const wire::Delimiters& by) {
  std::string out;
  for (const char c : hd) {
    if (c == '~') {
      out += "%7E";
    } else if (c == '%') {
      out += "%25";
    } else {
      out += c == by.component ? '^' : c;
    }
  }
  while (!out.empty() && out.back() == '^') out.pop_back();
  return out;
}

// Whose local ids these are. Two senders never share an owner: names as short as MSH-4's first
// component are not unique, and neither is the facility of a partner that sends for many.
std::string owner_of(const record::Hl7v2Header& header, const TranslateOptions& options) {
  const auto facility = whole(header.sending_facility, header.by);
  if (!options.partner.empty()) {
    const auto name = facility.substr(0, facility.find('^'));
    return name.empty() ? options.partner : options.partner + "~~" + name;
  }
  const auto application = whole(header.sending_application, header.by);
  if (application.empty() && facility.empty()) return options.key_prefix;
  return application + "~" + facility;
}

Result<record::WrittenHl7v2> write(const Hl7v2Maps& maps, Outgoing what, NodeRef bundle,
                                   const OutwardHeader& header,
                                   const record::Hl7v2WriteOptions& options, const Limits& limits) {
  Tree message(bundle.tree->names());
  LET(const auto run, run_outgoing(maps, what, bundle, header, limits, message));
  return record::write_hl7v2(maps.grammar, message, options);
}

}  // namespace

MapRun::MapRun(std::string owner, const TranslateOptions& how)
    : owner_(std::move(owner)),
      parameters_{
          {{"owner", owner_}, {"partner", how.partner}, {"zone", how.zone}, {"now", how.now}}} {
  options.parameters = parameters_;
  options.partner = how.partner;
  options.utc = how.zone == "UTC";
  options.limits = how.limits;
}

bool reads_hl7v2(const Hl7v2Maps& maps, std::string_view type, std::string_view event) {
  return !map_of(type).empty() && maps.grammar.find(type, event) != nullptr;
}

Result<Hl7v2Run> run_hl7v2(const Hl7v2Maps& maps, std::string bytes,
                           const TranslateOptions& options, Tree& bundle) {
  record::Hl7v2Options read_options;
  read_options.limits = options.limits;
  LET(auto read, record::read_hl7v2(maps.grammar, std::move(bytes), read_options));
  const auto map = map_of(read.header.type);
  if (map.empty())
    return Error{Kind::unsupported, "messages of this type are not translated", "MSH-9.1"};
  const auto message = std::make_shared<const record::Hl7v2Message>(std::move(read));
  const auto owner = owner_of(message->header, options);
  if (owner.empty()) return Error{Kind::invalid, "the message does not say who sends it", "MSH-4"};
  MapRun map_run(owner, options);
  record::Hl7v2Places places(message->tree);
  map_run.options.place = [&places](NodeRef node) { return places.place(node); };
  bundle.keep(message);
  const NodeRef source{&message->tree, message->tree.root()};
  LET(auto run, mapping::transform(maps.maps, map, {&source, 1}, bundle, map_run.options));
  return Hl7v2Run{message, std::move(run)};
}

Result<mapping::Transformed> run_outgoing(const Hl7v2Maps& maps, Outgoing what, NodeRef bundle,
                                          const OutwardHeader& header, const Limits& limits,
                                          Tree& message) {
  const mapping::Parameter parameters[] = {{"sending_application", header.sending_application},
                                           {"sending_facility", header.sending_facility},
                                           {"receiving_application", header.receiving_application},
                                           {"receiving_facility", header.receiving_facility},
                                           {"time", header.time},
                                           {"control_id", header.control_id},
                                           {"version", header.version},
                                           {"event", header.event},
                                           {"partner", header.partner}};
  mapping::RunOptions options;
  options.parameters = parameters;
  options.partner = header.partner;
  options.limits = limits;
  return mapping::transform(maps.maps, written[static_cast<int>(what)], {&bundle, 1}, message,
                            options);
}

Result<record::WrittenHl7v2> write_hl7v2_answer(const Hl7v2Maps& maps, NodeRef bundle,
                                                const OutwardHeader& header,
                                                const record::Hl7v2WriteOptions& options,
                                                const Limits& limits) {
  return write(maps, Outgoing::answer, bundle, header, options, limits);
}

Result<record::WrittenHl7v2> write_hl7v2_request(const Hl7v2Maps& maps, NodeRef bundle,
                                                 const OutwardHeader& header,
                                                 const record::Hl7v2WriteOptions& options,
                                                 const Limits& limits) {
  return write(maps, Outgoing::request, bundle, header, options, limits);
}

Result<record::WrittenHl7v2> write_hl7v2_plan(const Hl7v2Maps& maps, NodeRef bundle,
                                              const OutwardHeader& header,
                                              const record::Hl7v2WriteOptions& options,
                                              const Limits& limits) {
  return write(maps, Outgoing::plan, bundle, header, options, limits);
}

}  // namespace fingerpost::exchange
