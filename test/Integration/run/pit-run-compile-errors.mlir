// What the compiler or the emulator refuses is an error of pit-run, and no file
// appears.

// RUN: rm -rf %t && mkdir %t
// RUN: not pit-run %s --arg zeros --arg zeros --arch=sm_123 --out %t/y.npy 2>&1 | FileCheck %s --check-prefix=ARCH
// ARCH: error: {{.*}}sm_123
// ARCH-NOT: see current operation
// ARCH: pit-run: error: cannot compile 'f' for sm_123
// RUN: not pit-run %s --arg random --arg random --max-instructions=10 --out %t/y.npy 2>&1 | FileCheck %s --check-prefix=LIMIT
// LIMIT: pit-run: error: function 'f': step 0 ({{.*}}): {{.*}} found 1 problem
// LIMIT: limit
// RUN: not ls %t/y.npy

func.func @f(%a: tensor<64x64xf16, #pit.sparsity<>>, %b: tensor<64x64xf16>) -> tensor<64x64xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64x64xf32>
  %c = linalg.fill ins(%zero : f32) outs(%e : tensor<64x64xf32>) -> tensor<64x64xf32>
  %0 = linalg.matmul {pit.schedule = #pit.schedule<axis = 2, micro_tile = [32, 16], tile = [32, 64, 32]>}
      ins(%a, %b : tensor<64x64xf16, #pit.sparsity<>>, tensor<64x64xf16>) outs(%c : tensor<64x64xf32>) -> tensor<64x64xf32>
  return %0 : tensor<64x64xf32>
}
