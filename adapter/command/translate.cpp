#include "exchange/translate.h"

#include "base/system.h"
#include "command/command.h"
#include "command/configuration.h"
#include "command/print_bundle.h"
#include "exchange/translate_extract.h"
#include "model/primitives.h"
#include "record/hl7v2_batch.h"
#include "record/looks_like.h"
#include "store/body.h"

#include <fstream>
#include <ostream>

namespace fingerpost::command {
namespace {

// What stays the same from file to file.
struct Ready {
  std::unique_ptr<model::Definitions> definitions;
  exchange::Translator translator;
  TranslateOptions options;
};

Result<Configuration> configuration_of(const Translate& command) {
  if (command.config.empty()) return Configuration{};
  return load_configuration(command.config);
}

Result<TranslateOptions> options_of(const Translate& command, const Configuration& configuration) {
  if (!command.partner.empty() && configuration.partners.find(command.partner) == nullptr)
    return no_such_partner(command.partner, command.config);
  if (!command.now.empty() && !model::matches(model::Primitive::instant, command.now))
    return Error{Kind::invalid, "is no moment such as 2026-11-22T09:30:00Z", "--now"};
  if (command.use_case.find_first_of("| \t\r\n") != std::string::npos)
    return Error{Kind::invalid, "is no code", "--use-case"};
  TranslateOptions options;
  options.partner = command.partner;
  options.zone = configuration.zone;
  options.now = command.now.empty() ? store::instant(SystemClock().now_us()) : command.now;
  options.nhs_number_check = configuration.nhs_number_check;
  options.use_case = configuration.bars.use_case;
  options.use_case_display = configuration.bars.use_case_display;
  if (!command.use_case.empty()) options.use_case = command.use_case;
  options.trace = command.trace;
  options.limits = configuration.limits;
  return options;
}

Result<Ready> make_ready(const Translate& command) {
  LET(const auto configuration, configuration_of(command));
  LET(auto options, options_of(command, configuration));
  LET(auto definitions, open_definitions(command.shared));
  LET(const auto mappings, read_mappings(command.shared, configuration.partners, command.config));
  LET(auto translator, exchange::Translator::make(*definitions, mappings, configuration.limits));
  return Ready{std::move(definitions), std::move(translator), std::move(options)};
}

// Prints what one file becomes; gives the report of it.
Result<Translation> print_one(const Ready& ready, const Translate& command, std::string bytes,
                              std::ostream& out) {
  if (command.from_fhir) {
    LET(auto written, ready.translator.write(command.format, std::move(bytes), ready.options));
    out << written.bytes;
    return std::move(written.report);
  }
  LET(auto translation,
      ready.translator.translate(command.format, std::move(bytes), ready.options));
  print_bundle(*ready.definitions, translation.bundle, out);
  return translation;
}

// What could not be translated: an empty line, and a report that says why, so that both line up.
void tell_failure(const Ready& ready, const Translate& command, const Error& error, Console console,
                  std::ostream& report) {
  if (command.report.empty()) return;
  console.out << '\n';
  const Translation nothing{Tree(ready.definitions->names()),
                            {{Severity::error, "processing", error.where, error.text}},
                            {},
                            {}};
  report << report_json(nothing) << '\n';
}

// Prints what one message becomes, and the report of it, each as a line.
Result<void> translate_one(const Ready& ready, const Translate& command, std::string bytes,
                           Console console, std::ostream& report) {
  LET(const auto translation, print_one(ready, command, std::move(bytes), console.out));
  console.out << '\n';
  if (!command.report.empty()) report << report_json(translation) << '\n';
  return {};
}

// The messages of a batch file (HL7 v2), each on its own: what is wrong with one is told with its
// number, and the others go on.
Result<void> translate_batch(const Ready& ready, const Translate& command, std::string_view bytes,
                             Console console, std::ostream& report) {
  LET(const auto batch, record::split_hl7v2_batch(bytes));
  for (const auto& issue : batch.issues)
    console.error << "warning: " << issue.expression << ": " << issue.text << '\n';
  std::size_t failed = 0;
  for (std::size_t i = 0; i < batch.messages.size(); ++i) {
    const auto done =
        translate_one(ready, command, std::string(batch.messages[i]), console, report);
    if (done) continue;
    ++failed;
    console.error << "error: message " << i + 1 << ": " << done.error().text;
    if (!done.error().where.empty()) console.error << " at " << done.error().where;
    console.error << '\n';
    tell_failure(ready, command, done.error(), console, report);
  }
  if (failed == 0) return {};
  return Error{Kind::invalid,
               std::to_string(failed) + " of " + std::to_string(batch.messages.size()) +
                   " messages were not translated",
               ""};
}

Result<void> translate_file(const Ready& ready, const Translate& command, const std::string& file,
                            Console console, std::ostream& report) {
  auto bytes = read_file(file);
  const bool batch = bytes && !command.from_fhir && command.format == Format::hl7v2 &&
                     record::is_hl7v2_batch(*bytes);
  if (batch) return translate_batch(ready, command, *bytes, console, report);
  const auto seems = bytes ? record::looks_like(*bytes) : std::string_view();
  auto done = bytes ? translate_one(ready, command, *std::move(bytes), console, report)
                    : Result<void>(bytes.error());
  if (done) return done;
  auto error = done.error();
  const auto asked = "--from " + std::string(command.from_fhir ? "fhir" : name(command.format));
  const bool hint =
      error.kind == Kind::invalid && !seems.empty() && seems.find(asked) == std::string_view::npos;
  const auto looks = hint ? "; this looks like " + std::string(seems) : std::string();
  tell_failure(ready, command, {error.kind, error.text + looks, error.where}, console, report);
  // The hint stands behind the place, of which it says nothing; the caller names the file.
  if (hint && !error.where.empty()) error.text += " at " + error.where;
  if (hint || error.where == file) error.where.clear();
  error.text += looks;
  return error;
}

// The same for the folder of an extract, Bundle by Bundle.
Result<void> translate_folder(const Ready& ready, const Translate& command,
                              const std::string& folder, std::ostream& out, std::ostream& report) {
  LET(const auto mapped, map_folder(folder));
  std::vector<record::ExtractFile> files;
  for (const auto& file : mapped) files.push_back({file.name, file.bytes});
  return exchange::translate_extract(ready.translator, command.format, files, ready.options,
                                     [&](Translation translation) -> Result<void> {
                                       print_bundle(*ready.definitions, translation.bundle, out);
                                       out << '\n';
                                       if (!command.report.empty())
                                         report << report_json(translation) << '\n';
                                       return {};
                                     });
}

}  // namespace

int run(const Translate& command, Console console) {
  const auto ready = make_ready(command);
  if (!ready) return refuse(ready.error(), console);
  int status = done;
  std::ofstream report;
  if (!command.report.empty()) report.open(command.report, std::ios::binary | std::ios::trunc);
  for (const auto& file : command.files) {
    const auto translated = is_extract(command.format)
                                ? translate_folder(*ready, command, file, console.out, report)
                                : translate_file(*ready, command, file, console, report);
    if (!translated) {
      status = found_errors;
      console.error << "error: " << file << ": " << translated.error().text;
      if (!translated.error().where.empty()) console.error << " at " << translated.error().where;
      console.error << '\n';
      if (is_extract(command.format))
        tell_failure(*ready, command, translated.error(), console, report);
    }
    console.out << std::flush;
  }
  if (!console.out) return refuse({Kind::invalid, "cannot be written", "standard output"}, console);
  if (command.report.empty()) return status;
  report.close();
  if (report) return status;
  return refuse({Kind::invalid, "cannot be written", command.report}, console);
}

}  // namespace fingerpost::command
