// The pass itself: steps in order, copies stay, what put an index together goes.
// RUN: pit-opt %s --convert-pit-to-gpu --split-input-file | FileCheck %s
// RUN: pit-opt %s --convert-pit-to-gpu --split-input-file --verify-roundtrip -o %t

// CHECK-LABEL: func.func @steps(
// CHECK: pit.launch @steps_kernels::@steps_0
// CHECK-NEXT: memref.copy
// CHECK: pit.launch @steps_kernels::@steps_1
// CHECK-NOT: linalg.
// CHECK: gpu.module @steps_kernels {
// CHECK: gpu.func @steps_0(%{{.*}}: memref<64xf32> {llvm.align = 16 : i64}, %{{.*}}: memref<64xf32> {llvm.align = 16 : i64}) kernel
// CHECK: gpu.func @steps_1(
func.func @steps(%x: memref<64xf32> {pit.name = "x"}, %y: memref<64xf32> {pit.name = "y", pit.output}, %z: memref<64xf32> {pit.name = "z", pit.output}) {
  linalg.abs ins(%x : memref<64xf32>) outs(%y : memref<64xf32>)
  memref.copy %y, %z : memref<64xf32> to memref<64xf32>
  linalg.negf ins(%z : memref<64xf32>) outs(%y : memref<64xf32>)
  return
}

// -----

// An index that nothing uses costs its compaction and nothing else.
// CHECK-LABEL: func.func @index(
// CHECK: pit.launch @index_kernels::@index_0
// CHECK-NOT: pit.assemble_index
func.func @index(%bits: memref<4x8xi1> {pit.name = "bits"}, %counts: memref<4xi32> {pit.name = "counts", pit.output}, %coords: memref<4x8xi32> {pit.name = "coords", pit.output}) {
  pit.compact ins(%bits : memref<4x8xi1>) outs(%counts, %coords : memref<4xi32>, memref<4x8xi32>)
  %0 = pit.assemble_index %counts, %coords : memref<4xi32>, memref<4x8xi32> -> !pit.index<padded, 4x8>
  return
}
