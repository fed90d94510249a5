//===- PITTileToNVGPU.h - from scheduled tiles to threads -------*- C++ -*-===//

#ifndef PIT_CONVERSION_PITTILETONVGPU_PITTILETONVGPU_H
#define PIT_CONVERSION_PITTILETONVGPU_PITTILETONVGPU_H

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace mlir::pit {

/// Lowers a kernel that the sm_80 schedule has pipelined to gpu, nvgpu, nvvm,
/// vector and memref operations on the values of one thread; no pit operation
/// is left. Emits an error and fails where an operation has no lowering.
LogicalResult convertTileToNVGPU(gpu::GPUFuncOp kernel);

/// Turns the static shared arena of every kernel in `module`, which is in the
/// LLVM dialect by now, into the launch's dynamic shared memory: an external
/// array of no stated size. Only so may it be larger than 48 KiB.
void externalizeSharedMemory(gpu::GPUModuleOp module);

} // namespace mlir::pit

#endif // PIT_CONVERSION_PITTILETONVGPU_PITTILETONVGPU_H
