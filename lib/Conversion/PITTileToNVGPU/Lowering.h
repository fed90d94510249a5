//===- Lowering.h - what the patterns of this folder share ------*- C++ -*-===//
//
// Values of the tile level become values of one thread: coordinates the places
// it holds, an accumulator its fragments, a tile the number of its slot, a
// token nothing.
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
  int64_t threads; ///< threads in a block
  int64_t stages;  ///< slots of each tile
  Value arena;     ///< the shared arena, memref<bytes x i8>
};

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

/// The type of one thread's share of an m16n8 fragment of the accumulator.
VectorType getFragmentType(AccType acc);

/// A warp's place in the accumulator: its number along each dimension.
std::pair<Value, Value> getWarpPlace(const IndexBuilder &ib,
                                     const WarpLayout &layout);

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTILETONVGPU_LOWERING_H
