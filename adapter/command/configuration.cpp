#include "command/configuration.h"

#include "command/configuration_care.h"
#include "command/configuration_section.h"
#include "command/files.h"

namespace fingerpost::command {
namespace {

void read_identifiers(Section& section, exchange::Partner& partner) {
  section.sections("identifier", [&](Section& inner) {
    exchange::PartnerIdentifier identifier;
    inner.text("system", identifier.system);
    inner.text("value", identifier.value);
    partner.identifiers.push_back(std::move(identifier));
  });
}

void read_partner(Section& section, exchange::Partners& partners) {
  exchange::Partner partner;
  section.partner_id("id", partner.id);
  section.text("name", partner.name);
  read_identifiers(section, partner);
  read_road(section, partner);
  section.text("application", partner.application);
  section.text("facility", partner.facility);
  section.one_of("version",
                 {"2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8",
                  "2.8.1", "2.8.2"},
                 partner.version);
  section.charset("charset", partner.charset);
  section.texts("concept_maps", partner.concept_maps);
  partners.list.push_back(std::move(partner));
}

void read_source(Section& section, std::vector<ExtractSource>& sources) {
  ExtractSource source;
  section.word("kind", {"emis", "tpp"},
               [&](std::size_t index) { source.format = index == 0 ? Format::emis : Format::tpp; });
  section.text("partner", source.partner);
  section.text("folder", source.folder);
  section.flag("first_delta", source.first_delta);
  section.number("settle_seconds", source.settle_seconds);
  section.number("poll_seconds", source.poll_seconds);
  sources.push_back(std::move(source));
}

// What is wrong with a source as a whole; nullptr: nothing.
const char* fault_of(const ExtractSource& source, const exchange::Partners& partners) {
  if (source.folder.empty()) return "needs a folder";
  if (!source.partner.empty() && partners.find(source.partner) == nullptr)
    return "its partner is none of this file";
  if (source.format == Format::tpp && source.partner.empty())
    return "needs a partner: its numbers are unique in one system alone";
  return nullptr;
}

// Two of one name would be one history of extracts, and two of one folder a race.
bool meet(const ExtractSource& a, const ExtractSource& b) {
  return a.folder == b.folder || (a.format == b.format && a.id() == b.id());
}

void check_sources(const Configuration& configuration, const toml::source_region& at,
                   Problems& problems) {
  const auto& sources = configuration.sources;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto where = "source " + std::to_string(i + 1);
    if (const auto* fault = fault_of(sources[i], configuration.partners))
      problems.add(at, where, fault);
    for (std::size_t other = 0; other < i; ++other)
      if (meet(sources[i], sources[other]))
        problems.add(at, where,
                     "has the folder, or kind and partner, of source " + std::to_string(other + 1));
  }
}

void read_limits(Section& section, Limits& limits) {
  section.number("body_bytes", limits.body_bytes);
  section.number("depth", limits.depth);
  section.number("nodes", limits.nodes);
  section.number("string_bytes", limits.string_bytes);
  section.number("issues", limits.issues);
  section.number("v2_frame_bytes", limits.v2_frame_bytes);
  section.number("v2_segments", limits.v2_segments);
  section.number("v2_idle_seconds", limits.v2_idle_seconds);
  section.number("v2_answer_seconds", limits.v2_answer_seconds);
  section.number("expression_bytes", limits.expression_bytes);
  section.number("expression_depth", limits.expression_depth);
  section.number("steps", limits.steps);
  section.number("collection_items", limits.collection_items);
  section.number("map_bytes", limits.map_bytes);
  section.number("package_bytes", limits.package_bytes);
  section.number("expansion_codes", limits.expansion_codes);
  section.number("value_set_depth", limits.value_set_depth);
  section.number("value_set_steps", limits.value_set_steps);
  section.number("header_bytes", limits.header_bytes);
  section.number("url_bytes", limits.url_bytes);
  section.number("header_fields", limits.header_fields);
  section.number("body_bytes_together", limits.body_bytes_together);
  section.number("idle_seconds", limits.idle_seconds);
  section.number("header_seconds", limits.header_seconds);
  section.number("body_bytes_per_second", limits.body_bytes_per_second);
  section.number("connections", limits.connections);
  section.number("bundle_entries", limits.bundle_entries);
  section.number("page_default", limits.page_default);
  section.number("page_max", limits.page_max);
  section.number("included", limits.included);
  section.number("patch_operations", limits.patch_operations);
  section.number("parameters", limits.parameters);
  section.number("or_values", limits.or_values);
  section.number("chain_depth", limits.chain_depth);
  section.number("queued_writes", limits.queued_writes);
  section.number("queued_write_bytes", limits.queued_write_bytes);
  section.number("refused_body_bytes", limits.refused_body_bytes);
  section.number("refused_bytes_together", limits.refused_bytes_together);
  section.number("conditional_deletes", limits.conditional_deletes);
  section.number("everything", limits.everything);
  section.number("async_jobs", limits.async_jobs);
  section.number("async_kept_seconds", limits.async_kept_seconds);
  section.number("waiting_requests", limits.waiting_requests);
  section.number("remote_terminology_seconds", limits.remote_terminology_seconds);
  section.number("validation_steps", limits.validation_steps);
  section.number("include_rounds", limits.include_rounds);
  section.number("filter_terms", limits.filter_terms);
  section.number("filter_depth", limits.filter_depth);
  section.number("text_words", limits.text_words);
  section.number("custom_parameters", limits.custom_parameters);
  section.number("search_candidates", limits.search_candidates);
}

void read_root(Section& root, Configuration& to) {
  root.text("data", to.data);
  root.section("http", [&](Section& section) {
    section.address("listen", to.http.at);
    read_tls(section, to.http.tls);
    section.base_url("base_url", to.base_url);
  });
  root.section("fhir", [&](Section& section) {
    section.flag("expunge", to.expunge);
    section.texts("packages", to.packages);
  });
  root.section("mllp", [&](Section& section) {
    to.mllp = Listen{{"127.0.0.1", 2575}};
    section.address("listen", to.mllp->at);
    section.flag("beyond_loopback", to.mllp->beyond_loopback);
    read_tls(section, to.mllp->tls);
  });
  root.section("self", [&](Section& section) {
    section.text("application", to.partners.own_application);
    section.text("facility", to.partners.own_facility);
    section.one_of("zone", {"Europe/London", "UTC"}, to.zone);
    section.flag("trace", to.trace);
    section.word("unknown_receiver", {"refuse", "keep"}, [&](std::size_t index) {
      to.partners.unknown_receiver = static_cast<exchange::UnknownReceiver>(index);
    });
    section.word("nhs_number_check", {"error", "warning", "information"}, [&](std::size_t index) {
      to.nhs_number_check = static_cast<Severity>(index + 1);
    });
  });
  root.section("terminology", [&](Section& section) {
    section.web_base("url", to.terminology.url);
    section.texts("systems", to.terminology.systems);
    section.text("ca_file", to.terminology.ca_file);
  });
  root.section("bars", [&](Section& section) {
    section.text("use_case", to.bars.use_case);
    section.text("use_case_display", to.bars.use_case_display);
    read_bars(section, to.bars.account);
  });
  root.section("writes", [&](Section& section) {
    section.word("check", {"structure", "profiles"},
                 [&](std::size_t index) { to.profiles_on_write = index == 1; });
  });
  root.section("care", [&](Section& section) { read_care(section, to.policy); });
  root.section("admin", [&](Section& section) { read_admin(section, to.operators); });
  root.section("subscriptions",
               [&](Section& section) { read_subscriptions(section, to.subscriptions); });
  root.section("alarms", [&](Section& section) { read_alarms(section, to.operators); });
  root.sections("source", [&](Section& section) { read_source(section, to.sources); });
  root.sections("client", [&](Section& section) { read_client(section, to.access); });
  root.section("tokens", [&](Section& section) { read_tokens(section, to.access); });
  root.sections("mesh", [&](Section& section) { read_mesh(section, to.mesh); });
  root.sections("partner", [&](Section& section) { read_partner(section, to.partners); });
  root.section("limits", [&](Section& section) {
    read_limits(section, to.limits);
    section.number("most_waiting_ms", to.most_waiting_ms);
    section.number("async_kept_bytes", to.async_kept_bytes);
  });
  root.finish();
}

// Where a certificate is asked for, whose it is must be known; where none is, none can be shown.
void check_pins(const Configuration& configuration, const toml::source_region& at,
                Problems& problems) {
  const auto& tls = configuration.http.tls;
  const bool asked = tls && !tls->client_ca.empty();
  for (const auto& [is, jwks] : configuration.access.clients)
    if (is.pins.empty() == asked)
      problems.add(at, "client " + is.id,
                   asked ? "needs certificates: http.tls.client_ca asks clients for theirs"
                         : "has certificates, and no http.tls.client_ca asks for them");
}

// What links begin with is what is listened at: nobody is sent from TLS to where there is none.
void check_base_url(const Configuration& configuration, const toml::table& root,
                    Problems& problems) {
  if (!configuration.http.tls || !configuration.base_url.starts_with("http://")) return;
  const auto written = root["http"]["base_url"];
  problems.add(written.node()->source(), "http.base_url",
               "must begin with https://: http.tls is what is listened with");
}

// Whom a client speaks for is there.
void check_spoken_for(const Configuration& configuration, const toml::source_region& at,
                      Problems& problems) {
  for (const auto& client : configuration.access.clients)
    for (const auto& id : client.is.partners)
      if (configuration.partners.find(id) == nullptr)
        problems.add(at, "client " + client.is.id,
                     "partners: no partner has the id \"" + id + "\"");
}

}  // namespace

