// The PIT axis is a reduction that no dense tile spans, and the tile's reduction is divided into groups, each of which
// has a list of its own along the axis.
// RUN: pit-run %s --entry=lhs --checks=all --check --arg=random:seed=1,density=0.3,block=1x32x2x48 --arg=random:seed=2 --arg=random:seed=3
// RUN: pit-run %s --entry=rhs --checks=all --check --arg=random:seed=1 --arg=random:seed=2,density=0.3,block=64x1x31 --arg=random:seed=3
// RUN: pit-run %s --entry=rhs --checks=all --check --arg=random:seed=1 --arg=random:seed=2,density=0 --arg=random:seed=3

#sparse = #pit.sparsity<>

func.func @lhs(%a: tensor<2x33x3x128xf16, #sparse>, %b: tensor<2x3x128x8xf16>, %c: tensor<2x33x8xf32>) -> tensor<2x33x8xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m, k, n, j, b) -> (b, m, j, k)>, affine_map<(m, k, n, j, b) -> (b, j, k, n)>, affine_map<(m, k, n, j, b) -> (b, m, n)>]
      {pit.schedule = #pit.schedule<axis = 3, micro_tile = [1, 32, 2, 48], tile = [32, 16, 16, 1, 1]>}
      ins(%a, %b : tensor<2x33x3x128xf16, #sparse>, tensor<2x3x128x8xf16>) outs(%c : tensor<2x33x8xf32>) -> tensor<2x33x8xf32>
  return %0 : tensor<2x33x8xf32>
}

func.func @rhs(%a: tensor<24x127xbf16>, %b: tensor<127x5x31xbf16, #sparse>, %c: tensor<24x31xbf16>) -> tensor<24x31xbf16> {
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, k, j) -> (m, k)>, affine_map<(m, n, k, j) -> (k, j, n)>, affine_map<(m, n, k, j) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%a, %b : tensor<24x127xbf16>, tensor<127x5x31xbf16, #sparse>) outs(%c : tensor<24x31xbf16>)
      attrs = {pit.schedule = #pit.schedule<axis = 3, micro_tile = [64, 1, 128], tile = [128, 64, 64, 1]>} {
  ^bb0(%x: bf16, %y: bf16, %acc: bf16):
    %p = arith.mulf %x, %y : bf16
    %s = arith.addf %acc, %p : bf16
    linalg.yield %s : bf16
  } -> tensor<24x31xbf16>
  return %0 : tensor<24x31xbf16>
}
