// One table of a TOML file being read, and what is wrong with it. Internal to command/.

#pragma once

#include "base/text.h"
#include "command/address.h"
#include "fingerpost/result.h"
#include "wire/hl7v2_text.h"

#define TOML_EXCEPTIONS 0
#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <toml++/toml.h>
#include <type_traits>
#include <utility>
#include <vector>

namespace fingerpost::command {

// What is wrong with one file, and where each text in it stands first.
struct Problems {
  std::string_view file;
  std::string text;
  std::map<std::string, unsigned> lines = {};

  void add(const toml::source_region& at, std::string_view where, std::string_view what) {
    if (!text.empty()) text += '\n';
    text.append(file).append(":").append(std::to_string(at.begin.line)).append(": ");
    text.append(where).append(": ").append(what);
  }
};

// "http://127.0.0.1:8080/fhir", with a port.
inline bool is_local(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return false;
  url.remove_prefix(scheme.size());
  const auto address = read_address(url.substr(0, url.find('/')));
  return address && is_loopback(*address);
}

// "gateway.example", "127.0.0.1:8080", "[::1]:8080".
inline bool is_authority(std::string_view text) {
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  const bool has_port = colon != std::string_view::npos;
  const auto address = read_address(std::string(text) + (has_port ? "" : ":80"));
  return address && address->port != 0;
}

// "https://gateway.example/fhir", without a slash at the end.
inline Result<std::string> read_base_url(const std::string& url) {
  if (url.empty()) return url;
  const auto scheme = url.find("://");
  const bool web = url.starts_with("http://") || url.starts_with("https://");
  const auto rest = web ? std::string_view(url).substr(scheme + 3) : "";
  const auto host = rest.substr(0, rest.find('/'));
  const auto plain = [](char c) {
    return is_letter(c) || is_digit(c) ||
           std::string_view("-._~:[]%/").find(c) != std::string_view::npos;
  };
  if (!is_authority(host) || !std::all_of(rest.begin(), rest.end(), plain))
    return Error{Kind::invalid,
                 "must be http://HOST… or https://HOST…, with a port or not, and without a user, a "
                 "query or a fragment",
                 ""};
  return url.substr(0, url.find_last_not_of('/') + 1);
}

// It names a lane of the outbox, and stands in paths.
inline Result<std::string> read_partner_id(const std::string& id) {
  constexpr std::size_t longest = 64;
  const auto plain = [](char c) {
    return is_letter(c) || is_digit(c) || std::string_view("-._").find(c) != std::string_view::npos;
  };
  if (id.size() > longest || !std::all_of(id.begin(), id.end(), plain))
    return Error{Kind::invalid, "may have letters, digits, - . and _ only, and 64 of them", ""};
  return id;
}

// One table being read. Every key asked for is a key there is; finish() refuses all others.
class Section {
 public:
  Section(const toml::table& table, std::string path, Problems& problems)
      : table_(table), path_(std::move(path)), problems_(problems) {}

  void text(std::string_view key, std::string& to) {
    if (const auto* node = find(key))
      value<std::string>(*node, key, "must be a text",
                         [&](std::string found) { to = std::move(found); });
  }

  void flag(std::string_view key, bool& to) {
    if (const auto* node = find(key))
      value<bool>(*node, key, "must be true or false", [&](bool found) { to = found; });
  }

  template <class Number>
  void number(std::string_view key, Number& to) {
    const auto* node = find(key);
    if (node == nullptr) return;
    value<std::int64_t>(*node, key, "must be a whole number", [&](std::int64_t found) {
      if (found < 0 || static_cast<std::uint64_t>(found) >
                           static_cast<std::uint64_t>(std::numeric_limits<Number>::max()))
        return wrong(*node, key, "is out of range");
      to = static_cast<Number>(found);
    });
  }

  void address(std::string_view key, Address& to) { text_read_by(key, to, read_address); }
  void base_url(std::string_view key, std::string& to) { text_read_by(key, to, read_base_url); }
  void partner_id(std::string_view key, std::string& to) { text_read_by(key, to, read_partner_id); }

  // The base of another server: encrypted, unless it is this machine.
  void web_base(std::string_view key, std::string& to) {
    text_read_by(key, to, [](const std::string& url) -> Result<std::string> {
      if (!url.starts_with("https://") && !is_local(url))
        return Error{Kind::invalid, "must begin with https://, or be http:// on loopback", ""};
      return read_base_url(url);
    });
  }

