// RUN: pit-opt %s --pit-finalize-plan --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @f(
// CHECK: pit.launch @f_kernels::@f_0 {{.*}} {block = 128 : i64, shared_bytes = 36864 : i64}
// CHECK: memref.copy
// CHECK: pit.launch @f_kernels::@f_1 {{.*}} {block = 64 : i64, shared_bytes = 0 : i64}
module attributes {gpu.container_module} {
  func.func @f(%x: memref<64xf32> {pit.name = "x"}, %y: memref<64xf32> {pit.name = "y", pit.output}) {
    %c4 = arith.constant 4 : index
    pit.launch @f_kernels::@f_0 grid(%c4) args(%x : memref<64xf32>)
    memref.copy %x, %y : memref<64xf32> to memref<64xf32>
    pit.launch @f_kernels::@f_1 grid(%c4) args(%x : memref<64xf32>) {block = 1 : i64}
    return
  }
  gpu.module @f_kernels {
    gpu.func @f_0(%x: memref<64xf32>) kernel attributes {known_block_size = array<i32: 128, 1, 1>, pit.shared_bytes = 36864 : i64} {
      gpu.return
    }
    gpu.func @f_1(%x: memref<64xf32>) kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
      gpu.return
    }
  }
}
