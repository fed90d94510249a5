// RUN: pit-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(gpu.module(gpu.func(pit-schedule-sm80)))'
// RUN: not pit-opt %s --split-input-file --pass-pipeline='builtin.module(gpu.module(gpu.func(pit-schedule-sm80{arch=sm_75})))' 2>&1 | FileCheck %s
// CHECK: error: 'gpu.func' op unknown arch 'sm_75': expected one of sm_80, {{.*}}sm_90a

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
      %zero = pit.acc_zero : !pit.acc<64x132xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x132xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<1024x1024xf32>, index, index -> !pit.tile<32x64xf32>
        %y, %ty = pit.sread %b[%p, %j] : memref<1024x1024xf32>, index, index -> !pit.tile<32x132xf32>
        pit.wait %tx, %ty
        // expected-error @below {{has no tf32 instruction: expected an accumulator of f32 whose extents are multiples of 16 and 8, and a reduction that is a multiple of 8, but got '!pit.acc<64x132xf32>' and 32}}
        %next = pit.tile_mma %x, %y, %acc {math = "tf32", indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf32>, !pit.tile<32x132xf32>, !pit.acc<64x132xf32>
        scf.yield %next : !pit.acc<64x132xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x132xf32>, memref<1024x1024xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<64x64xi1>) kernel {
    %c0 = arith.constant 0 : index
    %c64 = arith.constant 64 : index
    %zero = pit.acc_zero : !pit.acc<64x64xi32>
    %sum = scf.for %p = %c0 to %c64 step %c64 iter_args(%acc = %zero) -> !pit.acc<64x64xi32> {
      %x, %tx = pit.sread %a[%p, %c0] : memref<64x64xi1>, index, index -> !pit.tile<64x64xi1>
      pit.wait %tx
      // expected-error @below {{has no lowering for elements of 'i1' and 'i1' that are added up in 'i32': expected f16, bf16, f32 or f64 in f32 or f64, or integers of 8, 16, 32 or 64 bits in i32 or i64, added up in no narrower type}}
      %next = pit.tile_mma %x, %x, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<64x64xi1>, !pit.tile<64x64xi1>, !pit.acc<64x64xi32>
      scf.yield %next : !pit.acc<64x64xi32>
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

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %coords: memref<8x1024xi32>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    // expected-error @below {{has no sm_80 schedule: expects to be in the body of an 'scf.for'}}
    %x, %tx = pit.sread %a[%c0, %c0] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{reads tiles, but has no accumulator}}
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %coords: memref<8x1024xi32>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    scf.for %p = %c0 to %c1024 step %c32 {
      %x, %tx = pit.sread %a[%p, %c0] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
      pit.wait %tx
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %coords: memref<8x1024xi32>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    // expected-error @below {{has an accumulator of type '!pit.acc<64xf32>', which has no lowering: expected rank 2, and f32, f64, i32 or i64}}
    %zero = pit.acc_zero : !pit.acc<64xf32>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %coords: memref<8x1024xi32>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    %zero = pit.acc_zero : !pit.acc<64x64xf32>
    // expected-error @below {{has no sm_80 schedule: accumulators of one kernel must have one type, but got '!pit.acc<64x64xf32>' and '!pit.acc<32x64xf32>'}}
    %other = pit.acc_zero : !pit.acc<32x64xf32>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  // expected-error @below {{has 'known_block_size' [32, 2, 1], but is scheduled for 64 threads; leave it out, or pin 'warps' in 'pit.kernel_schedule'}}
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %coords: memref<8x1024xi32>, %out: memref<1024x1024xf32>) kernel attributes {known_block_size = array<i32: 32, 2, 1>} {
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    %zero = pit.acc_zero : !pit.acc<64x64xf32>
    %sum = scf.for %p = %c0 to %c1024 step %c32 iter_args(%acc = %zero) -> !pit.acc<64x64xf32> {
      %x, %tx = pit.sread %a[%p, %c0] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
      %y, %ty = pit.sread %b[%p, %c0] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
      pit.wait %tx, %ty
      %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x64xf16>, !pit.acc<64x64xf32>
      scf.yield %next : !pit.acc<64x64xf32>
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %coords: memref<8x1024xi32>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    %zero = pit.acc_zero : !pit.acc<64x64xf32>
    %some = arith.constant true
    %c = pit.load_coords %coords[%c0], %c0, %c32 : memref<8x1024xi32> -> !pit.coords<64, micro = 1>
    %sum = scf.for %p = %c0 to %c1024 step %c32 iter_args(%acc = %zero) -> !pit.acc<64x64xf32> {
      %x, %tx = pit.sread %a[%p, %c0] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
      %y, %ty = pit.sread %b[%p, %c0] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
      pit.wait %tx, %ty
      %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x64xf16>, !pit.acc<64x64xf32>
      scf.yield %next : !pit.acc<64x64xf32>
    }
    %held = arith.select %some, %c, %c : !pit.coords<64, micro = 1>
    // expected-error @below {{has no sm_80 schedule: expects coordinates straight from a 'pit.load_coords'}}
    pit.swrite store %sum, %out[%held, %c0] {indexing_maps = []} : !pit.acc<64x64xf32>, memref<1024x1024xf32>, !pit.coords<64, micro = 1>, index {
    ^bb0(%v: f32):
      pit.yield %v : f32
    }
    gpu.return
  }
}

// -----

// A copy in a step for the product of the next: the schedule does that.
gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %coords: memref<8x1024xi32>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    %zero = pit.acc_zero : !pit.acc<64x64xf32>
    %c = pit.load_coords %coords[%c0], %c0, %c32 : memref<8x1024xi32> -> !pit.coords<32, micro = 1>
    // expected-error @below {{carries a value of type '!pit.coords<32, micro = 1>' from step to step, but its steps are to overlap: read it in the step that uses it}}
    %sum:2 = scf.for %p = %c0 to %c1024 step %c32 iter_args(%acc = %zero, %now = %c) -> (!pit.acc<64x64xf32>, !pit.coords<32, micro = 1>) {
      %x, %tx = pit.sread %a[%now, %c0] : memref<1024x1024xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x64xf16>
      %y, %ty = pit.sread %b[%now, %c0] : memref<1024x1024xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x64xf16>
      %then = pit.load_coords %coords[%c0], %p, %c1024 : memref<8x1024xi32> -> !pit.coords<32, micro = 1>
      pit.wait %tx, %ty
      %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x64xf16>, !pit.acc<64x64xf32>
      scf.yield %next, %then : !pit.acc<64x64xf32>, !pit.coords<32, micro = 1>
    }
    gpu.return
  }
}

