//===- Register.cpp - dialects, passes and pipelines by name --------------===//

#include "pit/Dialect/PIT/IR/PIT.h"
#include "pit/Dialect/PIT/Transforms/Bufferization.h"
#include "pit/Dialect/PIT/Transforms/Reduction.h"
#include "pit/Passes/CPUPipeline.h"
#include "pit/Passes/Passes.h"
#include "pit/Target/Pipelines.h"

#include "mlir/Dialect/Func/Extensions/InlinerExtension.h"

using namespace mlir;

void pit::registerAllDialects(DialectRegistry &registry) {
  registry.insert<PITDialect>();
  registerBufferizableOpInterfaceExternalModels(registry);
  registerReductionPatterns(registry);
  func::registerInlinerExtension(registry);
}

void pit::registerAllPasses() {
  // A host may load the plugin as one of dialects and as one of passes.
  static const bool registered = [] {
    registerPITPasses();
    registerCPUPipelines();
    registerGPUPipelines();
    return true;
  }();
  (void)registered;
}
