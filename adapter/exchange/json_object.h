// One JSON object, written member by member.

#pragma once

#include "store/body.h"
#include "wire/json.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fingerpost::exchange {

class JsonObject {
 public:
  JsonObject& text(std::string_view name, std::string_view value) {
    key(name);
    wire::write_json_string(out_, value);
    return *this;
  }
  JsonObject& number(std::string_view name, std::int64_t value) {
    return raw(name, std::to_string(value));
  }
  // Left out when it is 0.
  JsonObject& time(std::string_view name, std::int64_t us) {
    return us == 0 ? *this : text(name, store::instant(us));
  }
  JsonObject& raw(std::string_view name, std::string_view json) {
    key(name);
    out_ += json;
    return *this;
  }
  JsonObject& list(std::string_view name, const std::vector<std::string>& jsons) {
    key(name);
    out_ += '[';
    for (const auto& json : jsons) {
      if (out_.back() != '[') out_ += ',';
      out_ += json;
    }
    out_ += ']';
    return *this;
  }
  std::string end() const { return out_ + "}"; }

 private:
  void key(std::string_view name) {
    if (out_.size() > 1) out_ += ',';
    wire::write_json_string(out_, name);
    out_ += ':';
  }
  std::string out_ = "{";
};

}  // namespace fingerpost::exchange
