// RUN: pit-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(gpu.module(gpu.func(convert-pit-tile-to-nvgpu)))'

// One error at the operation that has no lowering, and no second one.

// Without a scheduler of tiles too.
gpu.module @kernels {
  // expected-error @below {{has tiles and no schedule: expects 'known_block_size', 'pit.shared_bytes' and 'pit.stages', which a schedule sets}}
  gpu.func @kernel() kernel attributes {pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    pit.wait none
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{has 'known_block_size' [32, 2, 1]: expected whole warps of 32 along x, at most 1024 threads, and 1 along y and z}}
  gpu.func @kernel() kernel attributes {known_block_size = array<i32: 32, 2, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    pit.wait none
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{has 'known_block_size' [40, 1, 1]: expected whole warps of 32 along x, at most 1024 threads, and 1 along y and z}}
  gpu.func @kernel() kernel attributes {known_block_size = array<i32: 40, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    pit.wait none
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{has 1048576 bytes of shared memory in 'pit.shared_bytes', but no chip has more than 232448}}
  gpu.func @kernel() kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 1048576 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    pit.wait none
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{has an argument of type '!pit.coords<32, micro = 1>', which no launch can pass}}
  gpu.func @kernel(%c: !pit.coords<32, micro = 1>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel() kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c1 = arith.constant 1 : index
    // expected-note @below {{the first is here}}
    pit.for_each_tile tiles(%c1) do {
    ^bb0(%t: index):
      pit.yield
    }
    // expected-error @below {{is the second of its kernel, whose blocks are the tiles of one}}
    pit.for_each_tile tiles(%c1) do {
    ^bb0(%t: index):
      pit.yield
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%counts: memref<1xi32>, %coords: memref<1x64xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has no place in a kernel: expected operations of the tile level}}
    %i = pit.assemble_index %counts, %coords : memref<1xi32>, memref<1x64xi32> -> !pit.index<padded, 1x64>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel() kernel attributes {known_block_size = array<i32: 64, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %some = arith.constant true
    %z = pit.acc_zero : !pit.acc<64x64xf32>
    // expected-error @below {{has a value of type '!pit.acc<64x64xf32>', which only operations of the tile level, 'scf.for', 'scf.if' and 'scf.while' may hand on}}
    %y = arith.select %some, %z, %z : !pit.acc<64x64xf32>
    gpu.return
  }
}

// -----

// Accumulators.

gpu.module @kernels {
  gpu.func @kernel() kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has an accumulator of type '!pit.acc<64xf32>', which has no lowering: expected rank 2, and f32, f64, i32 or i64}}
    %z = pit.acc_zero : !pit.acc<64xf32>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel() kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has an accumulator of type '!pit.acc<64x64xi1>', which has no lowering: expected rank 2, and f32}}
    %z = pit.acc_zero : !pit.acc<64x64xi1>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel() kernel attributes {known_block_size = array<i32: 64, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has an accumulator of type '!pit.acc<16x8xf32>', which the 2 warps of the kernel do not divide into blocks that are multiples of 16x8}}
    %z = pit.acc_zero : !pit.acc<16x8xf32>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel() kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has an accumulator of type '!pit.acc<128x128xf32>', of which a thread holds 512 elements, but has 255 registers: use a smaller tile or more warps}}
    %z = pit.acc_zero : !pit.acc<128x128xf32>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf32>) kernel attributes {known_block_size = array<i32: 64, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    // expected-error @below {{has an accumulator of type '!pit.acc<64x64xf32, by = [4, 8, 1, 1, 4, 4]>', which is shared by 1 warps, but the kernel has 2}}
    %z = pit.acc_zero : !pit.acc<64x64xf32, by = [4, 8, 1, 1, 4, 4]>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf32>) kernel attributes {known_block_size = array<i32: 64, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    // expected-error @below {{has an accumulator of type '!pit.acc<24x64xf32>', which has no fragments of mma.sync m16n8: expected multiples of 16 and 8 of f32 or i32, or 'by'}}
    %z = pit.acc_zero : !pit.acc<24x64xf32>
    gpu.return
  }
}

