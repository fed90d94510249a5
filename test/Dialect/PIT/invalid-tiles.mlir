// RUN: pit-opt %s --split-input-file --verify-diagnostics

gpu.module @kernels {
  gpu.func @kernel(%x: memref<4x4xf16>, %y: memref<f32>) kernel {
    gpu.return
  }
}
func.func @launch_block(%x: memref<4x4xf16>, %y: memref<4xf32>, %grid: index) {
  // expected-error @+1 {{expects 'block' in [1, 1024] threads, but got 2048}}
  pit.launch @kernels::@kernel grid(%grid) args(%x, %y : memref<4x4xf16>, memref<4xf32>) {block = 2048 : i64}
  return
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%x: memref<4x4xf16>, %y: memref<f32>) kernel {
    gpu.return
  }
}
func.func @launch_shared(%x: memref<4x4xf16>, %y: memref<4xf32>, %grid: index) {
  // expected-error @+1 {{expects 'shared_bytes' of at least 0, but got -16}}
  pit.launch @kernels::@kernel grid(%grid) args(%x, %y : memref<4x4xf16>, memref<4xf32>) {shared_bytes = -16 : i64}
  return
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%x: memref<4x4xf16>, %y: memref<f32>) kernel {
    gpu.return
  }
}
func.func @launch_arguments(%x: memref<4x4xf16>, %y: memref<4xf32>, %grid: index) {
  // expected-error @+1 {{expects 2 arguments for kernel '@kernels::@kernel', but got 1}}
  pit.launch @kernels::@kernel grid(%grid) args(%x : memref<4x4xf16>)
  return
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%x: memref<4x4xf16>, %y: memref<f32>) kernel {
    gpu.return
  }
}
func.func @launch_argument(%x: memref<4x4xf16>, %y: memref<4xf32>, %grid: index) {
  // expected-error @+1 {{argument 1 of kernel '@kernels::@kernel' expects 'memref<f32>', but got 'memref<4x4xf16>'}}
  pit.launch @kernels::@kernel grid(%grid) args(%x, %x : memref<4x4xf16>, memref<4x4xf16>)
  return
}

// -----

func.func @tile_bounds(%n: index, %counts: memref<8xi32>) {
  // expected-error @+1 {{with counts expects at least 2 bounds (groups, and tiles along the PIT axis), but got 1}}
  pit.for_each_tile tiles(%n) counts(%counts : memref<8xi32>) {micro = 1 : i64} do {
  ^bb0(%g: index, %f: index):
    pit.yield
  }
  return
}

// -----

func.func @tile_micro(%n: index, %counts: memref<8xi32>) {
  // expected-error @+1 {{with counts expects 'micro', the positions in a micro-tile, of at least 1}}
  pit.for_each_tile tiles(%n, %n) counts(%counts : memref<8xi32>) do {
  ^bb0(%g: index, %f: index, %l: index):
    pit.yield
  }
  return
}

// -----

func.func @tile_micro_negative(%n: index, %counts: memref<8xi32>) {
  // expected-error @+1 {{with counts expects 'micro', the positions in a micro-tile, of at least 1}}
  pit.for_each_tile tiles(%n, %n) counts(%counts : memref<8xi32>) {micro = -1 : i64} do {
  ^bb0(%g: index, %f: index, %l: index):
    pit.yield
  }
  return
}

// -----

func.func @tile_micro_without_counts(%n: index, %counts: memref<8xi32>) {
  // expected-error @+1 {{has 'micro' or 'positions', which need counts}}
  pit.for_each_tile tiles(%n, %n) {micro = 1 : i64} do {
  ^bb0(%g: index, %f: index):
    pit.yield
  }
  return
}

// -----

func.func @tile_positions(%n: index, %counts: memref<8xi32>) {
  // expected-error @+1 {{expects 'positions' of at least 1, but got 0}}
  pit.for_each_tile tiles(%n, %n) counts(%counts : memref<8xi32>) {micro = 1 : i64, positions = 0 : i64} do {
  ^bb0(%g: index, %f: index, %l: index):
    pit.yield
  }
  return
}

// -----

func.func @tile_arguments(%n: index, %counts: memref<8xi32>) {
  // expected-error @+1 {{expects a body with 3 arguments, but got 2}}
  pit.for_each_tile tiles(%n, %n) counts(%counts : memref<8xi32>) {micro = 1 : i64} do {
  ^bb0(%g: index, %f: index):
    pit.yield
  }
  return
}

// -----

