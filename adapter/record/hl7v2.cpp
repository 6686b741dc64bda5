#include "record/hl7v2.h"

#include "record/hl7v2_place.h"
#include "record/hl7v2_places.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace fingerpost::record {

namespace {

// Reads the segments of one decoded message into its tree.
class Reader {
 public:
  Reader(const Hl7v2Grammar& grammar, Hl7v2Message& message, const Limits& limits)
      : grammar_(grammar),
        message_(message),
        tree_(message.tree),
        by_(message.header.by),
        limits_(limits) {
    for (const char c : {by_.component, by_.subcomponent, by_.repetition, by_.escape})
      if (c != '\0') delimits_[static_cast<unsigned char>(c)] = true;
  }

  Result<void> read(const wire::Segment& segment, NodeId node);
  // After the last one: says where each issue's place is.
  void finish();

 private:
  void read_field(std::size_t n, std::string_view text, bool parts);
  void read_repetition(NodeId field, std::string_view text);
  void read_component(NodeId node, std::string_view text);
  void set(NodeId node, std::string_view leaf);
  bool is_text(std::size_t n) const;
  NameId name(NameId known, char letter, std::size_t n);
  void report(NodeId node, const char* text);

  const Hl7v2Grammar& grammar_;
  Hl7v2Message& message_;
  Tree& tree_;
  const wire::Delimiters by_;
  const Limits& limits_;
  std::string_view segment_;
  SegmentCode code_ = 0;
  NodeId node_ = no_node;
  std::array<bool, 256> delimits_{};  // inside a field
  std::string scratch_;
  std::vector<std::pair<std::size_t, NodeId>> unplaced_;  // an issue's index, and what it is about
};

constexpr std::size_t most_parts = 1000;  // of one segment, field or component

Result<void> Reader::read(const wire::Segment& segment, NodeId node) {
  segment_ = segment.text;
  code_ = segment_code(segment.name);
  node_ = node;
  auto rest = segment.text.substr(std::min<std::size_t>(segment.text.size(), 4));
  std::size_t n = 1;
  if (segment.name == "MSH") {
    tree_.set_view(tree_.add(node, grammar_.field(1), no_type), Shape::string,
                   segment.text.substr(3, 1));
    tree_.set_view(tree_.add(node, grammar_.field(2), no_type), Shape::string,
                   rest.substr(0, rest.find(by_.field)));
    bool more = false;
    wire::take(rest, by_.field, more);
    n = 3;
  }
  for (bool more = !rest.empty(); more; ++n) {
    std::size_t size = 0;
    bool parts = false;
    for (; size < rest.size() && rest[size] != by_.field; ++size)
      parts |= delimits_[static_cast<unsigned char>(rest[size])];
    const auto text = rest.substr(0, size);
    more = size < rest.size();
    rest.remove_prefix(more ? size + 1 : size);
    if (text.empty()) continue;
    if (n > most_parts)
      return Error{Kind::invalid, "a segment has more fields than is sane",
                   hl7v2_place(tree_, node)};
    read_field(n, text, parts);
    if (tree_.size() > limits_.nodes)
      return Error{Kind::invalid, "more values than the limit nodes", hl7v2_place(tree_, node)};
  }
  return {};
}

// parts: something in it delimits, or escapes.
void Reader::read_field(std::size_t n, std::string_view text, bool parts) {
  const auto field_name = name(grammar_.field(n), 'f', n);
  if (!parts) {
    set(tree_.add(node_, field_name, no_type), text);
    return;
  }
  const bool one_text = is_text(n);
  for (bool more = true; more;) {
    const auto repetition = wire::take(text, by_.repetition, more);
    if (repetition.empty()) continue;
    const NodeId field = tree_.add(node_, field_name, no_type);
    if (!one_text) {
      read_repetition(field, repetition);
      continue;
    }
    set(field, repetition);
    if (repetition.find(by_.component) != std::string_view::npos ||
        repetition.find(by_.subcomponent) != std::string_view::npos)
      report(field, "a delimiter that was not escaped was taken as text");
  }
}

void Reader::read_repetition(NodeId field, std::string_view text) {
  bool more = true;
  read_component(field, wire::take(text, by_.component, more));
  for (std::size_t n = 2; more && n <= most_parts; ++n) {
    const auto component = wire::take(text, by_.component, more);
    if (component.empty()) continue;
    read_component(tree_.add(field, name(grammar_.component(n), 'c', n), no_type), component);
  }
  if (more) report(field, "components beyond the thousandth were left out");
}

void Reader::read_component(NodeId node, std::string_view text) {
  bool more = true;
  const auto own = wire::take(text, by_.subcomponent, more);
  if (!own.empty()) set(node, own);
  for (std::size_t n = 2; more && n <= most_parts; ++n) {
    const auto part = wire::take(text, by_.subcomponent, more);
    if (part.empty()) continue;
    set(tree_.add(node, name(grammar_.subcomponent(n), 's', n), no_type), part);
  }
  if (more) report(node, "subcomponents beyond the thousandth were left out");
}

void Reader::set(NodeId node, std::string_view leaf) {
  if (wire::is_null(leaf)) {
    tree_.set_view(node, Shape::null, {});
    return;
  }
  if (by_.escape == '\0' || leaf.find(by_.escape) == std::string_view::npos) {
    tree_.set_view(node, Shape::string, leaf);
    return;
  }
  scratch_.clear();
  if (!wire::unescape(leaf, by_, message_.charset, scratch_))
    report(node, "an escape sequence that is not known was kept as it stands");
  if (!scratch_.empty()) tree_.set(node, Shape::string, scratch_);
}

bool Reader::is_text(std::size_t n) const {
  const auto* field = grammar_.text_field(code_, static_cast<int>(n));
  if (!field || field->decided_by == 0) return field != nullptr;
  const auto decided = wire::field(segment_, by_, field->decided_by);
  return std::find(field->values.begin(), field->values.end(), decided) != field->values.end();
}

NameId Reader::name(NameId known, char letter, std::size_t n) {
  return known != no_name ? known : tree_.local_name(letter + std::to_string(n));
}

void Reader::report(NodeId node, const char* text) {
  if (message_.issues.size() > limits_.issues) return;
  unplaced_.emplace_back(message_.issues.size(), node);
  message_.issues.push_back({Severity::warning, "value", "", text});
}

void Reader::finish() {
  Hl7v2Places places(tree_);
  for (const auto& [issue, node] : unplaced_)
    message_.issues[issue].expression = places.place({&tree_, node});
}

void bound(Issues& issues, std::size_t most) {
  if (issues.size() <= most) return;
  issues.resize(most);
  issues.push_back({Severity::warning, "value", "MSH", "more issues than the limit issues"});
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

// A FHIR string holds no control characters (R4 datatypes.html#string): they are read as the
// escapes that they ought to have been sent as, which stay as they stand and are reported.
void spell_controls(std::string& text, const wire::Delimiters& by) {
  if (std::none_of(text.begin(), text.end(), is_control)) return;
  std::string out;
  for (const char c : text) {
    if (is_control(c))
      wire::escape({&c, 1}, by, out);
    else
      out += c;
  }
  text = std::move(out);
}

// The structure of the message's event, with the error that names what is not known.
Result<const Hl7v2Group*> structure_of(const Hl7v2Grammar& grammar, const Hl7v2Header& header) {
  if (const auto* found = grammar.find(header.type, header.event)) return found;
  if (grammar.knows_type(header.type))
    return Error{Kind::unsupported, "messages of this event are not read", "MSH-9.2"};
  return Error{Kind::unsupported, "messages of this type are not read", "MSH-9.1"};
}

}  // namespace

Result<Hl7v2Message> read_hl7v2(const Hl7v2Grammar& grammar, std::string bytes,
                                const Hl7v2Options& options) {
  if (bytes.size() > options.limits.body_bytes)
    return Error{Kind::invalid, "the message is over the limit body_bytes", "MSH"};
  LET(auto header, read_hl7v2_header(bytes));
  if (auto known = check(header); !known) return std::move(known).error();
  LET(const auto* structure, structure_of(grammar, header));
  Hl7v2Message message{std::move(header), wire::Charset::ascii, Tree(grammar.names()), {}};
  LET(auto decoded, wire::decode_message(std::move(bytes), options.charset, message.issues));
  message.charset = decoded.charset;
  spell_controls(decoded.text, message.header.by);
  const auto text = std::make_shared<const std::string>(std::move(decoded.text));
  message.tree.keep(text);
  message.tree.reserve(text->size() / 6);
  const auto& by = message.header.by;
  LET(const auto segments, wire::split_segments(*text, by, options.limits, message.issues));
  Placer placer(*structure, message.tree, message.issues);
  Reader reader(grammar, message, options.limits);
  for (const auto& segment : segments) {
    auto read = reader.read(segment, placer.add(segment.name));
    if (!read) return std::move(read).error();
  }
  placer.finish();
  reader.finish();
  bound(message.issues, options.limits.issues);
  return message;
}

std::string hl7v2_place(const Tree& tree, NodeId node) {
  return Hl7v2Places(tree).place({&tree, node});
}

}  // namespace fingerpost::record
