// One thread's eyes on the store in memory. Internal to store/.

#pragma once

#include "fingerpost/limits.h"
#include "store/memory_search.h"
#include "store/store.h"

#include <memory>

namespace fingerpost::store {

// Both must outlive it.
std::unique_ptr<Reader> make_memory_reader(const Data& data, const Limits& limits);

}  // namespace fingerpost::store
