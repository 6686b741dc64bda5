#include "patch/patch.h"
#include "wire/json_value.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fingerpost::patch {
namespace {

using wire::JsonValue;
using Kind = JsonValue::Kind;

Error invalid(std::string text) {
  return {fingerpost::Kind::invalid, std::move(text), ""};
}

// The names of a JSON Pointer (RFC 6901).
Result<std::vector<std::string>> read_pointer(std::string_view text) {
  std::vector<std::string> names;
  if (!text.empty() && text[0] != '/') return invalid("a pointer begins with /");
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '/') {
      names.emplace_back();
    } else if (text[i] != '~') {
      names.back() += text[i];
    } else if (++i < text.size() && (text[i] == '0' || text[i] == '1')) {
      names.back() += text[i] == '0' ? '~' : '/';
    } else {
      return invalid("a ~ in a pointer is followed by 0 or 1");
    }
  }
  return names;
}

// An index without leading zeros.
std::optional<std::size_t> read_index(std::string_view text) {
  std::size_t index = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, index);
  if (read.ec != std::errc() || read.ptr != end || (text.size() > 1 && text[0] == '0')) return {};
  return index;
}

class Patcher {
 public:
  Patcher(JsonValue& root, const Limits& limits)
      : root_(root), room_(limits.body_bytes), steps_left_(limits.steps) {}

  Result<void> apply(const JsonValue& operation) {
    struct Row {
      std::string_view op;
      Result<void> (Patcher::*apply)(const JsonValue& operation, const std::string& path);
    };
    constexpr Row rows[] = {{"add", &Patcher::add},         {"remove", &Patcher::remove},
                            {"replace", &Patcher::replace}, {"move", &Patcher::move},
                            {"copy", &Patcher::copy},       {"test", &Patcher::test}};
    LET(const auto op, text_of(operation, "op"));
    LET(const auto path, text_of(operation, "path"));
    for (const auto& row : rows)
      if (row.op == op) return (this->*row.apply)(operation, path);
    return invalid("op is add, remove, replace, move, copy or test");
  }

 private:
  static Result<std::string> text_of(const JsonValue& operation, std::string_view name) {
    const auto* member = operation.member(name);
    if (member == nullptr || member->kind != Kind::string)
      return invalid("an operation needs " + std::string(name) + ", a string");
    return member->text;
  }

  static Result<JsonValue> value_of(const JsonValue& operation) {
    const auto* value = operation.member("value");
    if (value == nullptr) return invalid("the operation needs a value");
    return *value;
  }

  Result<void> add(const JsonValue& operation, const std::string& path) {
    LET(auto value, value_of(operation));
    return put(path, std::move(value));
  }

  Result<void> remove(const JsonValue&, const std::string& path) {
    const auto taken = take(path);
    return taken ? Result<void>() : taken.error();
  }

  Result<void> replace(const JsonValue& operation, const std::string& path) {
    LET(auto value, value_of(operation));
    LET(auto* const there, find(path));
    *there = std::move(value);
    return {};
  }

  Result<void> move(const JsonValue& operation, const std::string& path) {
    LET(const auto from, text_of(operation, "from"));
    if (path.starts_with(from + "/")) return invalid("a value cannot move into itself");
    LET(auto value, take(from));
    return put(path, std::move(value));
  }

  Result<void> copy(const JsonValue& operation, const std::string& path) {
    LET(const auto from, text_of(operation, "from"));
    LET(const auto* const there, find(from));
    // Copies of copies would double with each operation.
    const auto size = weight(*there);
    if (size > room_)
      return Error{fingerpost::Kind::too_costly, "copies are over the limit body_bytes", ""};
    room_ -= size;
    LET_DONE(charge(size));
    return put(path, JsonValue(*there));
  }

  Result<void> test(const JsonValue& operation, const std::string& path) {
    LET(const auto value, value_of(operation));
    LET(const auto* const there, find(path));
    LET_DONE(charge(weight(value)));
    if (same(*there, value)) return {};
    return Error{fingerpost::Kind::conflict, "the value is another than the test's", ""};
  }

  static JsonValue* child(JsonValue& parent, const std::string& name) {
    if (parent.kind == Kind::object) return parent.member(name);
    const auto index = read_index(name);
    if (parent.kind != Kind::array || !index || *index >= parent.items.size()) return nullptr;
    return &parent.items[*index];
  }

  Result<void> charge(std::size_t steps) {
    if (steps > steps_left_)
      return Error{fingerpost::Kind::too_costly, "the patch takes more than the limit steps", ""};
    steps_left_ -= steps;
    return {};
  }

