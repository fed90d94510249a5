//===- Register.cpp - dialects, passes and pipelines by name --------------===//

#include "pit/Dialect/PIT/IR/PIT.h"
#include "pit/Passes/Passes.h"

using namespace mlir;

void pit::registerAllDialects(DialectRegistry &registry) {
  registry.insert<PITDialect>();
}

void pit::registerAllPasses() { registerPITPasses(); }
