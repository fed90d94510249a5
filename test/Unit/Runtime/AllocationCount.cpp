//===- AllocationCount.cpp - counts what the host allocates ---------------===//

#include "AllocationCount.h"

#include <atomic>
#include <cstdlib>
#include <new>

static std::atomic<uint64_t> count;

uint64_t pit::runtime::allocationCount() { return count; }

// The other forms call these, but for those with an alignment; under a
// sanitizer, whose own forms do not, the one that returns null as well.
void *operator new(std::size_t bytes, const std::nothrow_t &) noexcept {
  ++count;
  return std::malloc(bytes ? bytes : 1);
}
void *operator new(std::size_t bytes) {
  if (void *p = operator new(bytes, std::nothrow))
    return p;
  std::abort();
}
void operator delete(void *p) noexcept { std::free(p); }
void operator delete(void *p, std::size_t) noexcept { std::free(p); }
