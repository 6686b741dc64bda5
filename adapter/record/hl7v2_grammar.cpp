#include "record/hl7v2_grammar.h"

#include "base/text.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace fingerpost::record {

namespace {

// The words of a statement: names, and the marks [ ] { } < > :
class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  std::string_view peek() {
    rest_ = trim(rest_);
    if (rest_.empty()) return {};
    if (marks.find(rest_.front()) != std::string_view::npos) return rest_.substr(0, 1);
    return rest_.substr(0, rest_.find_first_of(" \t\r\n[]{}<>:"));
  }
  std::string_view next() {
    const auto word = peek();
    rest_.remove_prefix(word.size());
    return word;
  }
  bool skip(std::string_view word) {
    if (peek() != word) return false;
    next();
    return true;
  }

 private:
  static constexpr std::string_view marks = "[]{}<>:";
  std::string_view rest_;
};

Error wrong(std::string text) {
  return Error{Kind::invalid, std::move(text), ""};
}

bool is_name(std::string_view word) {
  return !word.empty() && is_upper(word[0]) && std::all_of(word.begin(), word.end(), [](char c) {
    return is_upper(c) || is_digit(c) || c == '_';
  });
}

constexpr int deepest = 16;

Result<std::vector<Hl7v2Item>> read_items(Words& words, std::string_view end, Names& names,
                                          int depth);

// What stands inside the brackets: a segment or a group.
Result<Hl7v2Item> read_core(Words& words, Names& names, int depth) {
  Hl7v2Item item;
  if (words.skip("<")) {
    const auto name = words.next();
    if (!is_name(name) || name.size() == 3 || !words.skip(":"))
      return wrong("a group is <NAME: …>, and its name is not three characters long");
    item.group = std::make_unique<Hl7v2Group>();
    item.name = item.group->name = names.intern(name);
    LET(item.group->items, read_items(words, ">", names, depth + 1));
    if (item.group->items.empty()) return wrong("a group holds at least one segment");
    return item;
  }
  const auto name = words.next();
  if (!is_name(name) || name.size() != 3) return wrong("a segment's name has three characters");
  item.segment = segment_code(name);
  item.name = names.intern(name);
  return item;
}

Result<Hl7v2Item> read_item(Words& words, Names& names, int depth) {
  if (depth > deepest) return wrong("groups nest too deep");
  if (words.skip("[")) {
    LET(auto item, read_item(words, names, depth + 1));
    if (!words.skip("]")) return wrong("a '[' without its ']'");
    item.required = false;
    return item;
  }
  if (words.skip("{")) {
    LET(auto item, read_item(words, names, depth + 1));
    if (!words.skip("}")) return wrong("a '{' without its '}'");
    item.repeats = true;
    return item;
  }
  return read_core(words, names, depth);
}

Result<std::vector<Hl7v2Item>> read_items(Words& words, std::string_view end, Names& names,
                                          int depth) {
  std::vector<Hl7v2Item> items;
  while (!words.skip(end)) {
    if (words.peek().empty())
      return end.empty() ? Result<std::vector<Hl7v2Item>>(std::move(items))
                         : wrong("a '<' without its '>'");
    LET(auto item, read_item(words, names, depth));
    items.push_back(std::move(item));
  }
  return items;
}

std::string_view take_word(std::string_view& text) {
  text = trim(text);
  const auto word = text.substr(0, text.find_first_of(" \t\n"));
  text.remove_prefix(word.size());
  text = trim(text);
  return word;
}

// "NTE-3"
std::optional<Hl7v2TextField> read_field(std::string_view word) {
  if (word.size() < 5 || word[3] != '-') return std::nullopt;
  const auto number = to_integer(word.substr(4));
  if (!is_name(word.substr(0, 3)) || !number || *number < 1 || *number > 255) return std::nullopt;
  return Hl7v2TextField{segment_code(word.substr(0, 3)), static_cast<int>(*number), 0, {}};
}

}  // namespace

