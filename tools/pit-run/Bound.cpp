//===- Bound.cpp - how far a result may be from the reference -------------===//

#include "Bound.h"

#include "pit/Analysis/Axes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace ::pit;
using namespace ::pit::tool;

/// Half the distance from 1 to the next number, in f32.
static constexpr double kRoundoffF32 = 0x1p-24;

/// Half the distance from 1 to the next number.
static double unitRoundoff(FloatType type) {
  return std::ldexp(1.0, -int(type.getFPMantissaWidth()));
}

/// The unit roundoff of what the operation adds up in; 0 if it rounds nothing
/// by combining, as a maximum.
static double sumRoundoff(linalg::LinalgOp op, double coarsest,
                          DeviceKind device) {
  if (op.getNumReductionLoops() == 0)
    return 0;
  Operation *combiner = mlir::pit::analyzeBody(op).combiner;
  if (isa_and_nonnull<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
                      arith::MinNumFOp>(combiner))
    return 0;
  bool inF32 = linalg::isaContractionOpInterface(op) ||
               (device == DeviceKind::Emulator &&
                isa_and_nonnull<arith::AddFOp>(combiner));
  return inF32 ? std::min(coarsest, kRoundoffF32) : coarsest;
}

/// Half the distance from 1 to the next number, in tf32.
static constexpr double kRoundoffTF32 = 0x1p-11;

/// Whether the kernel rounds the operation's inputs to tf32.
static bool isTF32(linalg::LinalgOp op, DeviceKind device) {
  auto schedule =
      op->getAttrOfType<mlir::pit::ScheduleAttr>(mlir::pit::kScheduleAttrName);
  return device != DeviceKind::Cpu && schedule && schedule.getMath();
}

static double errorBound(linalg::LinalgOp op, DeviceKind device) {
  double coarsest = 0;
  for (Value init : op.getDpsInits())
    if (auto type = dyn_cast<FloatType>(getElementTypeOrSelf(init.getType())))
      coarsest = std::max(coarsest, unitRoundoff(type));
  double terms = 1;
  for (auto [range, kind] :
       llvm::zip(op.getStaticLoopRanges(), op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction && range != 0)
      terms *= ShapedType::isDynamic(range)
                   ? std::numeric_limits<double>::infinity()
                   : double(range);
  double rounded = isTF32(op, device) ? kRoundoffTF32 : 0;
  double roundoff = sumRoundoff(op, coarsest, device);
  if (std::isinf(terms) && roundoff > 0)
    return kLargestBound; // nothing tells how many terms there are
  return 4 * std::max(coarsest, rounded) +
         (roundoff > 0 ? terms * roundoff : 0);
}

/// `callers` are the functions that are being looked at: recursion ends there.
static std::vector<double> errorBounds(func::FuncOp function, DeviceKind device,
                                       std::vector<Operation *> &callers) {
  std::vector<double> bounds;
  if (function.isDeclaration() || llvm::is_contained(callers, function))
    return bounds;
  callers.push_back(function);
  for (Value result :
       function.getBody().back().getTerminator()->getOperands()) {
    llvm::SetVector<Operation *> slice;
    BackwardSliceOptions options;
    options.inclusive = true;
    options.omitUsesFromAbove = false;
    (void)getBackwardSlice(result, &slice, options);
    double bound = 0;
    // Of operations in loops and branches, the outer one is in the slice too.
    llvm::SetVector<Operation *> all;
    for (Operation *op : slice)
      op->walk([&](Operation *inner) { all.insert(inner); });
    for (Operation *op : all) {
      if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
        bound += errorBound(linalgOp, device);
      } else if (auto call = dyn_cast<func::CallOp>(op)) {
        auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
            call, call.getCalleeAttr());
        if (callee)
          for (double part : errorBounds(callee, device, callers))
            bound += part;
      }
    }
    bounds.push_back(std::min(bound, kLargestBound));
  }
  callers.pop_back();
  return bounds;
}

std::vector<double> tool::errorBounds(func::FuncOp function,
                                      DeviceKind device) {
  std::vector<Operation *> callers;
  return ::errorBounds(function, device, callers);
}
