// RUN: split-file %s %t
// RUN: not pit-opt %t/kernel.mlir --pit-attach-target=arch=sm_75 2>&1 | FileCheck %s --check-prefix=ARCH
// RUN: not pit-opt %t/kernel.mlir --pit-attach-target="arch=sm_90a ptx-version=7.8" 2>&1 | FileCheck %s --check-prefix=VERSION
// RUN: not pit-opt %t/kernel.mlir --pit-attach-target=ptx-version=seven 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: pit-opt %t/kernel.mlir --pit-serialize-kernels --verify-diagnostics
// RUN: pit-opt %t/extern.mlir --pit-attach-target --pit-serialize-kernels --verify-diagnostics
// RUN: pit-opt %t/target.mlir --pit-serialize-kernels --verify-diagnostics --split-input-file

// ARCH: error: unknown arch 'sm_75', known are 'sm_80', 'sm_86', 'sm_87', 'sm_89', 'sm_90', 'sm_90a'
// VERSION: error: PTX 7.8 does not know 'sm_90a', which came with PTX 8.0
// UNKNOWN: error: unknown PTX version 'seven', known are '7.0' to '9.0'

//--- kernel.mlir
// expected-error @+1 {{expects one target, an #nvvm.target with a PTX version: run 'pit-attach-target' first}}
gpu.module @kernels {
}

//--- extern.mlir
// expected-error @+1 {{calls '__nv_expf', which it does not define: PTX must not depend on a library of the machine that it is loaded on}}
gpu.module @kernels {
  llvm.func @__nv_expf(f32) -> f32
  llvm.func @exp(%a: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel} {
    %0 = llvm.load %a : !llvm.ptr -> f32
    %1 = llvm.call @__nv_expf(%0) : (f32) -> f32
    llvm.store %1, %a : f32, !llvm.ptr
    llvm.return
  }
}

//--- target.mlir
// expected-error @+1 {{unknown arch 'sm_75'}}
gpu.module @unknown [#nvvm.target<chip = "sm_75", features = "+ptx78">] {
}

// -----

// expected-error @+1 {{expects one target, an #nvvm.target with a PTX version}}
gpu.module @no_version [#nvvm.target<chip = "sm_80">] {
}

// -----

// expected-error @+1 {{cannot be translated to LLVM IR}}
gpu.module @not_lowered [#nvvm.target<chip = "sm_80", features = "+ptx78">] {
  // expected-error @+2 {{unsupported GPU operation: gpu.func}}
  // expected-error @+1 {{LLVM Translation failed for operation: gpu.func}}
  gpu.func @f() kernel {
    gpu.return
  }
}
