//===- KernelBuilder.cpp - kernels of a launch plan -----------------------===//

#include "pit/Conversion/PITToGPU/KernelBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::pit;

/// Most blocks of a one-dimensional grid, according to the CUDA C++
/// programming guide (compute capabilities: 2^31 - 1).
static constexpr int64_t kMaxGrid = std::numeric_limits<int32_t>::max();

/// The gpu.module for the kernels of `function`, made on first use.
static FailureOr<gpu::GPUModuleOp> getKernelModule(OpBuilder &builder,
                                                   func::FuncOp function) {
  auto module = function->getParentOfType<ModuleOp>();
  std::string name = (function.getName() + "_kernels").str();
  if (Operation *found = module.lookupSymbol(name)) {
    if (auto kernels = dyn_cast<gpu::GPUModuleOp>(found))
      return kernels;
    return function.emitOpError()
           << "needs the name '" << name
           << "' for the module of its kernels, but another '"
           << found->getName() << "' has it: rename one of them";
  }
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfter(function);
  module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                  builder.getUnitAttr());
  return gpu::GPUModuleOp::create(builder, function.getLoc(), name);
}

/// A name in `module` that nothing has yet.
static std::string nextKernelName(gpu::GPUModuleOp module, StringRef function) {
  int64_t number = llvm::range_size(module.getOps<gpu::GPUFuncOp>());
  std::string name;
  do
    name = (function + "_" + Twine(number++)).str();
  while (module.lookupSymbol(name));
  return name;
}

/// Whether a kernel takes a memref as a pointer to its first element alone: the
/// bare-pointer convention refuses those without elements, which have no
/// strides that it would know, and dynamic sizes.
static bool isPassedAsRankZero(MemRefType type) {
  return !type.hasStaticShape() || type.getNumElements() == 0;
}

namespace {
/// The parameters of a kernel: pointers, and behind them numbers, each once.
struct KernelParameters {
  /// The position of a number of the plan among the parameters; none where it
  /// is known.
  std::optional<unsigned> addNumber(OpBuilder &builder, Location loc,
                                    Value value);
  void addPointer(Value value);

  SmallVector<Type> types;
  SmallVector<Value> values; ///< for the launch
  SmallVector<Value> keys;   ///< of the plan; null for pointers
};

/// How a kernel makes one of its operands of its parameters.
struct KernelOperand {
  Type type;
  unsigned pointer = 0; ///< parameter; of a memref
  /// The memref's dynamic sizes, or the one number: plan values, and parameters
  /// of those that are not known.
  SmallVector<Value> numbers;
  SmallVector<std::optional<unsigned>> parameters;
};
} // namespace

void KernelParameters::addPointer(Value value) {
  auto type = cast<MemRefType>(value.getType());
  types.push_back(isPassedAsRankZero(type)
                      ? MemRefType::get({}, type.getElementType())
                      : type);
  values.push_back(value);
  keys.push_back(Value());
}

std::optional<unsigned> KernelParameters::addNumber(OpBuilder &builder,
                                                    Location loc, Value value) {
  if (matchPattern(value, m_Constant()))
    return std::nullopt;
  auto found = llvm::find(keys, value);
  if (found != keys.end())
    return std::distance(keys.begin(), found);
  Type type = builder.getI64Type();
  types.push_back(type);
  values.push_back(
      value.getType() == type
          ? value
          : arith::IndexCastOp::create(builder, loc, type, value).getResult());
  keys.push_back(value);
  return types.size() - 1;
}

