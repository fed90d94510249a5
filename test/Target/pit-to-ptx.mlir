// PTX for each chip, in the stock driver too, and the same bytes wherever it is
// made: twice, with another toolkit, with none.
// REQUIRES: loadable
// RUN: pit-opt %S/Inputs/ffn.mlir --pit-to-ptx=arch=sm_80 > %t.first
// RUN: FileCheck %s < %t.first
// RUN: env CUDA_HOME=/nonexistent CUDA_PATH=/nonexistent CUDA_ROOT=/nonexistent pit-opt %S/Inputs/ffn.mlir --pit-to-ptx=arch=sm_80 > %t.second
// RUN: cmp %t.first %t.second
// RUN: env -u CUDA_HOME -u CUDA_PATH -u CUDA_ROOT %preload mlir-opt --load-dialect-plugin=%plugin %S/Inputs/ffn.mlir \
// RUN:   --pass-pipeline="builtin.module(pit-to-ptx{arch=sm_80})" > %t.third
// RUN: cmp %t.first %t.third
// RUN: pit-opt %S/Inputs/ffn.mlir --pit-to-ptx="arch=sm_90a ptx-version=8.4" | FileCheck %s --check-prefix=HOPPER
// RUN: not pit-opt %S/Inputs/ffn.mlir --pit-to-ptx=arch=sm_70 2>&1 | FileCheck %s --check-prefix=ARCH
// RUN: not pit-opt %S/Inputs/ffn.mlir --pit-to-ptx="arch=sm_89 ptx-version=7.4" 2>&1 | FileCheck %s --check-prefix=VERSION

// CHECK: pit.launch @ffn_kernels::@ffn_2
// CHECK: gpu.binary @ffn_kernels [#gpu.object<#nvvm.target<O = 3, chip = "sm_80", features = "+ptx78">, assembly = "
// CHECK-SAME: .version 7.8
// CHECK-SAME: .target sm_80
// CHECK-NOT: .extern .func
// CHECK-SAME: .visible .entry ffn_2(
// CHECK-SAME: .param .u64 .ptr .align 16 ffn_2_param_0,
// CHECK-SAME: .reqntid 128, 1, 1
// CHECK-SAME: cp.async.cg.shared.global
// CHECK-SAME: mma.sync.aligned.m16n8k16
// HOPPER: .version 8.4
// HOPPER-SAME: .target sm_90a
// ARCH: error: unknown arch 'sm_70', known are 'sm_80', 'sm_86', 'sm_87', 'sm_89', 'sm_90', 'sm_90a'
// VERSION: error: PTX 7.4 does not know 'sm_89', which came with PTX 7.8
