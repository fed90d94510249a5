// RUN: pit-opt %s --convert-pit-to-loops --split-input-file | FileCheck %s

// Micro-tiles of 1x64 along dimension 0: groups are the blocks of 64 columns,
// and the last of the 100 columns make a partial one.

// CHECK-LABEL: func @detect(
// CHECK-SAME: %[[SOURCE:.*]]: memref<16x100xf16>, %[[BITS:.*]]: memref<2x16xi1>
// CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
// CHECK-DAG: %[[C2:.*]] = arith.constant 2 : index
// CHECK: scf.for %[[Q:.*]] = %{{.*}} to %[[C2]]
// CHECK: scf.for %[[T:.*]] = %{{.*}} to %[[C16]]
// CHECK: %[[END:.*]] = arith.minui
// CHECK: memref.store %false{{.*}}, %[[BITS]][%[[Q]], %[[T]]]
// CHECK: scf.for
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[END]]
// CHECK: %[[X:.*]] = memref.load %[[SOURCE]]
// CHECK: %[[BEFORE:.*]] = memref.load %[[BITS]][%[[Q]], %[[T]]]
// CHECK: %[[NONZERO:.*]] = arith.cmpf une, %[[X]], %{{.*}} : f16
// CHECK: %[[LIVE:.*]] = arith.ori %[[BEFORE]], %[[NONZERO]]
// CHECK: memref.store %[[LIVE]], %[[BITS]][%[[Q]], %[[T]]]
func.func @detect(%source: memref<16x100xf16>, %bits: memref<2x16xi1>) {
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%source : memref<16x100xf16>) outs(%bits : memref<2x16xi1>)
  return
}

// -----

// An integer operand, and a group per pair of the other two dimensions.

// CHECK-LABEL: func @detect_groups(
// CHECK: %[[C3:.*]] = arith.constant 3 : index
// CHECK: scf.for %[[Q0:.*]] =
// CHECK: scf.for %[[Q2:.*]] = %{{.*}} to %[[C3]]
// CHECK: scf.for %[[T:.*]] =
// CHECK: %[[SCALED:.*]] = arith.muli %[[Q0]], %[[C3]]
// CHECK: %[[GROUP:.*]] = arith.addi %[[SCALED]], %[[Q2]]
// CHECK: memref.store %{{.*}}, %{{.*}}[%[[GROUP]], %[[T]]]
// CHECK: arith.cmpi ne
func.func @detect_groups(%source: memref<2x8x3xi32>, %bits: memref<6x4xi1>) {
  pit.detect {axis = 1, micro_tile = array<i64: 1, 2, 1>} ins(%source : memref<2x8x3xi32>) outs(%bits : memref<6x4xi1>)
  return
}

// -----

// CHECK-LABEL: func @compact(
// CHECK-SAME: %[[BITS:.*]]: memref<2x16xi1>, %[[COUNTS:.*]]: memref<2xi32>, %[[COORDS:.*]]: memref<2x16xi32>
// CHECK: scf.for %[[G:.*]] =
// CHECK: %[[COUNT:.*]] = scf.for %[[T:.*]] = {{.*}} iter_args(%[[I:.*]] = %{{.*}}) -> (index)
// CHECK: %[[LIVE:.*]] = memref.load %[[BITS]][%[[G]], %[[T]]]
// CHECK: scf.if %[[LIVE]]
// CHECK: %[[COORD:.*]] = arith.index_cast %[[T]] : index to i32
// CHECK: memref.store %[[COORD]], %[[COORDS]][%[[G]], %[[I]]]
// CHECK: %[[COUNT32:.*]] = arith.index_cast %[[COUNT]] : index to i32
// CHECK: memref.store %[[COUNT32]], %[[COUNTS]][%[[G]]]
func.func @compact(%bits: memref<2x16xi1>, %counts: memref<2xi32>, %coords: memref<2x16xi32>) {
  pit.compact {deterministic} ins(%bits : memref<2x16xi1>) outs(%counts, %coords : memref<2xi32>, memref<2x16xi32>)
  return
}

// -----

// Only what is listed is visited; the epilogue covers the whole output.

