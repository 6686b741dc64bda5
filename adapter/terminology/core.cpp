#include "terminology/core.h"

#include "fingerpost/limits.h"
#include "model/json.h"
#include "terminology/build.h"

namespace fingerpost::terminology {

Result<std::vector<std::byte>> compile_core(std::span<const std::byte> definitions) {
  LET(const auto viewed, model::Definitions::view(definitions, nullptr));
  Builder builder(viewed);
  Limits limits;
  limits.depth = 128;
  for (const auto& source : viewed.sources()) {
    const auto kind = viewed.names().text(source.kind);
    if (kind != "CodeSystem" && kind != "ValueSet") continue;
    const auto read = model::read_json(viewed, std::string(viewed.text(source)), limits);
    if (!read)
      return Error{Kind::invalid, read.error().text, std::string(viewed.names().text(source.url))};
    LET_DONE(builder.add(read->tree, read->tree.root()));
  }
  return bytes_of(*std::move(builder).finish());
}

Terminology core(const model::Definitions& definitions) {
  Terminology made;
  if (auto content = view_content(definitions.attached(), definitions.owner()))
    made.add(*std::move(content));
  return made;
}

}  // namespace fingerpost::terminology
