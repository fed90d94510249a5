// RUN: pit-opt %s --pit-expand-copies | FileCheck %s

// CHECK-LABEL: func @copies(
// CHECK-SAME: %[[A:.*]]: memref<4x4xf32, strided<[8, 1]>>, %[[B:.*]]: memref<4x4xf32>, %[[C:.*]]: memref<4x4xf32>
// CHECK: linalg.generic {{.*}} ins(%[[A]] : memref<4x4xf32, strided<[8, 1]>>) outs(%[[B]] : memref<4x4xf32>)
// CHECK: linalg.generic {{.*}} ins(%[[B]] : memref<4x4xf32>) outs(%[[A]] : memref<4x4xf32, strided<[8, 1]>>)
// CHECK: memref.copy %[[B]], %[[C]]
func.func @copies(%a: memref<4x4xf32, strided<[8, 1]>>, %b: memref<4x4xf32>, %c: memref<4x4xf32>) {
  memref.copy %a, %b : memref<4x4xf32, strided<[8, 1]>> to memref<4x4xf32>
  memref.copy %b, %a : memref<4x4xf32> to memref<4x4xf32, strided<[8, 1]>>
  memref.copy %b, %c : memref<4x4xf32> to memref<4x4xf32>
  return
}
