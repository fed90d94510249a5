// RUN: pit-opt %S/tiles-v1.mlirbc > %t.old
// RUN: pit-opt %s > %t.new
// RUN: diff %t.old %t.new

#at = affine_map<(m, n, k) -> (k, m)>
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

gpu.module @tiles {
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
