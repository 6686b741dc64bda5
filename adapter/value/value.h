// What a FHIRPath expression works on: single values, and collections of them.

#pragma once

#include "fingerpost/tree.h"
#include "value/decimal.h"
#include "value/temporal.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string_view>
#include <type_traits>
#include <variant>

namespace fingerpost::value {

// "10 'mg'" or "4 days". `unit` is a UCUM code, "1" when there is none, or the calendar word.
struct Quantity {
  Decimal value;
  std::string_view unit = "1";
  Calendar calendar = Calendar::none;
};

// What type() answers.
struct TypeInfo {
  std::string_view space;  // "FHIR" or "System"
  std::string_view name;
};

// One value: small, copied freely. Texts, quantities and nodes are views: good while the trees, the
// expression and the Environment they came from live.
class Value {
 public:
  enum class Kind : std::uint8_t {
    none,
    node,
    boolean,
    integer,
    decimal,
    string,
    temporal,
    quantity,
    type
  };

  Value() = default;
  Value(NodeRef node) : is_(node) {}
  Value(bool boolean) : is_(boolean) {}
  Value(std::int64_t integer) : is_(integer) {}
  Value(const Decimal& decimal) : is_(decimal) {}
  Value(std::string_view string) : is_(string) {}
  Value(const Temporal& temporal) : is_(temporal) {}
  Value(const Quantity* quantity) : is_(quantity) {}
  Value(const TypeInfo* type) : is_(type) {}
  Value(const char*) = delete;  // it would become a boolean
  Value(int) = delete;

  Kind kind() const { return static_cast<Kind>(is_.index()); }
  bool none() const { return is_.index() == 0; }
  bool is_node() const { return kind() == Kind::node; }

  // Each only for its own kind.
  NodeRef node() const { return *std::get_if<NodeRef>(&is_); }
  bool boolean() const { return *std::get_if<bool>(&is_); }
  std::int64_t integer() const { return *std::get_if<std::int64_t>(&is_); }
  const Decimal& decimal() const { return *std::get_if<Decimal>(&is_); }
  std::string_view string() const { return *std::get_if<std::string_view>(&is_); }
  const Temporal& temporal() const { return *std::get_if<Temporal>(&is_); }
  const Quantity& quantity() const { return **std::get_if<const Quantity*>(&is_); }
  const TypeInfo& type() const { return **std::get_if<const TypeInfo*>(&is_); }

 private:
  std::variant<std::monostate, NodeRef, bool, std::int64_t, Decimal, std::string_view, Temporal,
               const Quantity*, const TypeInfo*>
      is_;
};
static_assert(std::is_trivially_copyable_v<Value> && sizeof(Value) == 32);

// An ordered list of values; up to four need no memory of their own.
class Collection {
 public:
  Collection() = default;
  Collection(std::initializer_list<Value> values) {
    for (const auto& value : values) push(value);
  }
  Collection(const Collection& other) { append(other); }
  Collection(Collection&& other) noexcept { take(other); }
  Collection& operator=(const Collection& other) {
    if (this != &other) clear(), append(other);
    return *this;
  }
  Collection& operator=(Collection&& other) noexcept {
    if (this != &other) clear(), take(other);
    return *this;
  }
  ~Collection() = default;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const Value& operator[](std::size_t index) const { return data()[index]; }
  Value& operator[](std::size_t index) { return data()[index]; }
  const Value* begin() const { return data(); }
  const Value* end() const { return data() + size_; }
  Value* begin() { return data(); }
  Value* end() { return data() + size_; }
  const Value& front() const { return data()[0]; }
  const Value& back() const { return data()[size_ - 1]; }

  void push(const Value& value) {
    if (size_ == capacity_) grow(capacity_ * 2);
    data()[size_++] = value;
  }
  void append(const Collection& other) {
    for (std::size_t i = 0, count = other.size(); i < count; ++i) push(other[i]);
  }
  void truncate(std::size_t size) { size_ = size; }
  void drop_front(std::size_t count) {
    std::copy(begin() + count, end(), begin());
    size_ -= count;
  }
  void clear() { size_ = 0; }

 private:
  static constexpr std::size_t inline_values = 4;

  const Value* data() const { return heap_ ? heap_.get() : inline_; }
  Value* data() { return heap_ ? heap_.get() : inline_; }
  void grow(std::size_t capacity) {
    auto larger = std::make_unique<Value[]>(capacity);
    std::copy(begin(), end(), larger.get());
    heap_ = std::move(larger);
    capacity_ = capacity;
  }
  void take(Collection& other) {
    if (other.heap_) {
      heap_ = std::move(other.heap_);
      capacity_ = other.capacity_;
      size_ = other.size_;
      other.capacity_ = inline_values;
    } else {
      append(other);
    }
    other.size_ = 0;
  }

  std::size_t size_ = 0;
  std::size_t capacity_ = inline_values;
  std::unique_ptr<Value[]> heap_;
  Value inline_[inline_values];
};

}  // namespace fingerpost::value
