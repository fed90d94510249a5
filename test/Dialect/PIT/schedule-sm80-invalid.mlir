// RUN: pit-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(gpu.module(gpu.func(pit-schedule-sm80)))'
// -----

// Fragments are 16x8, a step of mma.sync is 16.
gpu.module @kernels {
  // expected-error @below {{has a dense tile of 24x128x32, which mma.sync m16n8k16 does not divide: expected multiples of 16, 8 and 16}}
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %step = arith.constant 32 : index
    %end = arith.constant 1024 : index
    pit.for_each_tile tiles(%c4, %c4) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<24x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<24x128xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf16>, index, index -> !pit.tile<32x24xf16>
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf16>, index, index -> !pit.tile<32x128xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x24xf16>, !pit.tile<32x128xf16>, !pit.acc<24x128xf32>
        scf.yield %next : !pit.acc<24x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<24x128xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{has a dense tile of 64x128x8, which mma.sync m16n8k16 does not divide}}
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %step = arith.constant 8 : index
    %end = arith.constant 1024 : index
    pit.for_each_tile tiles(%c4, %c4) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf16>, index, index -> !pit.tile<8x64xf16>
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf16>, index, index -> !pit.tile<8x128xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<8x64xf16>, !pit.tile<8x128xf16>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// -----

// 256x256 outputs on 8 warps are 256 registers a thread for the accumulator alone.
gpu.module @kernels {
  // expected-error @below {{has a dense tile of 256x256 on 8 warps, which needs about 341 registers a thread, but 255 are available; use a smaller tile or more warps}}
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %step = arith.constant 32 : index
    %end = arith.constant 1024 : index
    pit.for_each_tile tiles(%c4, %c4) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<256x256xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<256x256xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf16>, index, index -> !pit.tile<32x256xf16>
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf16>, index, index -> !pit.tile<32x256xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x256xf16>, !pit.tile<32x256xf16>, !pit.acc<256x256xf32>
        scf.yield %next : !pit.acc<256x256xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<256x256xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{needs 196608 bytes of shared memory a block with 16 stages, but sm_80 has 166912; use a smaller tile or fewer stages}}
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %out: memref<1024x1024xf32>) kernel attributes {pit.kernel_schedule = #pit.schedule<dense, tile = [64, 128, 32], stages = 16>} {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %step = arith.constant 32 : index
    %end = arith.constant 1024 : index
    pit.for_each_tile tiles(%c4, %c4) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf16>, index, index -> !pit.tile<32x128xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{cannot share a tile of 64x128 among 7 warps: expected blocks that are multiples of 16x8}}
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %out: memref<1024x1024xf32>) kernel attributes {pit.kernel_schedule = #pit.schedule<dense, tile = [64, 128, 32], warps = 7>} {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %step = arith.constant 32 : index
    %end = arith.constant 1024 : index
    pit.for_each_tile tiles(%c4, %c4) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf16>, index, index -> !pit.tile<32x128xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{expects at least 2 stages, but got 1}}
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %out: memref<1024x1024xf32>) kernel attributes {pit.kernel_schedule = #pit.schedule<dense, tile = [64, 128, 32], stages = 1>} {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %step = arith.constant 32 : index
    %end = arith.constant 1024 : index
    pit.for_each_tile tiles(%c4, %c4) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf16>, index, index -> !pit.tile<32x128xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf32>, %b: memref<1024x1024xf32>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %step = arith.constant 32 : index
    %end = arith.constant 1024 : index
    pit.for_each_tile tiles(%c4, %c4) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf32>, index, index -> !pit.tile<32x64xf32>
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf32>, index, index -> !pit.tile<32x128xf32>
        pit.wait %tx, %ty
        // expected-error @below {{has no sm_80 schedule for tiles of 'f32' and an accumulator of 'f32': expected f16 and f32}}
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf32>, !pit.tile<32x128xf32>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %step = arith.constant 32 : index
    %end = arith.constant 1024 : index
    pit.for_each_tile tiles(%c4, %c4) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x96xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x96xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
        // expected-error @below {{dense tile of 32x96 elements of 'f16' has rows of 192 bytes, which no layout in shared memory takes: expected 16, 32, 64 or a multiple of 128}}
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf16>, index, index -> !pit.tile<32x96xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x96xf16>, !pit.acc<64x96xf32>
        scf.yield %next : !pit.acc<64x96xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x96xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %step = arith.constant 32 : index
    %end = arith.constant 1024 : index
    pit.for_each_tile tiles(%c4, %c4) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf16>, index, index -> !pit.tile<32x128xf16>
        // expected-error @below {{has no place in a loop that is to be pipelined}}
        %q = memref.load %out[%c0, %c0] : memref<1024x1024xf32>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %step = arith.constant 32 : index
    %end = arith.constant 1024 : index
    pit.for_each_tile tiles(%c4, %c4) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      // expected-error @below {{expects one 'pit.wait' in a loop with reads, but got 2}}
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf16>, index, index -> !pit.tile<32x128xf16>
        pit.wait %tx, %ty
        pit.wait %tx
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// -----

// A schedule that is pinned to another chip.
gpu.module @kernels {
  // expected-error @below {{has a schedule for 'sm_90a', but is compiled for 'sm_80'; take 'arch' off the schedule, or compile for that}}
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %out: memref<1024x1024xf32>) kernel
      attributes {pit.kernel_schedule = #pit.schedule<dense, tile = [32, 128, 32], arch = sm_90a>} {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %step = arith.constant 32 : index
    %end = arith.constant 1024 : index
    pit.for_each_tile tiles(%c4, %c4) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<32x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<32x128xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf16>, index, index -> !pit.tile<32x32xf16>
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf16>, index, index -> !pit.tile<32x128xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x32xf16>, !pit.tile<32x128xf16>, !pit.acc<32x128xf32>
        scf.yield %next : !pit.acc<32x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<32x128xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}