func.func @tile_argument_type(%n: index, %counts: memref<8xi32>) {
  // expected-error @+1 {{expects body arguments of type index, but got 'i32'}}
  pit.for_each_tile tiles(%n) do {
  ^bb0(%g: i32):
    pit.yield
  }
  return
}

// -----

func.func @tile_yield(%n: index, %counts: memref<8xi32>) {
  // expected-error @+1 {{expects a body that yields nothing, but got 1 values}}
  pit.for_each_tile tiles(%n) do {
  ^bb0(%g: index):
    pit.yield %g : index
  }
  return
}

// -----

func.func @sread_element(%x: memref<64x64xf16>, %i: index, %c: !pit.coords<32, micro = 1>) {
  // expected-error @+1 {{expects a tile of elements 'f16', but got '!pit.tile<32x64xf32>'}}
  %t, %k = pit.sread %x[%c, %i] : memref<64x64xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x64xf32>
  return
}

// -----

func.func @sread_indices(%x: memref<64x64xf16>, %i: index, %c: !pit.coords<32, micro = 1>) {
  // expected-error @+1 {{expects 2 indices (rank of 'memref<64x64xf16>'), but got 1}}
  %t, %k = pit.sread %x[%c] : memref<64x64xf16>, !pit.coords<32, micro = 1> -> !pit.tile<32x64xf16>
  return
}

// -----

func.func @sread_rank(%x: memref<64x64xf16>, %i: index, %c: !pit.coords<32, micro = 1>) {
  // expected-error @+1 {{expects a tile of rank 2 (that of 'memref<64x64xf16>'), but got 1}}
  %t, %k = pit.sread %x[%c, %i] : memref<64x64xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32xf16>
  return
}

// -----

func.func @sread_two_gathers(%x: memref<64x64xf16>, %i: index, %c: !pit.coords<32, micro = 1>) {
  // expected-error @+1 {{expects at most one dimension with coordinates}}
  %t, %k = pit.sread %x[%c, %c] : memref<64x64xf16>, !pit.coords<32, micro = 1>, !pit.coords<32, micro = 1> -> !pit.tile<32x32xf16>
  return
}

// -----

func.func @sread_positions(%x: memref<64x64xf16>, %i: index, %c: !pit.coords<32, micro = 1>) {
  // expected-error @+1 {{expects 16 positions (extent of the tile's dimension 0), but got '!pit.coords<32, micro = 1>'}}
  %t, %k = pit.sread %x[%c, %i] : memref<64x64xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<16x32xf16>
  return
}

// -----

func.func @sread_in_bounds(%x: memref<64x64xf16>, %i: index, %c: !pit.coords<32, micro = 1>) {
  // expected-error @+1 {{expects 'in_bounds' with 2 flags, but got 1}}
  %t, %k = pit.sread %x[%c, %i] {in_bounds = array<i1: true>} : memref<64x64xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x32xf16>
  return
}

// -----

func.func @sread_all_or_none(%x: memref<64x64xf16>, %i: index, %c: !pit.coords<32, micro = 1>) {
  // expected-error @+1 {{expects 'all_or_none' with 2 flags, but got 3}}
  %t, %k = pit.sread %x[%c, %i] {all_or_none = array<i1: true, true, true>} : memref<64x64xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x32xf16>
  return
}

// -----

func.func @swrite_indices(%x: memref<64x64xf32>, %i: index, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects 2 indices (rank of 'memref<64x64xf32>'), but got 1}}
  pit.swrite store %acc, %x[%i] ins(%x : memref<64x64xf32>) {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>]} : !pit.acc<32x32xf32>, memref<64x64xf32>, index {
  ^bb0(%v: f32, %old: f32):
    pit.yield %v : f32
  }
  return
}

// -----

func.func @swrite_in_bounds(%x: memref<64x64xf32>, %i: index, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects 'in_bounds' with 2 flags, but got 1}}
  pit.swrite store %acc, %x[%i, %i] ins(%x : memref<64x64xf32>) {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], in_bounds = array<i1: true>} : !pit.acc<32x32xf32>, memref<64x64xf32>, index, index {
  ^bb0(%v: f32, %old: f32):
    pit.yield %v : f32
  }
  return
}

// -----

func.func @swrite_maps(%x: memref<64x64xf32>, %i: index, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects 1 indexing maps (one per input), but got 0}}
  pit.swrite store %acc, %x[%i, %i] ins(%x : memref<64x64xf32>) {indexing_maps = []} : !pit.acc<32x32xf32>, memref<64x64xf32>, index, index {
  ^bb0(%v: f32, %old: f32):
    pit.yield %v : f32
  }
  return
}

// -----

