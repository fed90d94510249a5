// RUN: pit-opt %s --pass-pipeline='builtin.module(gpu.module(gpu.func(pit-schedule-sm80,canonicalize,cse)))' | FileCheck %s
// RUN: pit-opt %s --pass-pipeline='builtin.module(gpu.module(gpu.func(pit-schedule-sm80)))' --verify-roundtrip -o /dev/null

// A loop over an index: copies run two steps ahead of the product, coordinates
// three; a group without live micro-tiles touches nothing.

// CHECK-LABEL: gpu.func @k_axis
// CHECK-SAME:    known_block_size = array<i32: 128, 1, 1>, pit.shared_bytes = 36864 : i64, pit.stages = 3 : i64
// CHECK:       ^bb0(%[[GROUP:.*]]: index, %{{.*}}: index, %[[LIVE:.*]]: index, %{{.*}}: index):
// CHECK:         %[[ZERO:.*]] = pit.acc_zero
// CHECK:         %[[SOME:.*]] = arith.cmpi sgt, %[[LIVE]], %c0
// CHECK:         scf.if %[[SOME]]
// CHECK:           pit.load_coords %{{.*}}[%[[GROUP]]], %c0, %[[LIVE]] : memref<8x1024xi32> -> !pit.coords<32, micro = 1, by = [8, 16, 1, 16, 2]>
// CHECK:           pit.sread {{.*}} slot(%c0) {{.*}}all_or_none = array<i1: false, false>, in_bounds = array<i1: false, true>{{.*}} -> !pit.tile<32x64xf16, at = 0>
// CHECK:           pit.sread {{.*}} slot(%c0) {{.*}} -> !pit.tile<32x128xf16, at = 12288>
// CHECK-NEXT:      pit.commit
// CHECK:           pit.load_coords {{.*}}, %c32, %[[LIVE]]
// CHECK:           pit.sread {{.*}} slot(%c1)
// CHECK:           pit.sread {{.*}} slot(%c1)
// CHECK-NEXT:      pit.commit
// CHECK:           pit.load_coords {{.*}}, %c64, %[[LIVE]]
// CHECK:           scf.for %[[P:.*]] = %c0 to %[[LIVE]] step %c32
// CHECK-NEXT:        pit.wait none {in_flight = 1 : i64}
// CHECK:             pit.sread
// CHECK:             pit.sread
// CHECK-NEXT:        pit.commit
// CHECK:             %[[AHEAD:.*]] = arith.addi %[[P]], %c96
// CHECK:             pit.load_coords %{{.*}}[%[[GROUP]]], %[[AHEAD]], %[[LIVE]]
// CHECK-NEXT:        pit.tile_mma
// CHECK:           } else {
// CHECK-NEXT:        scf.yield %[[ZERO]]
// CHECK:         pit.swrite store
gpu.module @kernels {
  gpu.func @k_axis(%at: memref<1024x512xf16>, %b: memref<1024x512xf16>, %counts: memref<8xi32>, %coords: memref<8x1024xi32>, %out: memref<512x512xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c32 = arith.constant 32 : index
    %c64 = arith.constant 64 : index
    %c128 = arith.constant 128 : index
    pit.for_each_tile tiles(%c8, %c1, %c4) counts(%counts : memref<8xi32>) {micro = 1 : i64} do {
    ^bb0(%group: index, %first: index, %live: index, %column: index):
      %m0 = arith.muli %group, %c64 : index
      %n0 = arith.muli %column, %c128 : index
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %sum = scf.for %p = %c0 to %live step %c32 iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %c = pit.load_coords %coords[%group], %p, %live : memref<8x1024xi32> -> !pit.coords<32, micro = 1>
        %x, %tx = pit.sread %at[%c, %m0] {in_bounds = array<i1: false, true>} : memref<1024x512xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x64xf16>
        %y, %ty = pit.sread %b[%c, %n0] {in_bounds = array<i1: false, true>} : memref<1024x512xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x128xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%m0, %n0] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<512x512xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }

// Coordinates outside of the loop stay there; those of the write are fetched
// where it stands. Offsets that follow the loop are in bounds or past the end.

// CHECK-LABEL: gpu.func @m_axis
// CHECK:       ^bb0(%[[GROUP:.*]]: index, %[[FIRST:.*]]: index, %[[LIVE:.*]]: index, %{{.*}}: index):
// CHECK:         %[[C:.*]] = pit.load_coords %{{.*}}[%[[GROUP]]], %[[FIRST]], %[[LIVE]] : memref<1x512xi32> -> !pit.coords<64, micro = 1, by = [4, 32, 1, 32, 2]>
// CHECK-NOT:     scf.if
// CHECK:         scf.for
// CHECK:           pit.sread %{{.*}}[%[[C]], %{{.*}}] {{.*}}all_or_none = array<i1: false, true>, in_bounds = array<i1: false, false>
// CHECK:           pit.sread {{.*}}all_or_none = array<i1: true, false>, in_bounds = array<i1: false, true>
// CHECK-NOT:       pit.load_coords
// CHECK:           pit.tile_mma
// CHECK:         %[[W:.*]] = pit.load_coords %{{.*}}[%[[GROUP]]], %[[FIRST]], %[[LIVE]] : memref<1x512xi32> -> !pit.coords<64, micro = 1, by = [32, 4, 1, 4, 16]>
// CHECK:         pit.swrite store %{{.*}}, %{{.*}}[%[[W]], %{{.*}}]
  gpu.func @m_axis(%a: memref<512x1024xf16>, %b: memref<1024x512xf16>, %counts: memref<1xi32>, %coords: memref<1x512xi32>, %out: memref<512x512xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c32 = arith.constant 32 : index
    %c128 = arith.constant 128 : index
    %c1024 = arith.constant 1024 : index
    pit.for_each_tile tiles(%c1, %c8, %c4) counts(%counts : memref<1xi32>) {micro = 1 : i64, positions = 64 : i64} do {
    ^bb0(%group: index, %first: index, %live: index, %column: index):
      %n0 = arith.muli %column, %c128 : index
      %c = pit.load_coords %coords[%group], %first, %live : memref<1x512xi32> -> !pit.coords<64, micro = 1>
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %sum = scf.for %k = %c0 to %c1024 step %c32 iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %x, %tx = pit.sread %a[%c, %k] {in_bounds = array<i1: false, true>} : memref<512x1024xf16>, !pit.coords<64, micro = 1>, index -> !pit.tile<64x32xf16>
        %y, %ty = pit.sread %b[%k, %n0] {in_bounds = array<i1: true, true>} : memref<1024x512xf16>, index, index -> !pit.tile<32x128xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<64x32xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%c, %n0] {in_bounds = array<i1: false, true>, indexing_maps = []} : !pit.acc<64x128xf32>, memref<512x512xf32>, !pit.coords<64, micro = 1>, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }

// A step within one micro-tile needs one coordinate for all threads.

// CHECK-LABEL: gpu.func @blocks
// CHECK:         pit.load_coords {{.*}} -> !pit.coords<32, micro = 64, by = [1, 1, 0, 32, 1]>
// CHECK-NOT:     by = [8
  gpu.func @blocks(%a: memref<512x1024xf16>, %b: memref<1024x512xf16>, %counts: memref<16xi32>, %coords: memref<16x16xi32>, %out: memref<512x512xf32>) kernel attributes {pit.kernel_schedule = #pit.schedule<axis = 2, micro_tile = [32, 64], tile = [32, 128, 32], warps = 4>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c128 = arith.constant 128 : index
    pit.for_each_tile tiles(%c16, %c1, %c4) counts(%counts : memref<16xi32>) {micro = 64 : i64} do {
    ^bb0(%group: index, %first: index, %live: index, %column: index):
      %m0 = arith.muli %group, %c32 : index
      %n0 = arith.muli %column, %c128 : index
      %zero = pit.acc_zero : !pit.acc<32x128xf32>
      %sum = scf.for %p = %c0 to %live step %c32 iter_args(%acc = %zero) -> !pit.acc<32x128xf32> {
        %c = pit.load_coords %coords[%group], %p, %live : memref<16x16xi32> -> !pit.coords<32, micro = 64>
        %x, %tx = pit.sread %a[%m0, %c] : memref<512x1024xf16>, index, !pit.coords<32, micro = 64> -> !pit.tile<32x32xf16>
        %y, %ty = pit.sread %b[%c, %n0] : memref<1024x512xf16>, !pit.coords<32, micro = 64>, index -> !pit.tile<32x128xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x32xf16>, !pit.tile<32x128xf16>, !pit.acc<32x128xf32>
        scf.yield %next : !pit.acc<32x128xf32>
      }
      pit.swrite store %sum, %out[%m0, %n0] {indexing_maps = []} : !pit.acc<32x128xf32>, memref<512x512xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }

// A kernel without tiles is left alone.

// CHECK-LABEL: gpu.func @no_tiles
// CHECK-NOT:     pit.
// CHECK:         gpu.return
  gpu.func @no_tiles() kernel {
    gpu.return
  }
}
