//===- Signature.h - what a function takes and returns ----------*- C++ -*-===//

#ifndef PIT_TOOLS_PIT_RUN_SIGNATURE_H
#define PIT_TOOLS_PIT_RUN_SIGNATURE_H

#include "pit/Runtime/LaunchPlan.h"
#include "pit/Support/Npy.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace pit::tool {

/// A tensor of static shape.
struct TensorSpec {
  runtime::ElementType element;
  std::vector<uint64_t> shape;
  std::string type; ///< as MLIR prints it, for messages

  uint64_t elements() const;
  uint64_t bytes() const;
  /// How it stands in a .npy file.
  NpyType npyType() const;
};

/// The tensors of a function.
struct Signature {
  std::string name;
  std::vector<TensorSpec> arguments, results;
};

/// The function called `entry`, or the only one with a body. The error names
/// those that there are.
Expected<mlir::func::FuncOp> selectFunction(mlir::ModuleOp module,
                                            const std::string &entry);

/// Its signature. The errors: an argument or result that is no ranked tensor, a
/// dynamic dimension, an element type that has no place in memory here, a
/// tensor of 2^63 bytes or more.
Expected<Signature> readSignature(mlir::func::FuncOp function);

/// Drops every function that `function` does not call, directly or not.
void keepOnly(mlir::func::FuncOp function);

/// The indices of an element, row-major, as "1, 2".
std::string placeOf(const TensorSpec &spec, uint64_t element);

/// Whether an operation of the function, or of one that it calls, has a sparse
/// operand.
bool isSparse(mlir::func::FuncOp function);

} // namespace pit::tool

#endif // PIT_TOOLS_PIT_RUN_SIGNATURE_H
