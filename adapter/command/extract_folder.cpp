#include "command/extract_folder.h"

#include "command/files.h"

#include <map>
#include <system_error>
#include <vector>

namespace fs = std::filesystem;

namespace fingerpost::command {
namespace {

// The tables that one source's extracts look things up in, a file each.
fs::path kept_folder(const fs::path& data, const ExtractSource& source) {
  return data / "extracts" / (source.id() + "." + std::string(name(source.format)));
}

// Each file whole or as it was before.
Result<void> keep(const fs::path& folder, const std::map<std::string, std::string>& tables) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Error{Kind::invalid, "cannot be made", folder.string()};
  for (const auto& [table, text] : tables) {
    const auto path = folder / (table + ".csv");
    const auto fresh = folder / (table + ".new");
    LET_DONE(write_file(fresh, text));
    fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write, error);
    if (!error) fs::rename(fresh, path, error);
    if (error) return Error{Kind::invalid, "cannot be written", path.string()};
  }
  return {};
}

std::vector<record::ExtractFile> views(const std::vector<MappedFile>& mapped) {
  std::vector<record::ExtractFile> files;
  for (const auto& file : mapped) files.push_back({file.name, file.bytes});
  return files;
}

}  // namespace

Result<exchange::TakenExtract> take_folder(const exchange::Parts& parts,
                                           const exchange::Translator& translator,
                                           const ExtractSource& source, const fs::path& data,
                                           const fs::path& folder,
                                           const exchange::ExtractRules& rules) {
  LET(const auto mapped, map_folder(folder));
  auto files = views(mapped);
  const auto kept = kept_folder(data, source);
  std::vector<MappedFile> before;
  if (std::error_code error; fs::is_directory(kept, error)) {
    LET(before, map_folder(kept));
  }
  for (const auto& file : before)
    if (file.name.ends_with(".csv")) files.push_back({file.name, file.bytes, true});
  return exchange::take_extract(
      parts, translator, source.format, files, source.id(),
      [&](const auto& tables) { return keep(kept, tables); }, rules);
}

Result<void> keep_refused_folder(const exchange::Parts& parts, const ExtractSource& source,
                                 const fs::path& folder, const Error& reason) {
  LET(const auto mapped, map_folder(folder));
  return exchange::keep_refused_extract(parts, source.format, views(mapped), source.id(), reason);
}

}  // namespace fingerpost::command
