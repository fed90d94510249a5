// RUN: pit-opt %s --canonicalize --cse --split-input-file | FileCheck %s

// On tensors pit operations have no effects: what is not used goes.

// CHECK-LABEL: func @unused(
// CHECK-NEXT: return
func.func @unused(%x: tensor<16x64xf16>, %e: tensor<1x16xi1>) {
  %bits = pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : tensor<16x64xf16>) outs(%e : tensor<1x16xi1>) -> tensor<1x16xi1>
  %index = pit.compact ins(%bits : tensor<1x16xi1>) -> !pit.index<padded, 1x16>
  return
}

// -----

// Two sparse operators with the same operand and micro-tile share its index;
// another micro-tile needs its own.

// CHECK-LABEL: func @shared(
// CHECK: %[[BITS:.*]] = pit.detect {axis = 0 : i64, micro_tile = array<i64: 1, 64>}
// CHECK: %[[INDEX:.*]] = pit.compact ins(%[[BITS]]
// CHECK: %[[OTHER:.*]] = pit.detect {axis = 0 : i64, micro_tile = array<i64: 2, 64>}
// CHECK-NOT: pit.detect
// CHECK: return %[[INDEX]], %[[INDEX]], %[[OTHER]]
func.func @shared(%x: tensor<16x64xf16>, %e: tensor<1x16xi1>, %e8: tensor<1x8xi1>) -> (!pit.index<padded, 1x16>, !pit.index<padded, 1x16>, tensor<1x8xi1>) {
  %0 = pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : tensor<16x64xf16>) outs(%e : tensor<1x16xi1>) -> tensor<1x16xi1>
  %1 = pit.compact ins(%0 : tensor<1x16xi1>) -> !pit.index<padded, 1x16>
  %2 = pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : tensor<16x64xf16>) outs(%e : tensor<1x16xi1>) -> tensor<1x16xi1>
  %3 = pit.compact ins(%2 : tensor<1x16xi1>) -> !pit.index<padded, 1x16>
  %4 = pit.detect {axis = 0, micro_tile = array<i64: 2, 64>} ins(%x : tensor<16x64xf16>) outs(%e8 : tensor<1x8xi1>) -> tensor<1x8xi1>
  return %1, %3, %4 : !pit.index<padded, 1x16>, !pit.index<padded, 1x16>, tensor<1x8xi1>
}

// -----

// On memrefs they write their destinations and stay; an unused index goes, a
// launch, a workspace and what a kernel writes do not.

// CHECK-LABEL: func @effects(
// CHECK: pit.workspace
// CHECK: pit.detect
// CHECK: pit.detect
// CHECK: pit.compact
// CHECK-NOT: pit.assemble_index
// CHECK: pit.launch
// CHECK: return
func.func @effects(%x: memref<16x64xf16>, %bits: memref<1x16xi1>, %counts: memref<1xi32>, %coords: memref<1x16xi32>) -> memref<?xi8> {
  %c1 = arith.constant 1 : index
  %workspace = pit.workspace %c1 : memref<?xi8>
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : memref<16x64xf16>) outs(%bits : memref<1x16xi1>)
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : memref<16x64xf16>) outs(%bits : memref<1x16xi1>)
  pit.compact ins(%bits : memref<1x16xi1>) outs(%counts, %coords : memref<1xi32>, memref<1x16xi32>)
  %index = pit.assemble_index %counts, %coords : memref<1xi32>, memref<1x16xi32> -> !pit.index<padded, 1x16>
  pit.launch @kernels::@kernel grid(%c1) args(%x : memref<16x64xf16>)
  return %workspace : memref<?xi8>
}
