//===- Host.cpp - functions by the host's JIT -----------------------------===//

#include "Host.h"

#include "Arrays.h"
#include "pit/Passes/CPUPipeline.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

#include <csetjmp>
#include <csignal>

using namespace pit;
using namespace pit::tool;

static Error toError(const std::string &what, llvm::Error error) {
  return Error{what + ": " + llvm::toString(std::move(error))};
}

namespace {
sigjmp_buf faulted;
volatile sig_atomic_t faultSignal;

/// Runs code that may stop with a signal, because of what the user's function
/// does to the user's data. Returns null, or what happened; then the process is
/// good for a message only.
const char *runGuarded(llvm::function_ref<void()> code) {
  constexpr int signals[] = {SIGFPE, SIGSEGV, SIGBUS, SIGABRT};
  struct sigaction catcher = {}, before[std::size(signals)];
  catcher.sa_handler = [](int number) {
    faultSignal = number;
    siglongjmp(faulted, 1);
  };
  for (size_t i = 0; i < std::size(signals); ++i)
    sigaction(signals[i], &catcher, &before[i]);
  const char *what = nullptr;
  if (sigsetjmp(faulted, /*savemask=*/1) == 0)
    code();
  else
    what = faultSignal == SIGFPE    ? "an integer was divided by zero, or "
                                      "the quotient does not fit"
           : faultSignal == SIGABRT ? "an assertion of the function failed"
                                    : "an access was out of bounds";
  for (size_t i = 0; i < std::size(signals); ++i)
    sigaction(signals[i], &before[i], nullptr);
  return what;
}
} // namespace

/// A memref as MLIR's C interface passes it: allocated and aligned pointer,
/// offset, sizes, strides.
static std::vector<int64_t> makeDescriptor(const TensorSpec &spec,
                                           NpyArray &array) {
  size_t rank = spec.shape.size();
  std::vector<int64_t> words(3 + 2 * rank);
  words[0] = words[1] = reinterpret_cast<intptr_t>(array.data.data());
  int64_t stride = 1;
  for (size_t dim = rank; dim-- > 0;) {
    words[3 + dim] = int64_t(spec.shape[dim]);
    words[3 + rank + dim] = stride;
    stride *= int64_t(spec.shape[dim]);
  }
  return words;
}

Signature tool::promoteToF64(Signature signature) {
  auto promote = [](TensorSpec &spec) {
    switch (spec.element) {
    case runtime::ElementType::F16:
    case runtime::ElementType::BF16:
    case runtime::ElementType::F32:
    case runtime::ElementType::F8E4M3:
    case runtime::ElementType::F8E5M2:
      spec.element = runtime::ElementType::F64;
      break;
    default:
      break;
    }
  };
  for (TensorSpec &spec : signature.arguments)
    promote(spec);
  for (TensorSpec &spec : signature.results)
    promote(spec);
  return signature;
}

Expected<std::vector<NpyArray>>
tool::runOnHost(mlir::ModuleOp module, const Signature &signature,
                std::vector<NpyArray> &arguments, bool reference) {
  std::string what = "'" + signature.name + "' " +
                     (reference ? "in double precision, as the reference"
                                : "for --device=cpu");
  mlir::PassManager manager(module.getContext());
  if (reference)
    mlir::pit::buildReferencePipeline(manager);
  else
    mlir::pit::buildCPUPipeline(manager);
  if (mlir::failed(manager.run(module)))
    return Error{"cannot compile " + what};

  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  auto builder = llvm::orc::JITTargetMachineBuilder::detectHost();
  if (!builder)
    return toError("cannot tell what machine this is", builder.takeError());
  builder->setCodeGenOptLevel(llvm::CodeGenOptLevel::Default);
  auto machine = builder->createTargetMachine();
  if (!machine)
    return toError("cannot compile for this machine", machine.takeError());
  auto transformer = mlir::makeOptimizingTransformer(3, 0, machine->get());
  mlir::ExecutionEngineOptions options;
  options.transformer = transformer;
  options.enableGDBNotificationListener = false;
  options.enablePerfNotificationListener = false;
  auto engine = mlir::ExecutionEngine::create(module, options);
  if (!engine)
    return toError("cannot compile " + what, engine.takeError());
  (*engine)->initialize();

  std::vector<NpyArray> results;
  for (size_t i = 0; i < signature.results.size(); ++i) {
    auto array = makeArray(signature.results[i], "result " + std::to_string(i));
    if (!array)
      return array.error();
    results.push_back(std::move(*array));
  }
  std::vector<std::vector<int64_t>> descriptors;
  for (size_t i = 0; i < arguments.size(); ++i)
    descriptors.push_back(makeDescriptor(signature.arguments[i], arguments[i]));
  for (size_t i = 0; i < results.size(); ++i)
    descriptors.push_back(makeDescriptor(signature.results[i], results[i]));
  // The interface takes pointers to descriptors, the engine pointers to what
  // is passed.
  std::vector<void *> pointers, packed;
  for (std::vector<int64_t> &descriptor : descriptors)
    pointers.push_back(descriptor.data());
  for (void *&pointer : pointers)
    packed.push_back(&pointer);
  llvm::Error failure = llvm::Error::success();
  const char *signal = runGuarded([&] {
    failure = (*engine)->invokePacked("_mlir_ciface_" + signature.name, packed);
  });
  if (signal) {
    llvm::consumeError(std::move(failure));
    return Error{what + " stopped: " + signal};
  }
  if (failure)
    return toError("cannot run " + what, std::move(failure));
  return results;
}