// -----

// Products.

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %x, %t = pit.sread %a[%c0, %c0] slot(%c0) : memref<64x64xf32>, index, index -> !pit.tile<8x32xf32, at = 0>
    %z = pit.acc_zero : !pit.acc<32x32xf32, by = [4, 8, 1, 1, 8, 4]>
    // expected-error @below {{has an accumulator with runs of 8 along dimension 0, which one load does not read: expected a divisor of 4}}
    %m = pit.tile_mma %x, %x, %z {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<8x32xf32, at = 0>, !pit.tile<8x32xf32, at = 0>, !pit.acc<32x32xf32, by = [4, 8, 1, 1, 8, 4]>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %x, %t = pit.sread %a[%c0, %c0] slot(%c0) : memref<64x64xf32>, index, index -> !pit.tile<8x32xf32, at = 0>
    %z = pit.acc_zero : !pit.acc<32x32xf32, by = [4, 8, 1, 1, 4, 4]>
    // expected-error @below {{has math = tf32, but an accumulator that is not held in fragments of tensor cores}}
    %m = pit.tile_mma %x, %x, %z {math = "tf32", indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<8x32xf32, at = 0>, !pit.tile<8x32xf32, at = 0>, !pit.acc<32x32xf32, by = [4, 8, 1, 1, 4, 4]>
    gpu.return
  }
}

// -----


gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf16>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %x, %t = pit.sread %a[%c0, %c0] slot(%c0) : memref<64x64xf16>, index, index -> !pit.tile<8x64xf16, at = 0>
    %z = pit.acc_zero : !pit.acc<64x64xf32>
    // expected-error @below {{has an accumulator that is held in fragments, but tensor cores do not take tiles of types '!pit.tile<8x64xf16, at = 0>' and '!pit.tile<8x64xf16, at = 0>' with a reduction of 8 here}}
    %m = pit.tile_mma %x, %x, %z {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<8x64xf16, at = 0>, !pit.tile<8x64xf16, at = 0>, !pit.acc<64x64xf32>
    gpu.return
  }
}

// -----

// Reads.

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf16>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has no 'slot', or a tile without 'at', which say where in shared memory it goes: run a schedule first}}
    %x, %t = pit.sread %a[%c0, %c0] : memref<64x64xf16>, index, index -> !pit.tile<32x64xf16, at = 0>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf16>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has no 'slot', or a tile without 'at'}}
    %x, %t = pit.sread %a[%c0, %c0] slot(%c0) : memref<64x64xf16>, index, index -> !pit.tile<32x64xf16>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf16, affine_map<(d0, d1) -> (d0 floordiv 2, d1)>>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has no lowering for a source of type 'memref<64x64xf16, affine_map<(d0, d1) -> (d0 floordiv 2, d1)>>': expected strides}}
    %x, %t = pit.sread %a[%c0, %c0] slot(%c0) : memref<64x64xf16, affine_map<(d0, d1) -> (d0 floordiv 2, d1)>>, index, index -> !pit.tile<32x64xf16, at = 0>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64xf16>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has no lowering: expects dense tiles of rank 2, but got '!pit.tile<64xf16, at = 0>'}}
    %x, %t = pit.sread %a[%c0] slot(%c0) : memref<64xf16>, index -> !pit.tile<64xf16, at = 0>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf16>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has no lowering: dense tile of 32x48 elements of 'f16' has rows of 96 bytes}}
    %x, %t = pit.sread %a[%c0, %c0] slot(%c0) : memref<64x64xf16>, index, index -> !pit.tile<32x48xf16, at = 0>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf16>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has a tile at byte 8 of shared memory: expected a multiple of 16}}
    %x, %t = pit.sread %a[%c0, %c0] slot(%c0) : memref<64x64xf16>, index, index -> !pit.tile<32x64xf16, at = 8>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf16>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 4096 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{needs shared memory up to byte 12288, but the kernel has 4096 bytes}}
    %x, %t = pit.sread %a[%c0, %c0] slot(%c0) : memref<64x64xf16>, index, index -> !pit.tile<32x64xf16, at = 0>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%coords: memref<1x64xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    // expected-error @below {{has coordinates without 'by', which says what a thread holds: run a schedule first}}
    %c = pit.load_coords %coords[%c0], %c0, %c0 : memref<1x64xi32> -> !pit.coords<32, micro = 1>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf16>, %coords: memref<1x64xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %c = pit.load_coords %coords[%c0], %c0, %c0 : memref<1x64xi32> -> !pit.coords<32, micro = 1, by = [8, 4, 1, 2, 8]>
    // expected-error @below {{cannot be copied with '!pit.coords<32, micro = 1, by = [8, 4, 1, 2, 8]>': expected the distribution [8, 4, 1, 4, 8] or [8, 4, 1, 4, 8]}}
    %x, %t = pit.sread %a[%c, %c0] slot(%c0) : memref<64x64xf16>, !pit.coords<32, micro = 1, by = [8, 4, 1, 2, 8]>, index -> !pit.tile<32x64xf16, at = 0>
    gpu.return
  }
}

