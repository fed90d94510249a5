//===- DetectPlan.h - how a detection is spread over warps ------*- C++ -*-===//

#ifndef PIT_LIB_CONVERSION_PITTOGPU_DETECTPLAN_H
#define PIT_LIB_CONVERSION_PITTOGPU_DETECTPLAN_H

#include "WarpEmitter.h"

#include "pit/Analysis/Chip.h"
#include "pit/Dialect/PIT/IR/PIT.h"

namespace mlir::pit {

/// How the micro-tiles of a pit.detect are given to warps.
enum class DetectForm {
  /// Nothing to read: every flag is false.
  empty,
  /// Micro-tiles one row high and up to 32 units wide: a warp takes many rows,
  /// and one vote answers for several micro-tiles.
  rows,
  /// Micro-tiles several rows high and up to 32 units wide: a warp takes a band
  /// of rows, lanes gather down the rows, and one vote at the end answers for
  /// all micro-tiles of the band.
  bands,
  /// Any rank and extents: a warp (or, for large ones, a block) a micro-tile.
  tiles,
};

/// What a detection reads and how. Sizes of the last dimension are in units:
/// what one lane loads at once.
struct DetectPlan {
  DetectForm form = DetectForm::empty;
  /// Bytes of a unit: the widest load (16, 8, 4, 2 or 1) to which rows and
  /// micro-tiles are multiples; elements of a unit.
  int64_t unitBytes = 1, unitElements = 1;
  /// Source and micro-tile, at most as large as the source where its size is
  /// known; rank 2 with `rows` and `bands`. A dynamic extent of the micro-tile
  /// is a whole dimension of dynamic size.
  SmallVector<int64_t> shape, micro;
  /// The dimensions of the source that each dimension is made of.
  SmallVector<SmallVector<unsigned>> sourceDims;
  /// Dimension along which the micro-tiles are listed.
  int64_t axis = 0;
  /// Bits that tell a live element, per word of 4 bytes of a load and from the
  /// first on: all but the sign of floats. Repeats.
  SmallVector<uint32_t> liveBits;

  /// `rows`, `bands`: lanes side by side, a multiple of the micro-tile's units;
  /// the others lie below them.
  int64_t lanesAcross = kDefault;
  /// `rows`: passes of one store each; `bands`: bands; `tiles`: micro-tiles.
  int64_t perWarp = 1;
  /// `tiles`: the warps that share a micro-tile (1, or a block of them).
  int64_t warpsPerTile = 1;
  /// Threads a block.
  int64_t blockSize = 128;

  /// What the plan is right for: rows whose length in elements is a multiple of
  /// this, or (`others`) those that are not. 1 for all rows.
  int64_t rowMultiple = 1;
  bool others = false;

  int64_t lanesDown() const { return kWarpSize / lanesAcross; }
  /// Loads of a lane for one pass or micro-tile; dynamic if the micro-tile is.
  int64_t loads() const;
  /// `rows`: rows of one pass.
  int64_t rowsPerPass() const { return loads() * lanesDown(); }

private:
  static constexpr int64_t kDefault = 32;
};

/// The sizes of a plan at one place: in the launch plan or in the kernel.
struct DetectSizes {
  /// As in the plan.
  SmallVector<Extent> shape, micro;
  /// Number of micro-tiles along each dimension, and of all.
  SmallVector<Extent> tiles;
  Extent allTiles = 1;
  /// Number of warps (of blocks, if a block shares a micro-tile) with work.
  Extent workers = 0;

  DetectSizes(const WarpEmitter &emit, const DetectPlan &plan, Value source);
};

/// The plans for detecting micro-tiles of a source of the given type. Every
/// source is served by one of them: the only one, or the one for its rows'
/// length, where that is dynamic. The element type is i1 (a byte each), i8,
/// i16, i32, i64, f16, bf16, f32 or f64; no plans for others.
SmallVector<DetectPlan, 2>
planDetection(MemRefType source, ArrayRef<int64_t> microTile, int64_t axis);

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTOGPU_DETECTPLAN_H
