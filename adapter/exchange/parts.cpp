#include "exchange/parts.h"

namespace fingerpost::exchange {

Result<Readers::Loan> Readers::lend() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      auto reader = std::move(free_.back());
      free_.pop_back();
      return Loan(*this, std::move(reader));
    }
  }
  LET(auto reader, store_.reader());
  return Loan(*this, std::move(reader));
}

void Readers::give_back(std::unique_ptr<store::Reader> reader) {
  const std::lock_guard lock(mutex_);
  free_.push_back(std::move(reader));
}

}  // namespace fingerpost::exchange
