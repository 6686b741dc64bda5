// What the process keeps to itself: what it writes is its user's alone, and what it holds in memory
// is left nowhere when it fails.

#pragma once

namespace fingerpost::command {

// For the whole process, before it opens anything.
void guard_process();

}  // namespace fingerpost::command
