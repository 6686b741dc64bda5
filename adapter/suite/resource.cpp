#include "suite/resource.h"

#include "model/xml.h"

namespace fingerpost::suite {

Limits wide_limits() {
  Limits limits;
  limits.depth = 256;
  return limits;
}

Result<model::ReadTree> read_resource(const Setting& setting, std::string text,
                                      model::Model model) {
  return model::read_resource(setting.definitions, std::move(text), wide_limits(), model);
}

Result<model::ReadTree> read_resource_file(const Setting& setting,
                                           const std::filesystem::path& file) {
  LET(auto text, setting.read(file));
  return read_resource(setting, std::move(text));
}

std::string to_json(const model::Definitions& definitions, const Tree& tree) {
  std::string out;
  model::write_json(definitions, tree, tree.root(), out);
  return out;
}

}  // namespace fingerpost::suite
