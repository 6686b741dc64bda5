#include "remote/drop_folder.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace fingerpost::remote {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int operator*() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

Descriptor open_folder(const std::string& folder) {
  return Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

// A name that stays in its folder.
bool is_plain(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name.front() != '.';
}

Error failed(const char* what) {
  const int why = errno;
  const bool passes = why == ENOSPC || why == EDQUOT || why == EMFILE || why == ENFILE ||
                      why == EIO || why == ENOENT || why == EROFS;
  return {passes ? Kind::busy : Kind::fault, std::string(what) + ": " + std::strerror(why), ""};
}

bool write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ::write(to, bytes.data(), bytes.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

// What is there to be read, and no more than `most` and one byte.
Result<std::string> read_all(int from, std::size_t most) {
  std::string bytes;
  char piece[65536];
  while (bytes.size() <= most) {
    const auto size = ::read(from, piece, std::min(sizeof piece, most + 1 - bytes.size()));
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) return failed("it cannot be read");
    if (size == 0) break;
    bytes.append(piece, static_cast<std::size_t>(size));
  }
  return bytes;
}

FolderFile seen(std::string name, const struct stat& state) {
  return {std::move(name), static_cast<std::uint64_t>(state.st_size),
          std::int64_t{state.st_mtim.tv_sec} * 1'000'000'000 + state.st_mtim.tv_nsec,
          static_cast<std::uint64_t>(state.st_ino)};
}

// Whether the file of that name has these bytes.
bool holds(int folder, const std::string& name, std::string_view bytes) {
  const Descriptor file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) return false;
  const auto there = read_all(*file, bytes.size());
  return there && *there == bytes;
}

Result<void> write_aside(int folder, const std::string& name, std::string_view bytes,
                         unsigned mode) {
  constexpr int own = 0600;
  ::unlinkat(folder, name.c_str(), 0);  // what a stop left, perhaps a second link of what is there
  const Descriptor file(
      ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, own));
  if (!file) return failed("it cannot be written");
  // Nobody else opens it before it is whole, and then those whom the partner's account is of.
  if (!write_all(*file, bytes) || ::fchmod(*file, mode) != 0 || ::fsync(*file) != 0) {
    auto error = failed("it cannot be written");
    ::unlinkat(folder, name.c_str(), 0);
    return error;
  }
  return {};
}

// Renames without replacing; conflict when the new name is taken.
Result<void> rename_in(int folder, const std::string& from, int into, const std::string& to) {
  if (::renameat2(folder, from.c_str(), into, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  // A file system that cannot do that may know links, which do not replace either.
  if ((errno == EINVAL || errno == ENOSYS) &&
      ::linkat(folder, from.c_str(), into, to.c_str(), 0) == 0) {
    ::unlinkat(folder, from.c_str(), 0);
    return {};
  }
  if (errno == EEXIST) return Error{Kind::conflict, "a file of this name is there", ""};
  return failed("it cannot be renamed");
}

// Opened, and made first when it is not there.
Result<Descriptor> make_folder(const std::string& path) {
  constexpr int mode = 0750;
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) return failed("it cannot be put away");
  Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return failed("it cannot be put away");
  return folder;
}

Answer answer_of(const Error& error) {
  return {error.kind == Kind::conflict ? Outcome::refused : Outcome::later, error.text, 0, 0, ""};
}

}  // namespace

Answer drop_file(const std::string& folder, const std::string& name, std::string_view bytes,
                 unsigned mode) {
  if (!is_plain(name)) return {Outcome::refused, "no name of a file", 0, 0, ""};
  const auto at = open_folder(folder);
  if (!at) return answer_of(failed("the folder cannot be opened"));
  const auto aside = "." + name + ".part";
  if (const auto written = write_aside(*at, aside, bytes, mode); !written)
    return answer_of(written.error());
  const auto renamed = rename_in(*at, aside, *at, name);
  if (!renamed) {
    const auto error = renamed.error();
    ::unlinkat(*at, aside.c_str(), 0);
    if (error.kind != Kind::conflict || !holds(*at, name, bytes)) return answer_of(error);
  }
  // Not known to last: the next go finds it there, or puts it there.
  if (::fsync(*at) != 0) return {Outcome::unknown, "the folder cannot be synced", 0, 0, ""};
  return {Outcome::delivered, "in the folder", 0, 0, ""};
}

