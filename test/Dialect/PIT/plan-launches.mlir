// RUN: pit-opt %s --pit-plan-launches --split-input-file | FileCheck %s
// RUN: pit-opt %s --pit-plan-launches --split-input-file --verify-roundtrip -o %t

// A returned allocation becomes the output; what is left lies in the workspace
// at multiples of 256 bytes, and a boolean takes a byte.
// CHECK-LABEL: func.func @index(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<8x96xf16> {pit.name = "arg0"},
// CHECK-SAME: %[[COUNTS:[a-z0-9]+]]: memref<6xi32> {pit.name = "out0", pit.output})
// CHECK-DAG: %[[BYTES:.*]] = arith.constant 448 : index
// CHECK: %[[WS:.*]] = pit.workspace %[[BYTES]] : memref<?xi8>
// CHECK: %[[C0:.*]] = arith.constant 0 : index
// CHECK: %[[BITS:.*]] = memref.view %[[WS]][%[[C0]]][] {pit.name = "bits"} : memref<?xi8> to memref<6x8xi1>
// CHECK: %[[C256:.*]] = arith.constant 256 : index
// CHECK: %[[COORDS:.*]] = memref.view %[[WS]][%[[C256]]][] {pit.index, pit.name = "coords"} : memref<?xi8> to memref<6x8xi32>
// CHECK: pit.detect {{.*}} ins(%[[X]] : {{.*}}) outs(%[[BITS]] :
// CHECK: pit.compact ins(%[[BITS]] : memref<6x8xi1>) outs(%[[COUNTS]], %[[COORDS]] :
// CHECK-NOT: dealloc
// CHECK: return{{$}}
func.func @index(%x: memref<8x96xf16>) -> memref<6xi32> {
  %bits = memref.alloc() : memref<6x8xi1>
  pit.detect {axis = 0, micro_tile = array<i64: 1, 16>} ins(%x : memref<8x96xf16>) outs(%bits : memref<6x8xi1>)
  %counts = memref.alloc() : memref<6xi32>
  %coords = memref.alloc() : memref<6x8xi32>
  pit.compact ins(%bits : memref<6x8xi1>) outs(%counts, %coords : memref<6xi32>, memref<6x8xi32>)
  memref.dealloc %bits : memref<6x8xi1>
  return %counts : memref<6xi32>
}

// -----

// Two bitmaps: names stay unique. Nothing is allocated for what nothing uses.
// CHECK-LABEL: func.func @names(
// CHECK: memref.view {{.*}} {pit.name = "bits"}
// CHECK: memref.view {{.*}} {pit.name = "bits_1"}
// CHECK-NOT: memref.view
func.func @names(%x: memref<8x96xf16>, %y: memref<6x8xi1>) {
  %unused = memref.alloc() : memref<1024xf32>
  %p = memref.alloc() : memref<6x8xi1>
  %q = memref.alloc() : memref<6x8xi1>
  pit.detect {axis = 0, micro_tile = array<i64: 1, 16>} ins(%x : memref<8x96xf16>) outs(%p : memref<6x8xi1>)
  pit.detect {axis = 0, micro_tile = array<i64: 1, 16>} ins(%x : memref<8x96xf16>) outs(%q : memref<6x8xi1>)
  linalg.add ins(%p, %q : memref<6x8xi1>, memref<6x8xi1>) outs(%y : memref<6x8xi1>)
  return
}

// -----

// An argument that the function writes is an output; a user's name is kept.
// CHECK-LABEL: func.func @in_place(
// CHECK-SAME: memref<64xf32> {pit.name = "x"}, %{{.*}}: memref<64xf32> {pit.name = "arg1", pit.output})
// CHECK-NOT: pit.workspace
func.func @in_place(%x: memref<64xf32> {pit.name = "x"}, %y: memref<64xf32>) {
  linalg.exp ins(%x : memref<64xf32>) outs(%y : memref<64xf32>)
  return
}

// -----

// An argument returned is copied; a buffer returned twice is copied from its
// first output.
// CHECK-LABEL: func.func @copies(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<64xf32> {pit.name = "arg0"},
// CHECK-SAME: %[[O0:[a-z0-9]+]]: memref<64xf32> {pit.name = "out0", pit.output},
// CHECK-SAME: %[[O1:[a-z0-9]+]]: memref<64xf32> {pit.name = "second", pit.output},
// CHECK-SAME: %[[O2:[a-z0-9]+]]: memref<64xf32> {pit.name = "out2", pit.output})
// CHECK: linalg.exp ins(%[[X]] : memref<64xf32>) outs(%[[O1]] : memref<64xf32>)
// CHECK: memref.copy %[[X]], %[[O0]]
// CHECK: memref.copy %[[O1]], %[[O2]]
func.func @copies(%x: memref<64xf32>) -> (memref<64xf32>, memref<64xf32> {pit.name = "second"}, memref<64xf32>) {
  %r = memref.alloc() : memref<64xf32>
  linalg.exp ins(%x : memref<64xf32>) outs(%r : memref<64xf32>)
  return %x, %r, %r : memref<64xf32>, memref<64xf32>, memref<64xf32>
}

