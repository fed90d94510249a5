//===- OperandView.h - an operand as a matrix -------------------*- C++ -*-===//
//
// A dense tile has two dimensions, an operand any number. With the other loop
// dimensions fixed, what two of them reach is a matrix with two strides: the
// address is linear in the loop dimensions. So batches, several dimensions of a
// kind, vectors and windows are all read and written in the same way.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_CONVERSION_PITTOGPU_OPERANDVIEW_H
#define PIT_LIB_CONVERSION_PITTOGPU_OPERANDVIEW_H

#include "pit/Analysis/Contraction.h"
#include "pit/Conversion/Utils/IndexBuilder.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/AffineMap.h"

namespace mlir::pit {

/// What `dims` reach of `memref`, an operand that `map` indexes, where the
/// other loop dimensions have the values `offsets` (those of `dims` are not
/// looked at). `sizes` are those of all loop dimensions. The result has one
/// dimension for each of `dims`; it is `memref` itself where that is the same.
Value createView(const IndexBuilder &ib, Value memref, AffineMap map,
                 ArrayRef<ViewDim> dims, ArrayRef<Value> offsets,
                 ArrayRef<Value> sizes);

} // namespace mlir::pit

#endif // PIT_LIB_CONVERSION_PITTOGPU_OPERANDVIEW_H
