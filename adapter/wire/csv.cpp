#include "wire/csv.h"

#include "base/text.h"
#include "wire/byte_order_mark.h"
#include "wire/windows_1252.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace fingerpost::wire {
namespace {

// Printable ASCII, eight bytes at a time: of such bytes none has its highest bit set when 0x20 is
// taken away or 1 is added.
bool is_plain(std::string_view bytes) {
  constexpr std::uint64_t each = 0x0101010101010101;
  while (bytes.size() >= sizeof each) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof word);
    if (((word - each * 0x20) | (word + each) | word) & (each * 0x80)) return false;
    bytes.remove_prefix(sizeof word);
  }
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= ' ' && c != '\x7F'; });
}

bool is_control(char c) {
  return (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == '\x7F';
}

}  // namespace

CsvReader::CsvReader(std::string_view bytes, const CsvOptions& options)
    : bytes_(bytes), options_(options) {
  if (bytes_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
}

void CsvReader::go_to(std::size_t offset, std::size_t number) {
  at_ = offset;
  number_ = number - 1;
}

CsvReader::Next CsvReader::next() {
  while (at_ < bytes_.size() && (bytes_[at_] == '\n' || bytes_.substr(at_, 2) == "\r\n")) {
    at_ += bytes_[at_] == '\n' ? 1 : 2;
    ++number_;
  }
  if (at_ >= bytes_.size()) return Next::end;
  ++number_;
  offset_ = at_;
  end_ = at_ + std::min(options_.row_bytes, bytes_.size() - at_);
  count_ = 0;
  const bool is_row = row();
  fields_.resize(count_);
  if (is_row) return Next::row;
  find_next_row();
  return Next::broken;
}

bool CsvReader::row() {
  for (bool more = true; more;) {
    if (count_ == options_.fields) return refuse("the row has too many fields");
    const bool in_quotes = at_ < end_ && bytes_[at_] == '"';
    if (!(in_quotes ? quoted() : plain()) || !after_field(more)) return false;
  }
  return true;
}

bool CsvReader::quoted() {
  const std::size_t begin = ++at_;
  bool doubled = false;
  while (true) {
    const auto quote = bytes_.substr(0, end_).find('"', at_);
    if (quote == std::string_view::npos) {
      at_ = end_;
      cut_ = end_ == bytes_.size();
      return refuse(cut_ ? "the file ends within quotes" : "the row is over its size limit");
    }
    at_ = quote + 1;
    if (at_ == end_ || bytes_[at_] != '"') {
      put({bytes_.substr(begin, quote - begin), doubled});
      return true;
    }
    doubled = true;
    ++at_;
  }
}

bool CsvReader::plain() {
  const std::size_t begin = at_;
  while (at_ < end_ && bytes_[at_] != options_.separator && bytes_[at_] != '\n' &&
         bytes_[at_] != '"')
    ++at_;
  if (at_ < end_ && bytes_[at_] == '"') return refuse("a quote stands inside an unquoted field");
  auto text = bytes_.substr(begin, at_ - begin);
  if (at_ < end_ && bytes_[at_] == '\n' && text.ends_with('\r')) text.remove_suffix(1);
  if (text.find('\r') != std::string_view::npos)
    return refuse("a carriage return without a line feed");
  put({text, false});
  return true;
}

bool CsvReader::after_field(bool& more) {
  more = at_ < end_ && bytes_[at_] == options_.separator;
  if (more) {
    ++at_;
    return true;
  }
  if (bytes_.substr(at_, 2) == "\r\n") ++at_;
  if (at_ < end_ && bytes_[at_] == '\n') {
    ++at_;
    return true;
  }
  if (at_ < end_) return refuse("text after a closing quote");
  if (end_ < bytes_.size()) return refuse("the row is over its size limit");
  cut_ = true;
  return true;
}

bool CsvReader::refuse(const char* why) {
  why_ = why;
  return false;
}

void CsvReader::find_next_row() {
  const std::size_t looked_at = at_;
  const auto line_end = bytes_.find('\n', wasted_ > bytes_.size() ? looked_at : offset_);
  const bool last = line_end == std::string_view::npos;
  cut_ = cut_ || last;
  at_ = last ? bytes_.size() : line_end + 1;
  if (looked_at > at_) wasted_ += looked_at - at_;
}

CsvText csv_text(const CsvField& field, Charset charset, std::string& room) {
  if (!field.doubled && is_plain(field.bytes)) return {field.bytes, false};
  const bool utf8 = charset == Charset::utf8 && is_utf8(field.bytes);
  CsvText made{{}, charset == Charset::utf8 && !utf8};
  room.clear();
  for (std::size_t i = 0; i < field.bytes.size(); ++i) {
    const char c = field.bytes[i];
    if (is_control(c)) {
      made.odd = true;
    } else if (c >= 0 || utf8) {
      room += c;
    } else {
      append_utf8(room, windows_1252_to_unicode(static_cast<unsigned char>(c)));
    }
    if (field.doubled && c == '"') ++i;
  }
  made.text = room;
  return made;
}

}  // namespace fingerpost::wire
