// RUN: pit-opt %s --pit-plan-launches --convert-pit-to-gpu --canonicalize --cse --split-input-file | FileCheck %s

// Two kernels, of which one has no blocks: 16-byte loads for rows of a multiple of eight elements, 2-byte ones for others.

// CHECK-LABEL: func.func @rows(
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK:         %[[COLUMNS:.*]] = memref.dim %arg0, %[[C1]]
// CHECK:         %[[UNITS:.*]] = arith.divui %[[COLUMNS]], %[[C8]]
// CHECK:         %[[WHOLE:.*]] = arith.muli %[[UNITS]], %[[C8]]
// CHECK:         %[[REST:.*]] = arith.subi %[[COLUMNS]], %[[WHOLE]]
// CHECK:         %[[OTHER:.*]] = arith.minui %[[REST]], %[[C1]]
// CHECK:         %[[FAST:.*]] = arith.subi %[[C1]], %[[OTHER]]
// CHECK:         %[[GRID:.*]] = arith.muli %{{.*}}, %[[FAST]]
// CHECK:         pit.launch @rows_kernels::@rows_0 grid(%[[GRID]])
// CHECK:         %[[SLOW:.*]] = arith.muli %{{.*}}, %[[OTHER]]
// CHECK:         pit.launch @rows_kernels::@rows_1 grid(%[[SLOW]])
// CHECK:       gpu.func @rows_0(
// CHECK-COUNT-8: llvm.load %{{.*}} {alignment = 16 : i64} : !llvm.ptr<1> -> vector<4xi32>
// CHECK-NOT:     llvm.load
// CHECK-COUNT-8: nvvm.vote.sync ballot
// CHECK-NOT:     nvvm.vote.sync
// CHECK:       gpu.func @rows_1(
// CHECK:         llvm.load %{{.*}} {alignment = 2 : i64} : !llvm.ptr<1> -> i16
func.func @rows(%a: memref<?x?xf16>, %bits: memref<?x?xi1>) {
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%a : memref<?x?xf16>) outs(%bits : memref<?x?xi1>)
  return
}

// -----

// A known row length needs no second kernel.

// CHECK-LABEL: func.func @known_rows(
// CHECK-COUNT-1: pit.launch
// CHECK-NOT:     pit.launch
// CHECK-LABEL: gpu.func @known_rows_0(
// CHECK-COUNT-8: llvm.load %{{.*}} {alignment = 16 : i64} : !llvm.ptr<1> -> vector<4xi32>
func.func @known_rows(%a: memref<?x512xf16>, %bits: memref<8x?xi1>) {
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%a : memref<?x512xf16>) outs(%bits : memref<8x?xi1>)
  return
}

// -----

// What is contiguous becomes one dimension, whatever its length: 16-byte accesses, and a tail in the last thread.

// CHECK-LABEL: func.func @add(
// CHECK-COUNT-1: pit.launch
// CHECK-NOT:     pit.launch
// CHECK-LABEL: gpu.func @add_0(
// CHECK-NOT:     arith.remui
// CHECK-COUNT-2: vector.load %{{.*}} {alignment = 16 : i64} : {{.*}}, vector<8xf16>
// CHECK:         vector.store %{{.*}} {alignment = 16 : i64} : {{.*}}, vector<8xf16>
// CHECK:         scf.for
func.func @add(%a: memref<?x?xf16>, %b: memref<?x?xf16>, %o: memref<?x?xf16>) {
  linalg.add ins(%a, %b : memref<?x?xf16>, memref<?x?xf16>) outs(%o : memref<?x?xf16>)
  return
}

// -----

// Rows that do not merge are aligned where their length says so: a kernel each.

// CHECK-LABEL: func.func @bias(
// CHECK-COUNT-2: pit.launch
// CHECK-LABEL: gpu.func @bias_0(
// CHECK-COUNT-2: vector.load %{{.*}} {alignment = 16 : i64} : {{.*}}, vector<4xf32>
// CHECK:         vector.store %{{.*}} {alignment = 16 : i64}
// CHECK-LABEL: gpu.func @bias_1(
// CHECK-NOT:     vector
// CHECK:         gpu.return
func.func @bias(%b: memref<?xf32>, %a: memref<?x?xf32>, %o: memref<?x?xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : memref<?x?xf32>, memref<?xf32>) outs(%o : memref<?x?xf32>) {
  ^bb0(%x: f32, %y: f32, %old: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  }
  return
}

// -----

// A sum of nothing leaves the output as it is: no blocks.

// CHECK-LABEL: func.func @sum(
// CHECK-SAME:    %[[A:[^ :]*]]: memref<?x?xf32>
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : index
// CHECK-DAG:     %[[POINTS:.*]] = memref.dim %[[A]], %[[C1]]
// CHECK:         %[[SOME:.*]] = arith.minui %[[POINTS]], %[[C1]]
// CHECK:         %[[GRID:.*]] = arith.muli %{{.*}}, %[[SOME]]
// CHECK:         pit.launch {{.*}} grid(%[[GRID]])
func.func @sum(%a: memref<?x?xf32>, %o: memref<?xf32>) {
  linalg.reduce { arith.addf } ins(%a : memref<?x?xf32>) outs(%o : memref<?xf32>) dimensions = [1]
  return
}
