func.func @f(%x: tensor<?x6xf16>, %y: tensor<?xf32>, %z: tensor<?xf32>) -> (tensor<?x6xf16>, tensor<?x4xf32>, tensor<8xf32>, tensor<?x2x3xf16>) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %0 = tensor.collapse_shape %x [[0, 1]] : tensor<?x6xf16> into tensor<?xf16>
  %n = tensor.dim %x, %c0 : tensor<?x6xf16>
  %1 = tensor.expand_shape %0 [[0, 1, 2]] output_shape [%n, 2, 3] : tensor<?xf16> into tensor<?x2x3xf16>
  %2 = tensor.cast %z : tensor<?xf32> to tensor<8xf32>
  %m = tensor.dim %y, %c0 : tensor<?xf32>
  %q = arith.divsi %m, %c4 : index
  %3 = tensor.expand_shape %y [[0, 1]] output_shape [%q, 4] : tensor<?xf32> into tensor<?x4xf32>
  return %x, %3, %2, %1 : tensor<?x6xf16>, tensor<?x4xf32>, tensor<8xf32>, tensor<?x2x3xf16>
}