// -----

// Live positions that end within a micro-tile.
gpu.module @kernels {
  gpu.func @kernel(%coords: memref<1x64xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %c40 = arith.constant 40 : index
    // expected-error @below {{has one place for 32 positions, but its first position, its live positions and its micro-tile are not all known to be multiples of 32}}
    %c = pit.load_coords %coords[%c0], %c0, %c40 : memref<1x64xi32> -> !pit.coords<32, micro = 32, by = [1, 1, 0, 32, 1]>
    gpu.return
  }
}

// -----

// A tile that starts within one.
gpu.module @kernels {
  gpu.func @kernel(%coords: memref<1x64xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %c40 = arith.constant 40 : index
    // expected-error @below {{has one place for 32 positions}}
    %c = pit.load_coords %coords[%c0], %c40, %c0 : memref<1x64xi32> -> !pit.coords<32, micro = 32, by = [1, 1, 0, 32, 1]>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xf16>, %coords: memref<1x64xi32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %c = pit.load_coords %coords[%c0], %c4, %c0 : memref<1x64xi32> -> !pit.coords<32, micro = 8, by = [1, 4, 8, 32, 1]>
    // expected-error @below {{has coordinates that tell where each 8 positions lie, but their first position, their live positions and their micro-tile are not all known to be multiples of 8}}
    %x, %t = pit.sread %a[%c0, %c] slot(%c0) : memref<64x64xf16>, index, !pit.coords<32, micro = 8, by = [1, 4, 8, 32, 1]> -> !pit.tile<32x32xf16, at = 0>
    gpu.return
  }
}

// -----

// Writes.

