//===- Signature.cpp - what a function takes and returns ------------------===//

#include "Signature.h"

#include "pit/Dialect/PIT/IR/PIT.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

#include <algorithm>
#include <set>

using namespace pit;
using namespace pit::tool;
using runtime::ElementType;

bool TensorSpec::isDynamic() const {
  return std::find(shape.begin(), shape.end(), kDynamicSize) != shape.end();
}

Error TensorSpec::setShape(const std::vector<uint64_t> &sizes) {
  bool fits = sizes.size() == shape.size();
  for (size_t i = 0; fits && i < sizes.size(); ++i)
    fits = shape[i] == kDynamicSize || shape[i] == sizes[i];
  if (!fits)
    return Error{"expected " + type + ", but got shape " + npyShape(sizes)};
  auto bytes = npyBytes(npyType(), sizes);
  if (!bytes)
    return Error{type + " of shape " + npyShape(sizes) + ": " +
                 bytes.error().message};
  shape = sizes;
  return Error::success();
}

uint64_t TensorSpec::elements() const {
  uint64_t count = 1;
  for (uint64_t size : shape)
    count *= size;
  return count;
}

uint64_t TensorSpec::bytes() const {
  return elements() * runtime::byteSize(element);
}

NpyType TensorSpec::npyType() const {
  unsigned bytes = runtime::byteSize(element);
  switch (element) {
  case ElementType::F16:
  case ElementType::F32:
  case ElementType::F64:
    return {'f', bytes};
  case ElementType::BF16:
  case ElementType::F8E4M3:
  case ElementType::F8E5M2:
    return {'V', bytes};
  case ElementType::I1:
    return {'b', 1};
  case ElementType::I8:
  case ElementType::I16:
  case ElementType::I32:
  case ElementType::I64:
    break;
  }
  return {'i', bytes};
}

static std::string print(mlir::Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

static std::optional<ElementType> elementType(mlir::Type type) {
  if (type.isF16())
    return ElementType::F16;
  if (type.isBF16())
    return ElementType::BF16;
  if (type.isF32())
    return ElementType::F32;
  if (type.isF64())
    return ElementType::F64;
  if (llvm::isa<mlir::Float8E4M3FNType>(type))
    return ElementType::F8E4M3;
  if (llvm::isa<mlir::Float8E5M2Type>(type))
    return ElementType::F8E5M2;
  if (type.isSignlessInteger(1))
    return ElementType::I1;
  if (type.isSignlessInteger(8))
    return ElementType::I8;
  if (type.isSignlessInteger(16))
    return ElementType::I16;
  if (type.isSignlessInteger(32))
    return ElementType::I32;
  if (type.isSignlessInteger(64))
    return ElementType::I64;
  return std::nullopt;
}

Expected<mlir::func::FuncOp> tool::selectFunction(mlir::ModuleOp module,
                                                  const std::string &entry) {
  std::string known;
  std::vector<mlir::func::FuncOp> functions;
  for (auto function : module.getOps<mlir::func::FuncOp>()) {
    if (function.isDeclaration())
      continue;
    known += (known.empty() ? "'" : ", '") + function.getName().str() + "'";
    if (function.getName() == entry)
      return function;
    functions.push_back(function);
  }
  if (functions.empty())
    return Error{"the module holds no function (func.func) with a body"};
  if (!entry.empty())
    return Error{"--entry: unknown function '" + entry +
                 "': the module holds " + known};
  if (functions.size() > 1)
    return Error{"the module holds " + std::to_string(functions.size()) +
                 " functions: expected --entry= with one of " + known};
  return functions.front();
}

static Expected<TensorSpec> readSpec(mlir::Type type, const std::string &what) {
  auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type);
  if (!tensor)
    return Error{what + " has type " + print(type) +
                 ": expected a tensor of known rank"};
  auto element = elementType(tensor.getElementType());
  if (!element)
    return Error{what + " has type " + print(type) +
                 ": expected elements of type f16, bf16, f32, f64, "
                 "f8E4M3FN, f8E5M2, i1, i8, i16, i32 or i64"};
  TensorSpec spec{*element, {}, print(type)};
  for (int64_t size : tensor.getShape())
    spec.shape.push_back(mlir::ShapedType::isDynamic(size) ? kDynamicSize
                                                           : uint64_t(size));
  if (spec.isDynamic())
    return spec;
  auto bytes = npyBytes(spec.npyType(), spec.shape);
  if (!bytes)
    return Error{what + " has type " + print(type) + ": " +
                 bytes.error().message};
  return spec;
}