FailureOr<LaunchOp> pit::buildKernel(OpBuilder &builder, Operation *op,
                                     StringRef role, ValueRange operands,
                                     Value grid, int64_t blockSize,
                                     KernelBodyBuilder body) {
  Location loc = op->getLoc();
  APInt blocks;
  if (matchPattern(grid, m_ConstantInt(&blocks)) && blocks.sgt(kMaxGrid))
    return op->emitOpError()
           << "needs " << blocks.getSExtValue()
           << " thread blocks, but a grid has at most " << kMaxGrid
           << ": use larger tiles, or split the operands";
  auto function = op->getParentOfType<func::FuncOp>();
  KernelParameters parameters;
  SmallVector<KernelOperand> kernelOperands;
  for (Value operand : operands) {
    KernelOperand &made = kernelOperands.emplace_back();
    made.type = operand.getType();
    if (!isa<MemRefType>(made.type))
      continue;
    made.pointer = parameters.types.size();
    parameters.addPointer(operand);
  }
  size_t pointers = parameters.types.size();
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(op);
    for (auto [operand, made] : llvm::zip(operands, kernelOperands)) {
      auto type = dyn_cast<MemRefType>(made.type);
      if (!type)
        made.numbers.push_back(operand);
      else if (isPassedAsRankZero(type))
        for (int64_t dim = 0; dim < type.getRank(); ++dim)
          if (type.isDynamicDim(dim))
            made.numbers.push_back(getPlanSize(builder, loc, operand, dim));
      for (Value number : made.numbers)
        made.parameters.push_back(parameters.addNumber(builder, loc, number));
    }
  }
  FailureOr<gpu::GPUModuleOp> kernels = getKernelModule(builder, function);
  if (failed(kernels))
    return failure();
  gpu::GPUModuleOp module = *kernels;
  std::string name = nextKernelName(module, function.getName());
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(module.getBody());
    auto kernel = gpu::GPUFuncOp::create(
        builder, loc, name, builder.getFunctionType(parameters.types, {}));
    kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                    builder.getUnitAttr());
    kernel->setAttr(kRoleAttrName, builder.getStringAttr(role));
    if (blockSize)
      kernel.setKnownBlockSize(
          ArrayRef<int32_t>{static_cast<int32_t>(blockSize), 1, 1});
    for (unsigned i = 0; i < pointers; ++i)
      kernel.setArgAttr(i, LLVM::LLVMDialect::getAlignAttrName(),
                        builder.getI64IntegerAttr(16));
    builder.setInsertionPointToEnd(&kernel.getBody().front());
    auto end = gpu::ReturnOp::create(builder, loc);
    builder.setInsertionPoint(end);
    // A copy: the body may add buffers in shared memory, which are arguments
    // too.
    SmallVector<Value> numbers(pointers), arguments;
    for (Value argument : kernel.getArguments().drop_front(pointers))
      numbers.push_back(arith::IndexCastOp::create(
          builder, loc, builder.getIndexType(), argument));
    for (const KernelOperand &operand : kernelOperands) {
      SmallVector<Value> sizes;
      for (auto [value, parameter] :
           llvm::zip(operand.numbers, operand.parameters))
        sizes.push_back(
            parameter ? numbers[*parameter]
                      : builder.clone(*value.getDefiningOp())->getResult(0));
      auto type = dyn_cast<MemRefType>(operand.type);
      arguments.push_back(
          type ? createDenseMemRef(builder, loc, type,
                                   kernel.getArgument(operand.pointer), sizes)
               : sizes.front());
    }
    body(builder, loc, arguments);
  }

  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  auto symbol =
      SymbolRefAttr::get(module.getSymNameAttr(),
                         {FlatSymbolRefAttr::get(builder.getContext(), name)});
  return LaunchOp::create(
      builder, loc, symbol, grid, parameters.values,
      blockSize ? builder.getI64IntegerAttr(blockSize) : IntegerAttr(),
      /*shared_bytes=*/IntegerAttr(), /*schedule=*/ScheduleAttr());
}

FailureOr<LaunchOp> pit::buildKernel(OpBuilder &builder, Operation *op,
                                     StringRef role, ValueRange operands,
                                     int64_t grid, int64_t blockSize,
                                     KernelBodyBuilder body) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  Value value = arith::ConstantIndexOp::create(builder, op->getLoc(), grid);
  return buildKernel(builder, op, role, operands, value, blockSize, body);
}
