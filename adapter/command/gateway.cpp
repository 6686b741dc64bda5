#include "command/gateway.h"

#include "base/digest.h"
#include "base/system.h"
#include "command/admin_handler.h"
#include "command/extract_watch.h"
#include "command/health.h"
#include "command/live_maps.h"
#include "command/packages.h"
#include "command/record_handler.h"
#include "command/sockets.h"
#include "exchange/inbox_worker.h"
#include "exchange/intake.h"
#include "exchange/mllp_listener.h"
#include "exchange/noticing_store.h"
#include "exchange/outbox_worker.h"
#include "exchange/overdue.h"
#include "exchange/translate_hl7v2.h"
#include "exchange/transport.h"
#include "exchange/watch.h"
#include "http/fhir.h"
#include "http/jobs.h"
#include "http/listener.h"
#include "http/routes.h"
#include "interaction/context.h"
#include "interaction/custom_parameters.h"
#include "interaction/reindex.h"
#include "interaction/remote_codes.h"
#include "interaction/stored_maps.h"
#include "profile/validator.h"
#include "remote/terminology_client.h"
#include "store/check.h"
#include "terminology/core.h"

#include <filesystem>
#include <system_error>

namespace fingerpost::command {
namespace {

// Where a listener will be: numbers instead of names, and a free port for port 0. Kind::fault when
// somebody has it already.
Result<Address> settle(const Listen& listen, std::string_view what) {
  const auto reach = check_reach(listen, what);
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

// A referral, or a step of one, in the words of an HL7 v2 partner.
Result<std::string> write_message(const exchange::Translator& translator,
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

// What needs a person, or has passed, as a line of the log.
void write_notice(Log& log, const exchange::Notice& notice) {
  using What = exchange::Notice::What;
  const auto event = exchange::name(notice.what);
  if (notice.what == What::store_good) return log.info(event);
  if (notice.id == 0) return log.error(event);
  const auto id = std::to_string(notice.id);
  if (notice.what == What::inbox_refused)  // the sender knows
    return log.info(event, {{"id", id}, {"kind", notice.kind}, {"reason", notice.reason}});
  log.error(event, {{"id", id}, {"kind", notice.kind}, {"reason", notice.reason}});
}

// What was done about referrals that wait too long; nothing when nothing was.
void write_sweep(Log& log, const Result<exchange::OverdueCounts>& counts) {
  if (!counts)
    return log.error("overdue referrals not looked at", {{"reason", counts.error().text}});
  const auto& [open, reminded, expired, raised, stuck] = *counts;
  if (reminded + expired + raised + stuck == 0) return;
  log.info("overdue referrals", {{"open", std::to_string(open)},
                                 {"reminded", std::to_string(reminded)},
                                 {"expired", std::to_string(expired)},
                                 {"raised", std::to_string(raised)},
                                 {"stuck", std::to_string(stuck)}});
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
  std::shared_ptr<model::Definitions> definitions;
  std::unique_ptr<LiveMaps> maps;
  std::unique_ptr<store::Store> store;
  std::optional<exchange::NoticingStore> noticing;
  std::shared_ptr<const search::Parameters> parameters;  // of the definitions alone
  std::optional<search::LiveParameters> live;
  std::optional<terminology::Terminology> codes;
  std::optional<profile::Validator> validator;

  std::optional<remote::TerminologyClient> terminology;
  interaction::RemoteCodes remote_codes;

  std::optional<exchange::Parts> shared;
  std::optional<exchange::Wires> wires;
  std::optional<exchange::OutboxWorker> outbox;
  std::optional<exchange::Intake> intake;
  std::optional<exchange::InboxWorker> inbox;
  std::optional<exchange::Watch> watch;
  std::optional<exchange::OverdueWorker> overdue;
  std::optional<interaction::Context> context;

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

  Result<void> load(const GatewayOptions& options);
  Result<std::size_t> reload_maps();
  Result<void> settle_addresses();
  void join(const std::string& version);
  void join_terminology();
  Result<void> listen();
  Result<void> open_door();
  http::Handler handler(http::Post post);
};

Result<void> Gateway::Parts::load(const GatewayOptions& options) {
  configuration = options.configuration;
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
  std::vector<std::string> mended;
  LET(store, store::open_sqlite(sqlite, clock, random, mended));
  for (const auto& fault : mended) log.error("index rows made anew", {{"reason", fault}});
  noticing.emplace(*store);
  LET(parameters, search::Parameters::compile(*definitions, store->hash_key()));
  live.emplace(*parameters);
  LET(const auto reader, store->reader());
  LET_DONE(interaction::load_parameters(*reader, *live, configuration.limits));
  codes.emplace(terminology::core(*definitions));
  validator.emplace(*definitions, &*codes);
  for (const auto& name : configuration.packages) {
    LET(const auto unread,
        add_package(*definitions, std::filesystem::path(options.config).parent_path() / name,
                    validator->registry(), *codes));
    for (const auto& one : unread)
      log.error("definition not read", {{"file", one.where}, {"reason", one.text}});
  }
  for (const auto& flaw : validator->registry().flaws())
    log.error("definition cannot be used whole",
              {{"definition", flaw.expression}, {"reason", flaw.text}});
  return {};
}

Result<void> Gateway::Parts::settle_addresses() {
  LET(http_at, settle(configuration.http, "HTTP"));
  if (configuration.base_url.empty())
    configuration.base_url = "http://" + to_text(http_at) + "/fhir";
  if (!configuration.mllp) return {};
  LET(mllp_at, settle(*configuration.mllp, "MLLP"));
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
    return write_message(maps->now()->translator, configuration, outward);
  };
  const auto reads = [this](std::string_view type, std::string_view event) {
    return exchange::reads_hl7v2(maps->now()->translator.hl7v2(), type, event);
  };
  shared.emplace(exchange::Parts{*definitions, *live, *noticing, configuration.partners, clock,
                                 random, translate, write, configuration.limits, configuration.zone,
                                 configuration.nhs_number_check, configuration.trace, reads});
  wires.emplace(*shared, fhir_client_options(configuration.partners),
                mllp_client_options(configuration.limits));
  outbox.emplace(*shared, *wires, exchange::OutboxOptions{});
  noticing->hook({[this] { outbox->wake(); },
                  [this](const exchange::Notice& notice) { write_notice(log, notice); }});
  intake.emplace(*shared);
  inbox.emplace(*shared, *intake, exchange::InboxOptions{});
  watch.emplace(*shared);
  admin.emplace(*noticing, clock, &configuration.partners);
  const auto before_commit = [this](store::Unit& unit,
                                    std::span<const interaction::Change> changes) {
    std::vector<exchange::Written> written;
    for (const auto& change : changes)
      written.push_back({change.type, change.id, change.before, change.after});
    return watch->before_commit(unit, written);
  };
  context.emplace(interaction::Context{*definitions,
                                       *live,
                                       *noticing,
                                       clock,
                                       random,
                                       configuration.limits,
                                       configuration.base_url,
                                       version,
                                       before_commit,
                                       {"Task", "ServiceRequest"},
                                       &*validator,
                                       &*codes,
                                       &maps->first().translator.maps()});
  context->may_expunge = configuration.expunge;
  context->messages = &*intake;
  context->profiles_on_write = configuration.profiles_on_write;
  join_terminology();
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
  overdue.emplace(
      *shared, *watch, exchange::OverdueOptions{},
      [this](const Result<exchange::OverdueCounts>& counts) { write_sweep(log, counts); });
  LET(http, http::Listener::open(options, clock,
                                 [this](http::Post post) { return handler(std::move(post)); }));
  if (!mllp_at) return {};
  exchange::MllpListenerOptions messages;
  messages.host = mllp_at->host;
  messages.port = mllp_at->port;
  messages.limits = configuration.limits;
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

// The operators' listener, on loopback wherever the others are.
Result<void> Gateway::Parts::open_door() {
  http::ListenerOptions options;
  options.threads = 1;
  options.limits = configuration.limits;
  for (int i = 0; i < 2; ++i) {
    const auto word = random.next();
    door.token += hex(reinterpret_cast<const std::uint8_t*>(&word), sizeof word);
  }
  LET(operators, http::Listener::open(options, clock, [this](const http::Post&) {
        return admin_handler(
            *admin, [this] { return reload_maps(); }, door.token, configuration.limits);
      }));
  door.at = {"127.0.0.1", operators->port()};
  return write_door(configuration.data, door);
}

// One thread's handler. A thread without a reader of the store answers nothing but that.
http::Handler Gateway::Parts::handler(http::Post post) {
  auto session = interaction::open_session(*context, std::move(post));
  http::Routes routes;
  if (session)
    routes.mount(path_of(configuration.base_url), http::fhir_handler(*session, jobs.get()));
  routes.mount("/inbox", record_handler(*intake, configuration.partners));
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
  parts->join(options.version);
  // The door first: whoever finds the gateway ready finds its door open.
  if (const auto opened = parts->open_door(); !opened) return opened.error();
  if (const auto listening = parts->listen(); !listening) {
    remove_door(parts->configuration.data);
    return listening.error();
  }
  if (!parts->configuration.sources.empty())
    parts->extracts.emplace(
        *parts->shared, *parts->maps, log,
        ExtractWatchOptions{parts->configuration.data, parts->configuration.sources});
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

Result<std::size_t> Gateway::reload_maps() {
  return parts_->reload_maps();
}

void Gateway::stop() {
  remove_door(parts_->configuration.data);
  if (parts_->operators) parts_->operators->stop();
  if (parts_->http) parts_->http->stop();
  if (parts_->mllp) parts_->mllp->stop();
  parts_->extracts.reset();
}

}  // namespace fingerpost::command
