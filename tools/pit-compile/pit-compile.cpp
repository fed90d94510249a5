//===- pit-compile.cpp - MLIR in, PTX and launch plans out ----------------===//
//
//   pit-compile in.mlir --arch=sm_80 -o DIR
//
// Writes NAME.ptx and NAME.json into DIR for each function NAME. All files are
// made before the first is put in its place: on an error nothing is written.
//
//===----------------------------------------------------------------------===//

#include "Ptxas.h"

#include "pit/Support/File.h"
#include "pit/Target/Compile.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Support/ToolUtilities.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"

namespace {
enum class Emit { MLIR, LLVM, PTX, Cubin };
} // namespace

static llvm::cl::OptionCategory category("pit-compile options");
static llvm::cl::opt<std::string> inputFile(llvm::cl::Positional,
                                            llvm::cl::desc("<in.mlir>"),
                                            llvm::cl::Required,
                                            llvm::cl::cat(category));
static llvm::cl::opt<std::string>
    outputDir("o", llvm::cl::desc("Folder for the files; made if needed"),
              llvm::cl::value_desc("DIR"), llvm::cl::init("."),
              llvm::cl::cat(category));
static llvm::cl::opt<std::string>
    arch("arch", llvm::cl::desc("The chip, sm_80 to sm_90a"),
         llvm::cl::init("sm_80"), llvm::cl::cat(category));
static llvm::cl::opt<std::string> ptxVersion(
    "ptx-version",
    llvm::cl::desc("The PTX version, such as 7.8; by default one that suits "
                   "the chip"),
    llvm::cl::cat(category));
static llvm::cl::opt<Emit> emitKind(
    "emit", llvm::cl::desc("What to write:"),
    llvm::cl::values(
        clEnumValN(Emit::MLIR, "mlir",
                   "IN.mlir: launch plans, and kernels in the gpu, nvgpu and "
                   "nvvm dialects"),
        clEnumValN(Emit::LLVM, "llvm", "NAME.ll: kernels as LLVM IR"),
        clEnumValN(Emit::PTX, "ptx",
                   "NAME.ptx and NAME.json: kernels and launch plan (default)"),
        clEnumValN(Emit::Cubin, "cubin",
                   "the same, and NAME.cubin; needs ptxas")),
    llvm::cl::init(Emit::PTX), llvm::cl::cat(category));

/// Prints a message the way that all of the tool's messages look.
static int reportError(const llvm::Twine &message) {
  llvm::errs() << "pit-compile: error: " << message << "\n";
  return 1;
}

namespace {
struct OutputFile {
  std::string name, content;
};
} // namespace

/// Writes all files, or none where one cannot be written.
static int writeFiles(llvm::ArrayRef<OutputFile> files) {
  if (std::error_code error = llvm::sys::fs::create_directories(outputDir))
    return reportError("cannot make the folder '" + outputDir +
                       "': " + error.message());
  std::vector<pit::StagedFile> staged;
  for (const OutputFile &file : files) {
    llvm::SmallString<256> path(outputDir);
    llvm::sys::path::append(path, file.name);
    auto result = pit::StagedFile::stage(path.str().str(), {file.content});
    if (!result)
      return reportError(result.error().message);
    staged.push_back(std::move(*result));
  }
  for (pit::StagedFile &file : staged)
    if (pit::Error error = file.commit())
      return reportError(error.message);
  return 0;
}

static int compile(mlir::ModuleOp module) {
  mlir::pit::CompileOptions options;
  options.arch = arch;
  options.ptxVersion = ptxVersion;
  std::vector<OutputFile> files;
  if (emitKind == Emit::MLIR) {
    if (mlir::failed(mlir::pit::compileToGPU(module, options)))
      return 1;
    std::string text;
    llvm::raw_string_ostream stream(text);
    module.print(stream);
    stream << "\n";
    std::string stem =
        inputFile == "-" ? "stdin" : llvm::sys::path::stem(inputFile).str();
    files.push_back({stem + ".mlir", text});
    // The input itself may lie in the folder.
    llvm::SmallString<256> path(outputDir);
    llvm::sys::path::append(path, files.back().name);
    if (llvm::sys::fs::equivalent(inputFile, path))
      return reportError("would overwrite its input '" + inputFile +
                         "': give another folder as -o");
    return writeFiles(files);
  }
  mlir::FailureOr<std::vector<mlir::pit::CompiledFunction>> compiled =
      mlir::pit::compileModule(module, options, emitKind == Emit::LLVM);
  if (mlir::failed(compiled))
    return 1;
  for (mlir::pit::CompiledFunction &function : *compiled) {
    if (emitKind == Emit::LLVM) {
      files.push_back({function.name + ".ll", std::move(function.llvm)});
      continue;
    }
    if (emitKind == Emit::Cubin) {
      std::string error;
      std::optional<std::string> cubin =
          mlir::pit::runPtxas(function.ptx, options.arch, error);
      if (!cubin)
        return reportError("function '" + function.name + "': " + error);
      files.push_back({function.name + ".cubin", std::move(*cubin)});
    }
    files.push_back({function.name + ".ptx", std::move(function.ptx)});
    files.push_back({function.name + ".json", std::move(function.plan)});
  }
  return writeFiles(files);
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  llvm::cl::HideUnrelatedOptions(category);
  llvm::cl::ParseCommandLineOptions(
      argc, argv,
      "Compiles the functions of an MLIR file, linalg or pit on tensors, to "
      "PTX and launch plans\n");

  std::string error;
  std::unique_ptr<llvm::MemoryBuffer> input =
      mlir::openInputFile(inputFile, &error);
  if (!input)
    return reportError(error);
  mlir::DialectRegistry registry;
  mlir::pit::registerCompilerDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.printOpOnDiagnostic(false);
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(input), llvm::SMLoc());
  mlir::SourceMgrDiagnosticHandler handler(sources, &context);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
  if (!module)
    return 1;
  return compile(*module);
}
