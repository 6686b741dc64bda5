// Files put into a folder, and taken from one, as partners exchange them over SFTP and shares.

#pragma once

#include "fingerpost/result.h"
#include "remote/answer.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::remote {

// Puts a file there, whole or not at all: written and synced under a name that begins with a dot,
// renamed, and the folder synced. Its mode is `mode`, whatever the process's umask takes away.
// delivered: it is there, perhaps from an earlier go. refused: a file of that name with other
// content is. later: no room, no folder.
Answer drop_file(const std::string& folder, const std::string& name, std::string_view bytes,
                 unsigned mode = 0640);

// A file as it was seen. Its name is its sender's, and may say anything: no error repeats it.
struct FolderFile {
  std::string name;
  std::uint64_t size = 0;
  std::int64_t changed_ns = 0;
  std::uint64_t inode = 0;

  bool operator==(const FolderFile&) const = default;
};

struct FolderList {
  std::vector<FolderFile> files;
  bool too_large = false;  // one was, or more, and is not among them
};

// The regular files of a folder, by name, `most` of them: no folders, no symbolic links, nothing
// that begins with a dot, nothing of more than `most_bytes`.
Result<FolderList> list_files(const std::string& folder, std::size_t most, std::size_t most_bytes);

// The whole of a file that still is as it was seen. Kind::conflict: it is not, or was changed
// meanwhile. Kind::too_costly: it has more than `most` bytes.
Result<std::string> take_file(const std::string& folder, const FolderFile& file, std::size_t most);

// Moves what has the file's name now into the folder `into`, a path, which is made when it is not
// there. Kind::conflict: a file of that name is there.
Result<void> move_file(const std::string& folder, const std::string& name, const std::string& into);

// Moves a file that still is as it was seen into the folder `into`, a path, under its name or,
// where one of that is there, another; synced. Kind::conflict: it is not as it was seen, and stays.
Result<void> put_away(const std::string& folder, const FolderFile& file, const std::string& into);

}  // namespace fingerpost::remote
