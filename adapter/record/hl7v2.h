// HL7 v2 messages as trees, and trees as messages.
//
// The root is the message, named by its structure (REF_I12). Its children are segments (PID) and
// groups (PROVIDER_CONTACT). A segment's fields are f1, f2 …, and repetitions are siblings. A
// field's own value is its first component's first subcomponent; the further components are its
// children c2, c3 …, and the further subcomponents of the first are its children s2, s3 …. So it
// does not matter whether a version calls a field a simple value or a composite. The explicit null
// "" is a node of Shape::null; an empty part is no node. MSH-1 and MSH-2 are the characters
// themselves. mappings/hl7v2/README.md has a worked example.

#pragma once

#include "fingerpost/issue.h"
#include "fingerpost/limits.h"
#include "fingerpost/result.h"
#include "fingerpost/tree.h"
#include "record/hl7v2_grammar.h"
#include "record/hl7v2_header.h"
#include "wire/hl7v2_text.h"

#include <string>
#include <string_view>

namespace fingerpost::record {

struct Hl7v2Options {
  wire::Charset charset = wire::Charset::windows_1252;  // of text that is not what it declares
  Limits limits;
};

struct Hl7v2Message {
  Hl7v2Header header;
  wire::Charset charset = wire::Charset::ascii;  // what the bytes were
  Tree tree;
  Issues issues;  // everything the reading had to forgive; `expression` is the place
};

// One message. Tolerant: a segment the structure does not have, or not here, stays in the tree and
// is an issue. Kind::invalid: no header, no type, no control id, bytes that are not text, a limit.
// Kind::unsupported, with the place: the version, the processing id, the charset, the type
// (MSH-9.1) or the event (MSH-9.2).
Result<Hl7v2Message> read_hl7v2(const Hl7v2Grammar& grammar, std::string bytes,
                                const Hl7v2Options& options = {});

// The place of one node of a message's tree, "PID-3[2].4.2"; of many: hl7v2_places.h.
std::string hl7v2_place(const Tree& tree, NodeId node);

struct Hl7v2WriteOptions {
  wire::Delimiters by;
  wire::Charset charset = wire::Charset::utf8;
};

struct WrittenHl7v2 {
  std::string bytes;
  std::size_t lost = 0;  // characters the charset does not have, written as '?'
};

// A tree of the same shape as bytes. Segments go into the order of the structure, fields and
// components by their numbers. MSH-1, MSH-2 and MSH-18 are written here, whatever the tree says.
// Kind::invalid: no MSH, or a name that is neither a segment, a group nor a part.
// Kind::unsupported: no structure for MSH-9.
Result<WrittenHl7v2> write_hl7v2(const Hl7v2Grammar& grammar, const Tree& tree,
                                 const Hl7v2WriteOptions& options);

}  // namespace fingerpost::record