// -----

// A returned buffer of another shape than the allocation: still no copy.
// CHECK-LABEL: func.func @reshaped(
// CHECK-SAME: %[[O:[a-z0-9]+]]: memref<4x16xf32> {pit.name = "out0", pit.output})
// CHECK: %[[R:.*]] = memref.reinterpret_cast %[[O]] to offset: [0], sizes: [64], strides: [1] : memref<4x16xf32> to memref<64xf32>
// CHECK: linalg.exp ins({{.*}}) outs(%[[R]] : memref<64xf32>)
// CHECK-NOT: memref.copy
func.func @reshaped(%x: memref<64xf32>) -> memref<4x16xf32> {
  %r = memref.alloc() : memref<64xf32>
  linalg.exp ins(%x : memref<64xf32>) outs(%r : memref<64xf32>)
  %e = memref.expand_shape %r [[0, 1]] output_shape [4, 16] : memref<64xf32> into memref<4x16xf32>
  return %e : memref<4x16xf32>
}

// -----

// A constant of equal elements becomes a fill. A size of 0 takes no bytes.
// CHECK-LABEL: func.func @constant(
// CHECK-SAME: %[[O:[a-z0-9]+]]: memref<64xf32> {pit.name = "out0", pit.output},
// CHECK: %[[V:.*]] = arith.constant 2.500000e+00 : f32
// CHECK: linalg.fill ins(%[[V]] : f32) outs(%[[O]] : memref<64xf32>)
// CHECK-NOT: memref.global
memref.global "private" constant @half : memref<64xf32> = dense<2.5>
func.func @constant(%x: memref<0x8xf32>) -> (memref<64xf32>, memref<0x8xf32>) {
  %c = memref.get_global @half : memref<64xf32>
  %e = memref.alloc() : memref<0x8xf32>
  memref.copy %x, %e : memref<0x8xf32> to memref<0x8xf32>
  return %c, %e : memref<64xf32>, memref<0x8xf32>
}

// -----

// An init that was copied only to keep the caller's is read where it is; one
// that has been written since is not.
// CHECK-LABEL: func.func @init(
// CHECK-SAME: %[[A:[a-z0-9]+]]: memref<64x32xf16> {pit.name = "arg0"}, %[[B:[a-z0-9]+]]: memref<64x32xf16> {pit.name = "arg1"}, %[[C:[a-z0-9]+]]: memref<32x32xf32> {pit.name = "arg2"},
// CHECK-SAME: %[[O0:[a-z0-9]+]]: memref<32x32xf32> {pit.name = "out0", pit.output}, %[[O1:[a-z0-9]+]]: memref<32x32xf32> {pit.name = "out1", pit.output})
// CHECK-NOT: memref.copy
// CHECK: pit.generic {{.*}} ins(%[[A]], %[[B]] : {{.*}}) outs(%[[C]] : memref<32x32xf32>) into(%[[O0]] : memref<32x32xf32>)
// CHECK: memref.copy %[[C]], %[[O1]]
// CHECK: linalg.exp {{.*}} outs(%[[O1]] :
// CHECK: pit.generic {{.*}} outs(%[[O1]] : memref<32x32xf32>) combine
#maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
func.func @init(%a: memref<64x32xf16>, %b: memref<64x32xf16>, %c: memref<32x32xf32>) -> (memref<32x32xf32>, memref<32x32xf32>) {
  %r = memref.alloc() : memref<32x32xf32>
  memref.copy %c, %r : memref<32x32xf32> to memref<32x32xf32>
  pit.generic {
      indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"],
      schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : memref<64x32xf16>, memref<64x32xf16>) outs(%r : memref<32x32xf32>)
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
  %s = memref.alloc() : memref<32x32xf32>
  memref.copy %c, %s : memref<32x32xf32> to memref<32x32xf32>
  linalg.exp ins(%s : memref<32x32xf32>) outs(%s : memref<32x32xf32>)
  pit.generic {
      indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"],
      schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : memref<64x32xf16>, memref<64x32xf16>) outs(%s : memref<32x32xf32>)
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
  return %r, %s : memref<32x32xf32>, memref<32x32xf32>
}