func.func @swrite_map(%x: memref<64x64xf32>, %i: index, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects indexing map 0 to be a projected permutation from 2 dimensions to 2, but got affine_map<(d0, d1) -> (d0, d0 + d1)>}}
  pit.swrite store %acc, %x[%i, %i] ins(%x : memref<64x64xf32>) {indexing_maps = [affine_map<(d0, d1) -> (d0, d0 + d1)>]} : !pit.acc<32x32xf32>, memref<64x64xf32>, index, index {
  ^bb0(%v: f32, %old: f32):
    pit.yield %v : f32
  }
  return
}

// -----

func.func @swrite_map_rank(%x: memref<64x64xf32>, %i: index, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects indexing map 0 to be a projected permutation from 2 dimensions to 2, but got affine_map<(d0, d1) -> (d1)>}}
  pit.swrite store %acc, %x[%i, %i] ins(%x : memref<64x64xf32>) {indexing_maps = [affine_map<(d0, d1) -> (d1)>]} : !pit.acc<32x32xf32>, memref<64x64xf32>, index, index {
  ^bb0(%v: f32, %old: f32):
    pit.yield %v : f32
  }
  return
}

// -----

func.func @swrite_arguments(%x: memref<64x64xf32>, %i: index, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects an epilogue with 2 arguments, the first of type 'f32'}}
  pit.swrite store %acc, %x[%i, %i] ins(%x : memref<64x64xf32>) {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>]} : !pit.acc<32x32xf32>, memref<64x64xf32>, index, index {
  ^bb0(%v: f32):
    pit.yield %v : f32
  }
  return
}

// -----

func.func @swrite_argument(%x: memref<64x64xf32>, %i: index, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{epilogue expects an argument of type 'f32', but got 'f16'}}
  pit.swrite store %acc, %x[%i, %i] ins(%x : memref<64x64xf32>) {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>]} : !pit.acc<32x32xf32>, memref<64x64xf32>, index, index {
  ^bb0(%v: f32, %old: f16):
    pit.yield %v : f32
  }
  return
}

// -----

func.func @swrite_yield(%x: memref<64x64xf32>, %i: index, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{epilogue expects to yield one 'f32'}}
  pit.swrite store %acc, %x[%i, %i] ins(%x : memref<64x64xf32>) {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>]} : !pit.acc<32x32xf32>, memref<64x64xf32>, index, index {
  ^bb0(%v: f32, %old: f32):
    pit.yield
  }
  return
}

// -----

func.func @mma_maps(%a: !pit.tile<32x64xf16>, %b: !pit.tile<32x128xf16>, %acc: !pit.acc<64x128xf32>) {
  // expected-error @+1 {{expects 3 indexing maps, but got 2}}
  %r = pit.tile_mma %a, %b, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
  return
}

// -----

func.func @mma_map(%a: !pit.tile<32x64xf16>, %b: !pit.tile<32x128xf16>, %acc: !pit.acc<64x128xf32>) {
  // expected-error @+1 {{expects indexing map 1 to be a projected permutation with 2 results, but got affine_map<(d0, d1, d2) -> (d2)>}}
  %r = pit.tile_mma %a, %b, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
  return
}

// -----

func.func @mma_dimensions(%a: !pit.tile<32x64xf16>, %b: !pit.tile<32x128xf16>, %acc: !pit.acc<64x128xf32>) {
  // expected-error @+1 {{expects indexing map 2 over 3 dimensions, but got affine_map<(d0, d1) -> (d0, d1)>}}
  %r = pit.tile_mma %a, %b, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
  return
}

// -----

func.func @mma_extents(%a: !pit.tile<32x64xf16>, %b: !pit.tile<32x128xf16>, %acc: !pit.acc<32x128xf32>) {
  // expected-error @+1 {{d0 has extent 64 and 32}}
  %r = pit.tile_mma %a, %b, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<32x128xf32>
  return
}

// -----

// expected-error @+1 {{expects an offset of at least 0, but got -1}}
func.func private @tile_offset(!pit.tile<4x4xf16, at = -1>)

// -----

// expected-error @+1 {{expects 'by' to be [div, mod, mul, step, count] with div, mod and count of at least 1, mul of at least 0, step of at least 0, or 1 where mul is 0, and count of at most 32 (the positions), or the same and [.., width, pieces] with both of at least 1}}
func.func private @coords_by(!pit.coords<32, micro = 1, by = [0, 1, 1, 1, 1]>)

// -----

// expected-error @+1 {{expects 'by' to be [div, mod, mul, step, count]}}
func.func private @coords_pieces(!pit.coords<32, micro = 1, by = [1, 1, 1, 1, 1, 1, 33]>)
