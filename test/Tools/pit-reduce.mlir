// Of several functions the one that shows the fault is left, with little more
// than the operation that does.
// RUN: pit-reduce %s -reduction-tree='traversal-mode=0 test=%S/Inputs/has-detect.sh' | FileCheck %s

#a = affine_map<(m, n, k) -> (m, k)>
#at = affine_map<(m, n, k) -> (k, m)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

// CHECK-NOT: func.func @plain
func.func @plain(%a: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %0 = math.exp %a : tensor<64x64xf32>
  return %0 : tensor<64x64xf32>
}

// CHECK-NOT: func.func @other_tile
func.func @other_tile(%x: memref<64x64xf16>, %bits: memref<1x64xi1>) {
  pit.detect {axis = 1, micro_tile = array<i64: 64, 1>} ins(%x : memref<64x64xf16>) outs(%bits : memref<1x64xi1>)
  return
}

// CHECK: func.func @product(
// CHECK-NEXT: tensor.empty
// CHECK-NEXT: pit.detect {{.*}}micro_tile = array<i64: 1, 64>
// CHECK-NOT: pit.
// CHECK: }
func.func @product(%at: tensor<1024x512xf16>, %b: tensor<1024x512xf16>, %c: tensor<512x512xf32>) -> tensor<512x512xf32> {
  %e = tensor.empty() : tensor<8x1024xi1>
  %bits = pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%at : tensor<1024x512xf16>) outs(%e : tensor<8x1024xi1>) -> tensor<8x1024xi1>
  %index = pit.compact {deterministic} ins(%bits : tensor<8x1024xi1>) -> !pit.index<padded, 8x1024>
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
  %s = math.absf %r : tensor<512x512xf32>
  return %s : tensor<512x512xf32>
}

// CHECK-NOT: func.func @dense
func.func @dense(%a: tensor<64x64xf32>, %b: tensor<64x64xf32>, %c: tensor<64x64xf32>) -> tensor<64x64xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<64x64xf32>, tensor<64x64xf32>) outs(%c : tensor<64x64xf32>) -> tensor<64x64xf32>
  return %0 : tensor<64x64xf32>
}
