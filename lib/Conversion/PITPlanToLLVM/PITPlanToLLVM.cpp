//===- PITPlanToLLVM.cpp - host code of a launch plan ---------------------===//

#include "pit/Conversion/PITPlanToLLVM/PITPlanToLLVM.h"

#include "HostSizes.h"

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

/// CUDA C++ programming guide, "Technical Specifications per Compute
/// Capability": maximum x-dimension of a grid.
static constexpr int64_t kMaxGrid = std::numeric_limits<int32_t>::max();

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
  LogicalResult writeSizes();
  LogicalResult writeLaunch(LaunchOp op);
  LogicalResult writeCopy(memref::CopyOp op);
  /// The address of a memref of the plan.
  Value getAddress(Value memref);
  /// What a value of the plan is.
  Value getSize(Value value);
  Value constant(Type type, int64_t value) {
    return LLVM::ConstantOp::create(builder, loc, type, value);
  }

  func::FuncOp function;
  OpBuilder builder;
  Location loc;
  Type pointer, i64;
  LLVM::LLVMFuncOp host;
  size_t sizeCount = 0; ///< dynamic sizes of the arguments
  /// What steps need that is not known now: plan values, and the bytes of
  /// copies.
  DenseMap<Value, Value> sizes;
  DenseMap<Value, int64_t> knownSizes;
  DenseMap<Operation *, Value> copyBytes;
};

} // namespace

Value HostWriter::getSize(Value value) {
  auto known = knownSizes.find(value);
  return known == knownSizes.end() ? sizes.lookup(value)
                                   : constant(i64, known->second);
}

Value HostWriter::getAddress(Value memref) {
  PlanPlace place = getPlanPlace(memref);
  if (place.argument)
    return host.getArgument(place.argument.getArgNumber());
  Value workspace = host.getArgument(function.getNumArguments() + sizeCount);
  return LLVM::GEPOp::create(builder, loc, pointer, builder.getI8Type(),
                             workspace,
                             ArrayRef<LLVM::GEPArg>{getSize(place.offset)})
      .getResult();
}

LogicalResult HostWriter::writeLaunch(LaunchOp op) {
  if (!op.getBlock() || !op.getSharedBytes())
    return op.emitOpError("has no block size or shared memory: run "
                          "'pit-finalize-plan' first");
  auto known = knownSizes.find(op.getGrid());
  if (known != knownSizes.end() && known->second == 0)
    return success();
  Value grid = getSize(op.getGrid());
  Block *next = nullptr;
  if (known == knownSizes.end()) {
    // A grid of 0 launches nothing.
    Block *launch = host.addBlock();
    next = host.addBlock();
    Value isEmpty = LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::eq,
                                         grid, constant(i64, 0));
    LLVM::CondBrOp::create(builder, loc, isEmpty, next, launch);
    builder.setInsertionPointToStart(launch);
  }
  SmallVector<Value> arguments;
  for (Value argument : op.getKernelArgs())
    arguments.push_back(isa<MemRefType>(argument.getType())
                            ? getAddress(argument)
                            : getSize(argument));
  Value one = constant(i64, 1);
  Value threads = constant(i64, static_cast<int64_t>(*op.getBlock()));
  Value shared = constant(builder.getI32Type(),
                          static_cast<int64_t>(*op.getSharedBytes()));
  gpu::LaunchFuncOp::create(
      builder, loc, op.getKernel(), gpu::KernelDim3{grid, one, one},
      gpu::KernelDim3{threads, one, one}, shared, arguments,
      /*asyncObject=*/host.getArguments().back());
  if (next) {
    LLVM::BrOp::create(builder, loc, ValueRange(), next);
    builder.setInsertionPointToStart(next);
  }
  return success();
}

LogicalResult HostWriter::writeCopy(memref::CopyOp op) {
  Value target = getAddress(op.getTarget());
  Value source = getAddress(op.getSource());
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
  std::optional<int64_t> known =
      getStaticByteSize(cast<MemRefType>(op.getSource().getType()));
  Value bytes = known ? constant(i64, *known) : copyBytes.lookup(op);
  LLVM::CallOp::create(
      builder, loc, callee,
      ValueRange{target, source, bytes, host.getArguments().back()});
  return success();
}

