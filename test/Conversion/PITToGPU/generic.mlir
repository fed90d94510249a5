// A pit.generic as a kernel at the tile level: what is gathered, in what
// order arguments come, and what is known to lie in bounds.
// RUN: pit-opt %s --pit-plan-launches --convert-pit-to-gpu --mlir-print-local-scope --split-input-file | FileCheck %s

// PIT axis k: the loop runs over the live positions, both inputs are gathered
// by the same coordinates.
// CHECK-LABEL: func.func @k_axis(
// CHECK: %[[GRID:.*]] = arith.constant 32 : index
// CHECK: pit.launch @k_axis_kernels::@k_axis_0 grid(%[[GRID]]) args(%arg0, %arg1, %arg2, %arg3, %arg4 :
// CHECK-SAME: schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>
// CHECK: gpu.func @k_axis_0(%[[AT:.*]]: memref<1000x500xf16> {{.*}}, %[[B:.*]]: memref<1000x512xf16> {{.*}}, %[[COUNTS:.*]]: memref<8xi32> {{.*}}, %[[COORDS:.*]]: memref<8x1000xi32> {{.*}}, %[[C:.*]]: memref<500x512xf32>
// CHECK-SAME: pit.role = "sparse"
// CHECK: pit.for_each_tile tiles(%{{.*}}, %{{.*}}) do
// CHECK: ^bb0(%[[GROUP:.*]]: index, %[[COLUMN:.*]]: index):
// CHECK: %[[M0:.*]] = arith.muli %[[GROUP]]
// CHECK: %[[N0:.*]] = arith.muli %[[COLUMN]]
// CHECK: %[[COUNT:.*]] = memref.load %[[COUNTS]][%[[GROUP]]]
// CHECK: %[[LIVE:.*]] = arith.index_castui %[[COUNT]]
// CHECK: %[[SUM:.*]] = scf.for %[[P:.*]] = %{{.*}} to %[[LIVE]] step %{{.*}} iter_args(%[[ACC:.*]] = %{{.*}})
// CHECK: %[[K:.*]] = pit.load_coords %[[COORDS]][%[[GROUP]]], %[[P]], %[[LIVE]] : memref<8x1000xi32> -> !pit.coords<32, micro = 1>
// CHECK: %[[A_TILE:.*]], %[[A_TOKEN:.*]] = pit.sread %[[AT]][%[[K]], %[[M0]]] {in_bounds = array<i1: false, false>}
// CHECK: %[[B_TILE:.*]], %[[B_TOKEN:.*]] = pit.sread %[[B]][%[[K]], %[[N0]]] {in_bounds = array<i1: false, true>}
// CHECK: pit.wait %[[A_TOKEN]], %[[B_TOKEN]]
// CHECK: pit.tile_mma %[[A_TILE]], %[[B_TILE]], %[[ACC]]
// CHECK: pit.swrite store %[[SUM]], %[[C]][%[[M0]], %[[N0]]] ins(%[[C]] : memref<500x512xf32>)
func.func @k_axis(%at: memref<1000x500xf16>, %b: memref<1000x512xf16>, %counts: memref<8xi32>, %coords: memref<8x1000xi32>, %c: memref<500x512xf32>) {
  %i = pit.assemble_index %counts, %coords : memref<8xi32>, memref<8x1000xi32> -> !pit.index<padded, 8x1000>
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%at, %b : memref<1000x500xf16>, memref<1000x512xf16>) outs(%c : memref<500x512xf32>) index(%i : !pit.index<padded, 8x1000>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue {
      ^bb0(%acc: f32, %old: f32):
        %0 = arith.addf %old, %acc : f32
        pit.yield %0 : f32
      }
  return
}

// -----

// PIT axis m: rows are gathered and scattered by the same coordinates; a
// second kernel writes the rows that no live micro-tile reaches. The constant
// outside of the epilogue is made in both kernels. Nothing reads the init, whose
// element the epilogue does not use.
// CHECK-LABEL: func.func @m_axis(
// CHECK: pit.launch @m_axis_kernels::@m_axis_0 grid(%{{.*}}) args(%arg0, %arg1, %arg4, %arg5, %arg6 :
// CHECK: pit.launch @m_axis_kernels::@m_axis_1 grid(%{{.*}}) args(%arg3, %arg6 : {{.*}}) {block = 256 : i64}
// CHECK: gpu.func @m_axis_0(%[[A:.*]]: memref<100x64xf16> {{.*}}, %[[B:.*]]: memref<64x40xf16> {{.*}}, %[[COUNTS:.*]]: memref<1xi32> {{.*}}, %[[COORDS:.*]]: memref<1x100xi32> {{.*}}, %[[OUT:.*]]: memref<100x40xf16>
// CHECK: pit.for_each_tile tiles(%{{.*}}) counts(%[[COUNTS]] : memref<1xi32>) {micro = 1 : i64, positions = 64 : i64} do
// CHECK: %[[M:.*]] = pit.load_coords %[[COORDS]]
// CHECK: pit.sread %[[A]][%[[M]], %{{.*}}] {in_bounds = array<i1: false, true>}
// CHECK: %[[TWO:.*]] = arith.constant 2.000000e+00 : f32
// CHECK: pit.swrite store %{{.*}}, %[[OUT]][%[[M]], %{{.*}}] {
// CHECK: arith.mulf %{{.*}}, %[[TWO]]
// CHECK: gpu.func @m_axis_1(%[[BITS:.*]]: memref<1x100xi1> {{.*}}, %[[OUT:.*]]: memref<100x40xf16>
// CHECK-SAME: pit.role = "unreached"
// CHECK: %[[BIT:.*]] = memref.load %[[BITS]]
// CHECK: %[[DEAD:.*]] = arith.cmpi eq, %[[BIT]], %false
// CHECK: scf.if %[[DEAD]]
// CHECK: arith.constant 2.000000e+00 : f32
// CHECK: vector.store %{{.*}}, %[[OUT]]
func.func @m_axis(%a: memref<100x64xf16>, %b: memref<64x40xf16>, %c: memref<100x40xf16>, %bits: memref<1x100xi1>, %counts: memref<1xi32>, %coords: memref<1x100xi32>, %d: memref<100x40xf16>) {
  %two = arith.constant 2.0 : f32
  %i = pit.assemble_index %counts, %coords : memref<1xi32>, memref<1x100xi32> -> !pit.index<padded, 1x100>
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 0, kind = parallel, operand = 0, micro_tile = [1, ?]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [64, 128, 32]>}
      ins(%a, %b : memref<100x64xf16>, memref<64x40xf16>) outs(%c : memref<100x40xf16>) index(%i : !pit.index<padded, 1x100>) bitmap(%bits : memref<1x100xi1>) into(%d : memref<100x40xf16>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue {
      ^bb0(%acc: f32, %old: f16):
        %0 = arith.mulf %acc, %two : f32
        %1 = arith.truncf %0 : f32 to f16
        pit.yield %1 : f16
      }
  return
}

