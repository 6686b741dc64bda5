#include "command/gateway.h"

#include "base/digest.h"
#include "base/system.h"
#include "command/admin_handler.h"
#include "command/certificates.h"
#include "command/entrance.h"
#include "command/extract_watch.h"
#include "command/health.h"
#include "command/live_maps.h"
#include "command/metrics_page.h"
#include "command/notices.h"
#include "command/packages.h"
#include "command/private_data.h"
#include "command/record_handler.h"
#include "command/sockets.h"
#include "exchange/bars_step.h"
#include "exchange/bars_transport.h"
#include "exchange/folder_intake.h"
#include "exchange/folder_transport.h"
#include "exchange/inbox_worker.h"
#include "exchange/intake.h"
#include "exchange/mllp_listener.h"
#include "exchange/noticing_store.h"
#include "exchange/outbox_worker.h"
#include "exchange/overdue.h"
#include "exchange/subscribing_store.h"
#include "exchange/subscription_lanes.h"
#include "exchange/translate_hl7v2.h"
#include "exchange/transport.h"
#include "exchange/watch.h"
#include "http/audited.h"
#include "http/fhir.h"
#include "http/jobs.h"
#include "http/listener.h"
#include "http/routes.h"
#include "interaction/attributing_store.h"
#include "interaction/context.h"
#include "interaction/custom_parameters.h"
#include "interaction/reindex.h"
#include "interaction/remote_codes.h"
#include "interaction/speaker.h"
#include "interaction/stored_maps.h"
#include "interaction/url.h"
#include "model/json.h"
#include "profile/validator.h"
#include "remote/terminology_client.h"
#include "store/check.h"
#include "terminology/core.h"

#include <filesystem>
#include <system_error>
#include <thread>

namespace fingerpost::command {
namespace {

constexpr int drain_seconds = 8;  // of the ten that a stop takes; as the MLLP listener's

// Where a listener will be: numbers instead of names, and a free port for port 0. Kind::fault when
// somebody has it already.
Result<Address> settle(const Listen& listen, const Result<void>& reach) {
  if (!reach) return reach.error();
  LET(const auto socket, listen_at(listen.at));
  return local_address(socket);
}

// The path of a base URL: "/fhir" of "http://127.0.0.1:8080/fhir".
std::string path_of(std::string_view url) {
  const auto host = url.find("://");
  const auto slash = host == std::string_view::npos ? host : url.find('/', host + 3);
  return slash == std::string_view::npos ? "" : std::string(url.substr(slash));
}

remote::FhirClientOptions fhir_client_options(const exchange::Partners& partners) {
  remote::FhirClientOptions options;
  for (const auto& partner : partners.list)
    if (partner.channel == exchange::Channel::fhir) options.bases.push_back(partner.fhir_base);
  return options;
}

remote::MllpClientOptions mllp_client_options(const Limits& limits) {
  remote::MllpClientOptions options;
  options.limits = limits;
  return options;
}

// A referral, or a step of one, as a BaRS message.
Result<std::string> write_bars_message(const exchange::Translator& translator,
                                       const model::Definitions& definitions,
                                       const Configuration& configuration,
                                       const exchange::Outward& outward, std::int64_t now_us) {
  TranslateOptions options;
  options.partner = outward.partner.id;
  options.zone = configuration.zone;
  options.now = store::instant(now_us);
  options.nhs_number_check = configuration.nhs_number_check;
  options.use_case = configuration.bars.use_case;
  options.use_case_display = configuration.bars.use_case_display;
  options.limits = configuration.limits;
  std::string bundle;
  model::write_json(definitions, outward.bundle, outward.bundle.root(), bundle);
  LET(auto tagged,
      exchange::tag_bars_step(bundle, outward.type, outward.event, configuration.limits));
  LET(auto written, translator.write(Format::bars, std::move(tagged), options));
  return std::move(written.bytes);
}

// A referral, or a step of one, in the words of an HL7 v2 partner.
Result<std::string> write_hl7v2_message(const exchange::Translator& translator,
                                        const Configuration& configuration,
                                        const exchange::Outward& outward) {
  const auto& partner = outward.partner;
  exchange::OutwardHeader header;
  header.sending_application = configuration.partners.own_application;
  header.sending_facility = configuration.partners.own_facility;
  header.receiving_application = partner.application;
  header.receiving_facility = partner.facility;
  header.time = outward.time;
  header.control_id = outward.control_id;
  header.event = outward.event;
  header.version = partner.version;
  header.partner = partner.id;
  record::Hl7v2WriteOptions options;
  if (!partner.charset.empty()) {
    LET(options.charset, wire::read_charset(partner.charset));
  }
  const NodeRef bundle{&outward.bundle, outward.bundle.root()};
  const auto write =
      outward.type == "REF" ? exchange::write_hl7v2_request : exchange::write_hl7v2_answer;
  LET(auto written, write(translator.hl7v2(), bundle, header, options, configuration.limits));
  return std::move(written.bytes);
}

}  // namespace

// Later parts use earlier ones, and go before them.
struct Gateway::Parts {
  explicit Parts(Log& to) : log(to) {}
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    if (noticing) noticing->silence();
  }