Hl7v2Grammar::Hl7v2Grammar(Names& names) : names_(&names) {
  for (std::size_t n = 1; n < fields_.size(); ++n)
    fields_[n] = names.intern("f" + std::to_string(n));
  for (std::size_t n = 2; n < parts; ++n) {
    components_[n] = names.intern("c" + std::to_string(n));
    subcomponents_[n] = names.intern("s" + std::to_string(n));
  }
}

Result<Hl7v2Grammar> Hl7v2Grammar::read(std::string_view text, Names& names) {
  Hl7v2Grammar grammar(names);
  std::string statement;
  std::size_t line = 0, first_line = 0;
  const auto finish = [&]() -> Result<void> {
    if (trim(statement).empty()) return {};
    auto added = grammar.add_statement(statement, names);
    statement.clear();
    if (!added)
      return Error{Kind::invalid, added.error().text, "line " + std::to_string(first_line)};
    return {};
  };
  while (!text.empty()) {
    ++line;
    const auto end = text.find('\n');
    auto row = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    row = row.substr(0, row.find('#'));
    if (trim(row).empty()) continue;
    if (!is_space(row.front())) {
      if (auto added = finish(); !added) return std::move(added).error();
      first_line = line;
    }
    statement.append(row) += ' ';
  }
  if (auto added = finish(); !added) return std::move(added).error();
  return grammar;
}

Result<void> Hl7v2Grammar::add_statement(std::string_view statement, Names& names) {
  const auto keyword = take_word(statement);
  if (keyword == "message") return add_message(statement, names);
  if (keyword == "text") return add_text(statement);
  return wrong("a statement starts with message or text");
}

Result<void> Hl7v2Grammar::add_message(std::string_view rest, Names& names) {
  const auto colon = rest.find(':');
  const auto name = trim(rest.substr(0, colon));
  if (colon == std::string_view::npos || !is_name(name))
    return wrong("a message has a name and a colon");
  rest.remove_prefix(colon + 1);
  const auto structure = structures_.size();
  for (auto after = rest; !trim(after).empty(); rest = after) {
    const auto word = take_word(after);
    if (word != "ACK" && word.find('^') == std::string_view::npos) break;
    const auto caret = std::min(word.find('^'), word.size());
    events_.push_back({std::string(word.substr(0, caret)),
                       std::string(word.substr(std::min(caret + 1, word.size()))), structure});
  }
  Words words(rest);
  auto group = std::make_unique<Hl7v2Group>();
  group->name = names.intern(name);
  LET(group->items, read_items(words, "", names, 0));
  if (group->items.empty()) return wrong("a message holds at least one segment");
  structures_.push_back(std::move(group));
  return {};
}

Result<void> Hl7v2Grammar::add_text(std::string_view rest) {
  std::vector<Hl7v2TextField> fields;
  while (!rest.empty()) {
    const auto word = take_word(rest);
    if (word == "when") break;
    const auto field = read_field(word);
    if (!field) return wrong("a text field is written as NTE-3");
    fields.push_back(*field);
  }
  if (!rest.empty()) {
    const auto decided_by = to_integer(take_word(rest));
    if (fields.size() != 1 || !decided_by || *decided_by < 1 || take_word(rest) != "is" ||
        rest.empty())
      return wrong("a condition is written as: OBX-5 when 2 is ST TX");
    fields[0].decided_by = static_cast<int>(*decided_by);
    while (!rest.empty()) fields[0].values.emplace_back(take_word(rest));
  }
  std::move(fields.begin(), fields.end(), std::back_inserter(texts_));
  return {};
}

const Hl7v2Group* Hl7v2Grammar::find(std::string_view type, std::string_view event) const {
  for (const auto& row : events_)
    if (row.type == type && (row.event.empty() || row.event == event))
      return structures_[row.structure].get();
  return nullptr;
}

bool Hl7v2Grammar::knows_type(std::string_view type) const {
  return std::any_of(events_.begin(), events_.end(),
                     [&](const Event& row) { return row.type == type; });
}

const Hl7v2TextField* Hl7v2Grammar::text_field(SegmentCode segment, int field) const {
  for (const auto& row : texts_)
    if (row.segment == segment && row.field == field) return &row;
  return nullptr;
}

}  // namespace fingerpost::record
