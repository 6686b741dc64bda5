#include "access/used.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace fingerpost::access {
namespace {

constexpr std::size_t digest_letters = 64;
constexpr std::size_t lines_before_writing_anew = 1000;

Error failed(std::string_view what, const std::filesystem::path& file) {
  return {Kind::fault, std::string(what) + ": " + std::generic_category().message(errno),
          file.string()};
}

struct Line {
  std::string digest;
  std::int64_t expires_s = 0;
  std::int64_t seen_s = 0;
};

std::string text_of(const Line& line) {
  return line.digest + ' ' + std::to_string(line.expires_s) + ' ' + std::to_string(line.seen_s) +
         '\n';
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

std::optional<Line> read_line(std::string_view text) {
  if (text.size() < digest_letters + 4 || text[digest_letters] != ' ') return {};
  const auto digest = text.substr(0, digest_letters);
  if (!std::all_of(digest.begin(), digest.end(), is_hex)) return {};
  const auto times = text.substr(digest_letters + 1);
  const auto blank = times.find(' ');
  if (blank == std::string_view::npos) return {};
  const auto expires = to_integer(times.substr(0, blank));
  const auto seen = to_integer(times.substr(blank + 1));
  if (!expires || !seen) return {};
  return Line{std::string(digest), *expires, *seen};
}

// A power cut leaves zeros where bytes of the last write did not reach the disk.
bool is_torn(std::string_view line, std::string_view behind) {
  return behind.find('\n') == std::string_view::npos && line.find('\0') != std::string_view::npos;
}

Error damaged(const std::filesystem::path& file, std::size_t line) {
  return {Kind::fault,
          "line " + std::to_string(line) +
              " is damaged. The file says which assertions were used: without it those of the "
              "last five minutes could be used again. Wait five minutes from when the gateway "
              "last ran, delete the file, and start again",
          file.string()};
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<std::string> read_all(int descriptor, const std::filesystem::path& file) {
  std::string text;
  std::array<char, 64 << 10> piece;
  for (;;) {
    const auto got = ::read(descriptor, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("cannot be read", file);
    if (got == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

bool sync_folder(const std::filesystem::path& file) {
  const auto folder = file.parent_path();
  const int descriptor =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool good = ::fsync(descriptor) == 0;
  ::close(descriptor);
  return good;
}

}  // namespace

Result<std::unique_ptr<Used>> Used::open(const std::filesystem::path& file, std::int64_t now_s) {
  std::unique_ptr<Used> used(new Used(file));
  LET_DONE(used->read());
  used->now_s(now_s);
  LET_DONE(used->write_anew());
  return used;
}

Used::~Used() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<void> Used::read() {
  const int descriptor = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 && errno == ENOENT) return {};
  if (descriptor < 0) return failed("cannot be opened", file_);
  const auto text = read_all(descriptor, file_);
  ::close(descriptor);
  if (!text) return text.error();
  std::string_view left = *text;
  std::size_t number = 0;
  for (auto end = left.find('\n'); end != std::string_view::npos; end = left.find('\n')) {
    const auto one = left.substr(0, end);
    left.remove_prefix(end + 1);
    const auto line = read_line(one);
    ++number;
    if (!line && is_torn(one, left)) break;
    if (!line) return damaged(file_, number);
    until_[line->digest] = line->expires_s;
    latest_s_ = std::max(latest_s_, line->seen_s);
  }
  return {};
}

// What counts still, in a file that takes the other's place whole.
Result<void> Used::write_anew() {
  forget_past();
  const auto other = file_.string() + ".new";
  const int made =
      ::open(other.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (made < 0) return failed("cannot be written", other);
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = made;
  auto text = text_of({std::string(digest_letters, '0'), 0, latest_s_});
  for (const auto& [digest, until] : until_) text += text_of({digest, until, latest_s_});
  if (!write_all(made, text) || ::fsync(made) != 0 || ::rename(other.c_str(), file_.c_str()) != 0 ||
      !sync_folder(file_))
    return failed("cannot be written", file_);
  lines_ = until_.size();
  look_again_ = std::max(lines_before_writing_anew, 2 * lines_);
  torn_ = false;
  return {};
}

void Used::forget_past() {
  std::erase_if(until_, [&](const auto& one) { return one.second <= latest_s_; });
}

std::int64_t Used::now_s(std::int64_t clock_s) {
  latest_s_ = std::max(latest_s_, clock_s);
  return latest_s_;
}

Result<void> Used::use(std::string_view client, std::string_view jti, std::int64_t expires_s,
                       std::int64_t clock_s) {
  now_s(clock_s);
  if (lines_ >= look_again_ || until_.size() >= most) {
    forget_past();
    look_again_ = std::max(lines_before_writing_anew, 2 * lines_);
  }
  if (torn_ || (lines_ >= lines_before_writing_anew && lines_ >= 2 * until_.size())) {
    LET_DONE(write_anew());
  }
  if (until_.size() >= most)
    return Error{Kind::busy, "more assertions were used than can be remembered", ""};
  std::string key(client);
  key += '\0';
  key += jti;
  Line line{hex(sha256(key)), expires_s, latest_s_};
  if (until_.count(line.digest) != 0) return Error{Kind::conflict, "was used before", "jti"};
  // It stays used when the write fails: what is on the disk then is not known.
  until_[line.digest] = expires_s;
  ++lines_;
  torn_ = !write_all(descriptor_, text_of(line)) || ::fdatasync(descriptor_) != 0;
  if (torn_) return failed("cannot be written", file_);
  return {};
}

}  // namespace fingerpost::access