// CHECK-LABEL: func @reduction_axis(
// CHECK-SAME: %[[A:.*]]: memref<16x100xf16>, %[[B:.*]]: memref<16x32xf16>, %[[C:.*]]: memref<100x32xf32>,
// CHECK-SAME: %[[COUNTS:.*]]: memref<2xi32>, %[[COORDS:.*]]: memref<2x4xi32>
// CHECK: %[[ACC:.*]] = memref.alloc() : memref<100x32xf32>
// CHECK: memref.store %{{.*}}, %[[ACC]]
// CHECK: scf.for %[[G:.*]] =
// CHECK: %[[COUNT32:.*]] = memref.load %[[COUNTS]][%[[G]]]
// CHECK: %[[COUNT:.*]] = arith.index_castui %[[COUNT32]]
// CHECK: scf.for %[[E:.*]] = %{{.*}} to %[[COUNT]]
// CHECK: %[[COORD32:.*]] = memref.load %[[COORDS]][%[[G]], %[[E]]]
// CHECK: scf.for %[[M:.*]] =
// CHECK: scf.for %[[K:.*]] =
// CHECK: scf.for %[[N:.*]] =
// CHECK: memref.load %[[A]][%[[K]], %[[M]]]
// CHECK: memref.load %[[B]][%[[K]], %[[N]]]
// CHECK: memref.load %[[ACC]][%[[M]], %[[N]]]
// CHECK: arith.addf
// CHECK: memref.store %{{.*}}, %[[ACC]][%[[M]], %[[N]]]
// CHECK: scf.for %[[I:.*]] =
// CHECK: scf.for %[[J:.*]] =
// CHECK: memref.load %[[ACC]][%[[I]], %[[J]]]
// CHECK: memref.load %[[C]][%[[I]], %[[J]]]
// CHECK: memref.store %{{.*}}, %[[C]][%[[I]], %[[J]]]
// CHECK-NOT: pit.
func.func @reduction_axis(%at: memref<16x100xf16>, %b: memref<16x32xf16>, %c: memref<100x32xf32>,
                          %counts: memref<2xi32>, %coords: memref<2x4xi32>) {
  %index = pit.assemble_index %counts, %coords : memref<2xi32>, memref<2x4xi32> -> !pit.index<padded, 2x4>
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [4, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [4, 64], tile = [64, 32, 16]>}
      ins(%at, %b : memref<16x100xf16>, memref<16x32xf16>) outs(%c : memref<100x32xf32>)
      index(%index : !pit.index<padded, 2x4>)
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

// A compact index has a range of entries per group; the result goes to 'into'.

// CHECK-LABEL: func @parallel_axis_compact(
// CHECK-SAME: %[[INIT:[a-z0-9]+]]: memref<64x32xf16>, %[[DEST:[a-z0-9]+]]: memref<64x32xf16>,
// CHECK-SAME: %[[OFFSETS:[a-z0-9]+]]: memref<2xi64>, %[[COORDS:[a-z0-9]+]]: memref<64xi32>
// CHECK: scf.for %[[G:.*]] =
// CHECK: %[[NEXT:.*]] = arith.addi %[[G]]
// CHECK: memref.load %[[OFFSETS]][%[[G]]]
// CHECK: memref.load %[[OFFSETS]][%[[NEXT]]]
// CHECK: scf.for %[[E:.*]] =
// CHECK: memref.load %[[COORDS]][%[[E]]]
// CHECK: memref.load %[[INIT]]
// CHECK: memref.store %{{.*}}, %[[DEST]]
// CHECK-NOT: memref.store %{{.*}}, %[[INIT]]
func.func @parallel_axis_compact(%a: memref<64x16xf16>, %b: memref<16x32xf16>, %init: memref<64x32xf16>, %dest: memref<64x32xf16>,
                                 %offsets: memref<2xi64>, %coords: memref<64xi32>) {
  %index = pit.assemble_index %offsets, %coords : memref<2xi64>, memref<64xi32> -> !pit.index<compact, 1x64>
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 0, kind = parallel, operand = 0, micro_tile = [1, ?]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [64, 32, 16]>}
      ins(%a, %b : memref<64x16xf16>, memref<16x32xf16>) outs(%init : memref<64x32xf16>)
      index(%index : !pit.index<compact, 1x64>) into(%dest : memref<64x32xf16>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue {
      ^bb0(%acc: f32, %old: f16):
        %0 = arith.truncf %acc : f32 to f16
        %1 = arith.addf %old, %0 : f16
        pit.yield %1 : f16
      }
  return
}

// -----

// Without an index every point is visited; another combiner starts at its own
// identity, and sizes may be dynamic.

// CHECK-LABEL: func @dense_dynamic(
// CHECK-SAME: %[[A:.*]]: memref<?x8xi32>, %[[C:.*]]: memref<8xi32>
// CHECK: %[[ACC:.*]] = memref.alloc() : memref<8xi32>
// CHECK: %[[LEAST:.*]] = arith.constant -2147483648 : i32
// CHECK: memref.store %[[LEAST]], %[[ACC]]
// CHECK: arith.maxsi
func.func @dense_dynamic(%a: memref<?x8xi32>, %c: memref<8xi32>) {
  pit.generic {
      indexing_maps = [affine_map<(r, c) -> (r, c)>, affine_map<(r, c) -> (c)>],
      iterator_types = ["reduction", "parallel"],
      schedule = #pit.schedule<dense, tile = [16, 16]>}
      ins(%a : memref<?x8xi32>) outs(%c : memref<8xi32>)
      combine {
      ^bb0(%x: i32, %acc: i32):
        %0 = arith.maxsi %acc, %x : i32
        pit.yield %0 : i32
      } epilogue {
      ^bb0(%acc: i32, %old: i32):
        %0 = arith.maxsi %acc, %old : i32
        pit.yield %0 : i32
      }
  return
}

// -----

// Epilogue inputs are read by their maps; an init that is not used is not.

// CHECK-LABEL: func @epilogue_inputs(
// CHECK-SAME: %{{.*}}: memref<16x32xf16>, %[[C:[a-z0-9]+]]: memref<64x32xf16>, %[[BIAS:[a-z0-9]+]]: memref<32xf32>, %[[R:[a-z0-9]+]]: memref<32x64xf32>, %[[SCALE:[a-z0-9]+]]: memref<f32>
// CHECK-NOT: memref.load %[[C]]
// CHECK: scf.for %[[I:.*]] =
// CHECK: scf.for %[[J:.*]] =
// CHECK: %[[ACC:.*]] = memref.load %alloc[%[[I]], %[[J]]] : memref<64x32xf32>
// CHECK: %[[X:.*]] = memref.load %[[BIAS]][%[[J]]]
// CHECK: %[[Y:.*]] = memref.load %[[R]][%[[J]], %[[I]]]
// CHECK: %[[Z:.*]] = memref.load %[[SCALE]][]
// CHECK: arith.mulf %[[ACC]], %[[Z]]
// CHECK: arith.addf %{{.*}}, %[[X]]
// CHECK: arith.addf %{{.*}}, %[[Y]]
// CHECK-NOT: memref.load %[[C]]
// CHECK: memref.store %{{.*}}, %[[C]][%[[I]], %[[J]]] : memref<64x32xf16>
func.func @epilogue_inputs(%a: memref<64x16xf16>, %b: memref<16x32xf16>, %c: memref<64x32xf16>, %bias: memref<32xf32>, %residual: memref<32x64xf32>, %scale: memref<f32>) {
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      epilogue_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> ()>],
      schedule = #pit.schedule<dense, tile = [64, 32, 16]>}
      ins(%a, %b : memref<64x16xf16>, memref<16x32xf16>) outs(%c : memref<64x32xf16>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue ins(%bias, %residual, %scale : memref<32xf32>, memref<32x64xf32>, memref<f32>) {
      ^bb0(%acc: f32, %old: f16, %x: f32, %y: f32, %z: f32):
        %0 = arith.mulf %acc, %z : f32
        %1 = arith.addf %0, %x : f32
        %2 = arith.addf %1, %y : f32
        %3 = arith.truncf %2 : f32 to f16
        pit.yield %3 : f16
      }
  return
}
