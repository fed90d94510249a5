// How the pit operations become operations on buffers.
// REQUIRES: loadable
// RUN: pit-opt %s --pit-bufferize --split-input-file | FileCheck %s
// RUN: pit-opt %s --pit-bufferize --split-input-file --verify-roundtrip -o %t
// RUN: %preload mlir-opt --load-dialect-plugin=%plugin %s --split-input-file \
// RUN:   --one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" \
// RUN:   | FileCheck %s --check-prefix=STOCK

// The init is the caller's, so the result is a copy of it; the bitmap, the
// counts and the coordinates are fresh.
// CHECK-LABEL: func.func @ffn(
// CHECK-SAME: %[[AT:[a-z0-9]+]]: memref<1024x512xf16>, %[[B:[a-z0-9]+]]: memref<1024x256xf16>, %[[C:[a-z0-9]+]]: memref<512x256xf32>) -> memref<512x256xf32>
// CHECK: %[[BITS:.*]] = memref.alloc() {{.*}}memref<8x1024xi1>
// CHECK: pit.detect {axis = 0 : i64, micro_tile = array<i64: 1, 64>} ins(%[[AT]] : memref<1024x512xf16>) outs(%[[BITS]] : memref<8x1024xi1>)
// CHECK: %[[COUNTS:.*]] = memref.alloc() {{.*}}memref<8xi32>
// CHECK: %[[COORDS:.*]] = memref.alloc() {{.*}}memref<8x1024xi32>
// CHECK: pit.compact {deterministic} ins(%[[BITS]] : memref<8x1024xi1>) outs(%[[COUNTS]], %[[COORDS]] : memref<8xi32>, memref<8x1024xi32>)
// CHECK: %[[INDEX:.*]] = pit.assemble_index %[[COUNTS]], %[[COORDS]]
// CHECK: %[[OUT:.*]] = memref.alloc() {{.*}}memref<512x256xf32>
// CHECK: memref.copy %[[C]], %[[OUT]]
// CHECK: pit.generic
// CHECK-SAME: ins(%[[AT]], %[[B]] : memref<1024x512xf16>, memref<1024x256xf16>) outs(%[[OUT]] : memref<512x256xf32>) index(%[[INDEX]] : !pit.index<padded, 8x1024>)
// CHECK-SAME: combine
// CHECK: epilogue
// CHECK: return %[[OUT]]

// STOCK-LABEL: func.func @ffn(
// STOCK: pit.compact {deterministic} ins(%{{.*}} : memref<8x1024xi1>) outs(
// STOCK-NOT: tensor<
func.func @ffn(%at: tensor<1024x512xf16>, %b: tensor<1024x256xf16>, %c: tensor<512x256xf32>) -> tensor<512x256xf32> {
  %e = tensor.empty() : tensor<8x1024xi1>
  %bits = pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%at : tensor<1024x512xf16>) outs(%e : tensor<8x1024xi1>) -> tensor<8x1024xi1>
  %idx = pit.compact {deterministic} ins(%bits : tensor<8x1024xi1>) -> !pit.index<padded, 8x1024>
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%at, %b : tensor<1024x512xf16>, tensor<1024x256xf16>) outs(%c : tensor<512x256xf32>)
      index(%idx : !pit.index<padded, 8x1024>)
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
      } -> tensor<512x256xf32>
  return %r : tensor<512x256xf32>
}

// -----

// A bitmap whose place would be taken over by another: two buffers, because the
// old one is still returned; nothing is copied, because every bit is set anew.
// CHECK-LABEL: func.func @two_bitmaps(
// CHECK-SAME: %[[X:[a-z0-9]+]]: memref<8x64xf16>, %[[Y:[a-z0-9]+]]: memref<8x64xf16>)
// CHECK: %[[P:.*]] = memref.alloc() {{.*}}memref<4x8xi1>
// CHECK: pit.detect {{.*}} ins(%[[X]] : memref<8x64xf16>) outs(%[[P]] :
// CHECK-NOT: memref.copy
// CHECK: %[[Q:.*]] = memref.alloc() {{.*}}memref<4x8xi1>
// CHECK-NOT: memref.copy
// CHECK: pit.detect {{.*}} ins(%[[Y]] : memref<8x64xf16>) outs(%[[Q]] :
// CHECK: return %[[P]], %[[Q]]
func.func @two_bitmaps(%x: tensor<8x64xf16>, %y: tensor<8x64xf16>) -> (tensor<4x8xi1>, tensor<4x8xi1>) {
  %e = tensor.empty() : tensor<4x8xi1>
  %p = pit.detect {axis = 0, micro_tile = array<i64: 1, 16>} ins(%x : tensor<8x64xf16>) outs(%e : tensor<4x8xi1>) -> tensor<4x8xi1>
  %q = pit.detect {axis = 0, micro_tile = array<i64: 1, 16>} ins(%y : tensor<8x64xf16>) outs(%p : tensor<4x8xi1>) -> tensor<4x8xi1>
  return %p, %q : tensor<4x8xi1>, tensor<4x8xi1>
}