gpu.module @kernels {
  gpu.func @kernel(%o: memref<64x64xf32, affine_map<(d0, d1) -> (d0 floordiv 2, d1)>>) kernel attributes {known_block_size = array<i32: 64, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %z = pit.acc_zero : !pit.acc<64x64xf32>
    // expected-error @below {{has no lowering for a destination of type 'memref<64x64xf32, affine_map<(d0, d1) -> (d0 floordiv 2, d1)>>': expected strides}}
    pit.swrite store %z, %o[%c0, %c0] {indexing_maps = []} : !pit.acc<64x64xf32>, memref<64x64xf32, affine_map<(d0, d1) -> (d0 floordiv 2, d1)>>, index, index {
    ^bb0(%v: f32):
      pit.yield %v : f32
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%o: memref<64x64xf32>, %b: memref<64xf32, affine_map<(d0) -> (d0 floordiv 2)>>) kernel attributes {known_block_size = array<i32: 64, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %z = pit.acc_zero : !pit.acc<64x64xf32>
    // expected-error @below {{has no lowering for an input of type 'memref<64xf32, affine_map<(d0) -> (d0 floordiv 2)>>': expected strides}}
    pit.swrite store %z, %o[%c0, %c0] ins(%b : memref<64xf32, affine_map<(d0) -> (d0 floordiv 2)>>) {indexing_maps = [affine_map<(d0, d1) -> (d1)>]} : !pit.acc<64x64xf32>, memref<64x64xf32>, index, index {
    ^bb0(%v: f32, %w: f32):
      pit.yield %v : f32
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%o: memref<64x64xf32>, %coords: memref<1x64xi32>) kernel attributes {known_block_size = array<i32: 64, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %z = pit.acc_zero : !pit.acc<64x64xf32>
    %c = pit.load_coords %coords[%c0], %c0, %c0 : memref<1x64xi32> -> !pit.coords<64, micro = 1, by = [1, 1, 0, 1, 64]>
    // expected-error @below {{cannot be written with '!pit.coords<64, micro = 1, by = [1, 1, 0, 1, 64]>': expected the distribution [1, 16, 4, 64, 1, 1, 4]}}
    pit.swrite store %z, %o[%c0, %c] {indexing_maps = []} : !pit.acc<64x64xf32>, memref<64x64xf32>, index, !pit.coords<64, micro = 1, by = [1, 1, 0, 1, 64]> {
    ^bb0(%v: f32):
      pit.yield %v : f32
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%o: memref<64x64xf16>) kernel attributes {known_block_size = array<i32: 64, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %z = pit.acc_zero : !pit.acc<64x64xf32>
    // expected-error @below {{adds partial sums in f32, f64, i32 and i64 only, but the destination has elements of 'f16'}}
    pit.swrite add %z, %o[%c0, %c0] {indexing_maps = []} : !pit.acc<64x64xf32>, memref<64x64xf16>, index, index {
    ^bb0(%v: f32):
      %h = arith.truncf %v : f32 to f16
      pit.yield %h : f16
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%o: memref<64x64xf32>) kernel attributes {known_block_size = array<i32: 64, 1, 1>, pit.shared_bytes = 4096 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %z = pit.acc_zero : !pit.acc<64x64xf32>
    // expected-error @below {{needs 18432 bytes of shared memory, but the kernel has 4096}}
    pit.swrite store %z, %o[%c0, %c0] {indexing_maps = []} : !pit.acc<64x64xf32>, memref<64x64xf32>, index, index {
    ^bb0(%v: f32):
      pit.yield %v : f32
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%o: memref<64x64xf32>, %coords: memref<1x64xi32>) kernel attributes {known_block_size = array<i32: 64, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    %c0 = arith.constant 0 : index
    %z = pit.acc_zero : !pit.acc<64x64xf32>
    %c = pit.load_coords %coords[%c0], %c0, %c0 : memref<1x64xi32> -> !pit.coords<64, micro = 1, by = [1, 1, 0, 1, 64]>
    // expected-error @below {{cannot be written with '!pit.coords<64, micro = 1, by = [1, 1, 0, 1, 64]>': expected the distribution [16, 4, 1, 4, 16]}}
    pit.swrite store %z, %o[%c, %c0] {indexing_maps = []} : !pit.acc<64x64xf32>, memref<64x64xf32>, !pit.coords<64, micro = 1, by = [1, 1, 0, 1, 64]>, index {
    ^bb0(%v: f32):
      pit.yield %v : f32
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{has workgroup buffers beside its tiles, which take all of the kernel's dynamic shared memory: expected none}}
  gpu.func @kernel() workgroup(%b: memref<64xf32, #gpu.address_space<workgroup>>) kernel attributes {known_block_size = array<i32: 32, 1, 1>, pit.shared_bytes = 65536 : i64, pit.stages = 3 : i64} {
    pit.wait none
    gpu.return
  }
}
