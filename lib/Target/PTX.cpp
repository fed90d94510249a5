//===- PTX.cpp - kernels as PTX text --------------------------------------===//

#include "pit/Target/PTX.h"
#include "pit/Passes/Passes.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/DiagnosticHandler.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/ScopedPrinter.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

namespace mlir::pit {
#define GEN_PASS_DEF_PITATTACHTARGETPASS
#define GEN_PASS_DEF_PITSERIALIZEKERNELSPASS
#include "pit/Passes/Passes.h.inc"
} // namespace mlir::pit

using namespace mlir;
using namespace mlir::pit;

static constexpr llvm::StringLiteral triple = "nvptx64-nvidia-cuda";
/// Optimization level of LLVM's passes.
static constexpr int optimizationLevel = 3;

void pit::registerPTXTranslations(DialectRegistry &registry) {
  registerBuiltinDialectTranslation(registry);
  registerGPUDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  registerNVVMDialectTranslation(registry);
}

void pit::attachPTXTarget(Operation *root, const PTXTarget &target) {
  MLIRContext *context = root->getContext();
  auto attribute = NVVM::NVVMTargetAttr::get(context, optimizationLevel, triple,
                                             target.chip, target.getFeatures());
  root->walk([&](gpu::GPUModuleOp module) {
    module.setTargetsAttr(ArrayAttr::get(context, {attribute}));
  });
}

/// The back end of NVIDIA's chips; null if LLVM was built without it.
static std::unique_ptr<llvm::TargetMachine>
createTargetMachine(const PTXTarget &target, std::string &error) {
  static const bool initialized = [] {
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetMC();
    LLVMInitializeNVPTXAsmPrinter();
    return true;
  }();
  (void)initialized;
  llvm::Triple parsed(triple);
  const llvm::Target *backend =
      llvm::TargetRegistry::lookupTarget(parsed, error);
  if (!backend)
    return nullptr;
  return std::unique_ptr<llvm::TargetMachine>(backend->createTargetMachine(
      parsed, target.chip, target.getFeatures(), {}, {}));
}

namespace {
/// Turns LLVM's errors into MLIR's; its own handler would end the process.
struct DiagnosticForwarder : llvm::DiagnosticHandler {
  explicit DiagnosticForwarder(Operation *op) : op(op) {}

  bool handleDiagnostics(const llvm::DiagnosticInfo &info) override {
    if (info.getSeverity() != llvm::DS_Error)
      return true;
    std::string text;
    llvm::raw_string_ostream stream(text);
    llvm::DiagnosticPrinterRawOStream printer(stream);
    info.print(printer);
    op->emitError() << "LLVM cannot make PTX of it: " << text;
    failed = true;
    return true;
  }

  Operation *op;
  bool failed = false;
};
} // namespace

/// Keeps the back end from merging scalar loads. LLVM 22's load and store
/// vectorizer fills gaps within and behind a group of loads with lanes that
/// nobody uses, but the load reads them: 16 bytes of a buffer of 12. What is to
/// be wide is wide in our IR already. The attribute turns just that pass off.
static void forbidMergedLoads(llvm::Module &module) {
  for (llvm::Function &function : module)
    if (!function.isDeclaration())
      function.addFnAttr(llvm::Attribute::NoImplicitFloat);
}

/// Says that a kernel runs with the block that it was made for, and no other:
/// upstream turns 'known_block_size' into an upper bound only, '.maxntid'.
static void requireBlockSizes(gpu::GPUModuleOp module,
                              llvm::Module &translated) {
  StringRef name = gpu::GPUDialect::KnownBlockSizeAttrHelper::getNameStr();
  for (auto kernel : module.getOps<LLVM::LLVMFuncOp>()) {
    auto block = kernel->getAttrOfType<DenseI32ArrayAttr>(name);
    llvm::Function *function = translated.getFunction(kernel.getName());
    if (!block || !function)
      continue;
    function->addFnAttr("nvvm.reqntid",
                        llvm::join(llvm::map_range(block.asArrayRef(),
                                                   llvm::to_string<int32_t>),
                                   ","));
    // The one says all that the other does.
    function->removeFnAttr("nvvm.maxntid");
  }
}

/// Optimizes for the chip, but takes no vector load apart into scalar ones:
/// nothing would merge them again.
static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  llvm::PassInstrumentationCallbacks callbacks;
  callbacks.registerShouldRunOptionalPassCallback(
      [](StringRef pass, llvm::Any) { return pass != "VectorCombinePass"; });
  llvm::PassBuilder builder(&machine, llvm::PipelineTuningOptions(),
                            std::nullopt, &callbacks);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3)
      .run(module, modules);
}

