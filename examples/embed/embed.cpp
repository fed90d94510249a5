//===- embed.cpp - the compiler within a program of one's own -------------===//
//
//   embed layer.mlir
//
// Reads a module, says which of its loops may be permuted, and writes PTX and a
// launch plan for each function.
//
//===----------------------------------------------------------------------===//

#include "pit/Analysis/Axes.h"
#include "pit/Passes/Passes.h"
#include "pit/Target/Compile.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

static bool writeFile(const std::string &name, llvm::StringRef text) {
  std::error_code error;
  llvm::raw_fd_ostream file(name, error);
  if (error) {
    llvm::errs() << "error: " << name << ": " << error.message() << "\n";
    return false;
  }
  file << text;
  return true;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    llvm::errs() << "usage: embed FILE.mlir\n";
    return 1;
  }
  // The dialect, and the upstream dialects that compiling goes through. A
  // program with dialects of its own inserts them here as well.
  DialectRegistry registry;
  pit::registerAllDialects(registry);
  pit::registerCompilerDialects(registry);
  MLIRContext context(registry);
  auto module = parseSourceFile<ModuleOp>(argv[1], &context);
  if (!module)
    return 1;

  // The analysis is a function: no pass is needed.
  module->walk([](linalg::LinalgOp op) {
    for (auto [dim, axis] : llvm::enumerate(pit::analyzeAxes(op)))
      llvm::outs() << op->getName() << ": d" << dim
                   << (axis.isPermutable() ? " is a" : " is no")
                   << " PIT axis\n";
  });

  auto functions = pit::compileModule(*module, {.arch = "sm_80"});
  if (failed(functions))
    return 1; // the context has printed why
  for (const pit::CompiledFunction &function : *functions) {
    if (!writeFile(function.name + ".ptx", function.ptx) ||
        !writeFile(function.name + ".json", function.plan))
      return 1;
    llvm::outs() << "wrote " << function.name << ".ptx and " << function.name
                 << ".json\n";
  }
  return 0;
}
