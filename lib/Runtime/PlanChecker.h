//===- PlanChecker.h - what must hold of a launch plan ----------*- C++ -*-===//

#ifndef PIT_LIB_RUNTIME_PLANCHECKER_H
#define PIT_LIB_RUNTIME_PLANCHECKER_H

#include "PlanJson.h"

#include "pit/Runtime/LaunchPlan.h"

namespace pit::runtime {

/// Checks a plan that is well formed: who may write what, which names may stand
/// where, and every size that is known without the run-time ones. False after
/// an error.
bool checkPlan(const LaunchPlan &plan, JsonErrors &errors);

/// "steps[2].arguments[0]"
std::string elementPath(std::string_view list, size_t index);

/// Bytes [offset, offset + bytes) of a buffer of `size` bytes; the error gives
/// the numbers. A negative `offset` or `bytes` is an error too.
Error checkRange(int64_t offset, int64_t bytes, int64_t size,
                 std::string_view buffer);

/// An error if the source and the target of a copy within `buffer` overlap or
/// are the same. Both lie within it.
Error checkCopy(int64_t sourceOffset, int64_t targetOffset, int64_t bytes,
                std::string_view buffer);

/// An error unless the requirement holds of the values of its expressions.
Error checkRequirement(const SizeRequirement &requirement, int64_t size,
                       int64_t expected);

/// An error unless `grid` is a number of blocks that can be launched, or 0.
Error checkGrid(int64_t grid);

} // namespace pit::runtime

#endif // PIT_LIB_RUNTIME_PLANCHECKER_H