  Result<JsonValue*> walk(std::span<const std::string> names) {
    JsonValue* at = &root_;
    for (const auto& name : names) {
      LET_DONE(charge(at->members.size() + 1));
      at = child(*at, name);
      if (at == nullptr) return invalid("the pointer leads to nothing");
    }
    return at;
  }

  Result<JsonValue*> find(const std::string& pointer) {
    LET(const auto names, read_pointer(pointer));
    return walk(names);
  }

  Result<void> put(const std::string& pointer, JsonValue value) {
    LET(const auto names, read_pointer(pointer));
    if (names.empty()) {
      root_ = std::move(value);
      return {};
    }
    LET(auto* const parent, walk(std::span(names).first(names.size() - 1)));
    const auto& name = names.back();
    LET_DONE(charge(parent->members.size()));
    if (parent->kind == Kind::object) {
      if (auto* const there = parent->member(name)) {
        *there = std::move(value);
      } else {
        parent->members.push_back({name, std::move(value)});
      }
      return {};
    }
    if (parent->kind != Kind::array)
      return invalid("the pointer leads into a value without members");
    const auto index = name == "-" ? parent->items.size() : read_index(name);
    if (!index || *index > parent->items.size()) return invalid("the index is not in the list");
    LET_DONE(charge(parent->items.size() - *index));
    parent->items.insert(parent->items.begin() + static_cast<std::ptrdiff_t>(*index),
                         std::move(value));
    return {};
  }

  Result<JsonValue> take(const std::string& pointer) {
    LET(const auto names, read_pointer(pointer));
    if (names.empty()) return invalid("the whole cannot be taken away");
    LET(auto* const parent, walk(std::span(names).first(names.size() - 1)));
    LET_DONE(charge(parent->members.size() + parent->items.size()));
    auto* const there = child(*parent, names.back());
    if (there == nullptr) return invalid("the pointer leads to nothing");
    auto taken = std::move(*there);
    if (parent->kind == Kind::array)
      parent->items.erase(parent->items.begin() + (there - parent->items.data()));
    else
      std::erase_if(parent->members, [&](const auto& one) { return one.name == names.back(); });
    return taken;
  }

  JsonValue& root_;
  std::size_t room_;  // what copies may still add
  std::uint64_t steps_left_;
};

// RFC 7396 section 2.
void merge(JsonValue& target, const JsonValue& changes) {
  if (changes.kind != Kind::object) {
    target = changes;
    return;
  }
  if (target.kind != Kind::object) {
    target = {};
    target.kind = Kind::object;
  }
  auto& members = target.members;
  members.reserve(members.size() + changes.members.size());  // the names stay where they are
  std::unordered_map<std::string_view, std::size_t> at;
  for (const auto& member : members) at.emplace(member.name, at.size());
  std::vector<bool> gone(members.size());
  for (const auto& change : changes.members) {
    const auto there = at.find(change.name);
    if (change.value.kind == Kind::null) {
      if (there != at.end()) gone[there->second] = true;
      continue;
    }
    if (there == at.end()) members.push_back({change.name, JsonValue{}});
    merge(there == at.end() ? members.back().value : members[there->second].value, change.value);
  }
  gone.resize(members.size());
  std::size_t index = 0;
  std::erase_if(members, [&](const auto&) { return gone[index++]; });
}

std::string written(const JsonValue& value) {
  std::string out;
  wire::write_json_value(value, out);
  return out;
}

Result<std::string> bounded(std::string text, const Limits& limits) {
  if (text.size() > limits.body_bytes)
    return Error{fingerpost::Kind::too_costly, "the result is over the limit body_bytes", ""};
  return text;
}

}  // namespace

Result<std::string> apply_json(std::string_view resource, std::string_view operations,
                               const Limits& limits) {
  LET(auto value, wire::read_json_value(resource, limits));
  LET(const auto list, wire::read_json_value(operations, limits));
  if (list.kind != Kind::array) return invalid("a JSON Patch is a list of operations");
  Patcher patcher(value, limits);
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    const auto where = "/" + std::to_string(i);
    if (i >= limits.patch_operations)
      return Error{fingerpost::Kind::too_costly,
                   "more operations than the limit patch_operations of " +
                       std::to_string(limits.patch_operations),
                   where};
    if (auto done = patcher.apply(list.items[i]); !done) {
      auto error = std::move(done).error();
      error.where = where;
      return error;
    }
  }
  return bounded(written(value), limits);
}

Result<std::string> apply_merge(std::string_view resource, std::string_view changes,
                                const Limits& limits) {
  LET(auto value, wire::read_json_value(resource, limits));
  LET(const auto with, wire::read_json_value(changes, limits));
  merge(value, with);
  return bounded(written(value), limits);
}

}  // namespace fingerpost::patch
