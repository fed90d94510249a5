// What an index leaves out contributes nothing, also where dense code would
// make a NaN; what is listed contributes all; the epilogue reaches every
// element. Row 0 of A is all zero, B holds an infinity.

// REQUIRES: numpy
// RUN: rm -rf %t && mkdir %t
// RUN: %python %S/../Inputs/index-semantics.py make %t
// RUN: pit-run %s --entry=k_axis --device=cpu --arg %t/a.npy --arg %t/b.npy --arg %t/c.npy --out %t/y.npy
// RUN: %python %S/../Inputs/index-semantics.py check-k %t
// RUN: pit-run %s --entry=m_axis --device=cpu --arg %t/a.npy --arg %t/b.npy --arg %t/c.npy --out %t/y.npy
// RUN: %python %S/../Inputs/index-semantics.py check-m %t

#sparse = #pit.sparsity<>

func.func @k_axis(%a: tensor<64x32xf16, #sparse>, %b: tensor<32x16xf16>, %c: tensor<64x16xf32>) -> tensor<64x16xf32> {
  %0 = linalg.matmul {pit.schedule = #pit.schedule<axis = 2, micro_tile = [32, 16], tile = [32, 64, 32]>}
      ins(%a, %b : tensor<64x32xf16, #sparse>, tensor<32x16xf16>) outs(%c : tensor<64x16xf32>) -> tensor<64x16xf32>
  return %0 : tensor<64x16xf32>
}

func.func @m_axis(%a: tensor<64x32xf16, #sparse>, %b: tensor<32x16xf16>, %c: tensor<64x16xf32>) -> tensor<64x16xf32> {
  %0 = linalg.matmul {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<64x32xf16, #sparse>, tensor<32x16xf16>) outs(%c : tensor<64x16xf32>) -> tensor<64x16xf32>
  return %0 : tensor<64x16xf32>
}
