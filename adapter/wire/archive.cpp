#include "wire/archive.h"

#include "wire/gzip.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace fingerpost::wire {
namespace {

constexpr std::size_t block = 512;

Error broken(const char* text) {
  return {Kind::invalid, text, ""};
}

Result<std::string> inflate_all(std::string_view bytes, std::size_t most) {
  auto out = gunzip(bytes, most);
  if (out) return out;
  if (out.error().kind == Kind::too_costly)
    return broken("the archive unpacks to more than the limit package_bytes");
  return broken("the archive is not whole gzip");
}

// A number of the header: octal digits, ended by a blank or NUL.
std::optional<std::size_t> octal(std::string_view field) {
  std::size_t value = 0;
  for (const char c : field) {
    if (c == ' ' || c == '\0') break;
    if (c < '0' || c > '7') return std::nullopt;
    value = value * 8 + static_cast<std::size_t>(c - '0');
  }
  return value;
}

std::string_view text_of(std::string_view field) {
  return field.substr(0, std::min(field.find('\0'), field.size()));
}

// The header's checksum counts its own field as blanks.
bool checks(std::string_view header) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < block; ++i)
    sum += i >= 148 && i < 156 ? ' ' : static_cast<unsigned char>(header[i]);
  return octal(header.substr(148, 8)) == sum;
}

}  // namespace

Result<std::vector<ArchivedFile>> read_tgz(std::string_view bytes, const Limits& limits) {
  if (bytes.size() > limits.package_bytes)
    return broken("the archive is larger than the limit package_bytes");
  LET(const auto tar, inflate_all(bytes, limits.package_bytes));
  std::vector<ArchivedFile> files;
  std::string long_name;  // of the next file, from an extended header
  for (std::string_view left = tar; left.size() >= block;) {
    const auto header = left.substr(0, block);
    if (header.find_first_not_of('\0') == std::string_view::npos) break;
    if (!checks(header)) return broken("the archive is not a tar");
    const auto size = octal(header.substr(124, 12));
    const auto padded = (size.value_or(0) + block - 1) / block * block;
    if (!size || padded > left.size() - block) return broken("the archive is cut off");
    const auto content = left.substr(block, *size);
    const char kind = header[156];
    if (kind == '0' || kind == '\0') {
      std::string name(text_of(header.substr(345, 155)));
      if (!name.empty()) name += '/';
      name += text_of(header.substr(0, 100));
      if (!long_name.empty()) name = std::exchange(long_name, {});
      files.push_back({std::move(name), std::string(content)});
    } else if (kind == 'L') {
      long_name = text_of(content);
    } else if (kind == 'x') {
      const auto path = content.find(" path=");
      if (path != std::string_view::npos)
        long_name = content.substr(path + 6, content.find('\n', path) - path - 6);
    }
    left.remove_prefix(block + padded);
  }
  return files;
}

}  // namespace fingerpost::wire
