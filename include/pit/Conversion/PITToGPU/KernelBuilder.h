//===- KernelBuilder.h - kernels of a launch plan ---------------*- C++ -*-===//
//
// Every operation of a planned function becomes a gpu.func that is built
// directly, so that its arguments come in the order of the kernel ABI, and a
// pit.launch in the operation's place.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_CONVERSION_PITTOGPU_KERNELBUILDER_H
#define PIT_CONVERSION_PITTOGPU_KERNELBUILDER_H

#include "pit/Dialect/PIT/IR/PIT.h"
#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace mlir::pit {

/// Emits the body of a kernel: `args` stand for the launch's operands, with
/// their types. The insertion point is before the kernel's gpu.return.
using KernelBodyBuilder =
    function_ref<void(OpBuilder &builder, Location loc, ValueRange args)>;

/// Creates the kernel `<function>_<n>` (n counts from 0 in order of creation)
/// in the module's `<function>_kernels`, and its launch before `op`, an
/// operation of a function in plan form.
///
/// `operands` are buffers of the plan (identity layout), in the order of the
/// kernel ABI: inputs, index buffers, workspace pieces, outputs; the kernel
/// takes each as a bare pointer, 16-byte aligned. Behind the pointers come i64
/// for the dynamic sizes of the buffers, in that order, each value of the plan
/// once and constants not at all. Index values among the operands come there
/// too. In the kernel `args` are again memrefs of the operands' types, and
/// indices; IndexBuilder::size knows their sizes.
///
/// `grid` is the number of thread blocks, an index value of the plan; one that
/// depends on sizes is compared with what a device can launch when the plan
/// runs. `blockSize` is the number of threads a block, 0 where a schedule
/// decides it later. `role` is a word for people: what the kernel does
/// (`detect`, `compact`, ...), recorded as `pit.role`.
///
/// Emits an error and fails where the kernels' module cannot have its name, or
/// the grid is too large.
FailureOr<LaunchOp> buildKernel(OpBuilder &builder, Operation *op,
                                StringRef role, ValueRange operands, Value grid,
                                int64_t blockSize, KernelBodyBuilder body);

/// The same with a grid that is known now.
FailureOr<LaunchOp> buildKernel(OpBuilder &builder, Operation *op,
                                StringRef role, ValueRange operands,
                                int64_t grid, int64_t blockSize,
                                KernelBodyBuilder body);

} // namespace mlir::pit

#endif // PIT_CONVERSION_PITTOGPU_KERNELBUILDER_H