  Log& log;
  Configuration configuration;
  SystemClock clock;
  SystemRandom random;
  std::string program_version;
  const std::int64_t started_us = clock.now_us();
  store::StoreMeasures commits;
  http::HttpMeasures answers;
  std::unique_ptr<Entrance> entrance;
  std::shared_ptr<model::Definitions> definitions;
  std::unique_ptr<LiveMaps> maps;
  std::unique_ptr<store::Store> store;
  std::optional<interaction::AttributingStore> attributing;
  std::optional<exchange::NoticingStore> noticing;
  std::optional<exchange::SubscribingStore> subscribing;
  std::optional<interaction::AuditTrail> trail;
  std::shared_ptr<const search::Parameters> parameters;  // of the definitions alone
  std::optional<search::LiveParameters> live;
  std::optional<terminology::Terminology> codes;
  std::optional<profile::Validator> validator;

  std::optional<remote::TerminologyClient> terminology;
  interaction::RemoteCodes remote_codes;

  std::optional<exchange::Parts> shared;
  std::optional<exchange::Wires> wires;
  std::optional<exchange::MeshTransport> mesh_out;
  std::unique_ptr<remote::BarsClient> bars;
  std::optional<exchange::BarsTransport> bars_out;
  std::optional<exchange::FolderTransport> folders_out;
  std::optional<remote::HttpClient> subscribers;
  std::optional<exchange::SubscriptionLanes> subscriptions;
  std::optional<exchange::OutboxWorker> outbox;
  std::optional<exchange::Intake> intake;
  std::optional<exchange::InboxWorker> inbox;
  std::optional<exchange::Watch> watch;
  std::optional<exchange::OverdueWorker> overdue;
  std::optional<interaction::Context> context;
  std::optional<exchange::Heard> heard;
  std::optional<exchange::AlarmWatch> alarms;
  std::atomic<bool> complete{false};  // every part is there

  Address http_at;
  std::optional<Address> mllp_at;
  Door door;
  std::optional<exchange::Admin> admin;
  std::unique_ptr<interaction::Reindexer> reindexer;
  std::unique_ptr<http::Jobs> jobs;
  std::unique_ptr<http::Listener> operators;
  std::unique_ptr<http::Listener> http;
  std::unique_ptr<exchange::MllpListener> mllp;
  std::optional<ExtractWatch> extracts;
  std::vector<std::unique_ptr<exchange::MeshIntake>> mesh_in;
  std::optional<exchange::FolderIntake> folders_in;

  Result<void> load(const GatewayOptions& options);
  Result<std::size_t> reload_maps();
  Result<void> settle_addresses();
  Result<void> open_roads(const std::string& version);
  Result<void> open_mailboxes();
  void join(const std::string& version);
  void join_terminology();
  void join_subscriptions();
  void join_notices();
  Result<void> listen();
  Result<void> open_door();
  http::Response metrics();
  Result<void> open_entrance(const std::string& config);
  http::Handler handler(http::Post post);
};

