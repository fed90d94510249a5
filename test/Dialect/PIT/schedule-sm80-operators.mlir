// RUN: pit-opt %s --pass-pipeline='builtin.module(gpu.module(gpu.func(pit-schedule-sm80,canonicalize,cse)))' | FileCheck %s

// The schedule does not know the operator: a kernel with three tiles and two
// products a step, with other maps (both tiles transposed, an output whose first
// dimension is n), and another epilogue with a bias, goes through it as it is.
// Its own operations are still there, with their maps and bodies unchanged.

// CHECK: #[[LHS:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK: #[[RHS:.*]] = affine_map<(d0, d1, d2) -> (d2, d0)>
// CHECK: #[[OUT:.*]] = affine_map<(d0, d1, d2) -> (d1, d0)>
// CHECK: #[[BIAS:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: gpu.func @two_products
// CHECK:         scf.for
// CHECK-NEXT:      pit.wait
// CHECK-COUNT-3:   pit.sread
// CHECK-NEXT:      pit.commit
// CHECK:           pit.load_coords
// CHECK:           %[[A:.*]] = pit.tile_mma {{.*}}indexing_maps = [#[[LHS]], #[[RHS]], #[[OUT]]]
// CHECK-NEXT:      pit.tile_mma %{{.*}}, %{{.*}}, %[[A]] {indexing_maps = [#[[LHS]], #[[RHS]], #[[OUT]]]
// CHECK:         pit.swrite add {{.*}} ins({{.*}}) {indexing_maps = [#[[BIAS]]]
// CHECK-NEXT:    ^bb0(%[[X:.*]]: f32, %[[B:.*]]: f16):
// CHECK-NEXT:      %[[W:.*]] = arith.extf %[[B]]
// CHECK-NEXT:      %[[M:.*]] = arith.maximumf %[[X]], %[[W]]
// CHECK-NEXT:      pit.yield %[[M]]
gpu.module @kernels {
  gpu.func @two_products(%a: memref<512x1024xf16>, %b: memref<1024x512xf16>, %d: memref<1024x512xf16>, %bias: memref<512xf16>, %counts: memref<8xi32>, %coords: memref<8x64xi32>, %out: memref<512x512xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c32 = arith.constant 32 : index
    %c64 = arith.constant 64 : index
    pit.for_each_tile tiles(%c8, %c1, %c8) counts(%counts : memref<8xi32>) {micro = 16 : i64} do {
    ^bb0(%group: index, %first: index, %live: index, %column: index):
      %n0 = arith.muli %group, %c64 : index
      %m0 = arith.muli %column, %c64 : index
      %zero = pit.acc_zero : !pit.acc<64x64xf32>
      %sum = scf.for %p = %c0 to %live step %c32 iter_args(%acc = %zero) -> !pit.acc<64x64xf32> {
        %c = pit.load_coords %coords[%group], %p, %live : memref<8x64xi32> -> !pit.coords<32, micro = 16>
        %x, %tx = pit.sread %a[%n0, %c] : memref<512x1024xf16>, index, !pit.coords<32, micro = 16> -> !pit.tile<64x32xf16>
        %y, %ty = pit.sread %b[%c, %m0] : memref<1024x512xf16>, !pit.coords<32, micro = 16>, index -> !pit.tile<32x64xf16>
        %z, %tz = pit.sread %d[%c, %m0] : memref<1024x512xf16>, !pit.coords<32, micro = 16>, index -> !pit.tile<32x64xf16>
        pit.wait %tx, %ty, %tz
        %1 = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, m)>]} : !pit.tile<64x32xf16>, !pit.tile<32x64xf16>, !pit.acc<64x64xf32>
        %2 = pit.tile_mma %x, %z, %1 {indexing_maps = [affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, m)>]} : !pit.tile<64x32xf16>, !pit.tile<32x64xf16>, !pit.acc<64x64xf32>
        scf.yield %2 : !pit.acc<64x64xf32>
      }
      pit.swrite add %sum, %out[%n0, %m0] ins(%bias : memref<512xf16>) {indexing_maps = [affine_map<(d0, d1) -> (d1)>]} : !pit.acc<64x64xf32>, memref<512x512xf32>, index, index {
      ^bb0(%v: f32, %w: f16):
        %0 = arith.extf %w : f16 to f32
        %1 = arith.maximumf %v, %0 : f32
        pit.yield %1 : f32
      }
    }
    gpu.return
  }
}
