#include "command/private_data.h"

#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace fingerpost::command {
namespace {

constexpr const char* kept[] = {"fingerpost.db",   "fingerpost.db-wal", "fingerpost.db-shm",
                                "fingerpost.lock", "tokens.used",       "tokens.used.new",
                                "gateway.door",    "extracts"};

std::string octal(unsigned mode) {
  std::string text;
  for (int digits = 4; digits > 0; --digits, mode /= 8)
    text.insert(text.begin(), static_cast<char>('0' + mode % 8));
  return text;
}

// Whether others use a folder, too: it is sticky, or has another user's file, which nobody put
// there who was not let.
bool is_shared(const std::filesystem::path& folder) {
  struct stat about {};
  if (::stat(folder.c_str(), &about) != 0) return false;
  if ((about.st_mode & S_ISVTX) != 0) return true;
  if ((about.st_mode & S_IWOTH) != 0) return false;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(folder, unreadable))
    if (entry.path().filename() != "lost+found" && ::lstat(entry.path().c_str(), &about) == 0 &&
        about.st_uid != ::geteuid())
      return true;
  return false;
}

// Of a link: what it leads to, where `follow` says so; else nothing.
void look_at(const std::filesystem::path& path, bool follow, std::vector<MadePrivate>& found) {
  constexpr unsigned all = 07777, others = 0077;
  struct stat about {};
  const int known = follow ? ::stat(path.c_str(), &about) : ::lstat(path.c_str(), &about);
  if (known != 0 || S_ISLNK(about.st_mode) || (about.st_mode & others) == 0) return;
  const mode_t own = S_ISDIR(about.st_mode) ? 0700U : 0600U;
  const bool done = !(follow && is_shared(path)) && ::chmod(path.c_str(), own) == 0;
  found.push_back({path.string(), octal(about.st_mode & all), done});
}

}  // namespace

std::vector<MadePrivate> make_private(const std::filesystem::path& data) {
  std::vector<MadePrivate> found;
  look_at(data, true, found);
  for (const auto* name : kept) look_at(data / name, false, found);
  return found;
}

}  // namespace fingerpost::command