Result<void> Gateway::Parts::load(const GatewayOptions& options) {
  configuration = options.configuration;
  configuration.operators.alarms.certificates = [this, config = options.config] {
    return certificates(configuration, config);
  };
  for (const auto& source : configuration.sources)
    if (std::error_code error; !std::filesystem::is_directory(source.folder, error))
      return Error{Kind::not_found, "is no folder, and extracts are to come from it",
                   source.folder};
  LET(definitions, open_definitions(options.shared));
  LET(maps,
      LiveMaps::load({options.shared, configuration.partners, options.config, configuration.limits},
                     definitions));
  store::SqliteOptions sqlite;
  sqlite.directory = configuration.data;
  sqlite.limits = configuration.limits;
  sqlite.definitions = &*definitions;
  for (const auto& [path, was, done] : make_private(configuration.data))
    done ? log.info("made private", {{"path", path}, {"was", was}})
         : log.error("open to others", {{"path", path}, {"mode", was}});
  std::vector<std::string> mended;
  LET(store, store::open_sqlite(sqlite, clock, random, mended, &commits));
  for (const auto& fault : mended) log.error("index rows made anew", {{"reason", fault}});
  attributing.emplace(*store);
  noticing.emplace(*attributing);
  subscribing.emplace(*noticing);
  trail.emplace(*noticing, interaction::AuditTrailOptions{});
  LET(parameters, search::Parameters::compile(*definitions, store->hash_key()));
  live.emplace(*parameters);
  LET(const auto reader, store->reader());
  write_audit_head(log, configuration.data);
  LET_DONE(interaction::load_parameters(*reader, *live, configuration.limits));
  codes.emplace(terminology::core(*definitions));
  validator.emplace(*definitions, &*codes);
  for (const auto& name : configuration.packages) {
    auto unread =
        add_package(*definitions, std::filesystem::path(options.config).parent_path() / name,
                    validator->registry(), *codes);
    // Nothing that is asked for is missing for it.
    if (!unread && unread.error().kind == Kind::unsupported)
      unread = std::vector<Error>{unread.error()};
    if (!unread) return std::move(unread).error();
    for (const auto& one : *unread)
      log.error("definition not read", {{"file", one.where}, {"reason", one.text}});
  }
  for (const auto& flaw : validator->registry().flaws())
    log.error("definition cannot be used whole",
              {{"definition", flaw.expression}, {"reason", flaw.text}});
  return {};
}

Result<void> Gateway::Parts::settle_addresses() {
  LET(http_at, settle(configuration.http, check_http_reach(configuration)));
  if (configuration.base_url.empty())
    configuration.base_url =
        (configuration.http.tls ? "https://" : "http://") + to_text(http_at) + "/fhir";
  if (!configuration.mllp) return {};
  LET(mllp_at, settle(*configuration.mllp, check_mllp_reach(*configuration.mllp)));
  return {};
}

