//===- PITPlanToLLVM.cpp - host code of a launch plan ---------------------===//

#include "pit/Conversion/PITPlanToLLVM/PITPlanToLLVM.h"
#include "pit/Dialect/PIT/Transforms/LaunchPlan.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace mlir::pit {
#define GEN_PASS_DEF_CONVERTPITPLANTOLLVMPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

/// Copies bytes on a stream: (target, source, bytes, stream); as in MLIR's
/// CudaRuntimeWrappers.cpp.
static constexpr llvm::StringLiteral memcpyName = "mgpuMemcpy";

namespace {

/// Writes the host code of one plan.
class HostWriter {
public:
  explicit HostWriter(func::FuncOp function)
      : function(function), builder(function), loc(function.getLoc()),
        pointer(LLVM::LLVMPointerType::get(function.getContext())),
        i64(builder.getI64Type()) {}

  LogicalResult write();

private:
  LogicalResult writeWorkspaceBytes();
  LogicalResult writeLaunch(LaunchOp op);
  LogicalResult writeCopy(memref::CopyOp op);
  /// The address of a memref of the plan.
  FailureOr<Value> getAddress(Operation *op, Value memref);
  /// The value of an index of the plan.
  FailureOr<int64_t> getConstant(Operation *op, Value value, StringRef what);
  Value constant(Type type, int64_t value) {
    return LLVM::ConstantOp::create(builder, loc, type, value);
  }

  func::FuncOp function;
  OpBuilder builder;
  Location loc;
  Type pointer, i64;
  LLVM::LLVMFuncOp host;
};

} // namespace

FailureOr<int64_t> HostWriter::getConstant(Operation *op, Value value,
                                           StringRef what) {
  FailureOr<std::string> text = writePlanExpression(value);
  if (failed(text))
    return failure();
  int64_t number;
  if (StringRef(*text).getAsInteger(10, number))
    return op->emitOpError() << "has " << what << " '" << *text
                             << "', but host code needs it to be known: "
                                "dynamic sizes are not supported yet";
  return number;
}

FailureOr<Value> HostWriter::getAddress(Operation *op, Value memref) {
  PlanPlace place = getPlanPlace(memref);
  if (place.argument)
    return Value(host.getArgument(place.argument.getArgNumber()));
  FailureOr<int64_t> offset = getConstant(op, place.offset, "the offset");
  if (failed(offset))
    return failure();
  Value workspace = host.getArgument(function.getNumArguments());
  return LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(),
                             workspace,
                             ArrayRef<LLVM::GEPArg>{constant(i64, *offset)})
      .getResult();
}

LogicalResult HostWriter::writeLaunch(LaunchOp op) {
  if (!op.getBlock() || !op.getSharedBytes())
    return op.emitOpError("has no block size or shared memory: run "
                          "'pit-finalize-plan' first");
  FailureOr<int64_t> grid = getConstant(op, op.getGrid(), "the grid");
  if (failed(grid))
    return failure();
  if (*grid == 0)
    return success();
  SmallVector<Value> arguments;
  for (Value argument : op.getKernelArgs()) {
    if (!isa<MemRefType>(argument.getType()))
      return op.emitOpError() << "passes a value of type " << argument.getType()
                              << ", but host code passes memrefs only: dynamic "
                                 "sizes are not supported yet";
    FailureOr<Value> address = getAddress(op, argument);
    if (failed(address))
      return failure();
    arguments.push_back(*address);
  }
  Value one = constant(i64, 1), blocks = constant(i64, *grid);
  Value threads = constant(i64, static_cast<int64_t>(*op.getBlock()));
  Value shared = constant(builder.getI32Type(),
                          static_cast<int64_t>(*op.getSharedBytes()));
  gpu::LaunchFuncOp::create(
      builder, loc, op.getKernel(), gpu::KernelDim3{blocks, one, one},
      gpu::KernelDim3{threads, one, one}, shared, arguments,
      /*asyncObject=*/host.getArguments().back());
  return success();
}

