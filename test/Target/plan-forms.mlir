// Plans whose buffers are shared in every way that a plan allows, executed: an
// argument returned, a result returned twice, a result of another shape than
// its buffer, a constant, a caller's init that is kept, sizes of 0.
// RUN: pit-run %s --entry=shared --arg random --arg random --check --checks=all
// RUN: pit-run %s --entry=kept --arg random --arg random --arg random --check --checks=all
// RUN: pit-run %s --entry=empty --arg random --arg random --check --checks=all

func.func @shared(%x: tensor<8x6xf32>, %y: tensor<8x6xf32>) -> (tensor<8x6xf32>, tensor<8x6xf32>, tensor<8x6xf32>, tensor<48xf32>, tensor<5xf32>, tensor<48xf32>) {
  %e = tensor.empty() : tensor<8x6xf32>
  %0 = linalg.add ins(%x, %y : tensor<8x6xf32>, tensor<8x6xf32>) outs(%e : tensor<8x6xf32>) -> tensor<8x6xf32>
  %1 = linalg.mul ins(%0, %y : tensor<8x6xf32>, tensor<8x6xf32>) outs(%e : tensor<8x6xf32>) -> tensor<8x6xf32>
  %2 = tensor.collapse_shape %1 [[0, 1]] : tensor<8x6xf32> into tensor<48xf32>
  %3 = arith.constant dense<2.5> : tensor<5xf32>
  %4 = tensor.collapse_shape %x [[0, 1]] : tensor<8x6xf32> into tensor<48xf32>
  return %x, %0, %0, %2, %3, %4 : tensor<8x6xf32>, tensor<8x6xf32>, tensor<8x6xf32>, tensor<48xf32>, tensor<5xf32>, tensor<48xf32>
}

func.func @kept(%a: tensor<16x16xf16>, %b: tensor<16x16xf16>, %c: tensor<16x16xf32>) -> (tensor<16x16xf32>, tensor<16x16xf32>) {
  %0 = linalg.matmul ins(%a, %b : tensor<16x16xf16>, tensor<16x16xf16>) outs(%c : tensor<16x16xf32>) -> tensor<16x16xf32>
  %1 = linalg.matmul ins(%b, %a : tensor<16x16xf16>, tensor<16x16xf16>) outs(%0 : tensor<16x16xf32>) -> tensor<16x16xf32>
  return %1, %c : tensor<16x16xf32>, tensor<16x16xf32>
}

func.func @empty(%x: tensor<0x6xf32>, %y: tensor<3xf32>) -> (tensor<0x6xf32>, tensor<3xf32>) {
  %e = tensor.empty() : tensor<0x6xf32>
  %0 = linalg.exp ins(%x : tensor<0x6xf32>) outs(%e : tensor<0x6xf32>) -> tensor<0x6xf32>
  return %0, %y : tensor<0x6xf32>, tensor<3xf32>
}
