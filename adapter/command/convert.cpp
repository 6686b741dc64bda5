#include "command/command.h"
#include "model/xml.h"
#include "model/xml_fits.h"

#include <ostream>

namespace fingerpost::command {
namespace {

// Nothing when the source has what the other form cannot carry; it is told.
Result<std::string> converted(const Convert& command, Console console) {
  LET(const auto definitions, open_definitions(command.shared));
  LET(auto bytes, read_file(command.file));
  LET(const auto read, model::read_resource(*definitions, std::move(bytes), Limits{}));
  for (const auto& issue : read.issues)
    console.error << code(issue.severity) << ": " << issue.expression << ": " << issue.text << '\n';
  if (has_errors(read.issues)) return std::string();
  const auto& tree = read.tree;
  std::string out;
  if (command.form == Convert::Form::json) {
    model::write_json(*definitions, tree, tree.root(), out, model::Pretty::yes);
    return out + "\n";
  }
  if (const auto fits = model::fits_xml(*definitions, tree, tree.root()); !fits) {
    const auto& error = fits.error();
    console.error << code(Severity::error) << ": " << error.where << ": " << error.text << '\n';
    return std::string();
  }
  model::write_xml(*definitions, tree, tree.root(), out, model::Pretty::yes);
  return out + "\n";
}

}  // namespace

int run(const Convert& command, Console console) {
  const auto out = converted(command, console);
  if (!out) return refuse(out.error(), console);
  console.out << *out;
  return out->empty() ? found_errors : done;
}

}  // namespace fingerpost::command
