func.func @layer(%a: tensor<100x72xf16, #pit.sparsity<>>, %b: tensor<72x56xf16>, %c: tensor<100x56xf32>) -> tensor<100x56xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<100x72xf16, #pit.sparsity<>>, tensor<72x56xf16>)
                     outs(%c : tensor<100x56xf32>) -> tensor<100x56xf32>
  return %0 : tensor<100x56xf32>
}