Result<Configuration> read_configuration(std::string_view text, std::string_view name) {
  const auto parsed = toml::parse(text, name);
  Problems problems{name, {}};
  if (!parsed) {
    problems.add(parsed.error().source(), "not TOML", parsed.error().description());
    return Error{Kind::invalid, problems.text, ""};
  }
  Configuration configuration;
  Section root(parsed.table(), "", problems);
  read_root(root, configuration);
  if (problems.text.empty()) {
    const auto sound = check(configuration.partners);
    if (!sound)
      problems.add(parsed.table().source(), "partner " + sound.error().where, sound.error().text);
    check_base_url(configuration, parsed.table(), problems);
    check_pins(configuration, parsed.table().source(), problems);
    check_spoken_for(configuration, parsed.table().source(), problems);
    check_sources(configuration, parsed.table().source(), problems);
    const auto operators = check_operators(configuration.operators, configuration.partners);
    if (!operators)
      problems.add(parsed.table().source(), operators.error().where, operators.error().text);
    const auto roads = check_roads(configuration.mesh, configuration.partners);
    if (!roads) problems.add(parsed.table().source(), roads.error().where, roads.error().text);
  }
  if (!problems.text.empty()) return Error{Kind::invalid, problems.text, ""};
  configuration.lines = std::move(problems.lines);
  return configuration;
}

Result<Configuration> load_configuration(const std::string& path) {
  LET(const auto text, read_file(path));
  return read_configuration(text, path);
}

Error no_such_partner(const std::string& partner, const std::string& config) {
  return {Kind::not_found,
          config.empty() ? "partners are of a configuration: name it with --config"
                         : "is no partner of the configuration",
          partner};
}

Result<void> check_http_reach(const Configuration& configuration) {
  const auto& listen = configuration.http;
  if (is_loopback(listen.at)) return {};
  if (!configuration.access.clients.empty() && listen.tls) return {};
  return Error{Kind::forbidden,
               "HTTP would be reachable from other machines: only with clients and http.tls in a "
               "configuration file does it listen there.",
               to_text(listen.at)};
}

Result<void> check_mllp_reach(const Listen& listen) {
  const bool shown = listen.tls && !listen.tls->client_ca.empty();
  if (is_loopback(listen.at) || listen.beyond_loopback || shown) return {};
  return Error{
      Kind::forbidden,
      "MLLP would be reachable from other machines, and open to all. Only a configuration "
      "file can have that: with mllp.tls and its client_ca, or with beyond_loopback = true.",
      to_text(listen.at)};
}

}  // namespace fingerpost::command
