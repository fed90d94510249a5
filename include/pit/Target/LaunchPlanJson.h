//===- LaunchPlanJson.h - launch plans as JSON ------------------*- C++ -*-===//

#ifndef PIT_TARGET_LAUNCHPLANJSON_H
#define PIT_TARGET_LAUNCHPLANJSON_H

#include "pit/Target/PTXTarget.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::pit {

/// The launch plan of a function in plan form whose launches are complete
/// (pit-finalize-plan), in the format of docs/launch-plan.md. Emits an error
/// and fails where something has no place in it.
FailureOr<std::string> writeLaunchPlan(func::FuncOp function,
                                       const PTXTarget &target,
                                       StringRef ptxFile);

} // namespace mlir::pit

#endif // PIT_TARGET_LAUNCHPLANJSON_H
