// REQUIRES: loadable
// RUN: pit-opt %s --pit-attach-target --pit-serialize-kernels > %t.default
// RUN: FileCheck %s < %t.default
// RUN: pit-opt %s --pit-attach-target="arch=sm_90a ptx-version=8.3" --pit-serialize-kernels | FileCheck %s --check-prefix=HOPPER
// RUN: pit-opt %s --pit-attach-target | FileCheck %s --check-prefix=TARGET

// The same bytes whatever the machine says about CUDA, in the stock driver too.
// RUN: env CUDA_HOME=/nonexistent CUDA_PATH=%t CUDA_ROOT=%t pit-opt %s --pit-attach-target --pit-serialize-kernels > %t.other
// RUN: cmp %t.default %t.other
// RUN: env CUDA_HOME=/nonexistent CUDA_ROOT=/nonexistent %preload mlir-opt --load-dialect-plugin=%plugin %s \
// RUN:   --pass-pipeline="builtin.module(pit-attach-target,pit-serialize-kernels)" > %t.stock
// RUN: cmp %t.default %t.stock

// TARGET: gpu.module @kernels [#nvvm.target<O = 3, chip = "sm_80", features = "+ptx78">]
// CHECK-NOT: gpu.module
// CHECK: gpu.binary @kernels [#gpu.object<#nvvm.target<O = 3, chip = "sm_80", features = "+ptx78">, assembly = "
// CHECK-SAME: .version 7.8
// CHECK-SAME: .target sm_80
// CHECK-SAME: .visible .entry square(
// CHECK-SAME: mul.rn.f32
// A block that is known is required, one that is bounded is not.
// CHECK-SAME: .visible .entry known(
// CHECK-NOT: ntid
// CHECK-SAME: .reqntid 32, 2, 1
// CHECK-NOT: ntid
// CHECK-SAME: .visible .entry bounded(
// CHECK-SAME: .maxntid 64, 1, 1
// CHECK-NOT: ntid
// HOPPER: .version 8.3
// HOPPER-SAME: .target sm_90a
gpu.module @kernels {
  llvm.func @square(%a: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel} {
    %0 = llvm.load %a : !llvm.ptr -> f32
    %1 = llvm.fmul %0, %0 : f32
    llvm.store %1, %a : f32, !llvm.ptr
    llvm.return
  }
  llvm.func @known() attributes {gpu.kernel, gpu.known_block_size = array<i32: 32, 2, 1>, nvvm.kernel, nvvm.maxntid = array<i32: 32, 2, 1>} {
    llvm.return
  }
  llvm.func @bounded() attributes {gpu.kernel, nvvm.kernel, nvvm.maxntid = array<i32: 64, 1, 1>} {
    llvm.return
  }
}
