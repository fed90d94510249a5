//===- AllocationCount.h - counts what the host allocates -------*- C++ -*-===//

#ifndef PIT_TEST_RUNTIME_ALLOCATIONCOUNT_H
#define PIT_TEST_RUNTIME_ALLOCATIONCOUNT_H

#include <cstdint>

namespace pit::runtime {

/// Calls of operator new in this program until now.
uint64_t allocationCount();

} // namespace pit::runtime

#endif // PIT_TEST_RUNTIME_ALLOCATIONCOUNT_H
