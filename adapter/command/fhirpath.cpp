#include "path/fhirpath.h"

#include "base/system.h"
#include "command/command.h"
#include "command/packages.h"
#include "model/xml.h"
#include "profile/validator.h"
#include "store/body.h"
#include "terminology/core.h"

#include <ostream>

namespace fingerpost::command {
namespace {

// One line each; a line end inside a value would look like another result.
void print(const model::Definitions& definitions, const path::Value& value, std::string& out) {
  out += path::type_text(definitions, value);
  out += '\t';
  for (const char c : path::value_text(definitions, value))
    if (c == '\n' || c == '\r' || c == '\\')
      out.append(c == '\\' ? "\\\\" : c == '\n' ? "\\n" : "\\r");
    else
      out += c;
  out += '\n';
}

Result<std::string> results(const FhirPath& command, Console console) {
  LET(const auto definitions, open_definitions(command.shared));
  LET(auto bytes, read_file(command.file));
  LET(const auto read, model::read_resource(*definitions, std::move(bytes), Limits{}));
  const NodeRef root{&read.tree, read.tree.root()};
  auto codes = terminology::core(*definitions);
  profile::Validator validator(*definitions, &codes);
  LET_DONE(
      add_packages(*definitions, command.packages, validator.registry(), codes, console.error));
  path::CompileOptions options;
  options.start = read.tree[root.node].type;
  LET(const auto expression, path::compile(command.expression, *definitions, options));
  const auto now = store::instant(SystemClock().now_us());
  path::Environment environment;
  environment.now = now;
  validator.serve(environment, Limits{});
  LET(const auto values, path::evaluate(expression, root, environment));
  std::string out;
  for (const auto& value : values) print(*definitions, value, out);
  return out;
}

}  // namespace

int run(const FhirPath& command, Console console) {
  const auto out = results(command, console);
  if (!out) return refuse(out.error(), console);
  console.out << *out;
  return done;
}

}  // namespace fingerpost::command
