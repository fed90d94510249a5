// RUN: pit-opt %s --pit-analyze-axes --remarks-filter=axes 2>&1 >/dev/null | FileCheck %s
// RUN: pit-opt %s --pit-analyze-axes | FileCheck %s --check-prefix=SAME

// SAME: linalg.batch_matmul
// SAME: linalg.conv_1d_nwc_wcf

func.func @named(%a: tensor<2x8x4xf16>, %b: tensor<2x4x8xf16>, %c: tensor<2x8x8xf16>,
    %x: tensor<1x10x4xf32>, %w: tensor<3x4x5xf32>, %y: tensor<1x8x5xf32>) -> (tensor<2x8x8xf16>, tensor<1x8x5xf32>) {
  // CHECK: :[[@LINE+5]]:8: remark: {{.*}}"d0: parallel"
  // CHECK: "d1: parallel"
  // CHECK: "d2: parallel"
  // CHECK: "d3: reduction"
  // CHECK: sparse-operands {{.*}}"0, 1"
  %0 = linalg.batch_matmul ins(%a, %b : tensor<2x8x4xf16>, tensor<2x4x8xf16>) outs(%c : tensor<2x8x8xf16>) -> tensor<2x8x8xf16>

  // A convolution: batch, output and input channels, not the window.
  // CHECK: :[[@LINE+6]]:8: remark: {{.*}}"d0: parallel"
  // CHECK: "d1: not permutable: indexing map 0 reads it in 'd1 + d3', not as a bare dimension:
  // CHECK: "d2: parallel"
  // CHECK: "d3: not permutable: indexing map 0 reads it in 'd1 + d3'
  // CHECK: "d4: reduction"
  // CHECK: sparse-operands {{.*}}"0, 1"
  %1 = linalg.conv_1d_nwc_wcf ins(%x, %w : tensor<1x10x4xf32>, tensor<3x4x5xf32>) outs(%y : tensor<1x8x5xf32>) -> tensor<1x8x5xf32>
  return %0, %1 : tensor<2x8x8xf16>, tensor<1x8x5xf32>
}

#a = affine_map<(d0, d1) -> (d0, d1)>
#c = affine_map<(d0, d1) -> (d0)>
func.func @generic(%a: tensor<8x4xf32>, %i: tensor<8x4xi32>, %c: tensor<8xf32>, %j: tensor<8xi32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xi32>, tensor<8xf32>) {
  // A row maximum: both axes, but zero is not its identity.
  // CHECK: :[[@LINE+3]]:8: remark: {{.*}}"d0: parallel"
  // CHECK: "d1: reduction"
  // CHECK: sparse-operands {{.*}}Remark=none
  %0 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<8x4xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %1 = arith.maximumf %x, %acc : f32
    linalg.yield %1 : f32
  } -> tensor<8xf32>

  // CHECK: :[[@LINE+3]]:8: remark: {{.*}}"d0: parallel"
  // CHECK: "d1: not permutable: its combiner 'arith.subf' is not associative and commutative"
  // CHECK: sparse-operands {{.*}}Remark=none
  %2 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<8x4xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %1 = arith.subf %x, %acc : f32
    linalg.yield %1 : f32
  } -> tensor<8xf32>

  // The last value of a row; its number in the row.
  // CHECK: "d1: not permutable: the body does not combine contributions by one operation"
  %3 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<8x4xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: f32, %acc: f32):
    linalg.yield %x : f32
  } -> tensor<8xf32>

  // An integer product with the position: d1 is read, and a zero of the input
  // still contributes nothing under 'or'.
  // CHECK: "d0: parallel"
  // CHECK: "d1: not permutable: the body reads its number by 'linalg.index'"
  // CHECK: sparse-operands {{.*}}Remark=0{{$}}
  %4 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%i : tensor<8x4xi32>) outs(%j : tensor<8xi32>) {
  ^bb0(%x: i32, %acc: i32):
    %1 = linalg.index 1 : index
    %5 = arith.index_cast %1 : index to i32
    %6 = arith.muli %5, %x : i32
    %7 = arith.ori %6, %acc : i32
    linalg.yield %7 : i32
  } -> tensor<8xi32>

  // A negated, converted input under a sum.
  // CHECK: :[[@LINE+3]]:8: remark: {{.*}}"d0: parallel"
  // CHECK: "d1: reduction"
  // CHECK: sparse-operands {{.*}}Remark=0{{$}}
  %8 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%i : tensor<8x4xi32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: i32, %acc: f32):
    %1 = arith.sitofp %x : i32 to f32
    %5 = arith.negf %1 : f32
    %6 = arith.addf %acc, %5 : f32
    linalg.yield %6 : f32
  } -> tensor<8xf32>
  // The contribution depends on the accumulator, so the order matters.
  // CHECK: :[[@LINE+3]]:8: remark: {{.*}}"d0: parallel"
  // CHECK: "d1: not permutable: the body does not combine contributions by one operation"
  // CHECK: sparse-operands {{.*}}Remark=none{{$}}
  %9 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%i : tensor<8x4xi32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: i32, %acc: f32):
    %1 = arith.sitofp %x : i32 to f32
    %5 = arith.negf %acc : f32
    %6 = arith.mulf %5, %1 : f32
    %7 = arith.addf %acc, %6 : f32
    linalg.yield %7 : f32
  } -> tensor<8xf32>
  return %0, %2, %3, %4, %8 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xi32>, tensor<8xf32>
}