void Gateway::Parts::join(const std::string& version) {
  const auto translate = [this](Format format, std::string bytes, const TranslateOptions& how) {
    const auto set = maps->now();
    auto made = set->translator.translate(format, std::move(bytes), how);
    if (made) made->bundle.keep(set);  // its names are the set's
    return made;
  };
  const auto write = [this](const exchange::Outward& outward) {
    const auto set = maps->now();
    if (exchange::language(outward.partner) == exchange::Language::bars)
      return write_bars_message(set->translator, *definitions, configuration, outward,
                                clock.now_us());
    return write_hl7v2_message(set->translator, configuration, outward);
  };
  const auto reads = [this](std::string_view type, std::string_view event) {
    return exchange::reads_hl7v2(maps->now()->translator.hl7v2(), type, event);
  };
  shared.emplace(exchange::Parts{*definitions, *live, *subscribing, configuration.partners, clock,
                                 random, translate, write, configuration.limits, configuration.zone,
                                 configuration.nhs_number_check, configuration.trace, reads,
                                 configuration.policy});
  wires.emplace(*shared, fhir_client_options(configuration.partners),
                mllp_client_options(configuration.limits));
  if (mesh_out) wires->add(exchange::Channel::mesh, *mesh_out);
  if (bars_out) wires->add(exchange::Channel::bars, *bars_out);
  if (folders_out) wires->add(exchange::Channel::folder, *folders_out);
  join_subscriptions();
  exchange::OutboxOptions outbox_options;
  outbox_options.others = &*subscriptions;
  outbox.emplace(*shared, *wires, outbox_options);
  join_notices();
  intake.emplace(*shared);
  inbox.emplace(*shared, *intake, exchange::InboxOptions{});
  watch.emplace(*shared);
  admin.emplace(*noticing, clock, &configuration.partners, &*shared);
  const auto before_commit = [this](store::Unit& unit, std::span<const interaction::Change> changes,
                                    const access::Caller& caller) -> Result<void> {
    std::vector<exchange::Written> written;
    for (const auto& change : changes)
      written.push_back({change.type, change.id, change.before, change.after});
    for (const auto& change : changes)
      if (change.type == "Subscription" && change.after != nullptr)
        LET_DONE(subscribing->check({change.after, change.after->root()}));
    return watch->before_commit(unit, written, interaction::speaker_of(caller));
  };
  context.emplace(interaction::Context{*definitions, *live, *subscribing, clock, random,
                                       configuration.limits, configuration.base_url, version,
                                       before_commit, exchange::watched_types(), &*validator,
                                       &*codes, &maps->first().translator.maps()});
  context->closed = entrance->authority() != nullptr;
  context->may_expunge = configuration.expunge;
  context->policy = configuration.policy;
  context->messages = &*intake;
  context->profiles_on_write = configuration.profiles_on_write;
  join_terminology();
}

void Gateway::Parts::join_notices() {
  heard.emplace(configuration.operators.alarms.quiet, clock.now_us());
  noticing->hook({[this] { outbox->wake(); },
                  [this](const exchange::Notice& notice) { write_notice(log, notice); },
                  [this](const std::string& source) { heard->hear(source, clock.now_us()); }});
  alarms.emplace(*noticing, clock, *heard, configuration.operators.alarms,
                 [this](const exchange::Alarm& alarm, bool raised) {
                   write_alarm(log, configuration.partners, alarm, raised);
                 });
}

void Gateway::Parts::join_subscriptions() {
  const auto& allowed = configuration.subscriptions;
  exchange::SubscriptionRules rules;
  rules.endpoints = allowed.endpoints;
  rules.most = allowed.most;
  rules.read_query = [this](std::string_view text) {
    return interaction::read_query(text, configuration.limits);
  };
  rules.may = [this](std::string_view client, std::string_view type) {
    return entrance->may(client, type, access::can_read | access::can_search);
  };
  rules.sees = [this](std::string_view client) { return entrance->policy_of(client); };
  subscribing->obey(*shared, std::move(rules));
  remote::HttpClientOptions options;
  options.bases = allowed.endpoints;
  options.ca_file = allowed.ca_file;
  subscribers.emplace(std::move(options));
  subscriptions.emplace(*shared, *subscribing, *subscribers, configuration.base_url);
}

void Gateway::Parts::join_terminology() {
  const auto& asked = configuration.terminology;
  if (asked.url.empty()) return;
  remote::TerminologyClientOptions options;
  options.base = asked.url;
  options.seconds = configuration.limits.remote_terminology_seconds;
  options.ca_file = asked.ca_file;
  terminology.emplace(std::move(options), clock);
  remote_codes.systems = asked.systems;
  remote_codes.get = [this](const std::string& path,
                            std::function<void(Result<std::string>)> done) {
    terminology->get(path, std::move(done));
  };
  context->remote_codes = &remote_codes;
}

