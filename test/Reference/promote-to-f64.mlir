// RUN: pit-opt %s --pit-promote-to-f64 | FileCheck %s
// RUN: pit-opt %s --pit-promote-to-f64 --verify-roundtrip -o /dev/null

#act = #pit.sparsity<granularity = [1, 64], ratio = 0.95>
#map = affine_map<(d0, d1) -> (d0, d1)>

// CHECK-NOT: f16
// CHECK-NOT: f32
// CHECK-NOT: #pit
// CHECK-NOT: pit.schedule

// CHECK-LABEL: func @matmul(
// CHECK-SAME: %[[A:.*]]: tensor<96x100xf64>, %[[B:.*]]: tensor<96x70xf64>, %[[C:.*]]: tensor<100x70xf64>) -> tensor<100x70xf64>
// CHECK: %[[R:.*]] = linalg.matmul indexing_maps = [#{{.*}}, #{{.*}}, #{{.*}}] ins(%[[A]], %[[B]] : tensor<96x100xf64>, tensor<96x70xf64>) outs(%[[C]] : tensor<100x70xf64>) -> tensor<100x70xf64>
// CHECK: return %[[R]]
func.func @matmul(%at: tensor<96x100xf16, #act>, %b: tensor<96x70xf16>, %c: tensor<100x70xf32>) -> tensor<100x70xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%at, %b : tensor<96x100xf16, #act>, tensor<96x70xf16>) outs(%c : tensor<100x70xf32>) -> tensor<100x70xf32>
  return %0 : tensor<100x70xf32>
}

// Conversions vanish: a rounding to f16 in the middle, a cast that states
// sparsity, and an integer that becomes a float stays a conversion.

// CHECK-LABEL: func @body(
// CHECK-SAME: %[[X:.*]]: tensor<4x4xf64>, %[[N:.*]]: tensor<4x4xi32>)
// CHECK-DAG: %[[CST:.*]] = arith.constant 1.000000e-01 : f64
// CHECK-DAG: arith.constant dense<{{\[}}1.500000e+00, -0.000000e+00, 0x7FF0000000000000, 0x7FF8000000000000]> : tensor<4xf64>
// CHECK-DAG: %[[E:.*]] = tensor.empty() : tensor<4x4xf64>
// CHECK: linalg.generic {{.*}} ins(%[[X]], %[[N]] : tensor<4x4xf64>, tensor<4x4xi32>) outs(%[[E]] : tensor<4x4xf64>)
// CHECK: ^bb0(%[[A:.*]]: f64, %[[I:.*]]: i32, %{{.*}}: f64):
// CHECK: %[[F:.*]] = arith.sitofp %[[I]] : i32 to f64
// CHECK: %[[S:.*]] = arith.addf %[[A]], %[[F]] : f64
// CHECK: %[[T:.*]] = math.exp %[[S]] : f64
// CHECK: %[[U:.*]] = arith.mulf %[[T]], %[[CST]] : f64
// CHECK: linalg.yield %[[U]] : f64
// CHECK-NOT: tensor.cast
func.func @body(%x: tensor<4x4xf16>, %n: tensor<4x4xi32>) -> (tensor<4x4xf16, #act>, tensor<4xbf16>) {
  %cst = arith.constant 0.1 : f64
  %table = arith.constant dense<[1.5, -0.0, 0x7F80, 0x7FC0]> : tensor<4xbf16>
  %e = tensor.empty() : tensor<4x4xf16>
  %0 = linalg.generic {indexing_maps = [#map, #map, #map], iterator_types = ["parallel", "parallel"]}
      ins(%x, %n : tensor<4x4xf16>, tensor<4x4xi32>) outs(%e : tensor<4x4xf16>) {
  ^bb0(%a: f16, %i: i32, %o: f16):
    %f = arith.sitofp %i : i32 to f32
    %b = arith.extf %a : f16 to f32
    %s = arith.addf %b, %f : f32
    %t = math.exp %s : f32
    %d = arith.extf %t : f32 to f64
    %u = arith.mulf %d, %cst : f64
    %r = arith.truncf %u : f64 to f16
    linalg.yield %r : f16
  } -> tensor<4x4xf16>
  %1 = tensor.cast %0 : tensor<4x4xf16> to tensor<4x4xf16, #act>
  return %1, %table : tensor<4x4xf16, #act>, tensor<4xbf16>
}

// Casts that change shapes stay; calls and loops follow.

// CHECK-LABEL: func @calls(
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}) -> (tensor<4x4xf64>)
// CHECK: call @body(%{{.*}}) : (tensor<4x4xf64>, tensor<4x4xi32>) -> (tensor<4x4xf64>, tensor<4xf64>)
// CHECK: scf.yield %{{.*}} : tensor<4x4xf64>
// CHECK: tensor.cast %{{.*}} : tensor<4x4xf64> to tensor<?x4xf64>
func.func @calls(%x: tensor<4x4xf16>, %n: tensor<4x4xi32>) -> tensor<?x4xf16> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %last = scf.for %i = %c0 to %c3 step %c1 iter_args(%y = %x) -> tensor<4x4xf16> {
    %0, %1 = func.call @body(%y, %n) : (tensor<4x4xf16>, tensor<4x4xi32>) -> (tensor<4x4xf16, #act>, tensor<4xbf16>)
    %2 = tensor.cast %0 : tensor<4x4xf16, #act> to tensor<4x4xf16>
    scf.yield %2 : tensor<4x4xf16>
  }
  %r = tensor.cast %last : tensor<4x4xf16> to tensor<?x4xf16>
  return %r : tensor<?x4xf16>
}
