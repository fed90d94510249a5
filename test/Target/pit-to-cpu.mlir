// REQUIRES: loadable
// RUN: pit-opt %s --pit-to-cpu | FileCheck %s --check-prefixes=CHECK,CPU
// RUN: pit-opt %s --pit-to-reference | FileCheck %s --check-prefixes=CHECK,REF
// RUN: %preload mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline="builtin.module(pit-to-cpu)" | FileCheck %s --check-prefixes=CHECK,CPU
// RUN: %preload mlir-opt --load-dialect-plugin=%plugin %s --pass-pipeline="builtin.module(pit-to-reference)" | FileCheck %s --check-prefixes=CHECK,REF

// Both end in the LLVM dialect alone, and in the same calling convention: no
// results, a memref for each behind the arguments.

#act = #pit.sparsity<>

// CHECK-NOT: gpu.
// CHECK-NOT: pit.
// CHECK-NOT: {{(linalg|scf|memref|func|arith)\.}}
// CPU-LABEL: llvm.func @f(
// CPU: fcmp "une" %{{.*}} : f16
// CPU: llvm.fpext %{{.*}} : f16 to f32
// REF-LABEL: llvm.func @f(
// REF-NOT: f16
// REF: llvm.fmul %{{.*}} : f64
// CHECK-NOT: {{(gpu|pit|linalg|scf|memref|func|arith)\.[a-z]}}
// CHECK-LABEL: llvm.func @_mlir_ciface_f(
// CHECK-SAME: %{{[^:]*}}: !llvm.ptr, %{{[^:]*}}: !llvm.ptr, %{{[^:]*}}: !llvm.ptr, %{{[^:]*}}: !llvm.ptr)
func.func @f(%a: tensor<40x64xf16, #act>, %b: tensor<64x24xf16>, %c: tensor<40x24xf32>) -> tensor<40x24xf32> {
  %0 = linalg.matmul {pit.schedule = #pit.schedule<axis = 2, micro_tile = [32, 16], tile = [32, 64, 32]>}
      ins(%a, %b : tensor<40x64xf16, #act>, tensor<64x24xf16>) outs(%c : tensor<40x24xf32>) -> tensor<40x24xf32>
  return %0 : tensor<40x24xf32>
}
