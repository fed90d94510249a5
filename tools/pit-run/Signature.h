//===- Signature.h - what a function takes and returns ----------*- C++ -*-===//

#ifndef PIT_TOOLS_PIT_RUN_SIGNATURE_H
#define PIT_TOOLS_PIT_RUN_SIGNATURE_H

#include "pit/Runtime/LaunchPlan.h"
#include "pit/Support/Npy.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace pit::tool {

/// A size that the type of a tensor leaves open.
inline constexpr uint64_t kDynamicSize = ~uint64_t(0);

/// A tensor.
struct TensorSpec {
  runtime::ElementType element;
  std::vector<uint64_t> shape; ///< kDynamicSize until it is known
  std::string type;            ///< as MLIR prints it, for messages

  /// Whether sizes are not known yet. Elements and bytes are of known sizes.
  bool isDynamic() const;
  /// Gives the sizes of a run. The error: rank or a known size is another, or
  /// the tensor would have 2^63 bytes or more.
  Error setShape(const std::vector<uint64_t> &sizes);
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

/// Its signature. The errors: an argument or result that is no ranked tensor,
/// an element type that has no place in memory here, a tensor of 2^63 bytes or
/// more.
Expected<Signature> readSignature(mlir::func::FuncOp function);

/// Gives a function of dynamic sizes those of a run: its arguments have the
/// types of `arguments`, and what can be told from that is told. The function
/// may compute less than it did, so this is for looking at it only.
mlir::LogicalResult specialize(mlir::func::FuncOp function,
                               const std::vector<TensorSpec> &arguments);

/// Drops every function that `function` does not call, directly or not.
void keepOnly(mlir::func::FuncOp function);

/// The indices of an element, row-major, as "1, 2".
std::string placeOf(const TensorSpec &spec, uint64_t element);

/// Whether an operation of the function, or of one that it calls, has a sparse
/// operand.
bool isSparse(mlir::func::FuncOp function);

} // namespace pit::tool

#endif // PIT_TOOLS_PIT_RUN_SIGNATURE_H