// -----

// Copies run ahead, and what they are computed from with them.
gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %coords: memref<8x1024xi32>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    %zero = pit.acc_zero : !pit.acc<64x64xf32>
    // expected-error @below {{has a result of type 'index' that is used, but its steps are to overlap, and what runs ahead ends further on: compute it after the loop}}
    %sum:2 = scf.for %p = %c0 to %c1024 step %c32 iter_args(%acc = %zero, %i = %c0) -> (!pit.acc<64x64xf32>, index) {
      %x, %tx = pit.sread %a[%p, %c0] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
      %y, %ty = pit.sread %b[%p, %c0] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
      %j = arith.addi %i, %c32 : index
      pit.wait %tx, %ty
      %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x64xf16>, !pit.acc<64x64xf32>
      scf.yield %next, %j : !pit.acc<64x64xf32>, index
    }
    pit.swrite store %sum#0, %out[%sum#1, %c0] {indexing_maps = []} : !pit.acc<64x64xf32>, memref<1024x1024xf32>, index, index {
    ^bb0(%v: f32):
      pit.yield %v : f32
    }
    gpu.return
  }
}

// -----

// A step of nothing.
gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %coords: memref<8x1024xi32>, %out: memref<1024x1024xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    %zero = pit.acc_zero : !pit.acc<64x64xf32>
    // expected-error @below {{cannot be pipelined}}
    %sum = scf.for %p = %c0 to %c1024 step %c0 iter_args(%acc = %zero) -> !pit.acc<64x64xf32> {
      %x, %tx = pit.sread %a[%p, %c0] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
      %y, %ty = pit.sread %b[%p, %c0] : memref<1024x1024xf16>, index, index -> !pit.tile<32x64xf16>
      pit.wait %tx, %ty
      %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xf16>, !pit.tile<32x64xf16>, !pit.acc<64x64xf32>
      scf.yield %next : !pit.acc<64x64xf32>
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %coords: memref<8x1024xi32>, %out: memref<1024x1024xf32>, %d: memref<64x64x64xf16>) kernel {
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    %zero = pit.acc_zero : !pit.acc<64x64xf32>
    %sum = scf.for %p = %c0 to %c1024 step %c32 iter_args(%acc = %zero) -> !pit.acc<64x64xf32> {
      // expected-error @below {{has no sm_80 schedule: expects dense tiles of rank 2, but got '!pit.tile<16x2x64xf16>'}}
      %x, %tx = pit.sread %d[%p, %c0, %c0] : memref<64x64x64xf16>, index, index, index -> !pit.tile<16x2x64xf16>
      pit.wait %tx
      scf.yield %acc : !pit.acc<64x64xf32>
    }
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%a: memref<1024x1024xf16>, %b: memref<1024x1024xf16>, %coords: memref<8x1024xi32>, %out: memref<1024x1024xf32>, %d: memref<64x64xi128>) kernel {
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    %zero = pit.acc_zero : !pit.acc<64x64xf32>
    %sum = scf.for %p = %c0 to %c1024 step %c32 iter_args(%acc = %zero) -> !pit.acc<64x64xf32> {
      // expected-error @below {{has no sm_80 schedule: expects elements of 8, 16, 32 or 64 bits, but got '!pit.tile<32x64xi128>'}}
      %x, %tx = pit.sread %d[%p, %c0] : memref<64x64xi128>, index, index -> !pit.tile<32x64xi128>
      pit.wait %tx
      scf.yield %acc : !pit.acc<64x64xf32>
    }
    gpu.return
  }
}
