//===- DetectPlan.cpp - how a detection is spread over warps --------------===//

#include "DetectPlan.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace mlir::pit;

/// What the memory system moves at least.
static constexpr int64_t kSectorBytes = 32;
/// Loads that a lane should have in flight: with 16 bytes each, some 4 KB a
/// warp.
static constexpr int64_t kLoadsInFlight = 8;
/// What a warp should read: little enough that a small operand is spread over
/// the device, enough to pay for a block's start.
static constexpr int64_t kBytesPerWarp = 8192;
/// From here on a micro-tile is shared by the warps of a block.
static constexpr int64_t kBytesOfSharedTile = 65536;
/// Higher micro-tiles are read one a warp, so that there are enough warps.
static constexpr int64_t kMaxBandRows = 128;

int64_t DetectPlan::tiles(int64_t dim) const {
  return llvm::divideCeil(shape[dim], micro[dim]);
}

int64_t DetectPlan::loads() const {
  switch (form) {
  case DetectForm::empty:
    return 0;
  case DetectForm::rows:
    // A pass ends with one store of 32 flags. Along rows they are those of 32
    // rows; across columns those of as many rows as it takes.
    return axis == 0 ? lanesAcross : micro[1];
  case DetectForm::bands:
    return llvm::divideCeil(micro[0], lanesDown());
  case DetectForm::tiles:
    return llvm::divideCeil(std::accumulate(micro.begin(), micro.end(),
                                            int64_t(1), std::multiplies<>()),
                            kWarpSize * warpsPerTile);
  }
  return 0;
}

int64_t DetectPlan::workers() const {
  switch (form) {
  case DetectForm::empty:
    return 0;
  case DetectForm::rows:
    return llvm::divideCeil(shape[0], rowsPerPass() * perWarp) *
           llvm::divideCeil(shape[1], lanesAcross);
  case DetectForm::bands:
    return llvm::divideCeil(tiles(0), perWarp) *
           llvm::divideCeil(shape[1], lanesAcross);
  case DetectForm::tiles: {
    int64_t count = 1;
    for (size_t dim = 0; dim < shape.size(); ++dim)
      count *= tiles(dim);
    return llvm::divideCeil(count, perWarp);
  }
  }
  return 0;
}

/// The bits of an element that make it live, repeated over words of 4 bytes.
static SmallVector<uint32_t> getLiveBits(Type type) {
  if (type.isInteger(1))
    return {0x01010101u};
  if (isa<IntegerType>(type))
    return {0xffffffffu};
  // -0.0 compares equal to zero; every other pattern, NaN and subnormals too,
  // has a bit beside the sign.
  switch (type.getIntOrFloatBitWidth()) {
  case 16:
    return {0x7fff7fffu};
  case 32:
    return {0x7fffffffu};
  default:
    return {0xffffffffu, 0x7fffffffu};
  }
}

/// Turns a source of another rank into rows and columns where the flags come
/// out in the same order.
static void makeRankTwo(DetectPlan &plan) {
  if (plan.shape.size() == 1) {
    plan.shape.insert(plan.shape.begin(), 1);
    plan.micro.insert(plan.micro.begin(), 1);
    plan.axis = 1;
  }
  // Leading dimensions are flattened into groups anyway.
  while (plan.shape.size() > 2 &&
         plan.axis + 1 == static_cast<int64_t>(plan.shape.size()) &&
         plan.micro[0] == 1 && plan.shape[1] % plan.micro[1] == 0) {
    plan.shape[1] *= plan.shape[0];
    plan.shape.erase(plan.shape.begin());
    plan.micro.erase(plan.micro.begin());
    --plan.axis;
  }
}

static void chooseForm(DetectPlan &plan) {
  int64_t width = plan.micro.back();
  if (plan.shape.size() == 2 && width <= kWarpSize &&
      llvm::isPowerOf2_64(width) && plan.micro[0] <= kMaxBandRows) {
    int64_t rowUnits = static_cast<int64_t>(
        llvm::PowerOf2Ceil(static_cast<uint64_t>(plan.shape[1])));
    bool rows = plan.micro[0] == 1;
    plan.form = rows ? DetectForm::rows : DetectForm::bands;
    // Flags along rows: no wider than a sector asks for, so that the 32 flags
    // of a store are neighbours. Else as wide as the source.
    int64_t across =
        rows && plan.axis == 0 ? kSectorBytes / plan.unitBytes : kWarpSize;
    plan.lanesAcross = std::min<int64_t>(
        std::max(width, std::min(across, rowUnits)), kWarpSize);
    plan.perWarp = std::max<int64_t>(1, kLoadsInFlight / plan.loads());
    return;
  }
  plan.form = DetectForm::tiles;
  int64_t units = 1;
  for (int64_t extent : plan.micro)
    units *= extent;
  int64_t bytes = units * plan.unitBytes;
  if (bytes >= kBytesOfSharedTile) {
    plan.blockSize = 256;
    plan.warpsPerTile = plan.blockSize / kWarpSize;
    return;
  }
  plan.perWarp = static_cast<int64_t>(llvm::bit_floor(static_cast<uint64_t>(
      std::clamp<int64_t>(kBytesPerWarp / bytes, 1, kWarpSize))));
}

std::optional<DetectPlan> pit::planDetection(MemRefType source,
                                             ArrayRef<int64_t> microTile,
                                             int64_t axis) {
  Type type = source.getElementType();
  bool known = isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type);
  for (unsigned width : {1, 8, 16, 32, 64})
    known |= type.isInteger(width);
  if (!known)
    return std::nullopt;
  DetectPlan plan;
  plan.axis = axis;
  plan.liveBits = getLiveBits(type);
  plan.shape.assign(source.getShape().begin(), source.getShape().end());
  for (auto [extent, size] : llvm::zip_equal(microTile, plan.shape))
    plan.micro.push_back(
        ShapedType::isDynamic(extent) ? size : std::min(extent, size));
  if (llvm::is_contained(plan.shape, 0))
    return plan;
  int64_t elementBytes =
      static_cast<int64_t>(llvm::divideCeil(type.getIntOrFloatBitWidth(), 8));
  int64_t rowBytes = plan.shape.back() * elementBytes,
          microBytes = plan.micro.back() * elementBytes;
  plan.unitBytes = std::gcd(kMaxAccessBytes, std::gcd(rowBytes, microBytes));
  plan.shape.back() = rowBytes / plan.unitBytes;
  plan.micro.back() = microBytes / plan.unitBytes;
  makeRankTwo(plan);
  chooseForm(plan);
  return plan;
}