Result<void> Gateway::Parts::listen() {
  // What another program, with other parameters, has left is done beside all else.
  const auto trouble = [this](const Error& error) {
    log.error("reindex-stands", {{"reason", error.text}});
  };
  LET(reindexer,
      interaction::Reindexer::start(*definitions, *live, *store, configuration.limits, trouble));
  LET(jobs, http::Jobs::start(*context, configuration.async_kept_bytes));
  http::ListenerOptions options;
  options.address = http_at.host;
  options.port = http_at.port;
  options.limits = configuration.limits;
  options.most_waiting_ms = configuration.most_waiting_ms;
  options.tls_context = entrance->http_tls();
  options.drain_seconds = drain_seconds;
  overdue.emplace(*shared, *watch, [this](const Result<exchange::OverdueCounts>& counts) {
    write_sweep(log, counts);
  });
  LET(http, http::Listener::open(options, clock,
                                 [this](http::Post post) { return handler(std::move(post)); }));
  if (!mllp_at) return {};
  exchange::MllpListenerOptions messages;
  messages.host = mllp_at->host;
  messages.port = mllp_at->port;
  messages.limits = configuration.limits;
  messages.tls_context = entrance->mllp_tls();
  LET(mllp, exchange::MllpListener::open(messages, *intake));
  return {};
}

Result<std::size_t> Gateway::Parts::reload_maps() {
  const auto passed = maps->reload();
  if (!passed) {
    log.error("maps stay as they were",
              {{"where", passed.error().where}, {"reason", passed.error().text}});
    return passed;
  }
  const auto set = maps->now();
  interaction::set_loaded_maps(*context, {set, &set->translator.maps()});
  log.info("maps reloaded", {{"cases", std::to_string(*passed)}});
  return passed;
}

// The ways to partners whose secrets are in files, before anything is sent.
Result<void> Gateway::Parts::open_roads(const std::string& version) {
  LET(auto clients, mesh_clients(configuration.mesh, clock, random));
  mesh_out.emplace(std::move(clients));
  LET(bars, bars_client(configuration.bars.account, configuration.bars.use_case, version,
                        configuration.partners, clock, random));
  if (bars) bars_out.emplace(*bars);
  folders_out.emplace();
  return {};
}

// And what comes from them, when it can be taken.
Result<void> Gateway::Parts::open_mailboxes() {
  const auto trouble = [this](const std::string& mailbox, const Error& error) {
    log.error("MESH", {{"mailbox", mailbox}, {"message", error.where}, {"reason", error.text}});
  };
  for (const auto& account : configuration.mesh) {
    LET(auto box, mesh_inbox(account, configuration.limits, clock, random));
    exchange::MeshIntakeOptions options;
    options.poll_us = account.poll_seconds * std::int64_t{1'000'000};
    mesh_in.push_back(
        std::make_unique<exchange::MeshIntake>(*shared, std::move(box), options, trouble));
  }
  exchange::FolderIntakeOptions options;
  options.file_bytes = configuration.limits.body_bytes;
  folders_in.emplace(*shared, options, [this](const std::string& partner, const Error& error) {
    log.error("folder", {{"partner", partner}, {"reason", error.text}});
  });
  return {};
}

http::Response Gateway::Parts::metrics() {
  if (!complete) return http::outcome(503, "transient", "the gateway is starting");
  http::Response page;
  page.content_type = "text/plain; version=0.0.4; charset=utf-8";
  page.body = metrics_page(
      {program_version, started_us, *store, clock, configuration.partners, commits, answers,
       intake->counts(), outbox->counts(), &*alarms, &*heard, &configuration.operators.alarms.quiet,
       http.get(), extracts ? &extracts->progress() : nullptr, mllp ? mllp->connections() : 0});
  return page;
}

// The operators' listener, on loopback wherever the others are.
Result<void> Gateway::Parts::open_door() {
  http::ListenerOptions options;
  options.threads = 1;
  options.drain_seconds = drain_seconds;
  options.address = configuration.operators.listen.host;
  options.port = configuration.operators.listen.port;
  options.limits = configuration.limits;
  for (int i = 0; i < 2; ++i) {
    const auto word = random.next();
    door.token += hex(reinterpret_cast<const std::uint8_t*>(&word), sizeof word);
  }
  LET(operators, http::Listener::open(options, clock, [this](const http::Post&) {
        auto handler = admin_handler(
            *admin, [this] { return reload_maps(); }, [this] { return metrics(); }, door.token,
            configuration.limits);
        return http::audited_operators(std::move(handler), *trail, clock);
      }));
  door.at = {options.address, operators->port()};
  return write_door(configuration.data, door);
}

Result<void> Gateway::Parts::open_entrance(const std::string& config) {
  LET(entrance, Entrance::open(configuration, config, clock, random, log));
  return {};
}