// -----

// An index that was built elsewhere is copied: later writes to the tensors it
// was made of would be seen through it.
// CHECK-LABEL: func.func @from_outside(
// CHECK-SAME: %[[COUNTS:[a-z0-9]+]]: memref<4xi32>, %[[COORDS:[a-z0-9]+]]: memref<4x8xi32>
// CHECK: memref.copy %[[COUNTS]], %[[COUNTS1:.*]] : memref<4xi32> to memref<4xi32>
// CHECK: memref.copy %[[COORDS]], %[[COORDS1:.*]] : memref<4x8xi32> to memref<4x8xi32>
// CHECK: pit.assemble_index %[[COUNTS1]], %[[COORDS1]]
func.func @from_outside(%counts: tensor<4xi32>, %coords: tensor<4x8xi32>, %a: tensor<8x64xf16>, %b: tensor<8x32xf16>) -> tensor<64x32xf32> {
  %idx = pit.assemble_index %counts, %coords : tensor<4xi32>, tensor<4x8xi32> -> !pit.index<padded, 4x8>
  %e = tensor.empty() : tensor<64x32xf32>
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 16]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 16], tile = [16, 32, 16]>}
      ins(%a, %b : tensor<8x64xf16>, tensor<8x32xf16>) outs(%e : tensor<64x32xf32>)
      index(%idx : !pit.index<padded, 4x8>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue {
      ^bb0(%acc: f32, %old: f32):
        pit.yield %acc : f32
      } -> tensor<64x32xf32>
  return %r : tensor<64x32xf32>
}

// -----

// An init that the epilogue does not use is a destination only: nothing is
// copied to it. It must not be what an epilogue input is read from.
// CHECK-LABEL: func.func @unread_init(
// CHECK-SAME: %[[A:[a-z0-9]+]]: memref<64x8xf16>, %[[B:[a-z0-9]+]]: memref<8x32xf16>, %[[C:[a-z0-9]+]]: memref<64x32xf16>, %[[BIAS:[a-z0-9]+]]: memref<32xf32>)
// CHECK-NOT: memref.copy
// CHECK: %[[OUT:.*]] = memref.alloc() {{.*}}memref<64x32xf16>
// CHECK-NOT: memref.copy
// CHECK: pit.generic {{.*}} outs(%[[OUT]] : memref<64x32xf16>)
// CHECK: epilogue ins(%[[BIAS]], %[[C]] : memref<32xf32>, memref<64x32xf16>) {
// CHECK: return %[[OUT]]
func.func @unread_init(%a: tensor<64x8xf16>, %b: tensor<8x32xf16>, %c: tensor<64x32xf16>, %bias: tensor<32xf32>) -> tensor<64x32xf16> {
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      epilogue_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [16, 32, 16]>}
      ins(%a, %b : tensor<64x8xf16>, tensor<8x32xf16>) outs(%c : tensor<64x32xf16>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue ins(%bias, %c : tensor<32xf32>, tensor<64x32xf16>) {
      ^bb0(%acc: f32, %old: f16, %x: f32, %y: f16):
        %0 = arith.addf %acc, %x : f32
        %1 = arith.truncf %0 : f32 to f16
        %2 = arith.addf %1, %y : f16
        pit.yield %2 : f16
      } -> tensor<64x32xf16>
  return %r : tensor<64x32xf16>
}

// -----

// A result that is read after the op was applied to it in place: a transposed
// epilogue input reads elements that are already stored, so it is a copy.
// CHECK-LABEL: func.func @transposed_input(
// CHECK: %[[T:.*]] = memref.alloc() {{.*}}memref<32x32xf32>
// CHECK: linalg.exp {{.*}} outs(%[[T]] :
// CHECK: %[[OUT:.*]] = memref.alloc() {{.*}}memref<32x32xf32>
// CHECK: pit.generic {{.*}} outs(%[[OUT]] : memref<32x32xf32>)
// CHECK: epilogue ins(%[[T]] : memref<32x32xf32>) {
func.func @transposed_input(%a: tensor<32x8xf16>, %b: tensor<8x32xf16>, %c: tensor<32x32xf32>) -> tensor<32x32xf32> {
  %e = tensor.empty() : tensor<32x32xf32>
  %t = linalg.exp ins(%c : tensor<32x32xf32>) outs(%e : tensor<32x32xf32>) -> tensor<32x32xf32>
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      epilogue_maps = [affine_map<(i, j) -> (j, i)>],
      iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [16, 32, 16]>}
      ins(%a, %b : tensor<32x8xf16>, tensor<8x32xf16>) outs(%t : tensor<32x32xf32>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue ins(%t : tensor<32x32xf32>) {
      ^bb0(%acc: f32, %old: f32, %x: f32):
        %0 = arith.addf %acc, %x : f32
        pit.yield %0 : f32
      } -> tensor<32x32xf32>
  return %r : tensor<32x32xf32>
}
