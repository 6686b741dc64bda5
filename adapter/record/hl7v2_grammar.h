// Message structures of HL7 v2, as mappings/hl7v2/structures.txt writes them.
//
//   message REF_I12: REF^I12 REF^I13            the structure's name, and the events that have it
//     MSH [{SFT}] {<PROVIDER_CONTACT: PRD [{CTD}]>} PID …
//   text NTE-3 RF1-24                           fields whose delimiters are text
//   text OBX-5 when 2 is ST TX FT               the same, where another field has one of the values
//
// [] optional, {} repeating, <NAME: …> a group. A line that starts with a blank goes on with the
// one above; '#' starts a comment.

#pragma once

#include "fingerpost/names.h"
#include "fingerpost/result.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::record {

// A segment's name as a number: three characters.
using SegmentCode = std::uint32_t;
constexpr SegmentCode segment_code(std::string_view name) {
  SegmentCode code = 0;
  for (const char c : name) code = code << 8 | static_cast<unsigned char>(c);
  return name.size() == 3 ? code : 0;
}

struct Hl7v2Group;

// A segment, or a group of segments, and how often it may stand at its place.
struct Hl7v2Item {
  NameId name = no_name;
  SegmentCode segment = 0;            // 0: a group
  std::unique_ptr<Hl7v2Group> group;  // null: a segment
  bool required = true;
  bool repeats = false;
};

struct Hl7v2Group {
  NameId name = no_name;
  std::vector<Hl7v2Item> items;
};

// A field that holds one text, whatever delimiters stand in it.
struct Hl7v2TextField {
  SegmentCode segment = 0;
  int field = 0;
  int decided_by = 0;  // 0: always; else the field whose value is one of `values`
  std::vector<std::string> values;
};

// What a message looks like. Read-only once made; any thread. The names must outlive it.
class Hl7v2Grammar {
 public:
  // Interns the names of segments, groups and parts. Kind::invalid with `where` "line N".
  static Result<Hl7v2Grammar> read(std::string_view text, Names& names);

  // The structure of an event, "REF" and "I12"; null when there is none. A type without events of
  // its own (ACK) has one structure for all.
  const Hl7v2Group* find(std::string_view type, std::string_view event) const;
  bool knows_type(std::string_view type) const;
  const Hl7v2TextField* text_field(SegmentCode segment, int field) const;

  const Names& names() const { return *names_; }
  // "f5", "c2", "s3"; no_name beyond what was interned.
  NameId field(std::size_t n) const { return n < fields_.size() ? fields_[n] : no_name; }
  NameId component(std::size_t n) const { return n < parts ? components_[n] : no_name; }
  NameId subcomponent(std::size_t n) const { return n < parts ? subcomponents_[n] : no_name; }

 private:
  struct Event {
    std::string type, event;  // event "": all
    std::size_t structure;
  };
  static constexpr std::size_t parts = 64;

  explicit Hl7v2Grammar(Names& names);
  Result<void> add_statement(std::string_view statement, Names& names);
  Result<void> add_message(std::string_view rest, Names& names);
  Result<void> add_text(std::string_view rest);

  const Names* names_;
  std::vector<std::unique_ptr<Hl7v2Group>> structures_;
  std::vector<Event> events_;
  std::vector<Hl7v2TextField> texts_;
  std::array<NameId, 256> fields_{};
  std::array<NameId, parts> components_{};
  std::array<NameId, parts> subcomponents_{};
};

}  // namespace fingerpost::record
