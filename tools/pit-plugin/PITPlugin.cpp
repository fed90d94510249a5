//===- PITPlugin.cpp - the dialect and its passes for stock mlir-opt ------===//
//
//   mlir-opt --load-dialect-plugin=PITPlugin.so --pass-pipeline=...
//
//===----------------------------------------------------------------------===//

#include "pit/Dialect/PIT/IR/PIT.h"
#include "pit/Passes/Passes.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

using namespace mlir;

// A dialect plugin's callback may register passes too, so that one option
// loads both.
extern "C" LLVM_ATTRIBUTE_WEAK DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "PIT", LLVM_VERSION_STRING,
          [](DialectRegistry *registry) {
            pit::registerAllDialects(*registry);
            pit::registerAllPasses();
          }};
}

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "PIT", LLVM_VERSION_STRING,
          [] { pit::registerAllPasses(); }};
}