/// Computes every size that a step needs, and returns 1 unless all of them have
/// a value that the plan can run with.
LogicalResult HostWriter::writeSizes() {
  HostSizes values(
      function, builder,
      host.getArguments().slice(function.getNumArguments(), sizeCount));
  auto compute = [&](Value value, int64_t high) -> LogicalResult {
    FailureOr<std::optional<int64_t>> known = values.getConstant(value);
    if (failed(known))
      return failure();
    if (*known && (**known < 0 || **known > high))
      return emitError(value.getLoc()) << "a size of the launch plan is "
                                       << **known << ": expected 0 to " << high;
    if (*known) {
      knownSizes[value] = **known;
      return success();
    }
    if (!sizeCount)
      return emitError(value.getLoc(),
                       "a size of the launch plan does not fit into 64 bits");
    FailureOr<Value> size = values.get(value);
    if (failed(size))
      return failure();
    values.requireRange(*size, 0, high);
    sizes[value] = *size;
    return success();
  };
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  if (failed(values.requireAll()))
    return failure();
  for (Operation &op : function.getBody().front()) {
    SmallVector<Value> needed;
    if (auto launch = dyn_cast<LaunchOp>(op)) {
      if (failed(compute(launch.getGrid(), kMaxGrid)))
        return failure();
      llvm::append_range(needed, launch.getKernelArgs());
    } else if (auto copy = dyn_cast<memref::CopyOp>(op)) {
      llvm::append_range(needed, copy->getOperands());
      if (!getStaticByteSize(cast<MemRefType>(copy.getSource().getType()))) {
        FailureOr<Value> bytes = values.getBytes(copy.getSource());
        if (failed(bytes))
          return failure();
        copyBytes[copy] = *bytes;
      }
    } else if (auto workspace = dyn_cast<WorkspaceOp>(op)) {
      if (failed(compute(workspace.getBytes(), kMax)))
        return failure();
    }
    for (Value value : needed) {
      if (isa<MemRefType>(value.getType()))
        value = getPlanPlace(value).offset;
      if (value && failed(compute(value, kMax)))
        return failure();
    }
  }
  if (!sizeCount)
    return success(); // all of them are known
  Block *refused = host.addBlock(), *run = host.addBlock();
  LLVM::CondBrOp::create(builder, function.getLoc(), values.isAccepted(), run,
                         refused);
  builder.setInsertionPointToStart(refused);
  LLVM::ReturnOp::create(builder, function.getLoc(),
                         constant(builder.getI32Type(), 1));
  builder.setInsertionPointToStart(run);
  return success();
}

LogicalResult HostWriter::writeWorkspaceBytes() {
  std::string name = (function.getName() + "_workspace_bytes").str();
  if (function->getParentOfType<ModuleOp>().lookupSymbol(name))
    return function.emitOpError() << "needs the name '" << name
                                  << "' for the function that returns the "
                                     "size of its workspace, but it is taken";
  OpBuilder::InsertionGuard guard(builder);
  SmallVector<Type> types(sizeCount, i64);
  auto getter = LLVM::LLVMFuncOp::create(
      builder, loc, name, LLVM::LLVMFunctionType::get(i64, types));
  builder.setInsertionPointToStart(getter.addEntryBlock(builder));
  HostSizes values(function, builder, getter.getArguments());
  auto workspaces = function.getBody().front().getOps<WorkspaceOp>();
  Value bytes;
  if (workspaces.empty()) {
    bytes = constant(i64, 0);
  } else {
    FailureOr<Value> size = values.get((*workspaces.begin()).getBytes());
    if (failed(size))
      return failure();
    bytes = *size;
  }
  if (sizeCount) {
    if (failed(values.requireAll()))
      return failure();
    bytes = LLVM::SelectOp::create(builder, loc, values.isAccepted(), bytes,
                                   constant(i64, -1));
  }
  LLVM::ReturnOp::create(builder, loc, bytes);
  return success();
}

LogicalResult HostWriter::write() {
  if (function.getName().starts_with("mgpu"))
    return function.emitOpError("has a name that begins with 'mgpu', as those "
                                "of the runtime library do: rename it");
  sizeCount = HostSizes::count(function);
  if (failed(verifyLaunchPlan(function, PlanStage::Launches)) ||
      failed(writeWorkspaceBytes()))
    return failure();
  // The function's arguments, their dynamic sizes, the workspace, the stream.
  SmallVector<Type> types(function.getNumArguments(), pointer);
  types.append(sizeCount, i64);
  types.append(2, pointer);
  Type result = sizeCount ? builder.getI32Type()
                          : Type(LLVM::LLVMVoidType::get(builder.getContext()));
  std::string name = function.getName().str();
  host = LLVM::LLVMFuncOp::create(builder, loc, name + ".host",
                                  LLVM::LLVMFunctionType::get(result, types));
  builder.setInsertionPointToStart(host.addEntryBlock(builder));
  if (failed(writeSizes()))
    return failure();
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
  loc = function.getLoc();
  if (sizeCount)
    LLVM::ReturnOp::create(builder, loc, constant(builder.getI32Type(), 0));
  else
    LLVM::ReturnOp::create(builder, loc, ValueRange());
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
