// Which assertions have been used, in a file, so that none is taken again after a restart either.

#pragma once

#include "base/digest.h"
#include "fingerpost/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace fingerpost::access {

// One thread. The file is of one process. A line is "DIGEST EXPIRES SEEN\n": the SHA-256 of client
// and jti in hexadecimal, and two times in seconds since 1970: until when it counts, and when it
// was used. The first, of no digest, is there for its time alone. Each line is durable before it is
// answered, so a last one that did not come whole, without its end or with zeros in it, never was,
// and is let go.
class Used {
 public:
  // Kind::fault when the file cannot be read or written, or is not of this form: then it is left
  // as it is, and the text says which line, what that means, and what to do.
  static Result<std::unique_ptr<Used>> open(const std::filesystem::path& file, std::int64_t now_s);
  ~Used();
  Used(const Used&) = delete;
  Used& operator=(const Used&) = delete;

  // The latest time that was seen, here or before the restart: a clock that is set back makes
  // nothing valid again.
  std::int64_t now_s(std::int64_t clock_s);
  // Durable when it returns. Kind::conflict: it was used before. Kind::busy: more than `most` count
  // still.
  Result<void> use(std::string_view client, std::string_view jti, std::int64_t expires_s,
                   std::int64_t clock_s);
  std::size_t size() const { return until_.size(); }

  static constexpr std::size_t most = 200'000;

 private:
  explicit Used(std::filesystem::path file) : file_(std::move(file)) {}
  Result<void> read();
  Result<void> write_anew();
  void forget_past();

  std::filesystem::path file_;
  int descriptor_ = -1;
  std::unordered_map<std::string, std::int64_t> until_;  // by the digest in hexadecimal
  std::int64_t latest_s_ = 0;
  std::size_t lines_ = 0;       // of the file
  std::size_t look_again_ = 0;  // at how many of them, whether most are past
  bool torn_ = false;           // its last line may be a part of one
};

}  // namespace fingerpost::access