Result<FolderList> list_files(const std::string& folder, std::size_t most, std::size_t most_bytes) {
  struct Close {
    void operator()(DIR* open) const { ::closedir(open); }
  };
  const std::unique_ptr<DIR, Close> open(::opendir(folder.c_str()));
  if (!open) return failed("the folder cannot be opened");
  FolderList list;
  auto& files = list.files;
  while (const auto* entry = ::readdir(open.get())) {
    std::string name = entry->d_name;
    struct stat state {};
    if (!is_plain(name) ||
        ::fstatat(::dirfd(open.get()), name.c_str(), &state, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(state.st_mode))
      continue;
    auto file = seen(std::move(name), state);
    list.too_large |= file.size > most_bytes;
    if (file.size <= most_bytes) files.push_back(std::move(file));
  }
  const auto by_name = [](const FolderFile& x, const FolderFile& y) { return x.name < y.name; };
  std::sort(files.begin(), files.end(), by_name);
  if (files.size() > most) files.resize(most);
  return list;
}

Result<std::string> take_file(const std::string& folder, const FolderFile& file, std::size_t most) {
  if (file.size > most) return Error{Kind::too_costly, "a file is too large", ""};
  const auto at = open_folder(folder);
  if (!at) return failed("the folder cannot be opened");
  // A named pipe put in its place since would wait for ever.
  const Descriptor open(
      ::openat(*at, file.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!open) return failed("it cannot be opened");
  const Error changed{Kind::conflict, "a file is being changed", ""};
  const auto same = [&] {
    struct stat state {};
    return ::fstat(*open, &state) == 0 && S_ISREG(state.st_mode) && seen(file.name, state) == file;
  };
  if (!same()) return changed;
  LET(auto bytes, read_all(*open, most));
  if (!same() || bytes.size() != file.size) return changed;
  return bytes;
}

Result<void> move_file(const std::string& folder, const std::string& name,
                       const std::string& into) {
  const auto at = open_folder(folder);
  if (!at) return failed("the folder cannot be opened");
  LET(const auto to, make_folder(into));
  LET_DONE(rename_in(*at, name, *to, name));
  if (::fsync(*to) != 0 || ::fsync(*at) != 0) return failed("the folder cannot be synced");
  return {};
}

Result<void> put_away(const std::string& folder, const FolderFile& file, const std::string& into) {
  constexpr int most_names = 1'000;
  const auto at = open_folder(folder);
  if (!at) return failed("the folder cannot be opened");
  LET(const auto to, make_folder(into));
  auto name = file.name;
  auto renamed = rename_in(*at, file.name, *to, name);
  for (int more = 2; !renamed && renamed.error().kind == Kind::conflict && more < most_names;
       ++more) {
    name = file.name + "." + std::to_string(more);
    renamed = rename_in(*at, file.name, *to, name);
  }
  if (!renamed) return renamed.error();
  struct stat state {};
  if (::fstatat(*to, name.c_str(), &state, AT_SYMLINK_NOFOLLOW) != 0)
    return failed("it cannot be put away");
  if (!(seen(file.name, state) == file)) {
    LET_DONE(rename_in(*to, name, *at, file.name));
    return Error{Kind::conflict, "a file is being changed", ""};
  }
  if (::fsync(*to) != 0 || ::fsync(*at) != 0) return failed("the folder cannot be synced");
  return {};
}

}  // namespace fingerpost::remote
