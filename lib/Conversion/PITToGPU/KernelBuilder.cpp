//===- KernelBuilder.cpp - kernels of a launch plan -----------------------===//

#include "pit/Conversion/PITToGPU/KernelBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
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

/// The type as which a kernel takes a memref: the bare-pointer convention
/// refuses those without elements, which have no strides that it would know.
static MemRefType getKernelType(MemRefType type) {
  return type.getNumElements() ? type
                               : MemRefType::get({}, type.getElementType());
}

/// A kernel's argument as the operand that it stands for.
static Value getKernelOperand(OpBuilder &builder, Location loc, Value argument,
                              MemRefType type) {
  if (argument.getType() == type)
    return argument;
  return memref::ReinterpretCastOp::create(
      builder, loc, type, argument, /*offset=*/0, type.getShape(),
      computeSuffixProduct(type.getShape()));
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
  SmallVector<MemRefType> types;
  SmallVector<Type> kernelTypes;
  for (Value operand : operands) {
    types.push_back(cast<MemRefType>(operand.getType()));
    kernelTypes.push_back(getKernelType(types.back()));
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
        builder, loc, name, builder.getFunctionType(kernelTypes, {}));
    kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                    builder.getUnitAttr());
    kernel->setAttr(kRoleAttrName, builder.getStringAttr(role));
    if (blockSize)
      kernel.setKnownBlockSize(
          ArrayRef<int32_t>{static_cast<int32_t>(blockSize), 1, 1});
    for (unsigned i = 0; i < operands.size(); ++i)
      kernel.setArgAttr(i, LLVM::LLVMDialect::getAlignAttrName(),
                        builder.getI64IntegerAttr(16));
    builder.setInsertionPointToEnd(&kernel.getBody().front());
    auto end = gpu::ReturnOp::create(builder, loc);
    builder.setInsertionPoint(end);
    // A copy: the body may add buffers in shared memory, which are arguments
    // too.
    SmallVector<Value> arguments;
    for (auto [argument, type] : llvm::zip(kernel.getArguments(), types))
      arguments.push_back(getKernelOperand(builder, loc, argument, type));
    body(builder, loc, arguments);
  }

  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  auto symbol =
      SymbolRefAttr::get(module.getSymNameAttr(),
                         {FlatSymbolRefAttr::get(builder.getContext(), name)});
  return LaunchOp::create(
      builder, loc, symbol, grid, operands,
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