/// Translates the kernels to LLVM IR and optimizes it for the chip.
static std::unique_ptr<llvm::Module> translate(gpu::GPUModuleOp module,
                                               llvm::LLVMContext &context,
                                               llvm::TargetMachine &machine) {
  std::unique_ptr<llvm::Module> translated =
      translateModuleToLLVMIR(module, context, module.getName());
  if (!translated) {
    module.emitError("cannot be translated to LLVM IR");
    return nullptr;
  }
  translated->setTargetTriple(llvm::Triple(triple));
  translated->setDataLayout(machine.createDataLayout());
  requireBlockSizes(module, *translated);
  optimize(*translated, machine);
  for (const llvm::Function &function : *translated)
    if (function.isDeclaration() && !function.isIntrinsic() &&
        !function.use_empty()) {
      module.emitError()
          << "calls '" << function.getName()
          << "', which it does not define: PTX must not depend on a library of "
             "the machine that it is loaded on";
      return nullptr;
    }
  forbidMergedLoads(*translated);
  return translated;
}

FailureOr<std::string> pit::emitKernels(gpu::GPUModuleOp module,
                                        const PTXTarget &target,
                                        KernelFormat format) {
  std::string error;
  std::unique_ptr<llvm::TargetMachine> machine =
      createTargetMachine(target, error);
  if (!machine)
    return module.emitError() << "this LLVM cannot make PTX: " << error;
  llvm::LLVMContext context;
  auto handler = std::make_unique<DiagnosticForwarder>(module);
  const DiagnosticForwarder &diagnostics = *handler;
  context.setDiagnosticHandler(std::move(handler));
  std::unique_ptr<llvm::Module> translated =
      translate(module, context, *machine);
  if (!translated)
    return failure();

  llvm::SmallString<0> text;
  llvm::raw_svector_ostream stream(text);
  if (format == KernelFormat::LLVM) {
    stream << *translated;
    return text.str().str();
  }
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, stream, nullptr,
                                   llvm::CodeGenFileType::AssemblyFile))
    return module.emitError("this LLVM cannot write PTX");
  passes.run(*translated);
  if (diagnostics.failed)
    return failure();
  // The code generator may call helpers of its own.
  if (text.str().contains(".extern .func"))
    return module.emitError("its PTX has an unresolved '.extern .func': PTX "
                            "must not depend on a library of the machine that "
                            "it is loaded on");
  return text.str().str();
}

FailureOr<PTXTarget> pit::getPTXTarget(gpu::GPUModuleOp module) {
  auto attribute =
      module.getTargetsAttr() && module.getTargetsAttr().size() == 1
          ? dyn_cast<NVVM::NVVMTargetAttr>(module.getTargetsAttr()[0])
          : NVVM::NVVMTargetAttr();
  StringRef features = attribute ? attribute.getFeatures() : StringRef();
  PTXVersion version;
  if (!attribute || !features.consume_front("+ptx") ||
      features.getAsInteger(10, version))
    return module.emitOpError(
        "expects one target, an #nvvm.target with a PTX version: run "
        "'pit-attach-target' first");
  return parsePTXTarget(attribute.getChip(), toString(version),
                        [&] { return module.emitOpError(); });
}

FailureOr<StringRef> pit::getPTX(gpu::BinaryOp binary) {
  if (binary.getObjects().size() == 1)
    if (auto object = dyn_cast<gpu::ObjectAttr>(binary.getObjects()[0]))
      if (object.getFormat() == gpu::CompilationTarget::Assembly)
        return object.getObject().getValue();
  return binary.emitOpError("expects one object, of PTX");
}

namespace {

struct AttachTargetPass : pit::impl::PITAttachTargetPassBase<AttachTargetPass> {
  using PITAttachTargetPassBase::PITAttachTargetPassBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<PTXTarget> target = parsePTXTarget(
        arch, ptxVersion, [&] { return emitError(module.getLoc()); });
    if (failed(target))
      return signalPassFailure();
    attachPTXTarget(module, *target);
  }
};

struct SerializeKernelsPass
    : pit::impl::PITSerializeKernelsPassBase<SerializeKernelsPass> {
  void getDependentDialects(DialectRegistry &registry) const override {
    registerPTXTranslations(registry);
    registry.insert<gpu::GPUDialect, NVVM::NVVMDialect>();
  }

  void runOnOperation() override {
    for (auto module :
         llvm::make_early_inc_range(getOperation().getOps<gpu::GPUModuleOp>()))
      if (failed(serialize(module)))
        return signalPassFailure();
  }

private:
  static LogicalResult serialize(gpu::GPUModuleOp module) {
    FailureOr<PTXTarget> target = getPTXTarget(module);
    if (failed(target))
      return failure();
    FailureOr<std::string> ptx =
        emitKernels(module, *target, KernelFormat::PTX);
    if (failed(ptx))
      return failure();
    OpBuilder builder(module);
    auto object = gpu::ObjectAttr::get(
        module.getContext(), module.getTargetsAttr()[0],
        gpu::CompilationTarget::Assembly, builder.getStringAttr(*ptx),
        /*properties=*/DictionaryAttr(),
        /*kernels=*/gpu::KernelTableAttr());
    gpu::BinaryOp::create(builder, module.getLoc(), module.getName(),
                          /*offloadingHandler=*/Attribute(),
                          builder.getArrayAttr({object}));
    module.erase();
    return success();
  }
};

} // namespace
