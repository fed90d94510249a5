//===- CPUPipeline.h - from tensors to the host's LLVM ----------*- C++ -*-===//

#ifndef PIT_PASSES_CPUPIPELINE_H
#define PIT_PASSES_CPUPIPELINE_H

#include "mlir/Pass/PassManager.h"

namespace mlir::pit {

/// The host pipeline, `pit-to-cpu`: sparse operators by detection, an index and
/// plain loops over the listed micro-tiles, everything else by upstream's
/// loops; no GPU dialect. Functions return nothing: results become memref
/// arguments behind the others, and each function gets a C interface
/// (`_mlir_ciface_<name>`). Only math functions of libm are left to be linked.
void buildCPUPipeline(OpPassManager &manager);

/// The reference, `pit-to-reference`: the same calling convention, but dense
/// and with all floats in double precision (pit-promote-to-f64).
void buildReferencePipeline(OpPassManager &manager);

/// Registers both by name.
void registerCPUPipelines();

} // namespace mlir::pit

#endif // PIT_PASSES_CPUPIPELINE_H
