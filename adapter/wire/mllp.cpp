#include "wire/mllp.h"

#include <algorithm>
#include <utility>

namespace fingerpost::wire {

namespace {

constexpr char frame_start = '\x0b';
constexpr char frame_end = '\x1c';
constexpr char carriage_return = '\x0d';
constexpr std::string_view frame_marks = "\x0b\x1c";

}  // namespace

void MllpReader::feed(std::string_view bytes) {
  if (broken_) return;
  if (at_ == input_.size()) {
    input_.clear();
    at_ = 0;
  }
  input_.append(bytes);
}

std::optional<MllpEvent> MllpReader::next() {
  while (!broken_ && at_ < input_.size()) {
    auto event = state_ == State::outside  ? outside()
                 : state_ == State::inside ? inside_frame()
                                           : ending_frame();
    if (event) return event;
  }
  return std::nullopt;
}

// Junk is kept up to the limit so that a message which lacks its 0B can be shown.
std::optional<MllpEvent> MllpReader::outside() {
  const auto mark = std::min(input_.find_first_of(frame_marks, at_), input_.size());
  skipped_ += mark - at_;
  const auto room = std::min(mark - at_, limit_ - std::min(limit_, payload_.size()));
  payload_.append(input_, at_, room);
  at_ = mark;
  if (mark == input_.size()) return std::nullopt;
  ++at_;
  if (input_[mark] == frame_end) {
    ++skipped_;
    if (spoiled_ || payload_.find_first_not_of("\r\n") == std::string::npos) return std::nullopt;
    return fault("a frame ended that had not begun");
  }
  payload_.clear();
  state_ = State::inside;
  spoiled_ = false;
  return std::nullopt;
}

std::optional<MllpEvent> MllpReader::inside_frame() {
  const auto mark = std::min(input_.find_first_of(frame_marks, at_), input_.size());
  if (payload_.size() + (mark - at_) > limit_) {
    payload_.append(input_, at_, limit_ - payload_.size());
    broken_ = true;
    return fault("the frame is over the limit v2_frame_bytes");
  }
  payload_.append(input_, at_, mark - at_);
  at_ = mark;
  if (mark == input_.size()) return std::nullopt;
  ++at_;
  if (input_[mark] == frame_end) {
    state_ = State::ending;
    return std::nullopt;
  }
  auto event = fault("a frame began before the one before it had ended");
  state_ = State::inside;
  return event;
}

std::optional<MllpEvent> MllpReader::ending_frame() {
  if (input_[at_] == carriage_return) {
    ++at_;
    return frame(false);
  }
  if (input_[at_] == frame_start) return frame(true);
  spoiled_ = true;
  return fault("the byte 1C stands inside the frame");
}

std::optional<MllpEvent> MllpReader::finish() {
  if (auto event = next()) return event;
  if (broken_) return std::nullopt;
  if (state_ == State::ending) return frame(true);
  if (state_ == State::inside) return fault("the connection ended inside a frame");
  payload_.clear();
  return std::nullopt;
}

MllpEvent MllpReader::frame(bool lenient) {
  if (payload_.empty()) return fault("the frame is empty");
  state_ = State::outside;
  return {MllpEvent::Kind::frame, std::exchange(payload_, {}), {}, lenient};
}

MllpEvent MllpReader::fault(std::string_view text) {
  state_ = State::outside;
  return {MllpEvent::Kind::fault, std::exchange(payload_, {}), text, false};
}

void write_mllp(std::string_view payload, std::string& out) {
  out.reserve(out.size() + payload.size() + 3);
  out += frame_start;
  out += payload;
  out += frame_end;
  out += carriage_return;
}

}  // namespace fingerpost::wire
