//===- TileLayout.h - who holds what of a dense tile ------------*- C++ -*-===//
//
// How a dense tile lies in shared memory, and which thread copies, multiplies
// and writes which part of it. The schedule and the lowering share these, so
// that coordinates are in the registers of the thread that needs them.
//
// Examples, for 128 threads (4 warps):
//
//   tile 32x64xf16 (a row is 128 bytes, 8 chunks of 16 bytes)
//     swizzle: chunk c of row r is stored at c ^ (r & 7), so that both a
//       row's 8 chunks and a column of 8 rows lie in 8 different bank groups
//     copy: 8 lanes a row, 16 rows a pass, 2 passes, 1 chunk a lane
//   tile 32x128xf16 (16 chunks)
//     copy: 8 lanes a row, 16 rows a pass, 2 passes, 2 chunks a lane (c, c + 8)
//   tile 64x32xf16 (a row is 64 bytes, 4 chunks)
//     swizzle: c ^ ((r >> 1) & 3): two rows share the 128 bytes of all banks
//     copy: 4 lanes a row, 32 rows a pass, 2 passes, 1 chunk a lane
//
//===----------------------------------------------------------------------===//

#ifndef PIT_DIALECT_PIT_TRANSFORMS_TILELAYOUT_H
#define PIT_DIALECT_PIT_TRANSFORMS_TILELAYOUT_H

#include "pit/Dialect/PIT/IR/PIT.h"

namespace mlir::pit {

/// Bytes of a cp.async and of a row of an 8x8 matrix of ldmatrix (PTX ISA,
/// cp.async and ldmatrix).
inline constexpr int64_t kChunkBytes = 16;

/// Bytes that all banks of shared memory deliver together (CUDA C++ Programming
/// Guide: 32 banks of 4 bytes).
inline constexpr int64_t kBankBytes = 128;

/// Layout of a two-dimensional dense tile in shared memory: rows of 16-byte
/// chunks, swizzled within 128 bytes.
struct TileLayout {
  int64_t rows;          ///< extent of the first dimension
  int64_t columns;       ///< extent of the second, contiguous one
  int64_t chunkElements; ///< elements in 16 bytes
  int64_t chunks;        ///< chunks in a row

  /// The layout of `type`, or failure with an error from `emitError` if it has
  /// none: rank 2, elements of 8 to 64 bits, rows of 1, 2, 4 or a multiple of 8
  /// chunks.
  static FailureOr<TileLayout>
  get(TileType type, function_ref<InFlightDiagnostic()> emitError);

  /// Bytes of one slot.
  int64_t bytes() const { return rows * chunks * kChunkBytes; }
  /// Chunk c of row r is stored at `c ^ ((r >> swizzleShift()) &
  /// swizzleMask())`.
  int64_t swizzleShift() const;
  int64_t swizzleMask() const;
};

/// How the threads of a block copy a tile: thread t copies, in pass p, chunks
/// `t % lanes + i * lanes` of row `t / lanes + p * rowsPerPass`.
struct CopyMapping {
  int64_t lanes;         ///< threads a row
  int64_t rowsPerPass;   ///< rows that the block copies together
  int64_t passes;        ///< passes over the tile; the last may be partial
  int64_t chunksPerLane; ///< chunks of a row that one thread copies

  static CopyMapping get(const TileLayout &layout, int64_t threads);
};

/// How the threads of a block write an accumulator: thread t writes, in pass p,
/// `width` elements from column `(t % lanes) * width` (and `lanes * width`
/// further on, `vectorsPerLane` times) of row `t / lanes + p * rowsPerPass`.
struct WriteMapping {
  int64_t width; ///< elements of one access, at most 16 bytes
  int64_t lanes;
  int64_t rowsPerPass;
  int64_t passes;
  int64_t vectorsPerLane;

  /// For elements of type `dest`, in rows that `rowDivisor` divides (see
  /// getKnownRowDivisor).
  static WriteMapping get(AccType acc, Type dest, int64_t rowDivisor,
                          int64_t threads);
};

/// Checks that mma.sync m16n8k16 has fragments for an accumulator: rank 2, f32,
/// extents that are multiples of 16 and 8. Emits an error from `emitError` and
/// fails if not.
LogicalResult verifyAccumulator(AccType acc,
                                function_ref<InFlightDiagnostic()> emitError);

/// Checks that a product is one of mma.sync m16n8k16: its accumulator, f16
/// tiles, and a reduction that is a multiple of 16. Emits an error at the
/// operation and fails if not.
LogicalResult verifyProduct(TileMmaOp mma);

/// How the warps of a block share an accumulator: warps x columns, each warp a
/// block of `rows` x `columns` elements, made of m16n8 fragments.
struct WarpLayout {
  int64_t warpsM, warpsN; ///< warps along the first and second dimension
  int64_t rows, columns;  ///< extents of a warp's block

  /// The layout for `warps` warps in which the blocks are closest to square, or
  /// failure if none divides the accumulator into fragments.
  static FailureOr<WarpLayout> get(AccType acc, int64_t warps);

  int64_t fragmentsM() const { return rows / 16; }
  int64_t fragmentsN() const { return columns / 8; }
};

/// What divides the first of a tile's positions, and the number of live ones
/// (0: everything does).
struct CoordsAlignment {
  int64_t first, live;
};

/// The distribution (`by` of #pit.coords) of the coordinates of dimension `dim`
/// of a tile that is copied by `mapping`.
SmallVector<int64_t> getReadDistribution(const TileLayout &layout,
                                         const CopyMapping &mapping,
                                         int64_t dim, CoordsType coords,
                                         CoordsAlignment alignment);

/// The distribution of the coordinates of dimension `dim` of an accumulator
/// that is written by `mapping`.
SmallVector<int64_t> getWriteDistribution(const WriteMapping &mapping,
                                          int64_t dim, CoordsType coords,
                                          CoordsAlignment alignment);

} // namespace mlir::pit

#endif // PIT_DIALECT_PIT_TRANSFORMS_TILELAYOUT_H
