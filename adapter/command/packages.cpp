#include "command/packages.h"

#include "command/files.h"
#include "model/xml.h"
#include "terminology/build.h"
#include "wire/archive.h"
#include "wire/json.h"

#include <algorithm>
#include <array>
#include <memory>
#include <ostream>
#include <system_error>
#include <vector>

namespace fs = std::filesystem;

namespace fingerpost::command {
namespace {

// Of a package's files, those that a validation or a terminology operation may ask for: its
// examples are many, and not these. What says of no kind that it is one may be broken.
bool is_wanted(std::string_view bytes) {
  constexpr std::array<std::string_view, 5> kinds{"StructureDefinition", "ValueSet", "CodeSystem",
                                                  "ConceptMap", "Questionnaire"};
  const auto start = bytes.substr(0, 4096);
  if (bytes.size() <= start.size() && start.find("\"resourceType\"") == std::string_view::npos &&
      start.find("http://hl7.org/fhir") == std::string_view::npos &&
      start.find('<') == std::string_view::npos)
    return true;
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

  void add(const std::string& name, std::string bytes) {
    const auto file = fs::path(name).filename().string();
    if (file.starts_with('.') || file == "package.json" || !is_wanted(bytes)) return;
    const bool resource = bytes.find("resourceType") != std::string::npos || bytes.starts_with('<');
    // What else lies in a package is no resource, and well written.
    if (!resource && wire::parse_json(bytes, limits_)) return;
    auto read = model::read_resource(definitions_, std::move(bytes), limits_);
    if (!read) return unread(name, read.error().text);
    const auto kind = definitions_.type_name(read->tree[read->tree.root()].type);
    if (kind == "ValueSet" || kind == "CodeSystem") {
      const auto added = codes_.add(read->tree, read->tree.root());
      if (!added) return unread(name, added.error().text);
      any_ = true;
    } else if (kind == "ConceptMap") {
      auto map = terminology::read_concept_map(definitions_, read->tree);
      if (!map) return unread(name, map.error().text);
      maps_.push_back(std::make_shared<terminology::ConceptMap>(*std::move(map)));
      any_ = true;
    } else if (kind == "StructureDefinition" || kind == "Questionnaire") {
      registry_.add(std::move(read->tree));
      any_ = true;
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
      add(file.string(), std::move(bytes));
    }
    return {};
  }

  Result<void> add_archive(const std::string& bytes) {
    LET(auto files, wire::read_tgz(bytes, limits_));
    for (auto& file : files)
      if (file.name.ends_with(".json") || file.name.ends_with(".xml"))
        add(file.name, std::move(file.bytes));
    return {};
  }

  // What could not be read; an error when there was nothing that could.
  Result<std::vector<Error>> finish(const fs::path& path, terminology::Terminology& codes) && {
    if (!any_) return nothing_in(path);
    if (!codes_.empty()) codes.add(std::move(codes_).finish());
    for (auto& map : maps_) codes.add(std::move(map));
    return std::move(unread_);
  }

 private:
  Error nothing_in(const fs::path& path) const {
    std::string why = "holds no definition";
    if (!unread_.empty()) {
      const auto& first = unread_.front();
      why += " that can be read: ";
      if (first.where != path.string()) why += first.where + ": ";
      why += first.text;
    }
    return {unread_.empty() ? Kind::unsupported : Kind::invalid, std::move(why), path.string()};
  }

  void unread(const std::string& name, const std::string& why) {
    unread_.push_back({Kind::invalid, why, name});
  }

  const model::Definitions& definitions_;
  profile::Registry& registry_;
  terminology::Builder codes_;
  std::vector<std::shared_ptr<const terminology::ConceptMap>> maps_;
  std::vector<Error> unread_;
  bool any_ = false;  // added
  Limits limits_;
};

}  // namespace

Result<std::vector<Error>> add_package(const model::Definitions& definitions, const fs::path& path,
                                       profile::Registry& registry,
                                       terminology::Terminology& codes) {
  Adder adder(definitions, registry);
  if (fs::is_directory(path)) {
    LET_DONE(adder.add_folder(path));
  } else {
    LET(auto bytes, read_file(path));
    if (bytes.starts_with("\x1f\x8b")) {
      auto added = adder.add_archive(bytes);
      if (!added) return Error{added.error().kind, added.error().text, path.string()};
    } else {
      adder.add(path.string(), std::move(bytes));
    }
  }
  return std::move(adder).finish(path, codes);
}

Result<void> add_packages(const model::Definitions& definitions, std::span<const std::string> paths,
                          profile::Registry& registry, terminology::Terminology& codes,
                          std::ostream& told) {
  for (const auto& path : paths) {
    LET(const auto unread, add_package(definitions, path, registry, codes));
    for (const auto& one : unread) told << one.where << ": " << one.text << ": not added\n";
  }
  return {};
}

}  // namespace fingerpost::command
