//===- HostSizes.h - sizes of a plan in host code ---------------*- C++ -*-===//

#ifndef PIT_LIB_CONVERSION_PITPLANTOLLVM_HOSTSIZES_H
#define PIT_LIB_CONVERSION_PITPLANTOLLVM_HOSTSIZES_H

#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace mlir::pit {

/// Computes the sizes of a plan in an llvm.func that takes its dynamic sizes as
/// i64, and whether each had a value: arithmetic is on 64 bits, signed, and
/// what does not fit is refused.
class HostSizes {
public:
  /// The dynamic sizes of `function`'s arguments, in order, are `sizes`.
  HostSizes(func::FuncOp function, OpBuilder &builder, ValueRange sizes);

  /// How many dynamic sizes the arguments of a function have.
  static size_t count(func::FuncOp function);

  /// An index of the plan, as i64. Emits an error and fails where it has no
  /// expression.
  FailureOr<Value> get(Value value);
  /// The number that an index of the plan is known to be.
  FailureOr<std::optional<int64_t>> getConstant(Value value);
  /// Bytes of a memref of the plan.
  FailureOr<Value> getBytes(Value memref);
  /// Refuses sizes for which `value`, an i64, is not in [`low`, `high`].
  void requireRange(Value value, int64_t low, int64_t high);
  /// Refuses what the arguments' types and pit.require do not allow.
  LogicalResult requireAll();
  /// Whether nothing was refused so far: an i1.
  Value isAccepted();

private:
  friend class HostExpression;
  PlanSymbols getSymbols() { return {/*values=*/nullptr, findSymbol}; }
  FailureOr<Value> emit(Location loc, FailureOr<std::string> text);
  Value constant(Location loc, int64_t value);
  void require(Location loc, Value condition);

  func::FuncOp function;
  OpBuilder &builder;
  /// By argument and dimension.
  DenseMap<std::pair<unsigned, int64_t>, Value> sizes;
  std::function<std::optional<std::string>(BlockArgument, int64_t)> findSymbol;
  Value accepted; ///< null: nothing could be refused
};

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITPLANTOLLVM_HOSTSIZES_H
