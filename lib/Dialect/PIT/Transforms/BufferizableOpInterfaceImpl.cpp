//===- BufferizableOpInterfaceImpl.cpp - buffers of the pit operations ----===//

#include "pit/Dialect/PIT/IR/PIT.h"
#include "pit/Dialect/PIT/Transforms/Bufferization.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::pit;
using namespace mlir::bufferization;

/// A fresh buffer of identity layout for `shape` elements of type `element`;
/// `like` is a memref of the same sizes, for those that are dynamic.
static FailureOr<Value> allocate(RewriterBase &rewriter, Location loc,
                                 ArrayRef<int64_t> shape, Type element,
                                 Value like,
                                 const BufferizationOptions &options) {
  SmallVector<Value> sizes;
  for (auto [dim, size] : llvm::enumerate(shape))
    if (ShapedType::isDynamic(size))
      sizes.push_back(memref::DimOp::create(rewriter, loc, like, dim));
  return options.createAlloc(rewriter, loc, MemRefType::get(shape, element),
                             sizes);
}

namespace {

struct DetectModel
    : DstBufferizableOpInterfaceExternalModel<DetectModel, DetectOp> {
  // Every bit of the bitmap is set, so what the init held does not matter.
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &state) const {
    return !cast<DetectOp>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto detect = cast<DetectOp>(op);
    FailureOr<Value> source =
        getBuffer(rewriter, detect.getSource(), options, state);
    FailureOr<Value> init =
        getBuffer(rewriter, detect.getInit(), options, state);
    if (failed(source) || failed(init))
      return failure();
    DetectOp::create(rewriter, op->getLoc(), TypeRange(),
                     ValueRange{*source, *init}, op->getAttrs());
    replaceOpWithBufferizedValues(rewriter, op, *init);
    return success();
  }
};

struct GenericModel
    : DstBufferizableOpInterfaceExternalModel<GenericModel, GenericOp> {
  // Every element of the output is stored, so what the init held only matters
  // to an epilogue that uses it.
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &state) const {
    auto generic = cast<GenericOp>(op);
    return !generic.isDpsInit(&operand) || generic.readsInit();
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto generic = cast<GenericOp>(op);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      if (!isa<TensorType>(operand.getType())) {
        operands.push_back(operand); // the index
        continue;
      }
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      operands.push_back(*buffer);
    }
    auto created = GenericOp::create(rewriter, op->getLoc(), TypeRange(),
                                     operands, op->getAttrs());
    rewriter.inlineRegionBefore(generic.getCombine(), created.getCombine(),
                                created.getCombine().end());
    rewriter.inlineRegionBefore(generic.getEpilogue(), created.getEpilogue(),
                                created.getEpilogue().end());
    replaceOpWithBufferizedValues(rewriter, op, created.getInit());
    return success();
  }
};

/// What is common to the operations that make an index: they read their
/// operands, and nothing that the analysis sees aliases the index.
template <typename Model, typename OpTy>
struct IndexModel : BufferizableOpInterface::ExternalModel<Model, OpTy> {
  bool bufferizesToMemoryRead(Operation *, OpOperand &,
                              const AnalysisState &) const {
    return true;
  }
  bool bufferizesToMemoryWrite(Operation *, OpOperand &,
                               const AnalysisState &) const {
    return false;
  }
  AliasingValueList getAliasingValues(Operation *, OpOperand &,
                                      const AnalysisState &) const {
    return {};
  }
};

struct CompactModel : IndexModel<CompactModel, CompactOp> {
  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto compact = cast<CompactOp>(op);
    Location loc = op->getLoc();
    if (compact.getResult().getType().getFormat() != IndexFormat::padded)
      return op->emitOpError() << "expects a padded index, but got "
                               << compact.getResult().getType()
                               << ": compact indices have no buffer form yet";
    FailureOr<Value> bitmap =
        getBuffer(rewriter, compact.getBitmap(), options, state);
    if (failed(bitmap))
      return failure();
    ArrayRef<int64_t> shape = cast<ShapedType>(bitmap->getType()).getShape();
    Type i32 = rewriter.getI32Type();
    FailureOr<Value> counts =
        allocate(rewriter, loc, shape.take_front(), i32, *bitmap, options);
    FailureOr<Value> coords =
        allocate(rewriter, loc, shape, i32, *bitmap, options);
    if (failed(counts) || failed(coords))
      return failure();
    auto created =
        CompactOp::create(rewriter, loc, /*result=*/Type(), *bitmap, *counts,
                          *coords, compact.getDeterministic());
    created->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    rewriter.replaceOpWithNewOp<AssembleIndexOp>(
        op, compact.getResult().getType(), *counts, *coords);
    return success();
  }
};

struct AssembleIndexModel : IndexModel<AssembleIndexModel, AssembleIndexOp> {
  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    // The index is read later, where the analysis does not see that it is made
    // of these buffers; somebody may have written them by then. So it is made
    // of copies.
    SmallVector<Value> copies;
    for (Value operand : op->getOperands()) {
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      auto type = cast<ShapedType>(buffer->getType());
      FailureOr<Value> copy = allocate(rewriter, op->getLoc(), type.getShape(),
                                       type.getElementType(), *buffer, options);
      if (failed(copy) ||
          failed(options.createMemCpy(rewriter, op->getLoc(), *buffer, *copy)))
        return failure();
      copies.push_back(*copy);
    }
    rewriter.modifyOpInPlace(op, [&] { op->setOperands(copies); });
    return success();
  }
};

} // namespace

void pit::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, PITDialect *) {
    DetectOp::attachInterface<DetectModel>(*context);
    CompactOp::attachInterface<CompactModel>(*context);
    AssembleIndexOp::attachInterface<AssembleIndexModel>(*context);
    GenericOp::attachInterface<GenericModel>(*context);
  });
}
