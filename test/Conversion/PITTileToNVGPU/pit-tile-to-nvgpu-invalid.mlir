// RUN: pit-opt %s --split-input-file --verify-diagnostics --pit-to-gpu

// A thread copies 16 bytes from one place; micro-tiles of 20 elements end within.

func.func @f(%a: tensor<64x100xf16, #pit.sparsity<>>, %b: tensor<100x64xf16>, %c: tensor<64x64xf32>) -> tensor<64x64xf32> {
  // expected-error @+2 {{gathers micro-tiles of 20 elements along the contiguous dimension of its source, and has a lowering for multiples of 8 only (16 bytes)}}
  // expected-error @+1 {{failed to legalize}}
  %0 = linalg.matmul {pit.schedule = #pit.schedule<axis = 2, micro_tile = [32, 20], tile = [32, 64, 32]>}
      ins(%a, %b : tensor<64x100xf16, #pit.sparsity<>>, tensor<100x64xf16>) outs(%c : tensor<64x64xf32>) -> tensor<64x64xf32>
  return %0 : tensor<64x64xf32>
}
