#include "store/backup.h"
#include "store/sqlite_schema.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace fingerpost::store {
namespace {

Error cannot(const char* what, const std::string& path) {
  return {Kind::fault, std::string("the backup cannot be ") + what, path};
}

Result<void> flush(const std::string& path, int mode) {
  const int file = ::open(path.c_str(), mode | O_CLOEXEC);
  if (file < 0) return cannot("flushed to the disk", path);
  const bool done = ::fsync(file) == 0;
  ::close(file);
  if (!done) return cannot("flushed to the disk", path);
  return {};
}

Result<void> copy(const std::string& from, const std::string& to) {
  // A path that ends the text would be read as more of the statement.
  if (to.find('\'') != std::string::npos) return cannot("named with a quotation mark", to);
  LET(auto db, open_reader(from));
  LET_DONE(check_ours(db));
  // A reader's snapshot: whoever writes meanwhile is neither seen nor held up.
  LET_DONE(db.run(("VACUUM INTO '" + to + "'").c_str()));
  if (::chmod(to.c_str(), 0600) != 0) return cannot("made private", to);
  LET(auto copied, Db::open(to, Access::read));
  LET_DONE(check_whole(copied));
  return flush(to, O_RDONLY);
}

}  // namespace

Result<std::uint64_t> back_up(const std::string& directory, const std::string& to) {
  if (::mkdir(to.c_str(), 0700) != 0) {
    if (errno == EEXIST) return Error{Kind::conflict, "the folder is there already", to};
    return cannot("made", to);
  }
  const auto path = to + "/fingerpost.db";
  auto done = copy(directory + "/fingerpost.db", path);
  if (done) done = flush(to, O_RDONLY | O_DIRECTORY);
  struct stat about {};
  if (done && ::stat(path.c_str(), &about) == 0) return static_cast<std::uint64_t>(about.st_size);
  ::unlink(path.c_str());
  ::rmdir(to.c_str());
  if (!done) return std::move(done).error();
  return cannot("found again", path);
}

}  // namespace fingerpost::store
