// A product of tiles gives way to its accumulator, and what it read goes.
// RUN: pit-reduce %s -reduction-tree='traversal-mode=0 test=%S/Inputs/has-write.sh' | FileCheck %s

#at = affine_map<(m, n, k) -> (k, m)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

// CHECK: gpu.func @kernel
// CHECK: pit.swrite add
// CHECK-NOT: pit.tile_mma
gpu.module @tiles {
  gpu.func @other(%x: memref<64xf32>) kernel {
    gpu.return
  }
  gpu.func @kernel(%at: memref<1024x512xf16>, %b: memref<1024x512xf16>, %out: memref<512x512xf32>) kernel {
    %c0 = arith.constant 0 : index
    %zero = pit.acc_zero : !pit.acc<64x128xf32>
    %ta, %ka = pit.sread %at[%c0, %c0] : memref<1024x512xf16>, index, index -> !pit.tile<32x64xf16>
    %tb, %kb = pit.sread %b[%c0, %c0] : memref<1024x512xf16>, index, index -> !pit.tile<32x128xf16>
    pit.wait %ka, %kb
    %r = pit.tile_mma %ta, %tb, %zero {indexing_maps = [#at, #b, #c]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
    pit.swrite add %r, %out[%c0, %c0] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<512x512xf32>, index, index {
    ^bb0(%x: f32):
      pit.yield %x : f32
    }
    gpu.return
  }
}
