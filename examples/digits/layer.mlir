// The sparse layer of digits.mlir by itself, product = hidden w2, to look at its kernels and count what they do.
// 'reference.py --write-hidden FILE' makes the hidden activations.

#act = #pit.sparsity<granularity = [32, 16], ratio = 0.68>

func.func @layer(%h: tensor<4096x512xf16, #act>, %w2: tensor<512x128xf16>) -> tensor<4096x128xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<4096x128xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<4096x128xf32>) -> tensor<4096x128xf32>
  %product = linalg.matmul {pit.schedule = #pit.schedule<axis = 2, micro_tile = [32, 16], tile = [32, 128, 32]>}
                           ins(%h, %w2 : tensor<4096x512xf16, #act>, tensor<512x128xf16>)
                           outs(%init : tensor<4096x128xf32>) -> tensor<4096x128xf32>
  return %product : tensor<4096x128xf32>
}
