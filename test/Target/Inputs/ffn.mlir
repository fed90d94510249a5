// relu(transpose(a) * b + bias) with a sparse a, whose bits are returned too,
// and what else a function may hold: a cast, a copy, a dense product.
#act = #pit.sparsity<granularity = [1, 64], ratio = 0.95>
func.func @ffn(%at: tensor<96x64xf16, #act>, %b: tensor<96x128xf16>, %c: tensor<64x128xf32>, %bias: tensor<128xf32>)
    -> (tensor<64x128xf16>, tensor<64x128xf32>) {
  %0 = linalg.matmul
       indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
       {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
       ins(%at, %b : tensor<96x64xf16, #act>, tensor<96x128xf16>) outs(%c : tensor<64x128xf32>) -> tensor<64x128xf32>
  %e = tensor.empty() : tensor<64x128xf16>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                       iterator_types = ["parallel", "parallel"]}
       ins(%0, %bias : tensor<64x128xf32>, tensor<128xf32>) outs(%e : tensor<64x128xf16>) {
  ^bb0(%x: f32, %y: f32, %out: f16):
    %zero = arith.constant 0.0 : f32
    %2 = arith.addf %x, %y : f32
    %3 = arith.maximumf %2, %zero : f32
    %4 = arith.truncf %3 : f32 to f16
    linalg.yield %4 : f16
  } -> tensor<64x128xf16>
  return %1, %c : tensor<64x128xf16>, tensor<64x128xf32>
}
