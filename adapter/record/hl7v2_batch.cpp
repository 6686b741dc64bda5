#include "record/hl7v2_batch.h"

#include "base/text.h"
#include "wire/byte_order_mark.h"

#include <string>
#include <utility>

namespace fingerpost::record {
namespace {

using wire::byte_order_mark;

// The segment at the front, with the line ends behind it, which the next one follows.
std::string_view take_segment(std::string_view& rest) {
  auto end = rest.find_first_of("\r\n");
  if (end == std::string_view::npos) end = rest.size();
  while (end < rest.size() && (rest[end] == '\r' || rest[end] == '\n')) ++end;
  const auto segment = rest.substr(0, end);
  rest.remove_prefix(end);
  return segment;
}

bool is(std::string_view segment, std::string_view name) {
  if (!segment.starts_with(name)) return false;
  return segment.size() == name.size() ||
         (!is_upper(segment[name.size()]) && !is_digit(segment[name.size()]));
}

// Field 1 of a trailer; its delimiter is the character after the name.
std::string_view count_of(std::string_view trailer) {
  if (trailer.size() < 4) return {};
  const auto rest = trailer.substr(4);
  return trim(rest.substr(0, rest.find_first_of(std::string_view(&trailer[3], 1))));
}

class Splitter {
 public:
  explicit Splitter(const Hl7v2BatchOptions& options) : options_(options) {}

  Result<Hl7v2Batch> split(std::string_view bytes);

 private:
  void envelope(std::string_view segment);
  void check(std::string_view trailer, std::size_t counted, const char* place, const char* text);
  void report(const char* code, const char* place, const char* text) {
    batch_.issues.push_back({Severity::warning, code, place, text});
  }
  void close_batch();

  const Hl7v2BatchOptions& options_;
  Hl7v2Batch batch_;
  std::size_t messages_ = 0;  // of the batch that is open
  std::size_t batches_ = 0;
  bool open_ = false;  // a BHS that has had no BTS
  bool ended_ = false;
};

void Splitter::check(std::string_view trailer, std::size_t counted, const char* place,
                     const char* text) {
  const auto said = count_of(trailer);
  if (said.empty()) return;
  const auto number = to_integer(said);
  if (!number || *number < 0 || static_cast<std::size_t>(*number) != counted)
    report("value", place, text);
}

void Splitter::close_batch() {
  if (open_) report("structure", "BTS", "a batch has no trailer");
  if (open_ || messages_ > 0) ++batches_;
  open_ = false;
  messages_ = 0;
}

void Splitter::envelope(std::string_view segment) {
  if (is(segment, "FHS")) {
    if (batches_ + messages_ > 0 || open_)
      report("structure", "FHS", "a file header stands inside the file");
  } else if (is(segment, "BHS")) {
    close_batch();
    open_ = true;
  } else if (is(segment, "BTS")) {
    check(segment, messages_, "BTS-1", "the batch holds another number of messages than it says");
    if (!open_) report("structure", "BTS", "a batch trailer without its header");
    open_ = false;
    ++batches_;
    messages_ = 0;
  } else {
    close_batch();
    check(segment, batches_, "FTS-1", "the file holds another number of batches than it says");
    ended_ = true;
  }
}

Result<Hl7v2Batch> Splitter::split(std::string_view bytes) {
  if (bytes.starts_with(byte_order_mark)) bytes.remove_prefix(byte_order_mark.size());
  bool inside = false;  // of a message
  while (!bytes.empty()) {
    const auto before = bytes;
    const auto segment = take_segment(bytes);
    if (is(segment, "MSH")) {
      if (batch_.messages.size() == options_.messages)
        return Error{Kind::invalid, "the file is over the limit messages", "MSH"};
      if (ended_) report("structure", "MSH", "a message stands behind the end of the file");
      batch_.messages.push_back(segment);
      ++messages_;
      inside = true;
    } else if (is(segment, "FHS") || is(segment, "BHS") || is(segment, "BTS") ||
               is(segment, "FTS")) {
      envelope(segment);
      inside = false;
    } else if (inside) {
      auto& message = batch_.messages.back();
      message = {message.data(), message.size() + segment.size()};
    } else if (!trim(segment).empty()) {
      report("structure", "FHS", "text that is no part of a message was left out");
    }
    if (bytes.size() == before.size()) break;
  }
  if (!ended_) close_batch();
  if (batch_.messages.empty()) return Error{Kind::invalid, "the file holds no message", "MSH"};
  return std::move(batch_);
}

}  // namespace

bool is_hl7v2_batch(std::string_view bytes) {
  if (bytes.starts_with(byte_order_mark)) bytes.remove_prefix(byte_order_mark.size());
  if (is(bytes, "FHS") || is(bytes, "BHS")) return true;
  for (bool one = false; !bytes.empty();) {
    const auto segment = take_segment(bytes);
    if (!is(segment, "MSH")) continue;
    if (one) return true;
    one = true;
  }
  return false;
}

Result<Hl7v2Batch> split_hl7v2_batch(std::string_view bytes, const Hl7v2BatchOptions& options) {
  return Splitter(options).split(bytes);
}

}  // namespace fingerpost::record
