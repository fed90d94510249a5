// RUN: pit-opt %s --pass-pipeline='builtin.module(gpu.module(gpu.func(pit-schedule-sm80,convert-pit-tile-to-nvgpu),canonicalize,cse))' | FileCheck %s
// RUN: pit-opt %s --pass-pipeline='builtin.module(gpu.module(gpu.func(pit-schedule-sm80,convert-pit-tile-to-nvgpu)))' --verify-roundtrip -o /dev/null

// Columns of A and rows of B gathered. A thread copies 16 bytes of two rows of A
// and 2 x 16 of the same rows of B; past the live positions nothing is in
// bounds, and the copy's source size is 0.

// CHECK-LABEL: gpu.func @k_axis
// CHECK-SAME:    workgroup(%[[ARENA:.*]] : memref<36864xi8, #gpu.address_space<workgroup>> {llvm.align = 128 : i64})
// CHECK-SAME:    pit.stages = 3 : i64} {
// CHECK-NOT:     pit.
// CHECK-DAG:     %[[NOWHERE:.*]] = arith.constant -1099511627776 : index
// CHECK:         scf.for
// CHECK:           nvvm.cp.async.wait.group 1
// CHECK-NEXT:      gpu.barrier
// CHECK:           %[[SIZE:.*]] = arith.select %{{.*}}, %c8, %c0
// CHECK:           nvgpu.device_async_copy {{.*}}, 8, %[[SIZE]] {bypassL1} : memref<1024x512xf16> to memref<3x32x64xf16, #gpu.address_space<workgroup>>
// CHECK-COUNT-5:   nvgpu.device_async_copy {{.*}} {bypassL1}
// CHECK-NOT:       nvgpu.device_async_copy
// CHECK:           nvvm.cp.async.commit.group
// CHECK:           %[[LIVE:.*]] = arith.cmpi ult
// CHECK:           %[[ENTRY:.*]] = arith.select %[[LIVE]], %{{.*}}, %c0
// CHECK:           memref.load %{{.*}}[%{{.*}}, %[[ENTRY]]] : memref<8x1024xi32>
// CHECK:           arith.select %[[LIVE]], %{{.*}}, %[[NOWHERE]]
// CHECK-COUNT-12:  nvgpu.ldmatrix {{.*}} {numTiles = 4 : i32, transpose = true}
// CHECK-NOT:       nvgpu.ldmatrix
// CHECK:           nvgpu.mma.sync{{.*}} {mmaShape = [16, 8, 16]}
// CHECK:         nvvm.cp.async.wait.group 0
// CHECK-NEXT:    gpu.barrier
// CHECK:         vector.store {{.*}} : memref<64x136xf32, #gpu.address_space<workgroup>>, vector<2xf32>
// CHECK:         gpu.barrier
// CHECK:         vector.load {{.*}} {alignment = 16 : i64} : memref<512x512xf32>, vector<4xf32>
// CHECK:         vector.store {{.*}} {alignment = 16 : i64} : memref<512x512xf32>, vector<4xf32>
gpu.module @kernels {
  gpu.func @k_axis(%at: memref<1024x512xf16>, %b: memref<1024x512xf16>, %counts: memref<8xi32>, %coords: memref<8x1024xi32>, %init: memref<512x512xf32>, %out: memref<512x512xf32>) kernel {
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
      pit.swrite store %sum, %out[%m0, %n0] ins(%init : memref<512x512xf32>) {in_bounds = array<i1: true, true>, indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>]} : !pit.acc<64x128xf32>, memref<512x512xf32>, index, index {
      ^bb0(%v: f32, %old: f32):
        %0 = arith.addf %old, %v : f32
        pit.yield %0 : f32
      }
    }
    gpu.return
  }

// Rows of 36 elements are aligned to 8 bytes, of 37 to 2 only: too narrow for
// cp.async. A contiguous reduction needs no transposition.

// CHECK-LABEL: gpu.func @unaligned
// CHECK:         scf.for
// CHECK:           nvgpu.device_async_copy {{.*}}, 4, %{{[0-9]+}} : memref<100x36xf16>
// CHECK:           memref.load %{{.*}} : memref<36x37xf16>
// CHECK:           memref.store %{{.*}} : memref<3x16x16xf16, #gpu.address_space<workgroup>>
// CHECK:           nvgpu.ldmatrix {{.*}} {numTiles = 4 : i32, transpose = false}
// CHECK:           nvgpu.ldmatrix {{.*}} {numTiles = 4 : i32, transpose = true}
// CHECK:         vector.store {{.*}} {alignment = 2 : i64} : memref<100x37xf16>, vector<1xf16>
  gpu.func @unaligned(%a: memref<100x36xf16>, %b: memref<36x37xf16>, %out: memref<100x37xf16>) kernel {
    %c0 = arith.constant 0 : index
    %c3 = arith.constant 3 : index
    %c7 = arith.constant 7 : index
    %c16 = arith.constant 16 : index
    %c36 = arith.constant 36 : index
    pit.for_each_tile tiles(%c7, %c3) do {
    ^bb0(%i: index, %j: index):
      %m0 = arith.muli %i, %c16 : index
      %n0 = arith.muli %j, %c16 : index
      %zero = pit.acc_zero : !pit.acc<16x16xf32>
      %sum = scf.for %k = %c0 to %c36 step %c16 iter_args(%acc = %zero) -> !pit.acc<16x16xf32> {
        %x, %tx = pit.sread %a[%m0, %k] : memref<100x36xf16>, index, index -> !pit.tile<16x16xf16>
        %y, %ty = pit.sread %b[%k, %n0] : memref<36x37xf16>, index, index -> !pit.tile<16x16xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<16x16xf16>, !pit.tile<16x16xf16>, !pit.acc<16x16xf32>
        scf.yield %next : !pit.acc<16x16xf32>
      }
      pit.swrite store %sum, %out[%m0, %n0] {indexing_maps = []} : !pit.acc<16x16xf32>, memref<100x37xf16>, index, index {
      ^bb0(%v: f32):
        %0 = arith.truncf %v : f32 to f16
        pit.yield %0 : f16
      }
    }
    gpu.return
  }
}
