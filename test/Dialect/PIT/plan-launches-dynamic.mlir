// RUN: pit-opt %s --pit-plan-launches --split-input-file | FileCheck %s
// RUN: pit-opt %s --pit-plan-launches --split-input-file --verify-roundtrip -o %t

// The output's sizes are those of the allocation that it was; both inputs are
// required to have the loops' sizes, the second by the first.
// CHECK-LABEL: func.func @product(
// CHECK-SAME: %[[A:[a-z0-9]+]]: memref<?x?xf16> {pit.name = "arg0"}, %[[B:[a-z0-9]+]]: memref<?x64xf16> {pit.name = "arg1"}, %[[O:[a-z0-9]+]]: memref<?x64xf32> {pit.name = "out0", pit.output})
// CHECK: %[[KB:.*]] = memref.dim %[[B]], %{{.*}} : memref<?x64xf16>
// CHECK: %[[C1:.*]] = arith.constant 1 : index
// CHECK: %[[K:.*]] = memref.dim %[[A]], %[[C1]] : memref<?x?xf16>
// CHECK: %[[ROWS:.*]] = memref.dim %[[O]]
// CHECK: %[[M:.*]] = memref.dim %[[A]]
// CHECK: pit.require %[[KB]], %[[K]], "loop d2 of 'linalg.matmul' (operand 1, dimension 0)"
// CHECK: linalg.matmul ins(%[[A]], %[[B]] : {{.*}}) outs(%[[O]] :
// CHECK: pit.require %[[ROWS]], %[[M]], "result 0 of 'product'"
// CHECK-NOT: pit.workspace
func.func @product(%a: memref<?x?xf16>, %b: memref<?x64xf16>) -> memref<?x64xf32> {
  %c0 = arith.constant 0 : index
  %m = memref.dim %a, %c0 : memref<?x?xf16>
  %r = memref.alloc(%m) : memref<?x64xf32>
  linalg.matmul ins(%a, %b : memref<?x?xf16>, memref<?x64xf16>) outs(%r : memref<?x64xf32>)
  return %r : memref<?x64xf32>
}

// -----

// Temporaries of dynamic size: each starts at a multiple of 256 bytes, and the
// workspace stands behind the sizes that it needs.
// CHECK-LABEL: func.func @temporaries(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<?xf32>
// CHECK: %[[N:.*]] = memref.dim %[[X]]
// CHECK: %[[FIRST:.*]] = arith.muli %[[N]], %{{.*}}
// CHECK: %[[STEPS:.*]] = arith.ceildivsi %[[FIRST]], %{{.*}}
// CHECK: %[[SECOND:.*]] = arith.muli %[[STEPS]], %{{.*}}
// CHECK: %[[BYTES:.*]] = arith.addi %[[SECOND]], %{{.*}}
// CHECK: %[[END:.*]] = arith.addi %{{.*}}
// CHECK: %[[WS:.*]] = pit.workspace %[[END]] : memref<?xi8>
// CHECK: memref.view %[[WS]][%{{.*}}][%[[N]]] {pit.name = "tmp"} : memref<?xi8> to memref<?xf32>
// CHECK: memref.view %[[WS]][%[[SECOND]]][] {pit.name = "tmp_1"} : memref<?xi8> to memref<5xf32>
// CHECK: memref.view %[[WS]]{{.*}} {pit.name = "tmp_2"} : memref<?xi8> to memref<?x8xf32>
func.func @temporaries(%x: memref<?xf32>, %y: memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %n = memref.dim %x, %c0 : memref<?xf32>
  %0 = memref.alloc(%n) : memref<?xf32>
  linalg.exp ins(%x : memref<?xf32>) outs(%0 : memref<?xf32>)
  %1 = memref.alloc() : memref<5xf32>
  linalg.exp ins(%1 : memref<5xf32>) outs(%1 : memref<5xf32>)
  %size = memref.dim %0, %c0 : memref<?xf32>
  %half = arith.ceildivsi %size, %c2 : index
  %2 = memref.alloc(%half) : memref<?x8xf32>
  linalg.exp ins(%2 : memref<?x8xf32>) outs(%2 : memref<?x8xf32>)
  linalg.exp ins(%0 : memref<?xf32>) outs(%y : memref<?xf32>)
  return
}

// -----

// Sizes that are equal whatever the run need no statement.
// CHECK-LABEL: func.func @provable(
// CHECK-NOT: pit.require {{.*}}loop
// CHECK: linalg.add
func.func @provable(%x: memref<?x4xf32>) -> memref<?x4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?x4xf32>
  %t = memref.alloc(%n) : memref<?x4xf32>
  %m = memref.dim %t, %c0 : memref<?x4xf32>
  %u = memref.alloc(%m) : memref<?x4xf32>
  linalg.add ins(%x, %t : memref<?x4xf32>, memref<?x4xf32>) outs(%u : memref<?x4xf32>)
  return %u : memref<?x4xf32>
}

// -----

// A window reaches beyond its loop: the input is at least so large. A result of
// another shape than its allocation is still no copy.
// CHECK-LABEL: func.func @window(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<?xf32>
// CHECK-SAME: %[[O:[a-z0-9]+]]: memref<?x2xf32> {pit.name = "out0", pit.output})
// CHECK: memref.reinterpret_cast %[[O]] to offset: [0], sizes: [%{{.*}}], strides: [1] : memref<?x2xf32> to memref<?xf32>
// CHECK: pit.require %{{.*}}, %{{.*}}, "dimension 0 of operand 0 of 'linalg.conv_1d'" {at_least}
// CHECK: linalg.conv_1d
// CHECK: pit.require {{.*}}"dimension 0 of 'memref.expand_shape'"
// CHECK-NOT: memref.copy
func.func @window(%x: memref<?xf32>, %f: memref<3xf32>) -> memref<?x2xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %n = memref.dim %x, %c0 : memref<?xf32>
  %size = arith.subi %n, %c2 : index
  %r = memref.alloc(%size) : memref<?xf32>
  linalg.conv_1d ins(%x, %f : memref<?xf32>, memref<3xf32>) outs(%r : memref<?xf32>)
  %half = arith.divsi %size, %c2 : index
  %e = memref.expand_shape %r [[0, 1]] output_shape [%half, 2] : memref<?xf32> into memref<?x2xf32>
  return %e : memref<?x2xf32>
}
