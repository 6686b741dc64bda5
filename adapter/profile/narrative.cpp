#include "profile/narrative.h"

#include "base/text.h"
#include "model/xhtml.h"
#include "profile/active_content.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>

namespace fingerpost::profile {
namespace {

// HTML 4.0 chapters 7-11 and 15, <a> and <img>, in order.
constexpr std::array<std::string_view, 58> elements{
    "a",       "abbr",   "acronym", "address", "b",    "bdo",      "big",  "blockquote", "br",
    "caption", "center", "cite",    "code",    "col",  "colgroup", "dd",   "del",        "dfn",
    "div",     "dl",     "dt",      "em",      "font", "h1",       "h2",   "h3",         "h4",
    "h5",      "h6",     "hr",      "i",       "img",  "ins",      "kbd",  "li",         "ol",
    "p",       "pre",    "q",       "s",       "samp", "small",    "span", "strike",     "strong",
    "sub",     "sup",    "table",   "tbody",   "td",   "tfoot",    "th",   "thead",      "tr",
    "tt",      "u",      "ul",      "var"};

constexpr std::array<std::string_view, 54> attributes{
    "abbr",       "accesskey",   "align",       "alt",        "axis",     "bgcolor", "border",
    "cellhalign", "cellpadding", "cellspacing", "cellvalign", "char",     "charoff", "charset",
    "cite",       "class",       "color",       "cols",       "colspan",  "compact", "coords",
    "datetime",   "dir",         "face",        "frame",      "headers",  "height",  "href",
    "hreflang",   "hspace",      "id",          "lang",       "longdesc", "name",    "noshade",
    "nowrap",     "rel",         "rev",         "rowspan",    "rules",    "scope",   "shape",
    "size",       "span",        "src",         "start",      "style",    "summary", "tabindex",
    "title",      "type",        "valign",      "value",      "width"};

// The five of XML, and the no-break space that R4 narratives use as &nbsp;.
constexpr std::array<std::string_view, 6> xml_entities{"amp", "apos", "gt", "lt", "quot", "nbsp"};

constexpr std::size_t longest_entity = 12;  // "#x0010FFFF", and every name

template <std::size_t Size>
bool among(const std::array<std::string_view, Size>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

struct Tag {
  std::string_view name;
  bool closes = false;    // </p>
  bool is_empty = false;  // <br/>
  std::vector<std::pair<std::string_view, std::string_view>> attributes;
};

bool is_name_char(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == ':' || c == '.';
}

// Goes through markup piece by piece; what is not well formed ends it.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : left_(text) {}

  template <class OnTag, class OnText>
  bool run(OnTag&& on_tag, OnText&& on_text) {
    while (!left_.empty()) {
      const auto open = left_.find('<');
      if (open != 0) {
        on_text(left_.substr(0, open));
        left_ = open == std::string_view::npos ? std::string_view() : left_.substr(open);
        continue;
      }
      if (left_.starts_with("<!--")) {
        const auto end = left_.find("-->");
        if (end == std::string_view::npos) return false;
        left_.remove_prefix(end + 3);
        continue;
      }
      Tag tag;
      if (!read(tag)) return false;
      on_tag(tag);
    }
    return true;
  }

 private:
  void skip_space() {
    while (!left_.empty() && is_space(left_.front())) left_.remove_prefix(1);
  }
  std::string_view name() {
    std::size_t size = 0;
    while (size < left_.size() && is_name_char(left_[size])) ++size;
    const auto found = left_.substr(0, size);
    left_.remove_prefix(size);
    return found;
  }
  bool take(char c) {
    if (left_.empty() || left_.front() != c) return false;
    left_.remove_prefix(1);
    return true;
  }

  bool read(Tag& tag) {
    left_.remove_prefix(1);
    tag.closes = take('/');
    tag.name = name();
    if (tag.name.empty()) return false;
    for (skip_space(); !left_.empty() && left_.front() != '>' && left_.front() != '/';
         skip_space()) {
      const auto key = name();
      if (key.empty()) return false;
      skip_space();
      if (!take('=')) return false;
      skip_space();
      if (left_.empty() || (left_.front() != '"' && left_.front() != '\'')) return false;
      const auto end = left_.find(left_.front(), 1);
      if (end == std::string_view::npos) return false;
      tag.attributes.emplace_back(key, left_.substr(1, end - 1));
      left_.remove_prefix(end + 1);
    }
    tag.is_empty = take('/');
    return take('>');
  }

  std::string_view left_;
};

bool is_html_entity(std::string_view name) {
  if (name.starts_with('#')) {
    name.remove_prefix(1);
    const bool hex = name.starts_with('x') || name.starts_with('X');
    if (hex) name.remove_prefix(1);
    return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
      return is_digit(c) || (hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
    });
  }
  return among(xml_entities, name);
}

class Checker {
 public:
  std::vector<std::string> run(std::string_view div) {
    const bool formed = Scanner(div).run([&](const Tag& tag) { this->tag(tag); },
                                         [&](std::string_view text) { this->text(text); });
    if (!formed || !open_.empty()) say("txt-1: the narrative is not well formed");
    if (!content_) say("txt-2: the narrative has no content");
    if (errors_.empty() && has_active_content(div)) say(std::string(active_content_text));
    return std::move(errors_);
  }

