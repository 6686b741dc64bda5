#include "command/files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace fs = std::filesystem;

namespace fingerpost::command {
namespace {

Error cannot(std::string_view what, const fs::path& path, int error) {
  const auto kind = error == ENOENT ? Kind::not_found : Kind::invalid;
  return {kind, std::string(what) + ": " + std::generic_category().message(error), path.string()};
}

struct Descriptor {
  explicit Descriptor(int descriptor) : number(descriptor) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number >= 0) close(number);
  }
  int number;
};

Result<std::string> read_descriptor(int descriptor, const fs::path& path) {
  std::string bytes;
  struct stat status {};
  if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
    bytes.reserve(static_cast<std::size_t>(status.st_size));
  std::array<char, 64 << 10> piece;
  for (;;) {
    const auto got = read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot("cannot be read", path, errno);
    if (got == 0) return bytes;
    bytes.append(piece.data(), static_cast<std::size_t>(got));
  }
}

// A file as memory, for as long as the object lives.
struct Mapped {
  Mapped(const void* start, std::size_t bytes) : at(start), size(bytes) {}
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() { munmap(const_cast<void*>(at), size); }
  const void* at;
  std::size_t size;
};

Result<std::shared_ptr<const Mapped>> map_file(const fs::path& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number < 0) return cannot("cannot be opened", path, errno);
  struct stat status {};
  if (fstat(file.number, &status) != 0) return cannot("cannot be opened", path, errno);
  const auto size = static_cast<std::size_t>(status.st_size);
  const void* at = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number, 0);
  if (at == MAP_FAILED) return cannot("cannot be mapped into memory", path, errno);
  return std::make_shared<const Mapped>(at, size);
}

bool is_mapping(const fs::path& path) {
  const auto name = path.filename().string();
  if (name.ends_with(".test.json") || path.parent_path().filename() == "samples") return false;
  return name.ends_with(".map") || name.ends_with(".json") || name.ends_with(".txt");
}

bool is_case(const fs::path& path) {
  return path.filename().string().ends_with(".test.json") ||
         path.parent_path().filename() == "samples";
}

// The files of the mappings folder that `wanted` says, in the order of their paths.
Result<std::vector<exchange::MappingFile>> read_folder(const SharedPaths& paths,
                                                       bool (*wanted)(const fs::path& path)) {
  auto folder = paths.mappings;
  if (folder.empty()) {
    LET(folder, find_shared("mappings"));
  }
  std::vector<exchange::MappingFile> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; at != end && !error;
       at.increment(error)) {
    const auto& path = at->path();
    if (!at->is_regular_file() || !wanted(path)) continue;
    LET(auto text, read_file(path));
    files.push_back({path.lexically_relative(folder).generic_string(), std::move(text)});
  }
  if (error) return cannot("cannot be read", folder, error.value());
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return files;
}

}  // namespace

Result<std::string> read_file(const fs::path& path) {
  if (path == "-") return read_descriptor(STDIN_FILENO, "standard input");
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number < 0) return cannot("cannot be opened", path, errno);
  return read_descriptor(file.number, path);
}

Result<std::vector<MappedFile>> map_folder(const fs::path& folder) {
  std::vector<MappedFile> files;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; at != end && !error;
       at.increment(error)) {
    if (!at->is_regular_file()) continue;
    const auto name = at->path().lexically_relative(folder).generic_string();
    if (fs::file_size(at->path(), error) == 0) {  // which nothing can map
      files.push_back({name, {}, nullptr});
      continue;
    }
    LET(auto mapped, map_file(at->path()));
    files.push_back({name, {static_cast<const char*>(mapped->at), mapped->size}, mapped});
  }
  if (error) return cannot("cannot be read", folder, error.value());
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

Result<void> write_file(const fs::path& path, std::string_view bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) return Error{Kind::invalid, "cannot be written", path.string()};
  return {};
}

Result<fs::path> find_shared(std::string_view name) {
  std::error_code error;
  const auto folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const auto* near : {".", "../share/fingerpost", "../.."}) {
    const auto path = (folder / near / name).lexically_normal();
    if (fs::exists(path, error)) return path;
  }
  return Error{Kind::not_found,
               "is not beside the program, nor two folders up, nor in ../share/fingerpost; "
               "--definitions-file and --mappings say where they are",
               std::string(name)};
}

Result<std::unique_ptr<model::Definitions>> open_definitions(const SharedPaths& paths) {
  auto path = paths.definitions;
  if (path.empty()) {
    LET(path, find_shared("fingerpost.definitions"));
  }
  LET(const auto mapped, map_file(path));
  auto made =
      model::Definitions::view({static_cast<const std::byte*>(mapped->at), mapped->size}, mapped);
  if (!made) return Error{made.error().kind, made.error().text, path.string()};
  return std::make_unique<model::Definitions>(*std::move(made));
}

Result<std::vector<exchange::MappingFile>> read_mappings(const SharedPaths& paths,
                                                         const exchange::Partners& partners,
                                                         const fs::path& config) {
  LET(auto files, read_folder(paths, is_mapping));
  for (const auto& partner : partners.list)
    for (const auto& name : partner.concept_maps) {
      const auto path = config.parent_path() / name;
      if (is_case(path)) continue;
      LET(auto text, read_file(path));
      files.push_back({"partners/" + partner.id + "/" + path.filename().string(), std::move(text)});
    }
  return files;
}

Result<std::vector<exchange::MappingFile>> read_mapping_cases(const SharedPaths& paths,
                                                              const exchange::Partners& partners,
                                                              const fs::path& config) {
  LET(auto files, read_folder(paths, is_case));
  for (const auto& partner : partners.list)
    for (const auto& name : partner.concept_maps) {
      const auto path = config.parent_path() / name;
      if (!is_case(path)) continue;
      LET(auto text, read_file(path));
      files.push_back({"partners/" + partner.id + "/" + path.filename().string(), std::move(text)});
    }
  return files;
}

}  // namespace fingerpost::command