// -----

// Without groups nothing is added to the sums, which the epilogue still reads.
// CHECK-LABEL: func.func @no_groups(
// CHECK: %[[NONE:.*]] = arith.constant 0 : index
// CHECK: pit.launch @no_groups_kernels::@no_groups_1 grid(%[[NONE]])
func.func @no_groups(%a: memref<64x0xf16>, %b: memref<0x128xf16>, %bits: memref<0x64xi1>, %counts: memref<0xi32>, %coords: memref<0x64xi32>, %c: memref<64x128xf32>) {
  %i = pit.assemble_index %counts, %coords : memref<0xi32>, memref<0x64xi32> -> !pit.index<padded, 0x64>
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 0, kind = parallel, operand = 0, micro_tile = [1, 32]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [1, 32], tile = [64, 128, 32]>}
      ins(%a, %b : memref<64x0xf16>, memref<0x128xf16>) outs(%c : memref<64x128xf32>) index(%i : !pit.index<padded, 0x64>) bitmap(%bits : memref<0x64xi1>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue {
      ^bb0(%acc: f32, %old: f32):
        %0 = arith.addf %old, %acc : f32
        pit.yield %0 : f32
      }
  return
}

// -----

// A batch and two reductions: matrices at fixed outer dimensions, a list of
// micro-tiles for each of them, and a loop around that of the tiles.
// CHECK-LABEL: gpu.func @batch_0(
// CHECK-SAME: %[[A:[a-z0-9]+]]: memref<3x40x5x64xf16>
// CHECK-SAME: %[[B:[a-z0-9]+]]: memref<5x64x3x96xf16>
// CHECK-SAME: %[[COUNTS:[a-z0-9]+]]: memref<30xi32>
// CHECK: ^bb0(%[[BATCH:.*]]: index, %[[TILE:.*]]: index, %{{.*}}: index):
// CHECK: scf.for %[[OUTER:[a-z0-9]+]] = %{{.*}} to %{{.*}} step %{{.*}} iter_args
// CHECK: %[[COUNT:.*]] = memref.load %[[COUNTS]][%[[GROUP:.*]]]
// CHECK: %[[AS:.*]] = memref.reinterpret_cast %[[A]] to offset: [%{{.*}}], sizes: [40, 64], strides: [320, 1]
// CHECK: %[[BS:.*]] = memref.reinterpret_cast %[[B]] to offset: [%{{.*}}], sizes: [64, 96], strides: [288, 1]
// CHECK: scf.for
// CHECK: pit.sread %[[AS]]
// CHECK: pit.sread %[[BS]]
// CHECK: pit.tile_mma
// CHECK-SAME: !pit.tile<32x32xf16>, !pit.tile<32x96xf16>, !pit.acc<32x96xf32>
// CHECK: pit.swrite store
// CHECK-SAME: memref<40x96xf32, strided<[96, 1], offset: ?>>
func.func @batch(%a: memref<3x40x5x64xf16>, %b: memref<5x64x3x96xf16>, %counts: memref<30xi32>, %coords: memref<30x4xi32>, %c: memref<3x40x96xf32>) {
  %i = pit.assemble_index %counts, %coords : memref<30xi32>, memref<30x4xi32> -> !pit.index<padded, 30x4>
  pit.generic {
      indexing_maps = [affine_map<(b, m, n, l, k) -> (b, m, l, k)>, affine_map<(b, m, n, l, k) -> (l, k, b, n)>, affine_map<(b, m, n, l, k) -> (b, m, n)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"],
      permutation = #pit.permutation<dim = 4, kind = reduction, operand = 0, micro_tile = [1, 32, 1, 16]>,
      schedule = #pit.schedule<axis = 4, micro_tile = [1, 32, 1, 16], tile = [1, 32, 96, 1, 32]>}
      ins(%a, %b : memref<3x40x5x64xf16>, memref<5x64x3x96xf16>) outs(%c : memref<3x40x96xf32>) index(%i : !pit.index<padded, 30x4>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue {
      ^bb0(%acc: f32, %old: f32):
        %0 = arith.addf %old, %acc : f32
        pit.yield %0 : f32
      }
  return
}