LogicalResult HostWriter::writeCopy(memref::CopyOp op) {
  FailureOr<Value> target = getAddress(op, op.getTarget());
  FailureOr<Value> source = getAddress(op, op.getSource());
  if (failed(target) || failed(source))
    return failure();
  auto module = function->getParentOfType<ModuleOp>();
  auto callee = module.lookupSymbol<LLVM::LLVMFuncOp>(memcpyName);
  if (!callee) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    callee = LLVM::LLVMFuncOp::create(
        builder, loc, memcpyName,
        LLVM::LLVMFunctionType::get(
            LLVM::LLVMVoidType::get(builder.getContext()),
            {pointer, pointer, i64, pointer}));
  }
  Value bytes = constant(
      i64, *getStaticByteSize(cast<MemRefType>(op.getSource().getType())));
  LLVM::CallOp::create(
      builder, loc, callee,
      ValueRange{*target, *source, bytes, host.getArguments().back()});
  return success();
}

LogicalResult HostWriter::writeWorkspaceBytes() {
  auto workspaces = function.getBody().front().getOps<WorkspaceOp>();
  int64_t bytes = 0;
  if (!workspaces.empty()) {
    WorkspaceOp workspace = *workspaces.begin();
    FailureOr<int64_t> size =
        getConstant(workspace, workspace.getBytes(), "the size");
    if (failed(size))
      return failure();
    bytes = *size;
  }
  std::string name = (function.getName() + "_workspace_bytes").str();
  if (function->getParentOfType<ModuleOp>().lookupSymbol(name))
    return function.emitOpError() << "needs the name '" << name
                                  << "' for the function that returns the "
                                     "size of its workspace, but it is taken";
  OpBuilder::InsertionGuard guard(builder);
  auto getter = LLVM::LLVMFuncOp::create(builder, loc, name,
                                         LLVM::LLVMFunctionType::get(i64, {}));
  builder.setInsertionPointToStart(getter.addEntryBlock(builder));
  LLVM::ReturnOp::create(builder, loc, constant(i64, bytes));
  return success();
}

LogicalResult HostWriter::write() {
  if (function.getName().starts_with("mgpu"))
    return function.emitOpError("has a name that begins with 'mgpu', as those "
                                "of the runtime library do: rename it");
  if (failed(verifyLaunchPlan(function, PlanStage::Launches)) ||
      failed(writeWorkspaceBytes()))
    return failure();
  // The function's arguments, the workspace, the stream.
  SmallVector<Type> types(function.getNumArguments() + 2, pointer);
  std::string name = function.getName().str();
  host = LLVM::LLVMFuncOp::create(
      builder, loc, name + ".host",
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()),
                                  types));
  builder.setInsertionPointToStart(host.addEntryBlock(builder));
  for (Operation &op : function.getBody().front()) {
    loc = op.getLoc();
    if (auto launch = dyn_cast<LaunchOp>(op)) {
      if (failed(writeLaunch(launch)))
        return failure();
    } else if (auto copy = dyn_cast<memref::CopyOp>(op)) {
      if (failed(writeCopy(copy)))
        return failure();
    }
  }
  LLVM::ReturnOp::create(builder, function.getLoc(), ValueRange());
  function.erase();
  host.setSymName(name);
  return success();
}

LogicalResult pit::convertPlanToLLVM(func::FuncOp function) {
  return HostWriter(function).write();
}

namespace {
struct ConvertPITPlanToLLVMPass
    : pit::impl::ConvertPITPlanToLLVMPassBase<ConvertPITPlanToLLVMPass> {
  void runOnOperation() override {
    for (auto function :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
      if (function.isDeclaration())
        function.erase(); // nothing calls it
      else if (failed(convertPlanToLLVM(function)))
        return signalPassFailure();
    }
  }
};
} // namespace