Expected<Signature> tool::readSignature(mlir::func::FuncOp function) {
  Signature signature;
  signature.name = function.getName().str();
  for (auto [number, type] : llvm::enumerate(function.getArgumentTypes())) {
    auto spec = readSpec(type, "argument " + std::to_string(number) + " of '" +
                                   signature.name + "'");
    if (!spec)
      return spec.error();
    signature.arguments.push_back(std::move(*spec));
  }
  for (auto [number, type] : llvm::enumerate(function.getResultTypes())) {
    auto spec = readSpec(type, "result " + std::to_string(number) + " of '" +
                                   signature.name + "'");
    if (!spec)
      return spec.error();
    signature.results.push_back(std::move(*spec));
  }
  if (signature.results.empty())
    return Error{"'" + signature.name +
                 "' returns nothing: expected a function with results"};
  return signature;
}

mlir::LogicalResult tool::specialize(mlir::func::FuncOp function,
                                     const std::vector<TensorSpec> &arguments) {
  mlir::OpBuilder builder(function.getContext());
  builder.setInsertionPointToStart(&function.getBody().front());
  llvm::SmallVector<mlir::Type> types;
  for (auto [argument, spec] : llvm::zip(function.getArguments(), arguments)) {
    auto type = llvm::cast<mlir::RankedTensorType>(argument.getType());
    llvm::SmallVector<int64_t> shape(spec.shape.begin(), spec.shape.end());
    types.push_back(mlir::RankedTensorType::get(shape, type.getElementType(),
                                                type.getEncoding()));
    if (types.back() == type)
      continue;
    argument.setType(types.back());
    auto cast = mlir::tensor::CastOp::create(builder, argument.getLoc(), type,
                                             argument);
    argument.replaceAllUsesExcept(cast, cast);
  }
  function.setFunctionType(
      builder.getFunctionType(types, function.getResultTypes()));
  mlir::PassManager manager(function.getContext());
  manager.addPass(mlir::createInlinerPass());
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(mlir::createCSEPass());
  return manager.run(function->getParentOfType<mlir::ModuleOp>());
}

/// A function and those that it calls.
static std::set<mlir::Operation *> reachable(mlir::func::FuncOp function) {
  std::set<mlir::Operation *> found{function};
  std::vector<mlir::func::FuncOp> work{function};
  while (!work.empty()) {
    mlir::func::FuncOp next = work.back();
    work.pop_back();
    next.walk([&](mlir::func::CallOp call) {
      auto callee =
          mlir::SymbolTable::lookupNearestSymbolFrom<mlir::func::FuncOp>(
              call, call.getCalleeAttr());
      if (callee && found.insert(callee).second)
        work.push_back(callee);
    });
  }
  return found;
}

void tool::keepOnly(mlir::func::FuncOp function) {
  std::set<mlir::Operation *> kept = reachable(function);
  auto module = function->getParentOfType<mlir::ModuleOp>();
  for (auto other :
       llvm::make_early_inc_range(module.getOps<mlir::func::FuncOp>()))
    if (!kept.count(other))
      other.erase();
  // And what only those used.
  for (auto global :
       llvm::make_early_inc_range(module.getOps<mlir::memref::GlobalOp>()))
    if (mlir::SymbolTable::symbolKnownUseEmpty(global, module))
      global.erase();
}

bool tool::isSparse(mlir::func::FuncOp function) {
  auto carries = [](mlir::Type type) {
    auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type);
    return tensor &&
           llvm::isa_and_nonnull<mlir::pit::SparsityAttr>(tensor.getEncoding());
  };
  for (mlir::Operation *reached : reachable(function))
    if (reached
            ->walk([&](mlir::Operation *op) {
              return llvm::any_of(op->getOperandTypes(), carries)
                         ? mlir::WalkResult::interrupt()
                         : mlir::WalkResult::advance();
            })
            .wasInterrupted())
      return true;
  return false;
}

std::string tool::placeOf(const TensorSpec &spec, uint64_t element) {
  std::string place;
  for (size_t dim = spec.shape.size(); dim-- > 0;) {
    place = std::to_string(element % spec.shape[dim]) +
            (place.empty() ? "" : ", ") + place;
    element /= spec.shape[dim];
  }
  return place;
}
