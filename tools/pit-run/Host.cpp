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

#include <csignal>
#include <cstring>
#include <unistd.h>

using namespace pit;
using namespace pit::tool;

static Error toError(const std::string &what, llvm::Error error) {
  return Error{what + ": " + llvm::toString(std::move(error))};
}

namespace {
/// What the user's function does to the user's data may stop the process. While
/// this lives, it then ends with a message and exit code 1. Nothing else is
/// safe: the signal may come from within the allocator.
class FaultMessage {
public:
  explicit FaultMessage(const std::string &what) {
    prefix = "pit-run: error: " + what + " stopped: ";
    struct sigaction catcher = {};
    catcher.sa_handler = say;
    for (size_t i = 0; i < std::size(kSignals); ++i)
      sigaction(kSignals[i], &catcher, &before[i]);
  }
  ~FaultMessage() {
    for (size_t i = 0; i < std::size(kSignals); ++i)
      sigaction(kSignals[i], &before[i], nullptr);
  }

private:
  static void say(int signal) {
    std::string_view why =
        signal == SIGFPE    ? "an integer was divided by zero, or the quotient "
                              "does not fit\n"
        : signal == SIGABRT ? "an assertion of the function failed, or it "
                              "wrote out of bounds\n"
                            : "an access was out of bounds\n";
    for (std::string_view text : {std::string_view(prefix), why})
      if (write(STDERR_FILENO, text.data(), text.size()) < 0)
        break;
    _exit(1);
  }

  static constexpr int kSignals[] = {SIGFPE, SIGSEGV, SIGBUS, SIGABRT};
  static std::string prefix;
  struct sigaction before[std::size(kSignals)];
};
std::string FaultMessage::prefix;
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

/// Copies results that a function returned, whose descriptors lie one behind
/// the other in `words`, and gives them their sizes in `signature`.
static Expected<std::vector<NpyArray>>
copyReturned(Signature &signature, const std::vector<int64_t> &words) {
  // Two results may be one buffer, so they are not freed, but kept for the rest
  // of the program.
  static std::vector<int64_t> kept;
  std::vector<NpyArray> results;
  const int64_t *next = words.data();
  for (size_t i = 0; i < signature.results.size(); ++i) {
    TensorSpec &spec = signature.results[i];
    size_t rank = spec.shape.size();
    std::string what = "result " + std::to_string(i);
    kept.push_back(next[0]);
    if (Error e = spec.setShape({next + 3, next + 3 + rank}))
      return Error{what + ": " + e.message};
    auto array = makeArray(spec, what);
    if (!array)
      return array.error();
    // Of identity layout, as bufferization makes what functions return.
    if (spec.bytes())
      std::memcpy(array->data.data(),
                  reinterpret_cast<const char *>(intptr_t(next[1])) +
                      next[2] * runtime::byteSize(spec.element),
                  spec.bytes());
    results.push_back(std::move(*array));
    next += 3 + 2 * rank;
  }
  return results;
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
tool::runOnHost(mlir::ModuleOp module, Signature &signature,
                std::vector<NpyArray> &arguments, bool reference) {
  std::string what = "'" + signature.name + "' " +
                     (reference ? "in double precision, as the reference"
                                : "for --device=cpu");
  // As the types have it; the specs may know the sizes of an earlier run.
  bool isAnyDynamic = false;
  for (auto function : module.getOps<mlir::func::FuncOp>())
    if (function.getName() == signature.name)
      for (mlir::Type type : function.getResultTypes())
        isAnyDynamic |= !llvm::cast<mlir::ShapedType>(type).hasStaticShape();
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

  // A function with a result of dynamic size returns descriptors of all of
  // them, in memory that comes first; else the caller has memory for each.
  bool returns = isAnyDynamic;
  std::vector<NpyArray> results;
  std::vector<std::vector<int64_t>> descriptors;
  if (returns) {
    size_t words = 0;
    for (const TensorSpec &spec : signature.results)
      words += 3 + 2 * spec.shape.size();
    descriptors.emplace_back(words);
  }
  for (size_t i = 0; i < signature.results.size() && !returns; ++i) {
    auto array = makeArray(signature.results[i], "result " + std::to_string(i));
    if (!array)
      return array.error();
    results.push_back(std::move(*array));
  }
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
  FaultMessage message(what);
  if (llvm::Error error =
          (*engine)->invokePacked("_mlir_ciface_" + signature.name, packed))
    return toError("cannot run " + what, std::move(error));
  if (returns)
    return copyReturned(signature, descriptors.front());
  return results;
}
