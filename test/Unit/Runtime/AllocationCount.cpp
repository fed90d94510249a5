//===- AllocationCount.cpp - counts what the host allocates ---------------===//

#include "AllocationCount.h"

#include <atomic>
#include <cstdlib>
#include <new>

static std::atomic<uint64_t> count;

uint64_t pit::runtime::allocationCount() { return count; }

// The other forms call these, but for those with an alignment.
void *operator new(std::size_t bytes) {
  ++count;
  if (void *p = std::malloc(bytes ? bytes : 1))
    return p;
  std::abort();
}
void operator delete(void *p) noexcept { std::free(p); }
void operator delete(void *p, std::size_t) noexcept { std::free(p); }
