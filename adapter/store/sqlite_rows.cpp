// The form: for each kind of row its count, then the rows, and a composite's parts in the same
// way, and then, where there are any, the contained resources: type, id, their rows and the keys
// that they have a value for; inner texts have no hash; counts, keys and sizes seven bits a
// byte, low ones first; hashes and values eight bytes, low byte first.

#include "store/sqlite_rows.h"

#include <algorithm>
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

  // What `read` gives for each row that the next count announces.
  template <class Row, class Read>
  void rows(std::vector<Row>& into, const Read& read) {
    const std::uint64_t announced = count();
    into.reserve(std::min<std::uint64_t>(announced, bytes_.size()));
    for (std::uint64_t left = announced; left > 0 && good_; --left) into.push_back(read());
  }

  bool good() const { return good_; }
  bool ended() const { return good_ && bytes_.empty(); }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

void put_rows(std::string& out, const search::ValueRows& values) {
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
    put_count(out, std::uint64_t{row.key} << 1 | (row.inner ? 1 : 0));
    put_count(out, row.text.size());
    out += row.text;
    if (!row.inner) put(out, row.exact);
  }
}

void take_rows(Unpacker& in, search::ValueRows& values) {
  in.rows(values.hashes, [&] {
    const std::uint64_t key = in.count();
    return search::HashRow{static_cast<search::KeyId>(key >> 1), (key & 1) != 0,
                           in.value<std::uint64_t>()};
  });
  in.rows(values.dates, [&] {
    const auto key = in.key();
    const auto low = in.value<std::int64_t>();
    return search::DateRow{key, low, in.value<std::int64_t>()};
  });
  in.rows(values.numbers, [&] {
    const auto key = in.key();
    const auto unit = in.value<std::uint64_t>();
    const auto low = in.value<double>();
    return search::NumberRow{key, unit, low, in.value<double>()};
  });
  in.rows(values.texts, [&] {
    const std::uint64_t key = in.count();
    const bool inner = (key & 1) != 0;
    std::string text(in.take(in.count()));
    return search::TextRow{static_cast<search::KeyId>(key >> 1), inner, std::move(text),
                           inner ? 0 : in.value<std::uint64_t>()};
  });
}

void put_all(std::string& out, const search::IndexValues& values) {
  put_rows(out, values);
  put_count(out, values.composites.size());
  for (const auto& row : values.composites) {
    put_count(out, row.key);
    put_rows(out, row.parts);
  }
}

void take_all(Unpacker& in, search::IndexValues& values) {
  take_rows(in, values);
  in.rows(values.composites, [&] {
    search::CompositeRow row;
    row.key = in.key();
    take_rows(in, row.parts);
    return row;
  });
}

void put_text(std::string& out, std::string_view text) {
  put_count(out, text.size());
  out += text;
}

void put_contained(std::string& out, const std::vector<search::ContainedRows>& contained) {
  put_count(out, contained.size());
  for (const auto& one : contained) {
    put_text(out, one.type);
    put_text(out, one.id);
    put_all(out, one.values);
    put_count(out, one.values.present.size());
    for (const auto key : one.values.present) put_count(out, key);
  }
}

}  // namespace

std::string pack(const search::IndexValues& values) {
  std::string out;
  out.reserve(8 + values.hashes.size() * 10 + values.dates.size() * 18 +
              values.numbers.size() * 26 + values.texts.size() * 32);
  put_all(out, values);
  if (!values.contained.empty()) put_contained(out, values.contained);
  return out;
}

std::optional<search::IndexValues> unpack(std::string_view bytes) {
  Unpacker in(bytes);
  search::IndexValues values;
  take_all(in, values);
  if (!in.ended() && in.good())
    in.rows(values.contained, [&] {
      search::ContainedRows one;
      one.type = in.take(in.count());
      one.id = in.take(in.count());
      take_all(in, one.values);
      in.rows(one.values.present, [&] { return in.key(); });
      return one;
    });
  if (!in.ended()) return {};
  return values;
}

}  // namespace fingerpost::store
