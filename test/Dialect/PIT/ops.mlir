// RUN: pit-opt %s | pit-opt | FileCheck %s
// RUN: pit-opt %s --mlir-print-op-generic | pit-opt | FileCheck %s
// RUN: pit-opt %s --emit-bytecode | pit-opt | FileCheck %s

// Attributes, in their shortest and their longest forms, whatever the order of
// their fields.

// CHECK-LABEL: func @attributes()
// CHECK-SAME: a0 = #pit.sparsity<>
// CHECK-SAME: a1 = #pit.sparsity<granularity = [1, 64]>
// CHECK-SAME: a2 = #pit.sparsity<ratio = 0.95>
// CHECK-SAME: a3 = #pit.sparsity<granularity = [32, 1], ratio = 0.0>
// CHECK-SAME: a4 = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>
// CHECK-SAME: a5 = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [64, 128, 32], warps = 4, stages = 3, deterministic, math = tf32, arch = sm_80>
// CHECK-SAME: a6 = #pit.schedule<dense, tile = [64, 128, 32]>
// CHECK-SAME: a7 = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, ?]>
// CHECK-SAME: a8 = #pit.permutation<dim = 0, kind = parallel, operand = 1, micro_tile = [16]>
// CHECK-SAME: a9 = #pit.sparsity<ratio = 1.0>
// CHECK-SAME: b0 = #pit.sparsity<ratio = 1.000000e-30>
// CHECK-SAME: b1 = #pit.sparsity<ratio = 0.125>
func.func @attributes() attributes {
    a0 = #pit.sparsity<>,
    a1 = #pit.sparsity<granularity = [1, 64]>,
    a2 = #pit.sparsity<ratio = 0.95>,
    a3 = #pit.sparsity<ratio = 0.0, granularity = [32, 1]>,
    a4 = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>,
    a5 = #pit.schedule<arch = sm_80, math = tf32, deterministic, stages = 3, warps = 4, tile = [64, 128, 32], micro_tile = [1, ?], axis = 0>,
    a6 = #pit.schedule<tile = [64, 128, 32], dense>,
    a7 = #pit.permutation<micro_tile = [1, ?], operand = 0, kind = reduction, dim = 2>,
    a9 = #pit.sparsity<ratio = 1.0>, b0 = #pit.sparsity<ratio = 1.0e-30>, b1 = #pit.sparsity<ratio = 0.125>,
    a8 = #pit.permutation<dim = 0, kind = parallel, operand = 1, micro_tile = [16]>} {
  return
}

