//===- Lowering.h - what the patterns of this folder share ------*- C++ -*-===//
//
// Values of the tile level become values of one thread: coordinates the places
// it holds, an accumulator its fragments or runs, a tile the number of its
// slot, a token nothing.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_CONVERSION_PITTILETONVGPU_LOWERING_H
#define PIT_LIB_CONVERSION_PITTILETONVGPU_LOWERING_H

#include "pit/Analysis/Chip.h"
#include "pit/Conversion/Utils/IndexBuilder.h"
#include "pit/Dialect/PIT/IR/PIT.h"
#include "pit/Dialect/PIT/Transforms/TileLayout.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Transforms/DialectConversion.h"

namespace mlir::pit {

/// Where a position past the live ones lies: out of the bounds of any memref,
/// also after the extent of a dense tile was added.
inline constexpr int64_t kNowhere = -(int64_t(1) << 40);

/// Facts of the kernel that is being lowered.
struct KernelContext {
  int64_t threads = 0;     ///< threads in a block
  int64_t stages = 0;      ///< slots of each tile
  int64_t sharedBytes = 0; ///< size of the shared arena
  Value arena;             ///< the shared arena, memref<bytes x i8>
  /// What divides the offset of a pit.sread or pit.swrite along the contiguous
  /// dimension (0: everything does).
  llvm::DenseMap<Operation *, int64_t> offsetDivisors;

  /// See getKnownRowDivisor; of every memref that tiles are read from or
  /// written to.
  llvm::DenseMap<Value, int64_t> rowDivisors;

  int64_t getOffsetDivisor(Operation *op) const {
    auto found = offsetDivisors.find(op);
    return found == offsetDivisors.end() ? 1 : found->second;
  }
};

/// True if elements of the last dimension lie side by side.
bool hasContiguousRows(MemRefType type);

/// True if the kernel has operations that a schedule must have prepared.
bool needsSchedule(gpu::GPUFuncOp kernel);

/// Checks that every operation of a scheduled kernel has a lowering, and fills
/// in `offsetDivisors`. Emits an error at the first that has none and fails.
LogicalResult verifyTileKernel(gpu::GPUFuncOp kernel, KernelContext &context);

/// Elements of a row that a thread's coordinates tell to lie side by side, at
/// most a chunk.
int64_t getRun(SReadOp op, const TileLayout &layout);

/// The slots of a tile in the arena: memref<slots x rows x columns>.
Value getTileView(const IndexBuilder &ib, const KernelContext &context,
                  TileType type, const TileLayout &layout);

/// Patterns of this folder, one file each.
void populateReadPatterns(const TypeConverter &converter,
                          RewritePatternSet &patterns,
                          const KernelContext &context);
void populateMmaPatterns(const TypeConverter &converter,
                         RewritePatternSet &patterns,
                         const KernelContext &context);
void populateWritePatterns(const TypeConverter &converter,
                           RewritePatternSet &patterns,
                           const KernelContext &context);

/// A warp's place in the accumulator: its number along each dimension.
std::pair<Value, Value> getWarpPlace(const IndexBuilder &ib,
                                     const WarpLayout &layout);

/// Where a thread's run number `number` along dimension `dim` begins, and
/// whether it is in the accumulator (null: it is).
struct RunPlace {
  Value first;
  Value valid;
};
RunPlace getRunPlace(const IndexBuilder &ib, const ThreadLayout &layout,
                     int dim, int64_t number);

/// Stores the values that the threads hold of an accumulator to `buffer`, a
/// memref with a row for each of its rows.
void storeAccumulator(const IndexBuilder &ib, const AccLayout &layout,
                      ValueRange held, Value buffer);

/// The accumulator plus a product, by the threads' own multiplications;
/// `slots` are those of the product's factors. Returns what a thread holds.
SmallVector<Value>
multiplyOnCudaCores(const IndexBuilder &ib, const KernelContext &context,
                    const Product &product, const ThreadLayout &layout,
                    std::array<Value, 2> slots, ValueRange held);

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTILETONVGPU_LOWERING_H
