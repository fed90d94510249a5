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

/// The product of extents, dynamic if one of them is.
static int64_t multiply(ArrayRef<int64_t> extents) {
  return llvm::is_contained(extents, ShapedType::kDynamic)
             ? ShapedType::kDynamic
             : std::accumulate(extents.begin(), extents.end(), int64_t(1),
                               std::multiplies<>());
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
  case DetectForm::tiles: {
    int64_t units = multiply(micro);
    return ShapedType::isDynamic(units)
               ? units
               : llvm::divideCeil(units, kWarpSize * warpsPerTile);
  }
  }
  return 0;
}

DetectSizes::DetectSizes(const WarpEmitter &emit, const DetectPlan &plan,
                         Value source) {
  if (plan.form == DetectForm::empty)
    return;
  for (auto [dim, size] : llvm::enumerate(plan.shape)) {
    Extent extent = size;
    if (ShapedType::isDynamic(size)) {
      extent = 1;
      for (unsigned from : plan.sourceDims[dim])
        extent = emit.product(extent, emit.extent(source, from));
      if (dim + 1 == plan.shape.size())
        extent = emit.quotient(extent, plan.unitElements);
    }
    shape.push_back(extent);
    bool isWhole = ShapedType::isDynamic(plan.micro[dim]);
    micro.push_back(isWhole ? extent : Extent(plan.micro[dim]));
    tiles.push_back(isWhole ? Extent(1)
                            : emit.ceilDiv(extent, plan.micro[dim]));
    allTiles = emit.product(allTiles, tiles.back());
  }
  switch (plan.form) {
  case DetectForm::empty:
    break; // has no sizes
  case DetectForm::rows:
    workers =
        emit.product(emit.ceilDiv(shape[0], plan.rowsPerPass() * plan.perWarp),
                     emit.ceilDiv(shape[1], plan.lanesAcross));
    break;
  case DetectForm::bands:
    workers = emit.product(emit.ceilDiv(tiles[0], plan.perWarp),
                           emit.ceilDiv(shape[1], plan.lanesAcross));
    break;
  case DetectForm::tiles:
    workers = emit.ceilDiv(allTiles, plan.perWarp);
    break;
  }
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
    plan.sourceDims.insert(plan.sourceDims.begin(), SmallVector<unsigned>());
    plan.axis = 1;
  }
  // Leading dimensions are flattened into groups anyway.
  auto isFlat = [](int64_t size, int64_t extent) {
    return extent == 1 ||
           (!ShapedType::isDynamic(size) && !ShapedType::isDynamic(extent) &&
            size % extent == 0);
  };
  while (plan.shape.size() > 2 &&
         plan.axis + 1 == static_cast<int64_t>(plan.shape.size()) &&
         plan.micro[0] == 1 && isFlat(plan.shape[1], plan.micro[1])) {
    plan.shape[1] = multiply({plan.shape[1], plan.shape[0]});
    plan.sourceDims[1].append(plan.sourceDims[0]);
    plan.shape.erase(plan.shape.begin());
    plan.micro.erase(plan.micro.begin());
    plan.sourceDims.erase(plan.sourceDims.begin());
    --plan.axis;
  }
}

static void chooseForm(DetectPlan &plan) {
  int64_t width = plan.micro.back();
  if (plan.shape.size() == 2 && !ShapedType::isDynamic(width) &&
      width <= kWarpSize && llvm::isPowerOf2_64(width) &&
      !ShapedType::isDynamic(plan.micro[0]) && plan.micro[0] <= kMaxBandRows) {
    int64_t rowUnits = ShapedType::isDynamic(plan.shape[1])
                           ? kWarpSize
                           : static_cast<int64_t>(llvm::PowerOf2Ceil(
                                 static_cast<uint64_t>(plan.shape[1])));
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
  int64_t units = multiply(plan.micro);
  // Nobody knows how large a whole dimension is: a warp each.
  if (ShapedType::isDynamic(units))
    return;
  int64_t bytes = units * plan.unitBytes;
  if (bytes >= kBytesOfSharedTile) {
    plan.blockSize = 256;
    plan.warpsPerTile = plan.blockSize / kWarpSize;
    return;
  }
  plan.perWarp = static_cast<int64_t>(llvm::bit_floor(static_cast<uint64_t>(
      std::clamp<int64_t>(kBytesPerWarp / bytes, 1, kWarpSize))));
}

/// Completes a plan that has the source's shape and micro-tile in elements.
static DetectPlan finish(DetectPlan plan, int64_t unitBytes,
                         int64_t elementBytes) {
  plan.unitBytes = unitBytes;
  plan.unitElements = unitBytes / elementBytes;
  for (int64_t *size : {&plan.shape.back(), &plan.micro.back()})
    if (!ShapedType::isDynamic(*size))
      *size /= plan.unitElements;
  makeRankTwo(plan);
  chooseForm(plan);
  return plan;
}

SmallVector<DetectPlan, 2> pit::planDetection(MemRefType source,
                                              ArrayRef<int64_t> microTile,
                                              int64_t axis) {
  Type type = source.getElementType();
  bool known = isa<Float16Type, BFloat16Type, Float32Type, Float64Type>(type);
  for (unsigned width : {1, 8, 16, 32, 64})
    known |= type.isInteger(width);
  if (!known)
    return {};
  DetectPlan plan;
  plan.axis = axis;
  plan.liveBits = getLiveBits(type);
  plan.shape.assign(source.getShape().begin(), source.getShape().end());
  for (auto [dim, size] : llvm::enumerate(plan.shape)) {
    int64_t extent = microTile[dim];
    plan.micro.push_back(ShapedType::isDynamic(extent) ? size
                         : ShapedType::isDynamic(size)
                             ? extent
                             : std::min(extent, size));
    plan.sourceDims.push_back({static_cast<unsigned>(dim)});
  }
  if (llvm::is_contained(plan.shape, 0))
    return {plan};
  int64_t elementBytes =
      static_cast<int64_t>(llvm::divideCeil(type.getIntOrFloatBitWidth(), 8));
  // What is dynamic is a multiple of everything, until a kernel is for the
  // sizes that are none.
  auto bytes = [&](int64_t extent) {
    return ShapedType::isDynamic(extent) ? 0 : extent * elementBytes;
  };
  int64_t unitBytes =
      std::gcd(kMaxAccessBytes,
               std::gcd(bytes(plan.shape.back()), bytes(plan.micro.back())));
  SmallVector<DetectPlan, 2> plans = {finish(plan, unitBytes, elementBytes)};
  if (ShapedType::isDynamic(plan.shape.back()) && unitBytes != elementBytes) {
    plans.push_back(finish(plan, elementBytes, elementBytes));
    for (DetectPlan &variant : plans)
      variant.rowMultiple = unitBytes / elementBytes;
    plans.back().others = true;
  }
  return plans;
}
