// The store on SQLite: a folder with the database and a lock, one writer, as many readers as
// threads.

#include "store/check.h"
#include "store/sqlite_reader.h"
#include "store/sqlite_schema.h"
#include "store/sqlite_writer.h"
#include "store/store.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fingerpost::store {
namespace {

// Holds the folder for this process. The system lets go of it however the process ends.
class FolderLock {
 public:
  static Result<FolderLock> take(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return Error{Kind::fault, "the store's lock file cannot be opened", path};
    FolderLock lock(file);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0)
      return Error{Kind::conflict, "another process has this store open", path};
    return lock;
  }
  FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (file_ >= 0) ::close(file_);
  }

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

class SqliteStore final : public Store {
 public:
  SqliteStore(FolderLock lock, std::string path, const Limits& limits)
      : lock_(std::move(lock)), path_(std::move(path)), limits_(limits) {}

  Result<void> open(const SqliteOptions& options, Clock& clock, Random& random,
                    std::vector<std::string>& mended, StoreMeasures* measures) {
    LET(auto db, open_writer(path_, random, mended));
    LET(hash_key_, read_hash_key(db));
    LET(keys_, Keys::load(db));
    LET(writer_, Writer::start(std::move(db), *keys_, hash_key_, clock, options));
    writer_->measure(measures);
    return {};
  }

  void commit(Unit unit, Completion completion) override {
    writer_->submit(std::move(unit), std::move(completion));
  }
  Result<std::unique_ptr<Reader>> reader() override {
    return make_sqlite_reader(path_, *keys_, hash_key_, limits_);
  }
  const search::HashKey& hash_key() const override { return hash_key_; }
  Health health() const override { return writer_->health(); }

 private:
  FolderLock lock_;  // the last to go
  std::string path_;
  const Limits limits_;
  search::HashKey hash_key_;
  std::unique_ptr<Keys> keys_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace

Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options, Clock& clock,
                                           Random& random) {
  std::vector<std::string> mended;
  return open_sqlite(options, clock, random, mended);
}

Result<std::unique_ptr<Store>> open_sqlite(const SqliteOptions& options, Clock& clock,
                                           Random& random, std::vector<std::string>& mended,
                                           StoreMeasures* measures) {
  if (::mkdir(options.directory.c_str(), 0700) != 0 && errno != EEXIST)
    return Error{Kind::fault, "the store's folder cannot be made", options.directory};
  LET(auto lock, FolderLock::take(options.directory + "/fingerpost.lock"));
  auto store = std::make_unique<SqliteStore>(std::move(lock), options.directory + "/fingerpost.db",
                                             options.limits);
  LET_DONE(store->open(options, clock, random, mended, measures));
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace fingerpost::store
