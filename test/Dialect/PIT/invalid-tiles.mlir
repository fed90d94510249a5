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

func.func @swrite_input_size(%x: memref<64x64xf32>, %y: memref<8xf32>, %i: index, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects dimension 0 of input 0 to have size 64 (of dimension 1 of the destination), but got 'memref<8xf32>'}}
  pit.swrite store %acc, %x[%i, %i] ins(%y : memref<8xf32>) {indexing_maps = [affine_map<(d0, d1) -> (d1)>]} : !pit.acc<32x32xf32>, memref<64x64xf32>, index, index {
  ^bb0(%v: f32, %old: f32):
    pit.yield %v : f32
  }
  return
}

// -----

func.func @swrite_element(%x: memref<64x64xf32>, %y: memref<64x64xindex>, %i: index, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects elements of integer or float type, but got 'memref<64x64xindex>'}}
  pit.swrite store %acc, %x[%i, %i] ins(%y : memref<64x64xindex>) {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>]} : !pit.acc<32x32xf32>, memref<64x64xf32>, index, index {
  ^bb0(%v: f32, %old: index):
    pit.yield %v : f32
  }
  return
}

// -----

func.func @swrite_effects(%x: memref<64x64xf32>, %i: index, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{epilogue expects operations without side effects, but has 'memref.store'}}
  pit.swrite store %acc, %x[%i, %i] ins(%x : memref<64x64xf32>) {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>]} : !pit.acc<32x32xf32>, memref<64x64xf32>, index, index {
  ^bb0(%v: f32, %old: f32):
    memref.store %v, %x[%i, %i] : memref<64x64xf32>
    pit.yield %v : f32
  }
  return
}

// -----

// The element-wise product of two tiles is no product of matrices.

func.func @mma_hadamard(%a: !pit.tile<32x32xf16>, %b: !pit.tile<32x32xf16>, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects d0 to be a dimension of one operand, as it is one of the accumulator, but it is one of 2}}
  %r = pit.tile_mma %a, %b, %acc {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>]} : !pit.tile<32x32xf16>, !pit.tile<32x32xf16>, !pit.acc<32x32xf32>
  return
}

// -----

func.func @mma_sums(%a: !pit.tile<32x32xf16>, %b: !pit.tile<32x32xf16>, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects d2 to be a dimension of both operands, as it is none of the accumulator, but it is one of 1}}
  %r = pit.tile_mma %a, %b, %acc {indexing_maps = [affine_map<(m, n, i, j) -> (m, i)>, affine_map<(m, n, i, j) -> (j, n)>, affine_map<(m, n, i, j) -> (m, n)>]} : !pit.tile<32x32xf16>, !pit.tile<32x32xf16>, !pit.acc<32x32xf32>
  return
}

// -----

func.func @mma_broadcast(%a: !pit.tile<32x32xf16>, %b: !pit.tile<32x32xf16>, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects d1 to be a dimension of one operand, as it is one of the accumulator, but it is one of 0}}
  %r = pit.tile_mma %a, %b, %acc {indexing_maps = [affine_map<(m, n, k, l) -> (m, k)>, affine_map<(m, n, k, l) -> (l, k)>, affine_map<(m, n, k, l) -> (m, n)>]} : !pit.tile<32x32xf16>, !pit.tile<32x32xf16>, !pit.acc<32x32xf32>
  return
}

// -----

func.func @mma_two_reductions(%a: !pit.tile<32x16x16xf16>, %b: !pit.tile<16x16xf16>, %acc: !pit.acc<32xf32>) {
  // expected-error @+1 {{expects one dimension that the accumulator does not have, the reduction, but got 2}}
  %r = pit.tile_mma %a, %b, %acc {indexing_maps = [affine_map<(m, k, l) -> (m, k, l)>, affine_map<(m, k, l) -> (k, l)>, affine_map<(m, k, l) -> (m)>]} : !pit.tile<32x16x16xf16>, !pit.tile<16x16xf16>, !pit.acc<32xf32>
  return
}

// -----

func.func @mma_outer(%a: !pit.tile<32xf16>, %b: !pit.tile<32xf16>, %acc: !pit.acc<32x32xf32>) {
  // expected-error @+1 {{expects one dimension that the accumulator does not have, the reduction, but got 0}}
  %r = pit.tile_mma %a, %b, %acc {indexing_maps = [affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>]} : !pit.tile<32xf16>, !pit.tile<32xf16>, !pit.acc<32x32xf32>
  return
}

// -----

func.func @wait_in_flight() {
  // expected-error @+1 {{expects 'in_flight' in [0, 1024] steps, but got -1}}
  pit.wait none {in_flight = -1 : i64}
  return
}

