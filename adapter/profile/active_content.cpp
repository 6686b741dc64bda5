#include "profile/active_content.h"

#include "base/text.h"
#include "profile/active_link.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace fingerpost::profile {
namespace {

// Names in small letters. Most that are asked for are not among them, which their first letters and
// lengths tell.
template <std::size_t Size>
class NameSet {
 public:
  explicit constexpr NameSet(const std::string_view (&names)[Size]) {
    std::copy(names, names + Size, names_.begin());
    for (const auto name : names) lengths_[first(name)] |= std::uint32_t{1} << name.size();
  }
  bool contains(std::string_view name) const {
    return !name.empty() && (lengths_[first(name)] >> name.size() & 1) != 0 &&
           std::find(names_.begin(), names_.end(), name) != names_.end();
  }

 private:
  static constexpr std::size_t first(std::string_view name) {
    return static_cast<unsigned char>(name[0]) % 32;
  }

  std::array<std::string_view, Size> names_{};
  std::array<std::uint32_t, 32> lengths_{};
};

// They run, they load, or what they hold is read as something else than it is in XML.
constexpr NameSet<38> elements({"applet",      "audio",         "base",     "bgsound", "embed",
                                "fencedframe", "foreignobject", "form",     "frame",   "frameset",
                                "iframe",      "ilayer",        "image",    "isindex", "keygen",
                                "layer",       "link",          "listing",  "math",    "meta",
                                "noembed",     "noframes",      "noscript", "object",  "param",
                                "plaintext",   "portal",        "script",   "source",  "style",
                                "svg",         "template",      "textarea", "title",   "track",
                                "video",       "xml",           "xmp"});

// They load what they name.
constexpr NameSet<12> loading({"action", "attributionsrc", "background", "dynsrc", "formaction",
                               "http-equiv", "lowsrc", "manifest", "ping", "poster", "srcdoc",
                               "srcset"});

constexpr NameSet<5> links({"base", "cite", "href", "longdesc", "src"});

// Declarations and instructions of XML that bring in what is not there.
constexpr std::array<std::string_view, 4> declarations{"!attlist", "!entity", "?import",
                                                       "?xml-stylesheet"};

// A name without its prefix, in small letters; of a longer one than any asked for, its front.
class LocalName {
 public:
  explicit LocalName(std::string_view name) {
    if (const auto colon = name.rfind(':'); colon != std::string_view::npos) {
      name.remove_prefix(colon + 1);
      is_prefixed_ = true;
    }
    size_ = std::min(name.size(), text_.size());
    std::transform(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(size_), text_.begin(),
                   to_lower);
  }
  std::string_view text() const { return {text_.data(), size_}; }
  bool is_prefixed() const { return is_prefixed_; }

 private:
  std::array<char, 24> text_;
  std::size_t size_ = 0;
  bool is_prefixed_ = false;
};

bool is_blank(char c) {
  return static_cast<unsigned char>(c) <= ' ';
}

bool is_event(std::string_view name) {
  return name.size() > 2 && name.starts_with("on") && is_letter(name[2]);
}

// Goes through markup as HTML reads it, which finds a tag wherever XML does; what is quoted is gone
// through for itself, as another reader may not take it for quoted.
class Search {
 public:
  explicit Search(std::string_view text) : left_(text) {}

  bool run() {
    for (auto at = left_.find('<'); at != std::string_view::npos; at = left_.find('<')) {
      left_.remove_prefix(at + 1);
      if (skip_comment()) continue;
      if (declares()) return true;
      if (left_.starts_with('/')) left_.remove_prefix(1);
      if (left_.empty() || !is_letter(left_.front())) continue;
      if (elements.contains(LocalName(element()).text()) || attributes()) return true;
    }
    return false;
  }

 private:
  // Of a comment that ends at the same place for HTML and for XML.
  bool skip_comment() {
    if (!left_.starts_with("!--")) return false;
    const auto inner = left_.substr(3);
    const auto end = inner.find("--");
    if (inner.starts_with('>') || inner.starts_with("->") || end == std::string_view::npos ||
        !inner.substr(end + 2).starts_with('>'))
      return false;
    left_ = inner.substr(end + 3);
    return true;
  }

  bool declares() const {
    return std::any_of(declarations.begin(), declarations.end(), [&](std::string_view name) {
      return equal_ignoring_case(left_.substr(0, name.size()), name);
    });
  }

  template <class Ends>
  std::string_view until(Ends&& ends) {
    const auto end = std::find_if(left_.begin(), left_.end(), ends);
    const auto found = left_.substr(0, static_cast<std::size_t>(end - left_.begin()));
    left_.remove_prefix(found.size());
    return found;
  }

  std::string_view element() {
    return until([](char c) {
      return !is_letter(c) && !is_digit(c) && c != '-' && c != '_' && c != ':' && c != '.';
    });
  }

  struct Value {
    std::string_view text;
    bool is_quoted = false;
  };

  Value value() {
    const char quote = left_.empty() ? '>' : left_.front();
    if (quote != '"' && quote != '\'')
      return {until([](char c) { return is_blank(c) || c == '>'; })};
    left_.remove_prefix(1);
    const auto end = left_.find(quote);
    const auto found = left_.substr(0, end);
    left_.remove_prefix(end == std::string_view::npos ? left_.size() : end + 1);
    return {found, true};
  }

  bool attributes() {
    while (true) {
      until([](char c) { return !is_blank(c) && c != '/'; });
      if (left_.empty() || left_.front() == '>') return false;
      if (left_.front() == '=') left_.remove_prefix(1);  // it begins a name, of nothing known
      const auto whole =
          until([](char c) { return is_blank(c) || c == '/' || c == '>' || c == '='; });
      if (const auto tag = whole.rfind('<');  // what is left where the tag around it is cut out
          tag != std::string_view::npos &&
          elements.contains(LocalName(whole.substr(tag + 1)).text()))
        return true;
      const LocalName name(whole);
      until([](char c) { return !is_blank(c); });
      Value given;
      if (left_.starts_with('=')) {
        left_.remove_prefix(1);
        until([](char c) { return !is_blank(c); });
        given = value();
      }
      if (attribute(name, given)) return true;
    }
  }

  static bool attribute(const LocalName& name, const Value& value) {
    const auto key = name.text();
    if (links.contains(key) && is_active_link(value.text)) return true;
    if (!name.is_prefixed()) {
      if (is_event(key) || loading.contains(key)) return true;
      if (key == "style" && is_active_style(value.text)) return true;
    }
    // What is in one kind of quotes has none of them: no deep recursion.
    return value.is_quoted && value.text.find('<') != std::string_view::npos &&
           Search(value.text).run();
  }

  std::string_view left_;
};

}  // namespace

bool has_active_content(std::string_view markup) {
  return Search(markup).run();
}

std::vector<NodeId> active_narratives(const model::Definitions& definitions, const Tree& tree,
                                      NodeId node) {
  std::vector<NodeId> found;
  std::vector<NodeId> open{node};
  while (!open.empty()) {
    const NodeId at = open.back();
    open.pop_back();
    if (tree[at].type == definitions.common().xhtml && tree.has_value(at) &&
        has_active_content(tree.text(at)))
      found.push_back(at);
    for (auto child = tree.first_child(at); child != no_node; child = tree.next(child))
      open.push_back(child);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace fingerpost::profile
