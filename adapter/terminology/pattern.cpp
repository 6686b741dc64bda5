#include "terminology/pattern.h"

#include <re2/re2.h>

namespace fingerpost::terminology {
namespace {

RE2::Options options() {
  RE2::Options made;
  made.set_log_errors(false);
  made.set_max_mem(std::int64_t{1} << 20);
  return made;
}

}  // namespace

struct Pattern::Compiled {
  RE2 expression;
};

Pattern::Pattern(std::string_view text)
    : compiled_(new Compiled{{re2::StringPiece(text.data(), text.size()), options()}}) {}
Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

bool Pattern::good() const {
  return compiled_->expression.ok();
}

bool Pattern::matches(std::string_view text) const {
  return RE2::FullMatch(re2::StringPiece(text.data(), text.size()), compiled_->expression);
}

}  // namespace fingerpost::terminology