  void charset(std::string_view key, std::string& to) {
    text_read_by(key, to, [](const std::string& name) -> Result<std::string> {
      LET([[maybe_unused]] const auto charset, wire::read_charset(name));
      return name;
    });
  }

  // A text that must be one of `words`; `set` gets its index.
  template <class Set>
  void word(std::string_view key, std::initializer_list<std::string_view> words, Set set) {
    const auto* node = find(key);
    if (node == nullptr) return;
    const auto found = node->value<std::string>();
    std::string choices;
    std::size_t index = 0;
    for (const auto& word : words) {
      if (found == word) return set(index);
      choices.append(choices.empty() ? "" : ", ").append(word);
      ++index;
    }
    wrong(*node, key, "must be one of: " + choices);
  }

  void one_of(std::string_view key, std::initializer_list<std::string_view> words,
              std::string& to) {
    word(key, words, [&](std::size_t index) { to = *(words.begin() + index); });
  }

  void texts(std::string_view key, std::vector<std::string>& to) {
    texts_read_by(key, [&](const std::string& found) -> Result<void> {
      to.push_back(found);
      return {};
    });
  }

  // Each of a list of texts; what `take` finds wrong with one is a mistake in its line.
  template <class Take>
  void texts_read_by(std::string_view key, Take take) {
    const auto* node = find(key);
    if (node == nullptr) return;
    if (!node->is_array()) return wrong(*node, key, "must be a list of texts");
    for (const auto& item : *node->as_array())
      value<std::string>(item, key, "must be a list of texts", [&](const std::string& found) {
        const auto taken = take(found);
        if (!taken) wrong(item, key, taken.error().text);
      });
  }

  // A text that `read` turns into a value, or into an error.
  template <class To, class Read>
  void text_read_by(std::string_view key, To& to, Read read) {
    const auto* node = find(key);
    if (node == nullptr) return;
    value<std::string>(*node, key, "must be a text", [&](const std::string& found) {
      auto made = read(found);
      if (!made) return wrong(*node, key, made.error().text);
      to = *std::move(made);
    });
  }

  // A mistake in the section as a whole.
  void refuse(std::string_view what) { problems_.add(table_.source(), path_, what); }

  template <class Read>
  void section(std::string_view key, Read read) {
    const auto* node = find(key);
    if (node == nullptr) return;
    if (!node->is_table()) return wrong(*node, key, "must be a section");
    enter(*node->as_table(), key, read);
  }

  template <class Read>
  void sections(std::string_view key, Read read) {
    const auto* node = find(key);
    if (node == nullptr) return;
    if (!node->is_array()) return wrong(*node, key, "must be a list of sections");
    for (const auto& item : *node->as_array()) {
      if (!item.is_table()) return wrong(item, key, "must be a list of sections");
      enter(*item.as_table(), key, read);
    }
  }

  void finish() {
    for (const auto& [key, node] : table_) {
      std::string_view nearest;
      bool known = false;
      for (const auto& asked : asked_) {
        known = known || asked == key.str();
        if (edit_distance(asked, key.str()) <= 2) nearest = asked;
      }
      if (known) continue;
      wrong(node, key.str(),
            nearest.empty() ? std::string("no such key")
                            : "no such key; is it " + std::string(nearest) + "?");
    }
  }

 private:
  const toml::node* find(std::string_view key) {
    asked_.push_back(key);
    return table_.get(key);
  }

  template <class Value, class Set>
  void value(const toml::node& node, std::string_view key, std::string_view expected, Set set) {
    auto found = node.value_exact<Value>();
    if constexpr (std::is_same_v<Value, std::string>)
      if (found) problems_.lines.try_emplace(*found, node.source().begin.line);
    if (found)
      set(*std::move(found));
    else
      wrong(node, key, expected);
  }

  void wrong(const toml::node& node, std::string_view key, std::string_view what) {
    problems_.add(node.source(), full(key), what);
  }

  template <class Read>
  void enter(const toml::table& table, std::string_view key, Read read) {
    Section inner(table, full(key), problems_);
    read(inner);
    inner.finish();
  }

  std::string full(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }

  const toml::table& table_;
  std::string path_;
  Problems& problems_;
  std::vector<std::string_view> asked_;
};

}  // namespace fingerpost::command
