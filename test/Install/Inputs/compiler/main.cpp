//===- main.cpp - a user of the installed compiler ------------------------===//
//
// Parses a linalg function with a sparse operand, runs the pipeline pit-to-ptx
// by its name, and prints the operand's encoding and the kernels.
//
//===----------------------------------------------------------------------===//

#include "pit/Dialect/PIT/IR/PIT.h"
#include "pit/Passes/Passes.h"
#include "pit/Target/Compile.h"
#include "pit/Target/PTX.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"

static constexpr llvm::StringLiteral kSource = R"mlir(
#act = #pit.sparsity<granularity = [1, 64]>
func.func @layer(%a: tensor<96x64xf16, #act>, %b: tensor<96x128xf16>,
                 %c: tensor<64x128xf32>) -> tensor<64x128xf32> {
  %0 = linalg.matmul
       indexing_maps = [affine_map<(m, n, k) -> (k, m)>,
                        affine_map<(m, n, k) -> (k, n)>,
                        affine_map<(m, n, k) -> (m, n)>]
       {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64],
                                     tile = [64, 128, 32]>}
       ins(%a, %b : tensor<96x64xf16, #act>, tensor<96x128xf16>)
       outs(%c : tensor<64x128xf32>) -> tensor<64x128xf32>
  return %0 : tensor<64x128xf32>
})mlir";

int main() {
  mlir::DialectRegistry registry;
  mlir::pit::registerAllDialects(registry);
  mlir::pit::registerCompilerDialects(registry);
  mlir::pit::registerAllPasses();

  mlir::MLIRContext context(registry);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(kSource, &context);
  if (!module)
    return 1;
  auto function = *module->getOps<mlir::func::FuncOp>().begin();
  auto operand =
      llvm::cast<mlir::RankedTensorType>(function.getArgumentTypes()[0]);
  auto sparsity =
      llvm::dyn_cast<mlir::pit::SparsityAttr>(operand.getEncoding());
  if (!sparsity)
    return 1;
  llvm::outs() << "operand: " << sparsity << "\n";

  mlir::PassManager manager(&context);
  if (mlir::failed(
          mlir::parsePassPipeline("pit-to-ptx{arch=sm_80}", manager)) ||
      mlir::failed(manager.run(*module)))
    return 1;
  for (auto binary : module->getOps<mlir::gpu::BinaryOp>()) {
    mlir::FailureOr<llvm::StringRef> ptx = mlir::pit::getPTX(binary);
    if (mlir::failed(ptx))
      return 1;
    for (llvm::StringRef line : llvm::split(*ptx, '\n'))
      if (line.starts_with(".target") || line.contains(".entry"))
        llvm::outs() << line << "\n";
  }
  return 0;
}