// -----

// expected-error @+1 {{expects an offset in [0, 2147483647], but got -1}}
func.func private @tile_offset(!pit.tile<4x4xf16, at = -1>)

// -----

// Extents of which no chip could hold one row.

// expected-error @+1 {{extents must be in [1, 65536], but got 1152921504606846976}}
func.func private @tile_extent(!pit.tile<1152921504606846976x64xf16>)

// -----

// expected-error @+1 {{extents must be in [1, 65536], but got 65537}}
func.func private @acc_extent(!pit.acc<65537x64xf32>)

// -----

// expected-error @+1 {{expects at least one dimension}}
func.func private @acc_rank(!pit.acc<f32>)

// -----

// expected-error @+1 {{expects elements of integer or float type, but got 'index'}}
func.func private @tile_element(!pit.tile<4x4xindex>)

// -----

// expected-error @+1 {{expects positions in [1, 65536] and a micro-tile of at least 1, but got 65537 and 1}}
func.func private @coords_positions(!pit.coords<65537, micro = 1>)

// -----

// expected-error @+1 {{expects 'by' to be [div, mod, mul, step, count], or the same and [.., width, pieces], but got 4 numbers}}
func.func private @coords_by_size(!pit.coords<32, micro = 1, by = [1, 1, 1, 1]>)

// -----

// expected-error @+1 {{expects number 0 of 'by' in [1, 65536], but got 0}}
func.func private @coords_by(!pit.coords<32, micro = 1, by = [0, 1, 1, 1, 1]>)

// -----

// expected-error @+1 {{expects number 3 of 'by' in [1, 65536], but got 0}}
func.func private @coords_by_step(!pit.coords<32, micro = 1, by = [1, 1, 0, 0, 1]>)

// -----

// expected-error @+1 {{expects number 1 of 'by' in [1, 65536], but got 65537}}
func.func private @coords_by_most(!pit.coords<32, micro = 1, by = [1, 65537, 1, 1, 1]>)

// -----

// expected-error @+1 {{expects a thread to hold at most 32 positions, but 'by' says 33}}
func.func private @coords_pieces(!pit.coords<32, micro = 1, by = [1, 1, 1, 1, 1, 1, 33]>)

// -----

// expected-error @+1 {{expects 'by' with a mul of 0 to have a step of at most 8 (the micro-tile), but got 16}}
func.func private @coords_step(!pit.coords<32, micro = 8, by = [1, 1, 0, 16, 2]>)

// -----

gpu.module @kernels {
  // expected-error @+1 {{attribute "pit.kernel_schedule" expects a #pit.schedule, but got "warps = 2"}}
  gpu.func @attribute() kernel attributes {pit.kernel_schedule = "warps = 2"} {
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @+1 {{attribute "pit.stages" expects an i64 in [1, 1024], but got "x"}}
  gpu.func @attribute() kernel attributes {pit.stages = "x"} {
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @+1 {{attribute "pit.stages" expects an i64 in [1, 1024], but got 144115188075855872 : i64}}
  gpu.func @attribute() kernel attributes {pit.stages = 144115188075855872 : i64} {
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @+1 {{attribute "pit.shared_bytes" expects an i64 in [0, 2147483647], but got -4.000000e+00 : f32}}
  gpu.func @attribute() kernel attributes {pit.shared_bytes = -4.0 : f32} {
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @+1 {{attribute "pit.shared_bytes" expects an i64 in [0, 2147483647], but got 16 : i32}}
  gpu.func @attribute() kernel attributes {pit.shared_bytes = 16 : i32} {
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @+1 {{attribute "pit.role" expects a string, but got 3 : i64}}
  gpu.func @attribute() kernel attributes {pit.role = 3 : i64} {
    gpu.return
  }
}

// -----

// expected-error @+1 {{attribute "pit.output" expects no value, but got 7 : i64}}
func.func private @output(memref<4xf32> {pit.output = 7})

// -----

// expected-error @+1 {{attribute "pit.name" expects a string, but got unit}}
func.func private @name(memref<4xf32> {pit.name})

// -----

// expected-error @+1 {{attribute "pit.name" expects a string, but got 1 : i64}}
func.func private @result_name() -> (tensor<4xf32> {pit.name = 1})

// -----

func.func @index(%ws: memref<64xi8>, %c: index) {
  // expected-error @+1 {{attribute "pit.index" expects no value, but got true}}
  %v = memref.view %ws[%c][] {pit.index = true} : memref<64xi8> to memref<4xf32>
  return
}

// -----

// expected-error @+1 {{attribute "pit.stages" is for functions only}}
module attributes {pit.stages = 3 : i64} {
}
