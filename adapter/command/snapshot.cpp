#include "profile/snapshot.h"

#include "command/command.h"
#include "command/packages.h"
#include "model/json.h"
#include "model/xml.h"
#include "profile/bases.h"
#include "profile/registry.h"

#include <ostream>

namespace fingerpost::command {

int run(const Snapshot& command, Console console) {
  const auto definitions = open_definitions(command.shared);
  if (!definitions) return refuse(definitions.error(), console);
  profile::Registry registry(**definitions);
  terminology::Terminology codes;
  const auto added = add_packages(**definitions, command.packages, registry, codes, console.error);
  if (!added) return refuse(added.error(), console);
  auto bytes = read_file(command.file);
  if (!bytes) return refuse(bytes.error(), console);
  Limits limits;
  limits.depth = 128;
  const auto read = model::read_resource(**definitions, *std::move(bytes), limits);
  if (!read) return refuse(read.error(), console);
  for (const auto& issue : read->issues)
    console.error << issue.expression << ": " << issue.text << '\n';
  const auto made = profile::make_snapshot(
      **definitions, read->tree, [&](std::string_view url) { return registry.with_snapshot(url); });
  if (!made) {
    auto error = made.error();
    const auto published = [&](std::string_view url) { return registry.find(url); };
    if (error.kind == Kind::not_found) error.text = profile::why_no_base(read->tree, published);
    return refuse(error, console);
  }
  for (const auto& issue : made->issues)
    console.error << issue.expression << ": " << issue.text << '\n';
  if (has_errors(made->issues)) return found_errors;  // there is no such profile
  std::string out;
  model::write_json(**definitions, made->tree, made->tree.root(), out, model::Pretty::yes);
  console.out << out << '\n';
  return has_errors(read->issues) ? found_errors : done;
}

}  // namespace fingerpost::command
