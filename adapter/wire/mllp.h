// MLLP: messages framed as 0B, payload, 1C, 0D (HL7 v2 Transport Specification: MLLP release 1).

#pragma once

#include "fingerpost/limits.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace fingerpost::wire {

// One thing a byte stream held.
struct MllpEvent {
  enum class Kind {
    frame,  // a payload, received whole
    fault   // bytes that are no frame; the stream goes on, unless MllpReader::broken
  };
  Kind kind = Kind::frame;
  std::string bytes;      // the payload; of a fault, what was received
  std::string_view text;  // of a fault: what is wrong, for a person
  bool lenient = false;   // the frame ended with 1C alone
};

// Finds frames in bytes that come in any pieces. Bytes between frames are skipped and counted.
class MllpReader {
 public:
  explicit MllpReader(const Limits& limits) : limit_(limits.v2_frame_bytes) {}

  void feed(std::string_view bytes);
  // The next event, in the order of the bytes; nothing when more must be fed.
  std::optional<MllpEvent> next();
  // The peer is silent, or has closed: a frame that only lacks its 0D is taken as whole, and what
  // else is left of one is a fault.
  std::optional<MllpEvent> finish();

  // Waiting for the 0D after 1C: worth a short timeout, then finish().
  bool ending() const { return state_ == State::ending && at_ == input_.size(); }
  // Inside a frame.
  bool inside() const { return state_ != State::outside; }
  // A frame was over Limits::v2_frame_bytes: close the connection. Nothing more comes of it.
  bool broken() const { return broken_; }
  std::size_t skipped() const { return skipped_; }

 private:
  enum class State { outside, inside, ending };
  MllpEvent frame(bool lenient);
  MllpEvent fault(std::string_view text);
  std::optional<MllpEvent> outside();
  std::optional<MllpEvent> inside_frame();
  std::optional<MllpEvent> ending_frame();

  std::size_t limit_;
  State state_ = State::outside;
  bool broken_ = false;
  bool spoiled_ = false;  // a fault was told of the frame whose rest is being skipped
  std::string input_;
  std::size_t at_ = 0;   // in input_: what is before it was read
  std::string payload_;  // of the frame being read; outside of one, the end of what was skipped
  std::size_t skipped_ = 0;
};

// Appends one frame.
void write_mllp(std::string_view payload, std::string& out);

}  // namespace fingerpost::wire
