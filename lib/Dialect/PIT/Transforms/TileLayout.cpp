//===- TileLayout.cpp - who holds what of a dense tile --------------------===//

#include "pit/Dialect/PIT/Transforms/TileLayout.h"
#include "pit/Dialect/PIT/IR/Legality.h"

#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace mlir::pit;

/// Chunks in the 128 bytes within which tiles are swizzled.
static constexpr int64_t kSwizzleChunks = kBankBytes / kChunkBytes;

FailureOr<TileLayout>
TileLayout::get(TileType type, function_ref<InFlightDiagnostic()> emitError) {
  if (type.getShape().size() != 2)
    return emitError() << "expects dense tiles of rank 2, but got " << type;
  int64_t bits = type.getElementType().getIntOrFloatBitWidth();
  if (bits < 8 || bits > 64 || !llvm::isPowerOf2_64(bits))
    return emitError() << "expects elements of 8, 16, 32 or 64 bits, but got "
                       << type;
  TileLayout layout{type.getShape()[0], type.getShape()[1],
                    kChunkBytes * 8 / bits, 0};
  layout.chunks = layout.columns / layout.chunkElements;
  bool whole = layout.columns % layout.chunkElements == 0;
  if (!whole || (layout.chunks % kSwizzleChunks && layout.chunks != 1 &&
                 layout.chunks != 2 && layout.chunks != 4))
    return emitError() << "dense tile of " << layout.rows << "x"
                       << layout.columns << " elements of "
                       << type.getElementType() << " has rows of "
                       << layout.columns * bits / 8
                       << " bytes, which no layout in shared memory takes: "
                          "expected 16, 32, 64 or a multiple of 128";
  return layout;
}

int64_t TileLayout::swizzleShift() const {
  return chunks >= kSwizzleChunks ? 0 : llvm::Log2_64(kSwizzleChunks / chunks);
}

int64_t TileLayout::swizzleMask() const {
  return std::min(chunks, kSwizzleChunks) - 1;
}

CopyMapping CopyMapping::get(const TileLayout &layout, int64_t threads) {
  // 8 lanes copy 128 contiguous bytes: whole sectors, and several chunks of a
  // row share one address. More lanes only if the rows would run out.
  int64_t lanes = std::min(layout.chunks, kSwizzleChunks);
  while (threads / lanes > layout.rows && layout.chunks % (lanes * 2) == 0 &&
         threads % (lanes * 2) == 0)
    lanes *= 2;
  int64_t rowsPerPass = threads / lanes;
  return {lanes, rowsPerPass,
          static_cast<int64_t>(llvm::divideCeil(layout.rows, rowsPerPass)),
          layout.chunks / lanes};
}

WriteMapping WriteMapping::get(AccType acc, Type dest, int64_t rowDivisor,
                               int64_t threads) {
  int64_t columns = acc.getShape()[1];
  // What an element takes: a whole number of bytes, as aligned.
  int64_t bits =
      std::max<int64_t>(8, llvm::PowerOf2Ceil(dest.getIntOrFloatBitWidth()));
  int64_t width = std::max<int64_t>(1, kChunkBytes * 8 / bits);
  while (width > 1 && (rowDivisor % width || columns % width))
    width /= 2;
  int64_t vectors = columns / width;
  int64_t lanes =
      llvm::bit_floor(static_cast<uint64_t>(std::min<int64_t>(vectors, 32)));
  while (vectors % lanes)
    lanes /= 2;
  int64_t rowsPerPass = threads / lanes;
  return {
      width, lanes, rowsPerPass,
      static_cast<int64_t>(llvm::divideCeil(acc.getShape()[0], rowsPerPass)),
      vectors / lanes};
}

SmallVector<int64_t> pit::getReadDistribution(const TileLayout &layout,
                                              const CopyMapping &mapping,
                                              int64_t dim, CoordsType coords,
                                              CoordsAlignment alignment) {
  // Where what a pass copies lies in one micro-tile, all of it live or none,
  // the places of the step's micro-tiles are the same for all threads.
  int64_t micro = coords.getMicro(), positions = coords.getPositions();
  int64_t step = std::min(micro, positions);
  bool aligned = alignment.first % step == 0 && alignment.live % step == 0;
  bool onePerStep = micro % positions == 0;
  bool onePerPass =
      dim == 0 && positions % micro == 0 && micro % mapping.rowsPerPass == 0;
  if (aligned && (onePerStep || onePerPass))
    return {1, 1, 0, step, std::max<int64_t>(1, positions / micro)};
  if (dim == 0)
    return {mapping.lanes, mapping.rowsPerPass, 1, mapping.rowsPerPass,
            mapping.passes};
  SmallVector<int64_t> by{1, mapping.lanes, layout.chunkElements,
                          mapping.lanes * layout.chunkElements,
                          mapping.chunksPerLane};
  // A chunk holds the ends of micro-tiles, or of what is live: each of its runs
  // has its own place.
  int64_t run = std::gcd(std::gcd(alignment.first, alignment.live),
                         std::gcd(micro, layout.chunkElements));
  if (run < layout.chunkElements)
    by.append({run, layout.chunkElements / run});
  return by;
}

SmallVector<int64_t> pit::getWriteDistribution(const WriteMapping &mapping,
                                               int64_t dim, CoordsType coords,
                                               CoordsAlignment alignment) {
  if (dim == 0)
    return {mapping.lanes, mapping.rowsPerPass, 1, mapping.rowsPerPass,
            mapping.passes};
  SmallVector<int64_t> by{1, mapping.lanes, mapping.width,
                          mapping.lanes * mapping.width,
                          mapping.vectorsPerLane};
  int64_t run = std::gcd(std::gcd(alignment.first, alignment.live),
                         std::gcd(coords.getMicro(), mapping.width));
  if (run < mapping.width)
    by.append({run, mapping.width / run});
  return by;
}
