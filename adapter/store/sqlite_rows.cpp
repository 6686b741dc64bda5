// The form: for each kind of row its count, then the rows; counts, keys and sizes seven bits a
// byte, low ones first; hashes and values eight bytes, low byte first.

#include "store/sqlite_rows.h"

#include <bit>
#include <cstdint>
#include <cstring>

namespace fingerpost::store {
namespace {

static_assert(std::endian::native == std::endian::little);

void put_count(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

template <class Value>
void put(std::string& out, Value value) {
  static_assert(sizeof value == 8);
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t count() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::string_view byte = take(1);
      if (byte.empty()) return 0;
      value |= std::uint64_t{static_cast<unsigned char>(byte[0]) & 0x7fu} << shift;
      if ((byte[0] & 0x80) == 0) return value;
    }
    good_ = false;
    return 0;
  }
  search::KeyId key() { return static_cast<search::KeyId>(count()); }

  template <class Value>
  Value value() {
    Value value{};
    const std::string_view bytes = take(sizeof value);
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }

  std::string_view take(std::uint64_t size) {
    if (size > bytes_.size()) {
      good_ = false;
      return {};
    }
    const auto taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }

  // Calls `read` for each row that the next count announces.
  template <class Read>
  void rows(const Read& read) {
    for (std::uint64_t left = count(); left > 0 && good_; --left) read();
  }

  bool good() const { return good_; }
  bool ended() const { return good_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace

std::string pack(const search::IndexValues& values) {
  std::string out;
  out.reserve(8 + values.hashes.size() * 10 + values.dates.size() * 18 +
              values.numbers.size() * 26 + values.texts.size() * 32);
  put_count(out, values.hashes.size());
  for (const auto& row : values.hashes) {
    put_count(out, std::uint64_t{row.key} << 1 | (row.inner ? 1 : 0));
    put(out, row.hash);
  }
  put_count(out, values.dates.size());
  for (const auto& row : values.dates) {
    put_count(out, row.key);
    put(out, row.low);
    put(out, row.high);
  }
  put_count(out, values.numbers.size());
  for (const auto& row : values.numbers) {
    put_count(out, row.key);
    put(out, row.unit);
    put(out, row.low);
    put(out, row.high);
  }
  put_count(out, values.texts.size());
  for (const auto& row : values.texts) {
    put_count(out, row.key);
    put_count(out, row.text.size());
    out += row.text;
    put(out, row.exact);
  }
  return out;
}

std::optional<search::IndexValues> unpack(std::string_view bytes) {
  Unpacker in(bytes);
  search::IndexValues values;
  in.rows([&] {
    const std::uint64_t key = in.count();
    values.hashes.push_back(
        {static_cast<search::KeyId>(key >> 1), (key & 1) != 0, in.value<std::uint64_t>()});
  });
  in.rows([&] {
    const auto key = in.key();
    const auto low = in.value<std::int64_t>();
    values.dates.push_back({key, low, in.value<std::int64_t>()});
  });
  in.rows([&] {
    const auto key = in.key();
    const auto unit = in.value<std::uint64_t>();
    const auto low = in.value<double>();
    values.numbers.push_back({key, unit, low, in.value<double>()});
  });
  in.rows([&] {
    const auto key = in.key();
    std::string text(in.take(in.count()));
    values.texts.push_back({key, std::move(text), in.value<std::uint64_t>()});
  });
  if (!in.ended()) return {};
  return values;
}

}  // namespace fingerpost::store
