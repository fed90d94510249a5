//===- Workspace.cpp - temporaries of kernels in the plan's workspace -----===//

#include "pit/Conversion/PITToGPU/Workspace.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::pit;

/// Every temporary of a plan starts at a multiple of this; what cudaMalloc
/// promises, and more than any access needs.
static constexpr int64_t kWorkspaceAlignmentBytes = 256;

/// Bytes of an element in memory; i1 takes one, as do other narrow integers.
static int64_t getElementBytes(Type type) {
  return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

FailureOr<Value> pit::allocateInWorkspace(OpBuilder &builder, Operation *op,
                                          MemRefType type) {
  auto function = op->getParentOfType<func::FuncOp>();
  if (!function || function.empty())
    return op->emitOpError("needs a temporary, and expects to be in a function "
                           "with a workspace");
  auto workspaces = llvm::to_vector(function.getOps<WorkspaceOp>());
  if (workspaces.size() > 1)
    return op->emitOpError()
           << "expects at most one 'pit.workspace' in its function, but there "
              "are "
           << workspaces.size();

  OpBuilder::InsertionGuard guard(builder);
  Location loc = op->getLoc();
  Value offset;
  int64_t bytes =
      type.getNumElements() * getElementBytes(type.getElementType());
  WorkspaceOp workspace;
  if (workspaces.empty()) {
    builder.setInsertionPointToStart(&function.front());
    offset = arith::ConstantIndexOp::create(builder, loc, 0);
    Value size = arith::ConstantIndexOp::create(builder, loc, bytes);
    workspace = WorkspaceOp::create(
        builder, loc,
        MemRefType::get({ShapedType::kDynamic}, builder.getI8Type()), size);
  } else {
    workspace = workspaces.front();
    builder.setInsertionPoint(workspace);
    Value alignment =
        arith::ConstantIndexOp::create(builder, loc, kWorkspaceAlignmentBytes);
    Value blocks = builder.createOrFold<arith::CeilDivSIOp>(
        loc, workspace.getBytes(), alignment);
    offset = builder.createOrFold<arith::MulIOp>(loc, blocks, alignment);
    Value size = builder.createOrFold<arith::AddIOp>(
        loc, offset, arith::ConstantIndexOp::create(builder, loc, bytes));
    workspace.getBytesMutable().assign(size);
  }
  builder.setInsertionPoint(op);
  return memref::ViewOp::create(builder, loc, type, workspace.getBuffer(),
                                offset, ValueRange{})
      .getResult();
}
