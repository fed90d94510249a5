//===- DetectPlan.h - how a detection is spread over warps ------*- C++ -*-===//

#ifndef PIT_LIB_CONVERSION_PITTOGPU_DETECTPLAN_H
#define PIT_LIB_CONVERSION_PITTOGPU_DETECTPLAN_H

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
  /// micro-tiles are multiples.
  int64_t unitBytes = 1;
  /// Source and micro-tile, at most as large as the source; rank 2 with `rows`
  /// and `bands`.
  SmallVector<int64_t> shape, micro;
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

  int64_t lanesDown() const { return kWarpSize / lanesAcross; }
  /// Number of micro-tiles along a dimension.
  int64_t tiles(int64_t dim) const;
  /// Loads of a lane for one pass or micro-tile.
  int64_t loads() const;
  /// `rows`: rows of one pass.
  int64_t rowsPerPass() const { return loads() * lanesDown(); }
  /// Number of warps (of blocks, if a block shares a micro-tile) with work.
  int64_t workers() const;

private:
  static constexpr int64_t kDefault = 32;
};

/// The plan for detecting micro-tiles of a source of the given static type. The
/// element type is i1 (a byte each), i8, i16, i32, i64, f16, bf16, f32 or f64;
/// none for others.
std::optional<DetectPlan>
planDetection(MemRefType source, ArrayRef<int64_t> microTile, int64_t axis);

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTOGPU_DETECTPLAN_H
