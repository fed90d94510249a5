//===- Bytecode.h - files of the dialect, in binary -------------*- C++ -*-===//

#ifndef PIT_LIB_DIALECT_PIT_IR_BYTECODE_H
#define PIT_LIB_DIALECT_PIT_IR_BYTECODE_H

#include "pit/Dialect/PIT/IR/PIT.h"

namespace mlir::pit {

/// Lets bytecode carry the dialect's version, and refuses what a newer version
/// wrote.
void addBytecodeInterface(PITDialect &dialect);

} // namespace mlir::pit

#endif // PIT_LIB_DIALECT_PIT_IR_BYTECODE_H
