#include "command/packages.h"

#include "command/files.h"
#include "model/xml.h"
#include "terminology/build.h"
#include "wire/archive.h"

#include <algorithm>
#include <array>
#include <system_error>
#include <vector>

namespace fs = std::filesystem;

namespace fingerpost::command {
namespace {

// Of a package's files, those that a validation may ask for: its examples are many, and not these.
bool is_wanted(std::string_view bytes) {
  constexpr std::array<std::string_view, 4> kinds{"StructureDefinition", "ValueSet", "CodeSystem",
                                                  "Questionnaire"};
  const auto start = bytes.substr(0, 4096);
  return std::any_of(kinds.begin(), kinds.end(), [&](std::string_view kind) {
    return start.find("\"" + std::string(kind) + "\"") != std::string_view::npos ||
           start.find("<" + std::string(kind)) != std::string_view::npos;
  });
}

class Adder {
 public:
  Adder(const model::Definitions& definitions, profile::Registry& registry)
      : definitions_(definitions), registry_(registry), codes_(definitions) {
    limits_.depth = 128;
  }

  void add(std::string bytes) {
    if (!is_wanted(bytes)) return;
    auto read = model::read_resource(definitions_, std::move(bytes), limits_);
    if (!read) return;
    const auto kind = definitions_.type_name(read->tree[read->tree.root()].type);
    if (kind == "ValueSet" || kind == "CodeSystem") {
      (void)codes_.add(read->tree, read->tree.root());
    } else if (kind == "StructureDefinition" || kind == "Questionnaire") {
      registry_.add(std::move(read->tree));
    }
  }

  Result<void> add_folder(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code failed;
    for (fs::recursive_directory_iterator at(folder, failed), end; at != end && !failed;
         at.increment(failed))
      if (const auto kind = at->path().extension(); kind == ".json" || kind == ".xml")
        files.push_back(at->path());
    if (failed) return Error{Kind::invalid, "cannot be read", folder.string()};
    std::sort(files.begin(), files.end());  // the last of two definitions of one URL wins, always
    for (const auto& file : files) {
      LET(auto bytes, read_file(file));
      add(std::move(bytes));
    }
    return {};
  }

  Result<void> add_archive(const std::string& bytes) {
    LET(auto files, wire::read_tgz(bytes, limits_));
    for (auto& file : files)
      if (file.name.ends_with(".json") || file.name.ends_with(".xml")) add(std::move(file.bytes));
    return {};
  }

  void finish(terminology::Terminology& codes) && {
    if (!codes_.empty()) codes.add(std::move(codes_).finish());
  }

 private:
  const model::Definitions& definitions_;
  profile::Registry& registry_;
  terminology::Builder codes_;
  Limits limits_;
};

}  // namespace

Result<void> add_package(const model::Definitions& definitions, const fs::path& path,
                         profile::Registry& registry, terminology::Terminology& codes) {
  Adder adder(definitions, registry);
  if (fs::is_directory(path)) {
    LET_DONE(adder.add_folder(path));
  } else {
    LET(auto bytes, read_file(path));
    if (bytes.starts_with("\x1f\x8b")) {
      auto added = adder.add_archive(bytes);
      if (!added) return Error{added.error().kind, added.error().text, path.string()};
    } else {
      adder.add(std::move(bytes));
    }
  }
  std::move(adder).finish(codes);
  return {};
}

}  // namespace fingerpost::command
