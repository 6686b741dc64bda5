#include "terminology/content.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace fingerpost::terminology {
namespace {

constexpr std::size_t table_count = 17;

// "FPTERM" and a version, then {offset, count} of each table in the order of Tables::each, then the
// tables, each aligned to 8 bytes, in the machine's byte order: it is made where it is mapped.
struct Header {
  std::array<char, 8> magic{'F', 'P', 'T', 'E', 'R', 'M', '0', '1'};
  struct Place {
    std::uint64_t offset = 0;
    std::uint64_t count = 0;
  };
  std::array<Place, table_count> tables{};
};

std::string_view first_part(std::string_view& rest) {
  const auto dot = rest.find('.');
  const auto part = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
  return part;
}

}  // namespace

std::span<const IndexRow> Content::found_in(std::span<const IndexRow> index,
                                            std::string_view url) const {
  const auto by_hash = [](const IndexRow& a, const IndexRow& b) { return a.hash < b.hash; };
  const IndexRow sought{hash64(url), 0, 0};
  const auto found = std::equal_range(index.begin(), index.end(), sought, by_hash);
  return {found.first, found.second};
}

std::vector<std::byte> bytes_of(const Content& content) {
  Header header;
  std::vector<std::byte> bytes(sizeof header);
  Tables<Viewed> tables = content;
  std::size_t at = 0;
  tables.each([&](auto table) {
    bytes.resize((bytes.size() + 7) / 8 * 8);
    header.tables[at++] = {bytes.size(), table.size()};
    const auto raw = std::as_bytes(table);
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  });
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

Result<std::shared_ptr<const Content>> view_content(std::span<const std::byte> bytes,
                                                    std::shared_ptr<const void> owner) {
  const Error bad{Kind::invalid, "these are no compiled code systems", ""};
  Header header;
  const auto magic = header.magic;
  if (bytes.size() < sizeof header) return bad;
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != magic) return bad;
  auto content = std::make_shared<Content>();
  bool fits = true;
  std::size_t at = 0;
  content->each([&]<class Row>(std::span<const Row>& table) {
    const auto place = header.tables[at++];
    fits = fits && place.offset <= bytes.size() &&
           place.count <= (bytes.size() - place.offset) / sizeof(Row);
    if (fits)
      table = {reinterpret_cast<const Row*>(bytes.data() + place.offset),
               static_cast<std::size_t>(place.count)};
  });
  if (!fits) return bad;
  content->owner = std::move(owner);
  return std::shared_ptr<const Content>(std::move(content));
}

Canonical canonical(std::string_view text) {
  const auto bar = text.find('|');
  if (bar == std::string_view::npos) return {text, {}};
  return {text.substr(0, bar), text.substr(bar + 1)};
}

bool later(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const auto part_a = first_part(a);
    const auto part_b = first_part(b);
    if (part_a == part_b) continue;
    const auto number_a = to_integer(part_a);
    const auto number_b = to_integer(part_b);
    if (number_a && number_b && *number_a != *number_b) return *number_a > *number_b;
    return part_a > part_b;
  }
  return false;
}

}  // namespace fingerpost::terminology
