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

#include <array>
#include <variant>

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

/// Elements that a thread reads at once, at most, for a product on CUDA cores.
inline constexpr int64_t kMaxRun = 4;

/// A product of two tiles as its accumulator sees it.
struct Product {
  struct Factor {
    TileType tile;
    bool isLhs;               ///< the operation's lhs, else its rhs
    bool reductionContiguous; ///< else the parallel dimension is
    bool isUnsigned;          ///< integers without sign

    /// Neighbours that one load of a thread reads for CUDA cores: along the
    /// parallel dimension, or along the reduction; 1 along the other.
    int64_t getParallelWidth() const;
    int64_t getReductionWidth() const;
  };
  Factor
      factors[2]; ///< those with the accumulator's first and second dimension
  int64_t depth;  ///< extent of the reduction
  AccType acc;
  bool isTF32; ///< f32 is to be rounded to tf32

  /// The parts of a product that verifyProduct accepts.
  static Product get(TileMmaOp mma);

  /// Steps along the reduction in which tensor cores take the product: k of
  /// mma.sync m16n8k16 (f16, bf16), m16n8k8 (tf32) or m16n8k32 (i8 with both
  /// tiles contiguous along the reduction). Two chunks of each tile. 0 if they
  /// do not: other types, or extents that are no multiples.
  int64_t getMmaDepth() const;
};

/// Whether an accumulator is made of fragments of mma.sync: rank 2, multiples
/// of 16 and 8, f32 or i32.
bool hasFragments(AccType acc);

/// Checks that threads can hold an accumulator: rank 2, and f32, f64, i32 or
/// i64. Emits an error from `emitError` and fails if not.
LogicalResult verifyAccumulator(AccType acc,
                                function_ref<InFlightDiagnostic()> emitError);

/// Checks that a product has a lowering: tiles of rank 2, and types that
/// hasProduct knows; tf32 needs tensor cores. Emits an error at the operation
/// and fails if not.
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

/// How the threads of a block share an accumulator (`by` of !pit.acc): along
/// each dimension, thread t of `threads` holds runs of neighbours, the first at
/// `t * run`, the others `threads * run` apart.
///
/// Example: 64x128xf32 on 128 threads, by = [4, 8, 2, 2, 4, 4]. A thread holds
/// 2 x 2 blocks of 4 x 4, 8 x 8 elements in all. 8 neighbouring lanes read 128
/// contiguous bytes of a row of the tile that holds n, or 8 consecutive rows of
/// one that is contiguous along the reduction, which the swizzle puts in
/// different banks if runs have length 1; all of them read the same of the
/// other tile.
struct ThreadLayout {
  std::array<int64_t, 2> extent, lanes, warps, run;

  /// The layout that the type's `by` describes.
  static ThreadLayout get(AccType acc);

  /// The layout for `warps` warps that needs the fewest instructions for one
  /// step along the reduction. `widths` is the longest run along each dimension
  /// that one load can read, 1 where a tile is contiguous along the reduction.
  static ThreadLayout choose(AccType acc, int64_t warps,
                             std::array<int64_t, 2> widths);

  AccType distribute(AccType acc) const;

  int64_t threads(int dim) const { return lanes[dim] * warps[dim]; }
  /// Elements between a thread's runs.
  int64_t stride(int dim) const { return threads(dim) * run[dim]; }
  /// Runs of the thread that holds most.
  int64_t runs(int dim) const {
    return (extent[dim] + stride(dim) - 1) / stride(dim);
  }
  int64_t held(int dim) const { return runs(dim) * run[dim]; }
};

/// Who holds what of an accumulator: warps fragments, or threads runs.
struct AccLayout {
  std::variant<WarpLayout, ThreadLayout> layout;

  /// The layout that the type says, or failure with an error from `emitError`
  /// if that many threads cannot share the accumulator so.
  static FailureOr<AccLayout> get(AccType acc, int64_t threads,
                                  function_ref<InFlightDiagnostic()> emitError);

  const WarpLayout *getWarps() const { return std::get_if<0>(&layout); }
  const ThreadLayout *getThreads() const { return std::get_if<1>(&layout); }

  /// Elements that a thread holds.
  int64_t held() const;
  /// The values that a thread holds: fragments as vector<2x2>, or runs along
  /// the second dimension, row by row.
  SmallVector<Type> getHeldTypes(AccType acc) const;
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
