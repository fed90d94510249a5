//===- LaunchPlan.h - the plan form of a function ---------------*- C++ -*-===//
//
// In plan form a function takes its inputs and then its outputs as memrefs,
// returns nothing, and is one block that a launcher can run from top to bottom
// without looking at data: arithmetic on sizes, one workspace and views of it,
// casts that move nothing, and the steps.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_DIALECT_PIT_TRANSFORMS_LAUNCHPLAN_H
#define PIT_DIALECT_PIT_TRANSFORMS_LAUNCHPLAN_H

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace mlir::pit {

/// What every temporary's offset into the workspace is a multiple of, in bytes:
/// the alignment that the CUDA allocator gives, so that a workspace of its own
/// would not be aligned better.
inline constexpr int64_t kWorkspaceAlignmentBytes = 256;

/// How far the steps of a plan are lowered.
enum class PlanStage {
  Operations, ///< payload operations on memrefs, and launches
  Launches    ///< launches and copies only
};

/// Checks that a function is in plan form; emits an error at the first
/// operation that has no place in it.
LogicalResult verifyLaunchPlan(func::FuncOp function, PlanStage stage);

/// Brings a bufferized function into plan form. Emits an error and fails where
/// that cannot be done.
LogicalResult planLaunches(func::FuncOp function);

/// The buffer that a memref of a plan lies in, through casts that move no
/// data: an argument, or the result of a memref.view or memref.alloc.
Value getPlanBuffer(Value memref);

/// Where a memref of a verified plan lies: in an argument, or at an offset in
/// bytes into the workspace. One of both is null.
struct PlanPlace {
  BlockArgument argument;
  Value offset;
};
PlanPlace getPlanPlace(Value memref);

/// Whether buffers of a plan may have elements of this type: f16, bf16, f32,
/// f64, f8E4M3FN, f8E5M2, and signless integers of 1, 8, 16, 32 and 64 bits.
bool isPlanElementType(Type type);

/// Bytes of a memref of static shape; i1 takes a byte. None where the element
/// type has no size of whole bytes or the product does not fit into 63 bits.
std::optional<int64_t> getStaticByteSize(MemRefType type);

/// Size of dimension `dim` of a memref of a plan, as an index at `builder`'s
/// place, in the function's block or in an operation of it: a constant where
/// the type tells it; else what the buffer was made with, through casts; for an
/// argument what pit.require defines it as, or a memref.dim at the function's
/// start. Sizes that are seen to be equal are the same value.
Value getPlanSize(OpBuilder &builder, Location loc, Value memref, int64_t dim);

/// The value that a pit.require defines the size of an argument's dimension as:
/// that of the first one whose `expected` uses only dimensions of arguments
/// before this one, so that definitions never form a circle. Null if none does.
Value getSizeDefinition(BlockArgument argument, int64_t dim);

/// Bytes of a memref as an index, computed at `builder`'s place; i1 takes a
/// byte. `sizes` are the dynamic ones; the element type is one of a plan's.
Value getPlanByteSize(OpBuilder &builder, Location loc, MemRefType type,
                      ValueRange sizes);

/// `buffer` as a memref of `type`, of identity layout, from its first element
/// on; `sizes` are the dynamic ones. Casts nothing that has the type already.
Value createDenseMemRef(OpBuilder &builder, Location loc, MemRefType type,
                        Value buffer, ValueRange sizes);

/// Creates a temporary in the workspace of the plan that `op` is in (after the
/// others; the workspace grows), named `name` with a number if there is one
/// already. For lowerings that need scratch memory. `sizes` are the dynamic
/// sizes of `type`, index values of the plan before `op`: arithmetic on sizes
/// of arguments, which moves up to the workspace. Emits an error at `op` and
/// fails where a static size is too large or a dynamic one cannot be moved.
FailureOr<Value> createTemporary(OpBuilder &builder, Operation *op,
                                 MemRefType type, StringRef name,
                                 ValueRange sizes = {});

/// Names what an expression may use: `values` those index values that are
/// symbols, `sizes` dynamic sizes of arguments that nothing defines.
struct PlanSymbols {
  function_ref<std::optional<std::string>(Value)> values = nullptr;
  function_ref<std::optional<std::string>(BlockArgument, int64_t)> sizes =
      nullptr;
};

/// An index value of a plan as an expression in the sense of
/// docs/launch-plan.md; an integer where the value is known. Emits an error at
/// the operation that has no expression, or needs one that is too long, and
/// fails.
FailureOr<std::string> writePlanExpression(Value value,
                                           PlanSymbols symbols = {});

/// The size of a dimension of a memref of a plan in the same way.
FailureOr<std::string> writePlanSize(Value memref, int64_t dim,
                                     PlanSymbols symbols = {});

/// Bytes of a memref of a plan in the same way.
FailureOr<std::string> writePlanByteSize(Value memref,
                                         PlanSymbols symbols = {});

/// Writes block size and dynamic shared memory of each kernel into its
/// launches. Emits an error and fails where a kernel has no block size.
LogicalResult finalizePlan(ModuleOp module);

} // namespace mlir::pit

#endif // PIT_DIALECT_PIT_TRANSFORMS_LAUNCHPLAN_H
