#include "command/command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

namespace fingerpost::command {
namespace {

// What the parser fills: the subcommand that was named last wins its place in `chosen`.
struct Chosen {
  Serve serve;
  Translate translate;
  Validate validate;
  Snapshot snapshot;
  FhirPath fhirpath;
  Transform transform;
  Convert convert;
  Conformance conformance;
  Queue queue;
  MllpSend send;
  MllpListen listen;
  ConfigCheck config_check;
  Backup backup;
  Check check;
  Audit audit;
  TestMappings test_mappings;
  ApplyExtract apply_extract;
  std::optional<Command> command;
};

template <class Arguments>
void choose(CLI::App& app, Chosen& chosen, Arguments& arguments) {
  app.callback([&chosen, &arguments] { chosen.command = arguments; });
}

void add_shared(CLI::App& app, SharedPaths& shared) {
  app.add_option("--definitions-file", shared.definitions,
                 "Compiled FHIR definitions (found beside the program)")
      ->type_name("FILE");
}

void add_mappings(CLI::App& app, SharedPaths& shared) {
  app.add_option("--mappings", shared.mappings, "Folder of maps (found beside the program)")
      ->type_name("DIR");
}

template <class To>
CLI::Option* add_address(CLI::App& app, const std::string& name, To& to, const std::string& text) {
  const auto read = [&to, name](const std::string& given) {
    auto address = read_address(given);
    if (!address) throw CLI::ValidationError(name, address.error().text);
    to = *std::move(address);
  };
  return app.add_option_function<std::string>(name, read, text)->type_name("HOST:PORT");
}

void add_serve(CLI::App& app, Chosen& chosen) {
  auto& serve = *app.add_subcommand(
      "serve", "Run the gateway until SIGTERM or SIGINT; SIGHUP reads the maps again");
  auto& to = chosen.serve;
  serve.add_option("--data", to.data, "Folder of the store, made when absent")->type_name("DIR");
  add_address(serve, "--http", to.http, "Where FHIR REST listens; port 0 takes a free one");
  add_address(serve, "--mllp", to.mllp, "Where HL7 v2 over MLLP listens");
  serve.add_option("--config", to.config, "Configuration file (TOML)")->type_name("FILE");
  add_shared(serve, to.shared);
  add_mappings(serve, to.shared);
  choose(serve, chosen, to);
}

void add_translate(CLI::App& app, Chosen& chosen) {
  auto& translate = *app.add_subcommand(
      "translate",
      "Print each file's FHIR R4 resources as a Bundle, a line each when there are several files");
  auto& to = chosen.translate;
  auto* from =
      translate
          .add_option_function<std::string>(
              "--from",
              [&to](const std::string& name) {
                to.from_fhir = name == "fhir";
                if (!to.from_fhir) to.format = *format_named(name);
              },
              "Format of the files; fhir: Bundles, with --to")
          ->check(CLI::IsMember({"gpconnect", "gp2gp", "hl7v2", "emis", "tpp", "bars", "fhir"}))
          ->required();
  translate
      .add_option_function<std::string>(
          "--to", [&to](const std::string& name) { to.format = *format_named(name); },
          "Format that FHIR is written in")
      ->check(CLI::IsMember({"gp2gp", "hl7v2", "bars", "gpconnect"}))
      ->needs(from);
  translate.parse_complete_callback([&to, &translate] {
    if (to.from_fhir != (translate.count("--to") > 0))
      throw CLI::ValidationError("--from fhir needs --to, and no other format takes it");
  });
  translate.add_option("--report", to.report, "Write the loss report, JSON, a line for each file")
      ->type_name("FILE");
  translate.add_flag("--trace", to.trace, "The report also says what made each element");
  translate.add_option("--config", to.config, "Configuration file, for its partners' code tables")
      ->type_name("FILE");
  translate.add_option("--partner", to.partner, "Who sent the files, as configured")
      ->type_name("ID");
  translate.add_option("--use-case", to.use_case, "BaRS use case of what is written (configured)")
      ->type_name("CODE");
  translate.add_option("--now", to.now, "The time of translation (the clock's)")
      ->type_name("INSTANT");
  translate
      .add_option("FILE", to.files,
                  "Files to read, - is standard input; of emis and tpp the folders")
      ->required();
  add_shared(translate, to.shared);
  add_mappings(translate, to.shared);
  choose(translate, chosen, to);
}

void add_test_mappings(CLI::App& app, Chosen& chosen) {
  auto& test = *app.add_subcommand(
      "test-mappings", "Run the cases beside the maps of a folder; exit 1 when one does not hold");
  auto& to = chosen.test_mappings;
  test.add_option("DIR", to.shared.mappings, "Folder of maps (found beside the program)");
  test.add_option("--config", to.config, "Configuration: its partners' tables and cases too");
  add_shared(test, to.shared);
  choose(test, chosen, to);
}

void add_extract(CLI::App& app, Chosen& chosen) {
  auto& extract = *app.add_subcommand("extract", "Bulk extracts of EMIS and TPP");
  extract.require_subcommand(1);
  auto& apply = *extract.add_subcommand(
      "apply", "Put the extract of each folder into the store, whole or not at all");
  auto& to = chosen.apply_extract;
  apply
      .add_option_function<std::string>(
          "--from", [&to](const std::string& name) { to.format = *format_named(name); },
          "Format of the extracts")
      ->check(CLI::IsMember({"emis", "tpp"}))
      ->required();
  apply.add_option("--data", to.data, "Folder of the store")->type_name("DIR")->required();
  apply.add_option("--config", to.config, "Configuration file (TOML)")->type_name("FILE");
  apply.add_option("--partner", to.partner, "Who sent them, as configured")->type_name("ID");
  apply.add_flag("--first-delta", to.first_delta,
                 "Take a delta as the first extract of its source");
  apply.add_option("FOLDER", to.folders, "A folder for each extract, the earliest first")
      ->required();
  add_shared(apply, to.shared);
  add_mappings(apply, to.shared);
  choose(apply, chosen, to);
}

void add_packages(CLI::App& app, std::vector<std::string>& packages) {
  app.add_option("--package", packages, "FHIR package: a folder, a .tgz, or one definition")
      ->type_name("PATH")
      ->allow_extra_args(false);
}

void add_validate(CLI::App& app, Chosen& chosen) {
  auto& validate = *app.add_subcommand(
      "validate", "Print an OperationOutcome for each file, a line each; exit 1 on any error");
  auto& to = chosen.validate;
  add_packages(validate, to.packages);
  validate.add_option("--profile", to.profiles, "Canonical URL of a profile they must conform to")
      ->type_name("URL")
      ->allow_extra_args(false);
  const auto add_severity = [&](const char* name, std::string& severity, const char* what) {
    validate.add_option(name, severity, what)
        ->check(CLI::IsMember({"error", "warning", "information"}));
  };
  add_severity("--unknown-extension", to.unknown_extension,
               "How an extension that nobody defines is told (information)");
  add_severity("--unknown-profile", to.unknown_profile,
               "How a profile that another asks for, and nobody has, is told (warning)");
  add_severity("--wrong-display", to.wrong_display,
               "How a display that its code does not have is told (warning)");
  validate.add_option("FILE", to.files, "FHIR R4 JSON or XML; - is standard input")->required();
  add_shared(validate, to.shared);
  choose(validate, chosen, to);
}

void add_snapshot(CLI::App& app, Chosen& chosen) {
  auto& snapshot = *app.add_subcommand(
      "snapshot", "Print a StructureDefinition with the snapshot of its differential");
  auto& to = chosen.snapshot;
  add_packages(snapshot, to.packages);
  snapshot.add_option("FILE", to.file, "StructureDefinition, JSON or XML; - is standard input")
      ->required();
  add_shared(snapshot, to.shared);
  choose(snapshot, chosen, to);
}

void add_fhirpath(CLI::App& app, Chosen& chosen) {
  auto& fhirpath = *app.add_subcommand(
      "fhirpath", "Print what an expression finds, a line each: type, tab, value");
  fhirpath.add_option("EXPRESSION", chosen.fhirpath.expression, "FHIRPath")->required();
  add_packages(fhirpath, chosen.fhirpath.packages);
  fhirpath.add_option("FILE", chosen.fhirpath.file, "FHIR R4 JSON or XML; - is standard input")
      ->required();
  add_shared(fhirpath, chosen.fhirpath.shared);
  choose(fhirpath, chosen, chosen.fhirpath);
}

void add_transform(CLI::App& app, Chosen& chosen) {
  auto& transform = *app.add_subcommand(
      "transform", "Run a map of the FHIR Mapping Language over a resource and print the result");
  auto& to = chosen.transform;
  transform.add_option("--map", to.maps, "Map to run; further ones are those it imports")
      ->type_name("FILE")
      ->required()
      ->allow_extra_args(false);
  transform
      .add_option("--definitions", to.definitions,
                  "Folder of further StructureDefinitions and ConceptMaps, JSON")
      ->type_name("DIR")
      ->allow_extra_args(false);
  add_packages(transform, to.packages);
  transform.add_flag("--standard", to.standard,
                     "Maps that do not say their dialect are R4's, without extensions");
  transform.add_option("--now", to.now, "What a map sees as %now (the clock's)")
      ->type_name("INSTANT");
  transform.add_option("SOURCE", to.source, "JSON or XML; - is standard input")->required();
  add_shared(transform, to.shared);
  choose(transform, chosen, to);
}

void add_convert(CLI::App& app, Chosen& chosen) {
  auto& convert = *app.add_subcommand("convert", "Print a resource as FHIR JSON or XML");
  auto& to = chosen.convert;
  convert
      .add_option_function<std::string>(
          "--to",
          [&to](const std::string& form) {
            to.form = form == "xml" ? Convert::Form::xml : Convert::Form::json;
          },
          "Form to print it in")
      ->check(CLI::IsMember({"json", "xml"}))
      ->required();
  convert.add_option("FILE", to.file, "FHIR R4 JSON or XML; - is standard input")->required();
  add_shared(convert, to.shared);
  choose(convert, chosen, to);
}

void add_conformance(CLI::App& app, Chosen& chosen) {
  auto& conformance = *app.add_subcommand(
      "conformance", "Run a public test suite; exit 1 on a failure that is not expected");
  auto& to = chosen.conformance;
  conformance.add_option("SUITE", to.suite, "Which suite's files these are")
      ->check(CLI::IsMember(suite_names()))
      ->required();
  conformance
      .add_option(
          "FILE", to.files,
          "The suite's own file; its folder for json, and for mapping one of maps/, input/ and "
          "expected/; the resources for roundtrip")
      ->required();
  conformance
      .add_option("--inputs", to.inputs,
                  "Folder of the resources that fhirpath tests and TestScripts name")
      ->type_name("DIR");
  conformance
      .add_option("--server", to.servers,
                  "Base URL of the server that TestScripts are played against; a second is "
                  "destination 2")
      ->allow_extra_args(false);
  conformance.add_option("--variable", to.variables, "A TestScript's variable")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  conformance.add_option("--expected", to.expected, "Failures known, \"name: reason\" a line")
      ->type_name("FILE");
  add_shared(conformance, to.shared);
  choose(conformance, chosen, to);
}

// One row, or the dead rows of a lane, or all.
void add_retry_many(CLI::App& app, CLI::Option& id, Queue& to) {
  auto& lane = *app.add_option("--lane", to.lane, "All dead rows of this receiver");
  auto& all = *app.add_flag("--all-dead", to.all_dead, "All dead rows");
  app.add_flag("--force", to.force,
               "A row although later ones about the same person were delivered")
      ->needs(&id);
  lane.excludes(&id);
  all.excludes(&id)->excludes(&lane);
}

void add_replay(CLI::App& app, Queue& to) {
  auto& id = *app.add_option("ID", to.id, "The row's number");
  auto& partner =
      *app.add_option("--partner", to.partner, "All applied messages of this source, in order");
  partner.excludes(&id);
  app.add_flag("--dry-run", to.dry_run, "Say what would differ, and change nothing");
  app.add_flag("--show", to.values, "Show what was and what will be: patient data");
}

void add_action(CLI::App& box, Chosen& chosen, Queue::Box which, Queue::Action action,
                const std::string& name, const std::string& text) {
  using Action = Queue::Action;
  auto& app = *box.add_subcommand(name, text);
  auto& to = chosen.queue;
  app.add_option("--data", to.data, "Folder of the store")->type_name("DIR")->required();
  if (action == Action::list) {
    app.add_option("--status", to.status, "Only rows of this status");
    app.add_option("--order", to.order, "Which rows come first")
        ->check(CLI::IsMember({"newest", "oldest"}));
    app.add_option("--after", to.after, "Only rows behind this one in that order")
        ->type_name("ID")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--limit", to.limit, "At most so many rows")
        ->capture_default_str()
        ->check(CLI::Range(1, 1'000));
  } else if (action == Action::replay) {
    add_replay(app, to);
  } else if (action != Action::lanes && action != Action::reload) {
    const bool lane = action == Action::hold || action == Action::release;
    auto& id = *app.add_option(lane ? "LANE" : "ID", to.id,
                               lane ? "A receiver's lane" : "The row's number");
    const bool many = action == Action::retry && which == Queue::Box::outbox;
    many ? add_retry_many(app, id, to) : static_cast<void>(id.required());
  }
  app.callback([&chosen, which, action] {
    const auto& queue = chosen.queue;
    if (action == Action::retry && queue.id.empty() && queue.lane.empty() && !queue.all_dead)
      throw CLI::RequiredError("ID, --lane or --all-dead");
    if (action == Action::replay && queue.id.empty() && queue.partner.empty())
      throw CLI::RequiredError("ID or --partner");
    chosen.queue.box = which;
    chosen.queue.action = action;
    chosen.command = chosen.queue;
  });
}

void add_queues(CLI::App& app, Chosen& chosen) {
  using Action = Queue::Action;
  auto& inbox = *app.add_subcommand("inbox", "What was received");
  auto& outbox = *app.add_subcommand("outbox", "What is to be delivered");
  for (auto* box : {&inbox, &outbox}) {
    const auto which = box == &inbox ? Queue::Box::inbox : Queue::Box::outbox;
    box->require_subcommand(1);
    add_action(*box, chosen, which, Action::list, "list",
               box == &inbox ? "A line for each row, the newest first"
                             : "A line for each row, the oldest first");
    add_action(*box, chosen, which, Action::show, "show", "One row, whole");
    add_action(*box, chosen, which, Action::retry, "retry", "Try a row again, now");
  }
  add_action(inbox, chosen, Queue::Box::inbox, Action::replay, "replay",
             "Translate applied messages again by the maps of now, and store what differs");
  add_action(outbox, chosen, Queue::Box::outbox, Action::cancel, "cancel",
             "Never send a row: this cannot be undone");
  add_action(outbox, chosen, Queue::Box::outbox, Action::lanes, "lanes",
             "A line for each receiver");
  add_action(outbox, chosen, Queue::Box::outbox, Action::hold, "hold",
             "Send nothing to a receiver");
  add_action(outbox, chosen, Queue::Box::outbox, Action::release, "release", "Send to it again");
  auto& maps = *app.add_subcommand("maps", "The maps of a running gateway");
  maps.require_subcommand(1);
  add_action(maps, chosen, Queue::Box::maps, Action::reload, "reload",
             "Read them again; nothing changes unless all load and their cases hold");
}

void add_mllp(CLI::App& app, Chosen& chosen) {
  auto& mllp = *app.add_subcommand("mllp", "Tools for testers of HL7 v2 interfaces");
  mllp.require_subcommand(1);
  auto& send = *mllp.add_subcommand("send", "Send messages over MLLP and print the answers");
  add_address(send, "TO", chosen.send.to, "Where to connect")->required();
  send.add_option("FILE", chosen.send.files, "One message each; - is standard input")->required();
  send.add_option("--timeout", chosen.send.timeout_s, "Seconds to wait for an answer")
      ->capture_default_str()
      ->check(CLI::Range(1, 86'400));
  choose(send, chosen, chosen.send);

  auto& listen = *mllp.add_subcommand("listen", "Accept every message with AA and print it");
  add_address(listen, "AT", chosen.listen.at, "Where to listen; port 0 takes a free one")
      ->required();
  listen.add_option("--count", chosen.listen.count, "Stop after so many messages")
      ->check(CLI::Range(1, 1'000'000));
  listen
      .add_option("--timeout", chosen.listen.timeout_s, "Stop with status 1 after so many seconds")
      ->check(CLI::Range(1, 86'400));
  choose(listen, chosen, chosen.listen);
}

void add_config(CLI::App& app, Chosen& chosen) {
  auto& config = *app.add_subcommand("config", "The configuration file");
  config.require_subcommand(1);
  auto& check = *config.add_subcommand("check", "Say what is wrong with a configuration file");
  check.add_option("FILE", chosen.config_check.file, "TOML")->required();
  add_shared(check, chosen.config_check.shared);
  choose(check, chosen, chosen.config_check);
}

void add_backup(CLI::App& app, Chosen& chosen) {
  auto& backup =
      *app.add_subcommand("backup", "Copy a data folder's database, also while it is served");
  backup.add_option("--data", chosen.backup.data, "the data folder")->required();
  backup.add_option("TO", chosen.backup.to, "a data folder to be made")->required();
  choose(backup, chosen, chosen.backup);
}

void add_check(CLI::App& app, Chosen& chosen) {
  auto& check = *app.add_subcommand(
      "check", "Say whether all that a data folder holds agrees, also while it is served");
  check.add_option("--data", chosen.check.data, "the data folder")->required();
  add_shared(check, chosen.check.shared);
  choose(check, chosen, chosen.check);
}

void add_audit(CLI::App& app, Chosen& chosen) {
  auto& group =
      *app.add_subcommand("audit", "What was done here, by whom; also while it is served");
  group.require_subcommand(1);
  auto& asked = chosen.audit;
  const auto add = [&](const char* name, const char* about, Audit::Action action) -> CLI::App& {
    auto& one = *group.add_subcommand(name, about);
    one.add_option("--data", asked.data, "the data folder")->required();
    one.callback([&chosen, action] {
      chosen.audit.action = action;
      chosen.command = chosen.audit;
    });
    return one;
  };
  auto& verify =
      add("verify", "Say whether every row is there and as it was written", Audit::Action::verify);
  verify.add_option("--head", asked.head,
                    "NUMBER:HASH as it was told before: it must still be in the chain");
  auto& list = add("list", "Print the newest rows, a JSON object a line", Audit::Action::list);
  list.add_option("--patient", asked.patient, "about the Patient of this id");
  list.add_option("--client", asked.client, "by this client");
  list.add_option("--did", asked.did, "what was done: read, create, take, deliver …");
  list.add_option("--from", asked.from, "a date or a time");
  list.add_option("--to", asked.to, "a date or a time");
  list.add_option("--limit", asked.limit, "rows")->check(CLI::Range(1, 1'000'000));
}

}  // namespace

namespace {

// An expression may begin with a minus, which CLI11 takes for an option's: a blank before it helps.
std::vector<std::string> with_plain_expression(std::span<const std::string> arguments) {
  std::vector<std::string> words(arguments.begin(), arguments.end());
  if (words.empty() || words[0] != "fhirpath") return words;
  for (std::size_t i = 1; i < words.size() && words[i] != "--"; ++i) {
    const auto& word = words[i];
    if (word.size() < 2 || word[0] != '-' || word[1] == '-' || word == "-h") continue;
    words[i] = " " + word;
    break;
  }
  return words;
}

}  // namespace

std::variant<Command, int> read_command_line(std::span<const std::string> arguments,
                                             std::string_view version, Console console) {
  Chosen chosen;
  chosen.serve.version = version;
  CLI::App app(
      "Translates between GP systems and FHIR R4, so that referrals reach community services",
      "fingerpost");
  app.set_version_flag("--version", "fingerpost " + std::string(version));
  app.require_subcommand(1);
  add_serve(app, chosen);
  add_translate(app, chosen);
  add_test_mappings(app, chosen);
  add_extract(app, chosen);
  add_validate(app, chosen);
  add_snapshot(app, chosen);
  add_fhirpath(app, chosen);
  add_transform(app, chosen);
  add_convert(app, chosen);
  add_conformance(app, chosen);
  add_queues(app, chosen);
  add_mllp(app, chosen);
  add_config(app, chosen);
  add_backup(app, chosen);
  add_check(app, chosen);
  add_audit(app, chosen);
  try {
    // CLI11 takes the words from the back.
    auto words = with_plain_expression(arguments);
    std::reverse(words.begin(), words.end());
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return app.exit(error, console.out, console.error) == 0 ? done : could_not_run;
  }
  return *chosen.command;
}

}  // namespace fingerpost::command