 private:
  void say(std::string error) {
    if (errors_.size() < 5 && std::find(errors_.begin(), errors_.end(), error) == errors_.end())
      errors_.push_back(std::move(error));
  }

  void tag(const Tag& tag) {
    if (tag.closes) {
      if (open_.empty() || open_.back() != tag.name)
        say("txt-1: the narrative is not well formed");
      else
        open_.pop_back();
      return;
    }
    if (!among(elements, tag.name)) say("txt-1: the narrative has an element that is not allowed");
    if (tag.name == "img") content_ = true;
    if (open_.empty() && tag.name != "div") say("txt-1: the narrative must be a div");
    bool in_xhtml = !open_.empty();
    for (const auto& [key, value] : tag.attributes) {
      const bool fine = among(attributes, key) || key == "xmlns" || key.starts_with("xmlns:") ||
                        key == "xml:lang" || key == "xml:space";
      if (!fine || (key == "xmlns" && value != model::xhtml_space))
        say("txt-1: the narrative has an attribute that is not allowed");
      in_xhtml |= key == "xmlns";
      entities(value);
    }
    if (!in_xhtml) say("txt-1: the narrative's div must be in the namespace of XHTML");
    if (!tag.is_empty) open_.push_back(tag.name);
  }

  void text(std::string_view text) {
    if (open_.empty() && !trim(text).empty()) say("txt-1: the narrative must be a div");
    if (!trim(text).empty()) content_ = true;
    entities(text);
  }

  void entities(std::string_view text) {
    for (auto at = text.find('&'); at != std::string_view::npos; at = text.find('&', at + 1)) {
      const auto near = text.substr(at + 1, longest_entity + 1);
      const auto end = near.find(';');
      if (end == std::string_view::npos || !is_html_entity(near.substr(0, end)))
        return say("the narrative has an entity that is not allowed");
    }
  }

  std::vector<std::string_view> open_;
  std::vector<std::string> errors_;
  bool content_ = false;
};

}  // namespace

std::vector<std::string> narrative_errors(std::string_view div) {
  return Checker().run(div);
}

std::vector<NarrativePart> narrative_parts(std::string_view div) {
  std::vector<NarrativePart> parts;
  std::vector<std::size_t> open;
  Scanner(div).run(
      [&](const Tag& tag) {
        if (tag.closes) {
          if (!open.empty()) open.pop_back();
          return;
        }
        NarrativePart part;
        part.depth = static_cast<int>(open.size());
        for (const auto& [key, value] : tag.attributes) {
          if (key == "xml:lang" || (key == "lang" && part.language.empty())) part.language = value;
          if (key == "class") part.classes = value;
        }
        parts.push_back(part);
        if (!tag.is_empty) open.push_back(parts.size() - 1);
      },
      [&](std::string_view text) {
        if (!open.empty() && !trim(text).empty()) parts[open.back()].has_text = true;
      });
  return parts;
}

}  // namespace fingerpost::profile
