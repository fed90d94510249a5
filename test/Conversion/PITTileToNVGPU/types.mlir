// Who holds what of an accumulator, and what multiplies, for each type.
// RUN: pit-opt %s --pass-pipeline='builtin.module(gpu.module(gpu.func(pit-schedule-sm80)))' | FileCheck %s --check-prefix=SCHED
// RUN: pit-opt %s --pass-pipeline='builtin.module(gpu.module(gpu.func(pit-schedule-sm80,canonicalize,cse,convert-pit-tile-to-nvgpu)))' | FileCheck %s

// Runs of 4 along both dimensions: tiles are read in vectors of 16 bytes.
// SCHED-LABEL: gpu.module @f32
// SCHED: !pit.acc<64x128xf32, by = [4, 8, {{.*}}, 4, 4]>
// CHECK-LABEL: gpu.module @f32
// CHECK: vector.load {{.*}} {alignment = 16 : i64} : memref<3x16x64xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK: llvm.intr.fma
// CHECK-NOT: mma.sync
gpu.module @f32 {
  gpu.func @kernel(%a: memref<256x256xf32>, %b: memref<256x256xf32>, %out: memref<256x256xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %step = arith.constant 16 : index
    %end = arith.constant 256 : index
    pit.for_each_tile tiles(%c2, %c2) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<256x256xf32>, index, index -> !pit.tile<16x64xf32>
        %y, %ty = pit.sread %b[%p, %j] : memref<256x256xf32>, index, index -> !pit.tile<16x128xf32>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<16x64xf32>, !pit.tile<16x128xf32>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<256x256xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// The reduction is contiguous in both: vectors lie along it, and each of a
// thread's elements is a run.
// SCHED-LABEL: gpu.module @f32_rows
// SCHED: !pit.acc<64x128xf32, by = [{{.*}}, 1, 1]>
// CHECK-LABEL: gpu.module @f32_rows
// CHECK: vector.load {{.*}} {alignment = 16 : i64} : memref<3x64x16xf32, #gpu.address_space<workgroup>>, vector<4xf32>
// CHECK: llvm.intr.fma{{.*}} vector<1xf32>
// CHECK-NOT: mma.sync
gpu.module @f32_rows {
  gpu.func @kernel(%a: memref<256x256xf32>, %b: memref<256x256xf32>, %out: memref<256x256xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %step = arith.constant 16 : index
    %end = arith.constant 256 : index
    pit.for_each_tile tiles(%c2, %c2) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %x, %tx = pit.sread %a[%i, %p] : memref<256x256xf32>, index, index -> !pit.tile<64x16xf32>
        %y, %ty = pit.sread %b[%j, %p] : memref<256x256xf32>, index, index -> !pit.tile<128x16xf32>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<64x16xf32>, !pit.tile<128x16xf32>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<256x256xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// SCHED-LABEL: gpu.module @tf32
// SCHED: !pit.acc<64x128xf32>
// CHECK-LABEL: gpu.module @tf32
// CHECK: nvgpu.ldmatrix {{.*}}numTiles = 4
// CHECK: nvvm.convert.float.to.tf32 {{.*}}rna
// CHECK: nvvm.mma.sync {{.*}}shape = #nvvm.shape<m = 16, n = 8, k = 8>
gpu.module @tf32 {
  gpu.func @kernel(%a: memref<256x256xf32>, %b: memref<256x256xf32>, %out: memref<256x256xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %step = arith.constant 16 : index
    %end = arith.constant 256 : index
    pit.for_each_tile tiles(%c2, %c2) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xf32> {
        %x, %tx = pit.sread %a[%i, %p] : memref<256x256xf32>, index, index -> !pit.tile<64x16xf32>
        %y, %ty = pit.sread %b[%p, %j] : memref<256x256xf32>, index, index -> !pit.tile<16x128xf32>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {math = "tf32", indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<64x16xf32>, !pit.tile<16x128xf32>, !pit.acc<64x128xf32>
        scf.yield %next : !pit.acc<64x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xf32>, memref<256x256xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}

// SCHED-LABEL: gpu.module @f64
// SCHED: !pit.acc<64x64xf64, by = [{{.*}}, 2, 2]>
// CHECK-LABEL: gpu.module @f64
// CHECK: vector.load {{.*}}vector<2xf64>
// CHECK: llvm.intr.fma{{.*}}vector<2xf64>
gpu.module @f64 {
  gpu.func @kernel(%a: memref<256x256xf64>, %b: memref<256x256xf64>, %out: memref<256x256xf64>) kernel {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %step = arith.constant 8 : index
    %end = arith.constant 256 : index
    pit.for_each_tile tiles(%c2, %c2) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x64xf64>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x64xf64> {
        %x, %tx = pit.sread %a[%p, %i] : memref<256x256xf64>, index, index -> !pit.tile<8x64xf64>
        %y, %ty = pit.sread %b[%p, %j] : memref<256x256xf64>, index, index -> !pit.tile<8x64xf64>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<8x64xf64>, !pit.tile<8x64xf64>, !pit.acc<64x64xf64>
        scf.yield %next : !pit.acc<64x64xf64>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x64xf64>, memref<256x256xf64>, index, index {
      ^bb0(%v: f64):
        pit.yield %v : f64
      }
    }
    gpu.return
  }
}

// Tensor cores take i8 where both tiles are contiguous along the reduction.
// CHECK-LABEL: gpu.module @i8
// CHECK: nvvm.mma.sync {{.*}}intOverflowBehavior = #nvvm.mma_int_overflow<wrapped>{{.*}}multiplicandAPtxType = #nvvm.mma_type<s8>{{.*}}multiplicandBPtxType = #nvvm.mma_type<u8>{{.*}}shape = #nvvm.shape<m = 16, n = 8, k = 32>
gpu.module @i8 {
  gpu.func @kernel(%a: memref<256x256xi8>, %b: memref<256x256xi8>, %out: memref<256x256xi32>) kernel {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %step = arith.constant 32 : index
    %end = arith.constant 256 : index
    pit.for_each_tile tiles(%c2, %c2) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xi32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xi32> {
        %x, %tx = pit.sread %a[%i, %p] : memref<256x256xi8>, index, index -> !pit.tile<64x32xi8>
        %y, %ty = pit.sread %b[%j, %p] : memref<256x256xi8>, index, index -> !pit.tile<128x32xi8>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {rhs_unsigned, indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<64x32xi8>, !pit.tile<128x32xi8>, !pit.acc<64x128xi32>
        scf.yield %next : !pit.acc<64x128xi32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xi32>, memref<256x256xi32>, index, index {
      ^bb0(%v: i32):
        pit.yield %v : i32
      }
    }
    gpu.return
  }
}

// CHECK-LABEL: gpu.module @i8_columns
// CHECK-NOT: mma.sync
// CHECK-DAG: arith.extsi {{.*}} : vector<4xi8> to vector<4xi32>
// CHECK-DAG: arith.extui {{.*}} : vector<4xi8> to vector<4xi32>
// CHECK: arith.muli
gpu.module @i8_columns {
  gpu.func @kernel(%a: memref<256x256xi8>, %b: memref<256x256xi8>, %out: memref<256x256xi32>) kernel {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %step = arith.constant 32 : index
    %end = arith.constant 256 : index
    pit.for_each_tile tiles(%c2, %c2) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<64x128xi32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<64x128xi32> {
        %x, %tx = pit.sread %a[%p, %i] : memref<256x256xi8>, index, index -> !pit.tile<32x64xi8>
        %y, %ty = pit.sread %b[%p, %j] : memref<256x256xi8>, index, index -> !pit.tile<32x128xi8>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {rhs_unsigned, indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<32x64xi8>, !pit.tile<32x128xi8>, !pit.acc<64x128xi32>
        scf.yield %next : !pit.acc<64x128xi32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<64x128xi32>, memref<256x256xi32>, index, index {
      ^bb0(%v: i32):
        pit.yield %v : i32
      }
    }
    gpu.return
  }
}

// No multiples of a fragment: CUDA cores.
// SCHED-LABEL: gpu.module @f16_small
// SCHED: !pit.acc<8x128xf32, by = [
// CHECK-LABEL: gpu.module @f16_small
// CHECK: arith.extf {{.*}} : vector<4xf16> to vector<4xf32>
// CHECK: llvm.intr.fma
gpu.module @f16_small {
  gpu.func @kernel(%a: memref<256x256xf16>, %b: memref<256x256xf16>, %out: memref<256x256xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %step = arith.constant 32 : index
    %end = arith.constant 256 : index
    pit.for_each_tile tiles(%c2, %c2) do {
    ^bb0(%i: index, %j: index):
      %zero = pit.acc_zero : !pit.acc<8x128xf32>
      %sum = scf.for %p = %c0 to %end step %step iter_args(%acc = %zero) -> !pit.acc<8x128xf32> {
        %x, %tx = pit.sread %a[%i, %p] : memref<256x256xf16>, index, index -> !pit.tile<8x32xf16>
        %y, %ty = pit.sread %b[%p, %j] : memref<256x256xf16>, index, index -> !pit.tile<32x128xf16>
        pit.wait %tx, %ty
        %next = pit.tile_mma %x, %y, %acc {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]} : !pit.tile<8x32xf16>, !pit.tile<32x128xf16>, !pit.acc<8x128xf32>
        scf.yield %next : !pit.acc<8x128xf32>
      }
      pit.swrite store %sum, %out[%i, %j] {indexing_maps = []} : !pit.acc<8x128xf32>, memref<256x256xf32>, index, index {
      ^bb0(%v: f32):
        pit.yield %v : f32
      }
    }
    gpu.return
  }
}
