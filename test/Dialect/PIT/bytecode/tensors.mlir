// RUN: pit-opt %S/tensors-v1.mlirbc > %t.old
// RUN: pit-opt %s > %t.new
// RUN: diff %t.old %t.new

#at = affine_map<(m, n, k) -> (k, m)>
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

func.func @tensors(%at: tensor<1024x512xf16>, %b: tensor<1024x512xf16>, %c: tensor<512x512xf32>, %counts: tensor<1xi32>, %coords: tensor<1x512xi32>, %offsets: tensor<9xi64>, %list: tensor<100xi32>) -> tensor<512x512xf32> {
  %e = tensor.empty() : tensor<8x1024xi1>
  %bits = pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%at : tensor<1024x512xf16>) outs(%e : tensor<8x1024xi1>) -> tensor<8x1024xi1>
  %index = pit.compact {deterministic} ins(%bits : tensor<8x1024xi1>) -> !pit.index<padded, 8x1024>
  %short = pit.compact ins(%bits : tensor<8x1024xi1>) -> !pit.index<compact, 8x1024>
  %r = pit.generic {indexing_maps = [#at, #b, #c], iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%at, %b : tensor<1024x512xf16>, tensor<1024x512xf16>) outs(%c : tensor<512x512xf32>) index(%index : !pit.index<padded, 8x1024>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %2, %acc : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %0 = arith.addf %old, %acc : f32
    pit.yield %0 : f32
  } -> tensor<512x512xf32>
  %padded = pit.assemble_index %counts, %coords : tensor<1xi32>, tensor<1x512xi32> -> !pit.index<padded, 1x512>
  %compact = pit.assemble_index %offsets, %list : tensor<9xi64>, tensor<100xi32> -> !pit.index<compact, 8x1024>
  return %r : tensor<512x512xf32>
}
