// A value of a parsed JSON document, to pick members from.

#pragma once

#include "wire/json.h"

#include <string_view>

namespace fingerpost::wire {

// A view: the document must outlive it. An absent member or item is an empty view, and everything
// asked of an empty view is empty again, so that a path can be walked without a test at each step.
class JsonView {
 public:
  JsonView() = default;
  explicit JsonView(const JsonDocument& document) : tokens_(document.tokens.data()) {}

  explicit operator bool() const { return tokens_ != nullptr; }
  JsonToken::Kind kind() const { return tokens_ ? tokens_[at_].kind : JsonToken::Kind::null; }
  std::string_view text() const { return tokens_ ? tokens_[at_].view() : std::string_view(); }
  bool is_true() const { return kind() == JsonToken::Kind::boolean && text() == "true"; }

  JsonView operator[](std::string_view name) const {
    if (kind() != JsonToken::Kind::object) return {};
    for (std::uint32_t at = at_ + 1; tokens_[at].kind == JsonToken::Kind::key;
         at = tokens_[at + 1].after)
      if (tokens_[at].view() == name) return {tokens_, at + 1};
    return {};
  }

  // Calls visit(JsonView) for each item of an array; for anything else, nothing.
  template <class Visit>
  void each(Visit&& visit) const {
    if (kind() != JsonToken::Kind::array) return;
    for (std::uint32_t at = at_ + 1; tokens_[at].kind != JsonToken::Kind::end;
         at = tokens_[at].after)
      visit(JsonView(tokens_, at));
  }

  // Calls visit(name, JsonView) for each member of an object.
  template <class Visit>
  void members(Visit&& visit) const {
    if (kind() != JsonToken::Kind::object) return;
    for (std::uint32_t at = at_ + 1; tokens_[at].kind == JsonToken::Kind::key;
         at = tokens_[at + 1].after)
      visit(tokens_[at].view(), JsonView(tokens_, at + 1));
  }

  JsonView first() const {
    if (kind() != JsonToken::Kind::array || tokens_[at_ + 1].kind == JsonToken::Kind::end)
      return {};
    return {tokens_, at_ + 1};
  }

 private:
  JsonView(const JsonToken* tokens, std::uint32_t at) : tokens_(tokens), at_(at) {}

  const JsonToken* tokens_ = nullptr;
  std::uint32_t at_ = 0;
};

}  // namespace fingerpost::wire