// CHECK: func private @types(tensor<4x4xf16, #pit.sparsity<>>, !pit.index<padded, 8x1024>, !pit.index<compact, ?x?>, !pit.tile<32x64xf16>, !pit.acc<64x128xf32>, !pit.coords<32, micro = 1>, !pit.token, !pit.tile<32x64xf16, at = 12288>, !pit.coords<32, micro = 1, by = [8, 16, 1, 16, 2]>)
func.func private @types(tensor<4x4xf16, #pit.sparsity<>>, !pit.index<padded, 8x1024>, !pit.index<compact, ?x?>, !pit.tile<32x64xf16>, !pit.acc<64x128xf32>, !pit.coords<32, micro = 1>, !pit.token, !pit.tile<32x64xf16, at = 12288>, !pit.coords<32, micro = 1, by = [8, 16, 1, 16, 2]>)

// CHECK-LABEL: func @schedule_on_linalg(
// CHECK: linalg.matmul {pit.schedule = #pit.schedule<dense, tile = [64, 128, 32]>}
func.func @schedule_on_linalg(%a: tensor<4x4xf16>) -> tensor<4x4xf16> {
  %0 = linalg.matmul {pit.schedule = #pit.schedule<dense, tile = [64, 128, 32]>} ins(%a, %a : tensor<4x4xf16>, tensor<4x4xf16>) outs(%a : tensor<4x4xf16>) -> tensor<4x4xf16>
  return %0 : tensor<4x4xf16>
}

#at = affine_map<(m, n, k) -> (k, m)>
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

// CHECK-LABEL: func @tensors(
// CHECK: %[[BITS:.*]] = pit.detect {axis = 0 : i64, micro_tile = array<i64: 1, 64>} ins(%{{.*}} : tensor<1024x512xf16>) outs(%{{.*}} : tensor<8x1024xi1>) -> tensor<8x1024xi1>
// CHECK: %[[INDEX:.*]] = pit.compact {deterministic} ins(%[[BITS]] : tensor<8x1024xi1>) -> !pit.index<padded, 8x1024>
// CHECK: pit.compact ins(%[[BITS]] : tensor<8x1024xi1>) -> !pit.index<compact, 8x1024>
// CHECK: pit.generic {{{.*}}permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>{{.*}}} ins(%{{.*}}, %{{.*}} : tensor<1024x512xf16>, tensor<1024x512xf16>) outs(%{{.*}} : tensor<512x512xf32>) index(%[[INDEX]] : !pit.index<padded, 8x1024>) combine {
// CHECK: ^bb0(%{{.*}}: f16, %{{.*}}: f16, %{{.*}}: f32):
// CHECK: pit.yield %{{.*}} : f32
// CHECK: } epilogue {
// CHECK: ^bb0(%{{.*}}: f32, %{{.*}}: f32):
// CHECK: } -> tensor<512x512xf32>
// CHECK: %[[PADDED:.*]] = pit.assemble_index %{{.*}}, %{{.*}} : tensor<1xi32>, tensor<1x512xi32> -> !pit.index<padded, 1x512>
// CHECK: pit.assemble_index %{{.*}}, %{{.*}} : tensor<9xi64>, tensor<100xi32> -> !pit.index<compact, 8x1024>
func.func @tensors(%at: tensor<1024x512xf16>, %b: tensor<1024x512xf16>, %c: tensor<512x512xf32>, %counts: tensor<1xi32>, %coords: tensor<1x512xi32>, %offsets: tensor<9xi64>, %list: tensor<100xi32>) -> tensor<512x512xf32> {
  %e = tensor.empty() : tensor<8x1024xi1>
  %bits = pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%at : tensor<1024x512xf16>) outs(%e : tensor<8x1024xi1>) -> tensor<8x1024xi1>
  %index = pit.compact {deterministic} ins(%bits : tensor<8x1024xi1>) -> !pit.index<padded, 8x1024>
  %short = pit.compact ins(%bits : tensor<8x1024xi1>) -> !pit.index<compact, 8x1024>
  %r = pit.generic {indexing_maps = [#at, #b, #c], iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%at, %b : tensor<1024x512xf16>, tensor<1024x512xf16>) outs(%c : tensor<512x512xf32>) index(%index : !pit.index<padded, 8x1024>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %2, %acc : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %0 = arith.addf %old, %acc : f32
    pit.yield %0 : f32
  } -> tensor<512x512xf32>
  %padded = pit.assemble_index %counts, %coords : tensor<1xi32>, tensor<1x512xi32> -> !pit.index<padded, 1x512>
  %compact = pit.assemble_index %offsets, %list : tensor<9xi64>, tensor<100xi32> -> !pit.index<compact, 8x1024>
  return %r : tensor<512x512xf32>
}

// CHECK-LABEL: func @memrefs(
// CHECK: pit.detect {axis = 0 : i64, micro_tile = array<i64: 1, -9223372036854775808>} ins(%{{.*}} : memref<512x1024xf16>) outs(%{{.*}} : memref<1x512xi1>)
// CHECK: pit.compact ins(%{{.*}} : memref<1x512xi1>) outs(%{{.*}}, %{{.*}} : memref<1xi32>, memref<1x512xi32>)
// CHECK: pit.generic {{.*}} index(%{{.*}} : !pit.index<padded, 1x512>) bitmap(%{{.*}} : memref<1x512xi1>) into(%{{.*}} : memref<512x512xf16>) combine {
// CHECK: pit.generic {{.*}}schedule = #pit.schedule<dense, tile = [64, 128, 32]>} ins(%{{.*}}, %{{.*}} : memref<512x1024xf16>, memref<1024x512xf16>) outs(%{{.*}} : memref<512x512xf16>) combine {
func.func @memrefs(%a: memref<512x1024xf16>, %b: memref<1024x512xf16>, %c: memref<512x512xf16>, %r: memref<512x512xf16>, %bits: memref<1x512xi1>, %counts: memref<1xi32>, %coords: memref<1x512xi32>) {
  pit.detect {axis = 0, micro_tile = array<i64: 1, -9223372036854775808>} ins(%a : memref<512x1024xf16>) outs(%bits : memref<1x512xi1>)
  pit.compact ins(%bits : memref<1x512xi1>) outs(%counts, %coords : memref<1xi32>, memref<1x512xi32>)
  %index = pit.assemble_index %counts, %coords : memref<1xi32>, memref<1x512xi32> -> !pit.index<padded, 1x512>
  pit.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 0, kind = parallel, operand = 0, micro_tile = [1, ?]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [64, 128, 32]>}
      ins(%a, %b : memref<512x1024xf16>, memref<1024x512xf16>) outs(%c : memref<512x512xf16>)
      index(%index : !pit.index<padded, 1x512>) bitmap(%bits : memref<1x512xi1>) into(%r : memref<512x512xf16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f16):
    %0 = arith.mulf %x, %y : f16
    %1 = arith.addf %acc, %0 : f16
    pit.yield %1 : f16
  } epilogue {
  ^bb0(%acc: f16, %old: f16):
    pit.yield %acc : f16
  }
  pit.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"],
      schedule = #pit.schedule<dense, tile = [64, 128, 32]>}
      ins(%a, %b : memref<512x1024xf16>, memref<1024x512xf16>) outs(%r : memref<512x512xf16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f16):
    %0 = arith.mulf %x, %y : f16
    %1 = arith.maximumf %acc, %0 : f16
    pit.yield %1 : f16
  } epilogue {
  ^bb0(%acc: f16, %old: f16):
    pit.yield %acc : f16
  }
  return
}

