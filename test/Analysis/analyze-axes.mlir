// RUN: pit-opt %s --pit-analyze-axes --remarks-filter=axes 2>&1 >/dev/null | FileCheck %s
// RUN: pit-opt %s --pit-analyze-axes | FileCheck %s --check-prefix=SAME

// Each kind of remark, and each reason. More operations are in the unit tests.

// SAME: linalg.batch_matmul
// SAME: linalg.conv_2d_nchw_fchw

func.func @named(%a: tensor<2x8x4xf16>, %b: tensor<2x4x8xf16>, %c: tensor<2x8x8xf16>,
    %x: tensor<1x3x10x10xf32>, %w: tensor<5x3x3x3xf32>, %y: tensor<1x5x8x8xf32>, %p: tensor<8xf32>) {
  // CHECK: :[[@LINE+8]]:8: remark: {{.*}}pit-axes {{.*}}"d0 is a PIT axis: parallel"
  // CHECK: "d1 is a PIT axis: parallel"
  // CHECK: "d2 is a PIT axis: parallel"
  // CHECK: "d3 is a PIT axis: reduction"
  // CHECK: combiners {{.*}}"output 0 is combined by 'arith.addf', associative and commutative, with identity zero"
  // CHECK: sparse-operands {{.*}}"operand 0 may be sparse"
  // CHECK: sparse-operands {{.*}}"operand 1 may be sparse"
  // CHECK-NOT: remark:
  %0 = linalg.batch_matmul ins(%a, %b : tensor<2x8x4xf16>, tensor<2x4x8xf16>) outs(%c : tensor<2x8x8xf16>) -> tensor<2x8x8xf16>

  // n, f, x, y, m, i, j: batch, output and input channels, not the window.
  // CHECK: :[[@LINE+10]]:8: remark: {{.*}}"d0 is a PIT axis: parallel"
  // CHECK: "d1 is a PIT axis: parallel"
  // CHECK: "d2 is no PIT axis: indexing map 0 reads it in 'd2 + d5', not as a bare dimension: affine_map<{{.*}}>"
  // CHECK: "d3 is no PIT axis: indexing map 0 reads it in 'd3 + d6', not as a bare dimension:
  // CHECK: "d4 is a PIT axis: reduction"
  // CHECK: "d5 is no PIT axis: indexing map 0 reads it in 'd2 + d5', not as a bare dimension:
  // CHECK: "d6 is no PIT axis: indexing map 0 reads it in 'd3 + d6', not as a bare dimension:
  // CHECK: "operand 0 may be sparse"
  // CHECK: "operand 1 may be sparse"
  // CHECK-NOT: remark:
  %1 = linalg.conv_2d_nchw_fchw ins(%x, %w : tensor<1x3x10x10xf32>, tensor<5x3x3x3xf32>) outs(%y : tensor<1x5x8x8xf32>) -> tensor<1x5x8x8xf32>

  // Nothing is combined, so nothing may be left out.
  // CHECK: :[[@LINE+5]]:8: remark: {{.*}}"d0 is a PIT axis: parallel"
  // CHECK: "output 0 has no combiner: the body does not read the output's old value, but replaces it"
  // CHECK: "operand 0 may not be sparse: the body does not read the output's old value, but replaces it"
  // CHECK: "operand 1 may not be sparse: the body does not read
  // CHECK-NOT: remark:
  %2 = linalg.add ins(%p, %p : tensor<8xf32>, tensor<8xf32>) outs(%p : tensor<8xf32>) -> tensor<8xf32>
  return
}