// One thread's handler. A thread without a reader of the store answers nothing but that.
http::Handler Gateway::Parts::handler(http::Post post) {
  auto session = interaction::open_session(*context, std::move(post));
  http::Routes routes;
  if (session) {
    auto fhir = http::fhir_handler(*session, jobs.get(), entrance->authority());
    routes.mount(path_of(configuration.base_url),
                 http::measured(http::audited(std::move(fhir), *trail, clock), answers, clock));
  }
  entrance->mount(routes, path_of(configuration.base_url), configuration.limits,
                  [this](std::string_view path, const access::TokenAnswer& answer) {
                    note_token(*trail, clock, path, answer);
                  });
  auto records = entrance->only("MessageHeader", access::can_create,
                                record_handler(*intake, configuration.partners));
  routes.mount("/inbox", http::measured(http::audited(std::move(records), *trail, clock), answers,
                                        clock, http::Asked::message));
  const auto eyes = session ? *session : nullptr;
  const auto counts = [eyes]() -> Result<store::QueueCounts> {
    if (!eyes) return Error{Kind::fault, "the store cannot be read", ""};
    return eyes->reader.queue_counts();
  };
  routes.mount(
      "/health",
      http::health_handler([this, eyes] { return eyes && store->health() == store::Health::good; },
                           [this, counts] { return health_report(store->health(), counts()); }));
  return std::move(routes).handler();
}

Result<std::unique_ptr<Gateway>> Gateway::start(const GatewayOptions& options, Log& log) {
  auto parts = std::make_unique<Parts>(log);
  if (const auto loaded = parts->load(options); !loaded) return loaded.error();
  if (const auto settled = parts->settle_addresses(); !settled) return settled.error();
  if (const auto opened = parts->open_roads(options.version); !opened) return opened.error();
  if (const auto guarded = parts->open_entrance(options.config); !guarded) return guarded.error();
  parts->program_version = options.version;
  parts->join(options.version);
  // The door first: whoever finds the gateway ready finds its door open.
  if (const auto opened = parts->open_door(); !opened) return opened.error();
  auto listening = parts->listen();
  if (listening) listening = parts->open_mailboxes();
  if (!listening) {
    remove_door(parts->configuration.data);
    return listening.error();
  }
  if (!parts->configuration.sources.empty())
    parts->extracts.emplace(
        *parts->shared, *parts->maps, log,
        ExtractWatchOptions{parts->configuration.data, parts->configuration.sources});
  parts->complete = true;
  log.info("started", {{"version", options.version},
                       {"base", parts->configuration.base_url},
                       {"http", to_text(parts->http_at)},
                       {"mllp", parts->mllp_at ? to_text(*parts->mllp_at) : "off"},
                       {"partners", std::to_string(parts->configuration.partners.list.size())}});
  return std::unique_ptr<Gateway>(new Gateway(std::move(parts)));
}

Gateway::Gateway(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Gateway::~Gateway() {
  stop();
}

Address Gateway::http() const {
  return parts_->http_at;
}
std::optional<Address> Gateway::mllp() const {
  return parts_->mllp_at;
}

void Gateway::reload() {
  static_cast<void>(parts_->reload_maps());  // the log says what came of it
  parts_->entrance->reload(*parts_->http, parts_->mllp.get());
  parts_->subscribing->look_again();  // at what clients may
}

Result<std::size_t> Gateway::reload_maps() {
  return parts_->reload_maps();
}

bool Gateway::failed() const {
  return parts_->store->health() == store::Health::stopped;
}

// The listeners wait for those whom they answer, each for as long as the others.
void Gateway::stop() {
  remove_door(parts_->configuration.data);
  std::thread operators([this] {
    if (parts_->operators) parts_->operators->stop();
  });
  std::thread messages([this] {
    if (parts_->mllp) parts_->mllp->stop();
  });
  if (parts_->http) parts_->http->stop();
  messages.join();
  operators.join();
  parts_->extracts.reset();
  parts_->mesh_in.clear();
  parts_->folders_in.reset();
}

}  // namespace fingerpost::command