// Epilogue inputs: a bias, a residual of the output's shape, and a scale. The
// init is a destination of another type than the accumulator's.

// CHECK-LABEL: func @epilogue_inputs(
// CHECK: pit.generic {epilogue_maps = [#[[$BIAS:.*]], #[[$RESIDUAL:.*]], #[[$SCALE:.*]]], indexing_maps = {{.*}} outs(%{{.*}} : tensor<512x256xf16>) combine {
// CHECK: } epilogue ins(%{{.*}}, %{{.*}}, %{{.*}} : tensor<256xf32>, tensor<512x256xf16>, tensor<f32>) {
// CHECK: ^bb0(%{{.*}}: f32, %{{.*}}: f16, %{{.*}}: f32, %{{.*}}: f16, %{{.*}}: f32):
// CHECK: } -> tensor<512x256xf16>
func.func @epilogue_inputs(%a: tensor<512x1024xf16>, %b: tensor<1024x256xf16>, %c: tensor<512x256xf16>, %bias: tensor<256xf32>, %residual: tensor<512x256xf16>, %scale: tensor<f32>) -> tensor<512x256xf16> {
  %r = pit.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"],
      epilogue_maps = [affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> ()>],
      schedule = #pit.schedule<dense, tile = [64, 128, 32]>}
      ins(%a, %b : tensor<512x1024xf16>, tensor<1024x256xf16>) outs(%c : tensor<512x256xf16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue ins(%bias, %residual, %scale : tensor<256xf32>, tensor<512x256xf16>, tensor<f32>) {
  ^bb0(%acc: f32, %old: f16, %x: f32, %y: f16, %z: f32):
    %0 = arith.mulf %acc, %z : f32
    %1 = arith.addf %0, %x : f32
    %2 = arith.truncf %1 : f32 to f16
    %3 = arith.addf %2, %y : f16
    pit.yield %3 : f16
  } -> tensor<512x256xf16>
  return %r : tensor<512x256xf16>
}

gpu.module @plan_kernels {
  gpu.func @plan_0(%x: memref<4x4xf16>, %y: memref<f16>) kernel {
    gpu.return
  }
}

// A launch passes a memref where the kernel takes a bare pointer.

// CHECK-LABEL: func @plan(
// CHECK: %[[WORKSPACE:.*]] = pit.workspace %{{.*}} : memref<?xi8>
// CHECK: pit.launch @plan_kernels::@plan_0 grid(%{{.*}}) args(%{{.*}}, %{{.*}} : memref<4x4xf16>, memref<4x4xf16>) {block = 128 : i64, schedule = #pit.schedule<dense, tile = [64, 128, 32]>, shared_bytes = 36864 : i64}
// CHECK: pit.launch @elsewhere::@kernel grid(%{{.*}}) args()
// CHECK: pit.require %{{.*}}, %{{.*}}, "loop d2 of 'linalg.matmul'"
// CHECK: pit.require %{{.*}}, %{{.*}}, "a window" {at_least}
func.func @plan(%x: memref<4x4xf16>) {
  %bytes = arith.constant 1024 : index
  %workspace = pit.workspace %bytes : memref<?xi8>
  pit.launch @plan_kernels::@plan_0 grid(%bytes) args(%x, %x : memref<4x4xf16>, memref<4x4xf16>)
      {block = 128 : i64, schedule = #pit.schedule<dense, tile = [64, 128, 32]>, shared_bytes = 36864 : i64}
  pit.launch @elsewhere::@kernel grid(%bytes) args()
  pit.require %bytes, %bytes, "loop d2 of 'linalg.matmul'"
  pit.require %bytes, %bytes, "a window" {at_least}
  return
}

gpu.module @tiles {
  // CHECK: gpu.func @kernel(
  // CHECK: pit.for_each_tile tiles(%{{.*}}, %{{.*}}, %{{.*}}) counts(%{{.*}} : memref<8xi32>) {micro = 1 : i64, positions = 64 : i64} do {
  // CHECK: ^bb0(%[[GROUP:.*]]: index, %[[FIRST:.*]]: index, %[[LIVE:.*]]: index, %[[COLUMN:.*]]: index):
  // CHECK: %[[ZERO:.*]] = pit.acc_zero : !pit.acc<64x128xf32>
  // CHECK: %[[C:.*]] = pit.load_coords %{{.*}}[%[[GROUP]]], %[[FIRST]], %[[LIVE]] : memref<8x1024xi32> -> !pit.coords<32, micro = 1>
  // CHECK: %[[A:.*]], %[[TA:.*]] = pit.sread %{{.*}}[%[[C]], %[[FIRST]]] : memref<1024x512xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x64xf16>
  // CHECK: %[[B:.*]], %[[TB:.*]] = pit.sread %{{.*}}[%[[C]], %[[COLUMN]]] slot(%[[GROUP]]) {all_or_none = array<i1: true, false>, in_bounds = array<i1: false, true>} : memref<1024x512xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x128xf16>
  // CHECK: %[[STEP:.*]] = pit.commit %[[TA]], %[[TB]]
  // CHECK: pit.wait %[[STEP]] {in_flight = 2 : i64}
  // CHECK-NEXT: %{{.*}} = pit.commit none
  // CHECK-NEXT: pit.wait none
  // CHECK: %[[R:.*]] = pit.tile_mma %[[A]], %[[B]], %[[ZERO]] {indexing_maps = [{{.*}}]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
  // CHECK: pit.swrite store %[[R]], %{{.*}}[%[[FIRST]], %[[COLUMN]]] ins(%{{.*}}, %{{.*}} : memref<512x512xf32>, memref<512xf32>) {indexing_maps = [{{.*}}]} : !pit.acc<64x128xf32>, memref<512x512xf32>, index, index {
  // CHECK: pit.yield %{{.*}} : f32
  // CHECK: pit.swrite add %[[R]], %{{.*}}[%[[FIRST]], %[[COLUMN]]] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<512x512xf32>, index, index {
  // CHECK: pit.for_each_tile tiles(%{{.*}}) do {
  // CHECK: ^bb0(%{{.*}}: index):
  gpu.func @kernel(%at: memref<1024x512xf16>, %b: memref<1024x512xf16>, %counts: memref<8xi32>, %coords: memref<8x1024xi32>, %init: memref<512x512xf32>, %bias: memref<512xf32>, %out: memref<512x512xf32>) kernel {
    %c8 = arith.constant 8 : index
    pit.for_each_tile tiles(%c8, %c8, %c8) counts(%counts : memref<8xi32>) {micro = 1 : i64, positions = 64 : i64} do {
    ^bb0(%group: index, %first: index, %live: index, %column: index):
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %c = pit.load_coords %coords[%group], %first, %live : memref<8x1024xi32> -> !pit.coords<32, micro = 1>
      %ta, %ka = pit.sread %at[%c, %first] : memref<1024x512xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x64xf16>
      %tb, %kb = pit.sread %b[%c, %column] slot(%group) {all_or_none = array<i1: true, false>, in_bounds = array<i1: false, true>} : memref<1024x512xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x128xf16>
      %step = pit.commit %ka, %kb
      pit.wait %step {in_flight = 2 : i64}
      %idle = pit.commit none
      pit.wait none
      %r = pit.tile_mma %ta, %tb, %zero {indexing_maps = [#at, #b, #c]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
      pit.swrite store %r, %out[%first, %column] ins(%init, %bias : memref<512x512xf32>, memref<512xf32>)
          {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d1)>]} : !pit.acc<64x128xf32>, memref<512x512xf32>, index, index {
      ^bb0(%x: f32, %old: f32, %shift: f32):
        %0 = arith.addf %old, %x : f32
        %1 = arith.addf %0, %shift : f32
        pit.yield %1 : f32
      }
      pit.swrite add %r, %out[%first, %column] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<512x512xf32>, index, index {
      ^bb0(%x: f32):
        pit.yield %x : f32
      }
    }
    pit.for_each_tile tiles(%c8) do {
    ^bb0(%tile: index):
      pit.yield
    }
    gpu.return
  }
}
