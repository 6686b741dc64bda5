// The files a command starts from: definitions, mappings, what is named on the command line.

#pragma once

#include "exchange/partner.h"
#include "exchange/translate.h"
#include "fingerpost/result.h"
#include "model/definitions.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::command {

// Whole contents; "-" is standard input. `where` of the error is the path.
Result<std::string> read_file(const std::filesystem::path& path);
Result<void> write_file(const std::filesystem::path& path, std::string_view bytes);

// A file mapped into memory.
struct MappedFile {
  std::string name;  // within its folder
  std::string_view bytes;
  std::shared_ptr<const void> keep;  // the bytes are good as long
};
// Every file under a folder, in the order of their names. `where` of the error is the path.
Result<std::vector<MappedFile>> map_folder(const std::filesystem::path& folder);

// Where the program's own data is. Empty: found beside the program, see find_shared.
struct SharedPaths {
  std::filesystem::path definitions;
  std::filesystem::path mappings;
};

// `name` beside the program, in ../share/fingerpost of an installation, or two folders up, where
// the sources are when the program runs in its build folder.
Result<std::filesystem::path> find_shared(std::string_view name);

// Maps the compiled definitions into memory. They stay where they are: much else refers to them.
Result<std::unique_ptr<model::Definitions>> open_definitions(const SharedPaths& paths);

// Every file of the mappings folder that a Translator may want, in the order of their paths, and
// the partners' own concept maps. `config` is the path of the file the partners came from.
Result<std::vector<exchange::MappingFile>> read_mappings(const SharedPaths& paths,
                                                         const exchange::Partners& partners,
                                                         const std::filesystem::path& config);
// The cases beside them, those that a partner's concept_maps name, and the samples they are about.
Result<std::vector<exchange::MappingFile>> read_mapping_cases(const SharedPaths& paths,
                                                              const exchange::Partners& partners,
                                                              const std::filesystem::path& config);

}  // namespace fingerpost::command