#a = affine_map<(d0, d1) -> (d0, d1)>
#c = affine_map<(d0, d1) -> (d0)>
func.func @generic(%a: tensor<8x4xf32>, %i: tensor<8x4xi32>, %c: tensor<8xf32>, %j: tensor<8xi32>, %k: tensor<8x4xi32>, %b: tensor<8xi8>) {
  // A row maximum: both axes, but zero is not its identity.
  // CHECK: :[[@LINE+4]]:8: remark: {{.*}}"d0 is a PIT axis: parallel"
  // CHECK: "d1 is a PIT axis: reduction"
  // CHECK: "output 0 is combined by 'arith.maximumf', associative and commutative"
  // CHECK: "operand 0 may not be sparse: with it zero, the contribution is not proved to be the identity of the combiner 'arith.maximumf'"
  %0 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<8x4xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %1 = arith.maximumf %x, %acc : f32
    linalg.yield %1 : f32
  } -> tensor<8xf32>

  // CHECK: :[[@LINE+4]]:8: remark: {{.*}}"d0 is a PIT axis: parallel"
  // CHECK: "d1 is no PIT axis: its combiner 'arith.subf' is not known to be associative and commutative"
  // CHECK: "output 0 is combined by 'arith.subf' in order only: its combiner 'arith.subf' is not known to be associative and commutative"
  // CHECK: "operand 0 may not be sparse: with it zero, the contribution is not proved to be the identity of the combiner 'arith.subf'"
  %2 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<8x4xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %1 = arith.subf %x, %acc : f32
    linalg.yield %1 : f32
  } -> tensor<8xf32>

  // The last value of a row.
  // CHECK: "d1 is no PIT axis: the body does not read the output's old value, but replaces it"
  %3 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<8x4xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: f32, %acc: f32):
    linalg.yield %x : f32
  } -> tensor<8xf32>

  // An integer product with the position: d1 is read, and a zero of the input
  // still contributes nothing under 'or'.
  // CHECK: "d0 is a PIT axis: parallel"
  // CHECK: "d1 is no PIT axis: the body reads its number by 'linalg.index'"
  // CHECK: "output 0 is combined by 'arith.ori', associative and commutative, with identity zero"
  // CHECK: "operand 0 may be sparse"
  %4 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%i : tensor<8x4xi32>) outs(%j : tensor<8xi32>) {
  ^bb0(%x: i32, %acc: i32):
    %1 = linalg.index 1 : index
    %5 = arith.index_cast %1 : index to i32
    %6 = arith.muli %5, %x : i32
    %7 = arith.ori %6, %acc : i32
    linalg.yield %7 : i32
  } -> tensor<8xi32>

  // The contribution depends on the accumulator, so the order matters.
  // CHECK: "d0 is a PIT axis: parallel"
  // CHECK: "d1 is no PIT axis: the contribution depends on what is accumulated"
  // CHECK: "operand 0 may not be sparse: the contribution depends on what is accumulated"
  %9 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<8x4xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %5 = arith.negf %acc : f32
    %6 = arith.mulf %5, %x : f32
    %7 = arith.addf %acc, %6 : f32
    linalg.yield %7 : f32
  } -> tensor<8xf32>

  // A maximum by comparison: with a NaN, the order matters.
  // CHECK: "d0 is a PIT axis: parallel"
  // CHECK: "d1 is no PIT axis: the body does not combine contributions by one operation"
  %10 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<8x4xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: f32, %acc: f32):
    %5 = arith.cmpf ogt, %x, %acc : f32
    %6 = arith.select %5, %x, %acc : f32
    linalg.yield %6 : f32
  } -> tensor<8xf32>

  // CHECK: "d0 is a PIT axis: parallel"
  // CHECK: "d1 is no PIT axis: its combiner 'arith.muli' must not overflow, but in another order a partial result may"
  %11 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%i : tensor<8x4xi32>) outs(%j : tensor<8xi32>) {
  ^bb0(%x: i32, %acc: i32):
    %5 = arith.muli %x, %acc overflow<nuw> : i32
    linalg.yield %5 : i32
  } -> tensor<8xi32>

  // CHECK: "d0 is a PIT axis: parallel"
  // CHECK: "d1 is no PIT axis: its combiner 'arith.minsi' is followed by a narrowing whose result depends on the order"
  %12 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%i : tensor<8x4xi32>) outs(%b : tensor<8xi8>) {
  ^bb0(%x: i32, %acc: i8):
    %5 = arith.extsi %acc : i8 to i32
    %6 = arith.minsi %x, %5 : i32
    %7 = arith.trunci %6 : i32 to i8
    linalg.yield %7 : i8
  } -> tensor<8xi8>
  return
}

func.func @outputs(%a: tensor<8x4xf32>, %c: tensor<8xf32>, %m: memref<f32>) {
  // CHECK: "d0 is a PIT axis: parallel"
  // CHECK: "d1 is no PIT axis: it is a reduction, but output 1 has it"
  // CHECK: "output 0 is combined by 'arith.addf'
  // CHECK: "output 1 has no combiner: the body does not combine contributions by one operation"
  // CHECK: "operand 0 may not be sparse: output 1: the body does not combine contributions by one operation"
  %0:2 = linalg.generic {indexing_maps = [#a, #c, #a], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<8x4xf32>) outs(%c, %a : tensor<8xf32>, tensor<8x4xf32>) {
  ^bb0(%x: f32, %sum: f32, %old: f32):
    %1 = arith.addf %x, %sum : f32
    linalg.yield %1, %1 : f32, f32
  } -> (tensor<8xf32>, tensor<8x4xf32>)

  // CHECK: "d0 is a PIT axis: parallel"
  // CHECK: "d1 is no PIT axis: it is parallel, but output 0 does not have it"
  %1 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "parallel"]} ins(%a : tensor<8x4xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: f32, %old: f32):
    linalg.yield %x : f32
  } -> tensor<8xf32>

  // CHECK: "d0 is no PIT axis: the body may access memory by 'memref.store'"
  // CHECK: "d1 is no PIT axis: the body may access memory by 'memref.store'"
  // CHECK: "operand 0 may not be sparse: the body may access memory by 'memref.store'"
  %2 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<8x4xf32>) outs(%c : tensor<8xf32>) {
  ^bb0(%x: f32, %sum: f32):
    memref.store %x, %m[] : memref<f32>
    %3 = arith.addf %x, %sum : f32
    linalg.yield %3 : f32
  } -> tensor<8xf32>
  return
}
