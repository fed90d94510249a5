// RUN: pit-opt %s --pit-order-loops --split-input-file | FileCheck %s

// Along n all operands of the plain matmul lie in a row, or stay.

// CHECK-DAG: #[[A:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[B:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[C:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-LABEL: func @matmul(
// CHECK: linalg.generic {indexing_maps = [#[[A]], #[[B]], #[[C]]], iterator_types = ["parallel", "reduction", "parallel"]}
func.func @matmul(%a: memref<8x16xf64>, %b: memref<16x32xf64>, %c: memref<8x32xf64>) {
  linalg.matmul ins(%a, %b : memref<8x16xf64>, memref<16x32xf64>) outs(%c : memref<8x32xf64>)
  return
}

// -----

// With B transposed the inputs lie in rows along k: the loops are right as they are.

// CHECK-LABEL: func @transposed(
// CHECK: linalg.matmul
// CHECK-NOT: linalg.generic
func.func @transposed(%a: memref<8x16xf64>, %b: memref<32x16xf64>, %c: memref<8x32xf64>) {
  linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%a, %b : memref<8x16xf64>, memref<32x16xf64>) outs(%c : memref<8x32xf64>)
  return
}

// -----

// Nothing to gain without a reduction; and the first of two reductions, though
// it runs along the rows, must not pass the second.

// CHECK-LABEL: func @others(
// CHECK: linalg.transpose
// CHECK: linalg.generic {{.*}} iterator_types = ["parallel", "reduction", "reduction"]
func.func @others(%x: memref<8x16xf64>, %t: memref<16x8xf64>, %y: memref<4x8x16xf64>, %s: memref<4xf64>) {
  linalg.transpose ins(%x : memref<8x16xf64>) outs(%t : memref<16x8xf64>) permutation = [1, 0]
  linalg.generic {indexing_maps = [affine_map<(i, j, k) -> (i, k, j)>, affine_map<(i, j, k) -> (i)>],
                  iterator_types = ["parallel", "reduction", "reduction"]}
      ins(%y : memref<4x8x16xf64>) outs(%s : memref<4xf64>) {
  ^bb0(%v: f64, %acc: f64):
    %0 = arith.addf %acc, %v : f64
    linalg.yield %0 : f64
  }
  return
}

// -----

// linalg.index follows its loop.

// CHECK-LABEL: func @index(
// CHECK: linalg.generic {{.*}} iterator_types = ["reduction", "parallel"]
// CHECK: linalg.index 0
func.func @index(%x: memref<8x16xi64>, %s: memref<16xi64>) {
  linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<8x16xi64>) outs(%s : memref<16xi64>) {
  ^bb0(%v: i64, %acc: i64):
    %j = linalg.index 1 : index
    %k = arith.index_cast %j : index to i64
    %0 = arith.muli %k, %v : i64
    %1 = arith.addi %acc, %0 : i64
    linalg.yield %1 : i64
  }
  return
}
