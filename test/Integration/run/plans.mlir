// What once went wrong between the levels, executed.

// RUN: split-file %s %t
// RUN: pit-run %t/short.mlir --entry=k_axis --checks=all --check --arg random:density=0.3 --arg random --arg random
// RUN: pit-run %t/short.mlir --entry=m_axis --checks=all --check --arg random:density=0.3 --arg random --arg random
// RUN: pit-run %t/captured.mlir --checks=all --check --arg random --arg random --arg random
// RUN: pit-run %t/empty.mlir --checks=all --check --arg zeros
// RUN: pit-run %t/narrow.mlir --entry=vector --checks=all --check --arg random --arg random
// RUN: pit-run %t/narrow.mlir --entry=row --checks=all --check --arg random
// RUN: pit-run %t/narrow.mlir --entry=shared --checks=all --check --arg random:density=0.2 --arg random

// RUN: pit-run %t/call.mlir --entry=f --checks=all --check --arg random:density=0.3 --arg random --arg random
// RUN: pit-run %t/call.mlir --entry=f --device=cpu --check --arg random:density=0.3 --arg random --arg random
// RUN: pit-run %t/constant.mlir --checks=all --check --arg random
// RUN: pit-run %t/clamp.mlir --checks=all --check --arg random
// RUN: pit-run %t/clamp.mlir --device=cpu --check --arg random

// '?' on a PIT axis that is shorter than 32 bytes.
//--- short.mlir
#sparse = #pit.sparsity<>
func.func @k_axis(%a: tensor<64x8xf16, #sparse>, %b: tensor<8x128xf16>, %c: tensor<64x128xf32>) -> tensor<64x128xf32> {
  %0 = linalg.matmul {pit.schedule = #pit.schedule<axis = 2, micro_tile = [32, ?], tile = [32, 128, 32]>}
      ins(%a, %b : tensor<64x8xf16, #sparse>, tensor<8x128xf16>) outs(%c : tensor<64x128xf32>) -> tensor<64x128xf32>
  return %0 : tensor<64x128xf32>
}
func.func @m_axis(%a: tensor<64x5xf16, #sparse>, %b: tensor<64x128xf16>, %c: tensor<5x128xf32>) -> tensor<5x128xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 0, micro_tile = [?, ?], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<64x5xf16, #sparse>, tensor<64x128xf16>) outs(%c : tensor<5x128xf32>) -> tensor<5x128xf32>
  return %0 : tensor<5x128xf32>
}

// The init is a copy that another operation's body reads too.
//--- captured.mlir
func.func @f(%a: tensor<64x64xf16>, %b: tensor<64x64xf16>, %c: tensor<64x64xf32>) -> (tensor<64x64xf32>, tensor<64xf32>) {
  %x = bufferization.alloc_tensor() copy(%c) : tensor<64x64xf32>
  %e = tensor.empty() : tensor<64xf32>
  %diagonal = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]} outs(%e : tensor<64xf32>) {
  ^bb0(%old: f32):
    %i = linalg.index 0 : index
    %v = tensor.extract %x[%i, %i] : tensor<64x64xf32>
    linalg.yield %v : f32
  } -> tensor<64xf32>
  %r = linalg.matmul ins(%a, %b : tensor<64x64xf16>, tensor<64x64xf16>) outs(%x : tensor<64x64xf32>) -> tensor<64x64xf32>
  return %r, %diagonal : tensor<64x64xf32>, tensor<64xf32>
}

// A constant without elements.
//--- empty.mlir
func.func @f(%a: tensor<0x4xf32>) -> tensor<0x4xf32> {
  %c = arith.constant dense<> : tensor<0x4xf32>
  %e = tensor.empty() : tensor<0x4xf32>
  %0 = linalg.add ins(%a, %c : tensor<0x4xf32>, tensor<0x4xf32>) outs(%e : tensor<0x4xf32>) -> tensor<0x4xf32>
  return %0 : tensor<0x4xf32>
}

// Loads of neighbours that no wide load may replace: 3 floats end where the
// buffer does, 7 are a wide load and a half, and compaction of 1100 micro-tiles
// adds up the counts of 3 warps in shared memory.
//--- narrow.mlir
func.func @vector(%a: tensor<9x3xf32>, %x: tensor<3xf32>) -> tensor<9xf32> {
  %zero = arith.constant dense<0.0> : tensor<9xf32>
  %0 = linalg.matvec ins(%a, %x : tensor<9x3xf32>, tensor<3xf32>) outs(%zero : tensor<9xf32>) -> tensor<9xf32>
  return %0 : tensor<9xf32>
}
func.func @row(%a: tensor<1x7xf32>) -> tensor<1xf32> {
  %least = arith.constant dense<-1.0e30> : tensor<1xf32>
  %0 = linalg.reduce {arith.maximumf} ins(%a : tensor<1x7xf32>) outs(%least : tensor<1xf32>) dimensions = [1]
  return %0 : tensor<1xf32>
}
func.func @shared(%at: tensor<1100x16xf16, #pit.sparsity<>>, %b: tensor<1100x8xf16>) -> tensor<16x8xf32> {
  %zero = arith.constant dense<0.0> : tensor<16x8xf32>
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%at, %b : tensor<1100x16xf16, #pit.sparsity<>>, tensor<1100x8xf16>) outs(%zero : tensor<16x8xf32>) -> tensor<16x8xf32>
  return %0 : tensor<16x8xf32>
}

// Calls are inlined, also those that pass sparse values. What else the file
// holds, such as the global, is not looked at.
//--- call.mlir
memref.global "private" @unused : memref<4xf32> = dense<1.0>
func.func private @product(%a: tensor<40x48xf16, #pit.sparsity<>>, %b: tensor<48x24xf16>, %c: tensor<40x24xf32>) -> tensor<40x24xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<40x48xf16, #pit.sparsity<>>, tensor<48x24xf16>) outs(%c : tensor<40x24xf32>) -> tensor<40x24xf32>
  return %0 : tensor<40x24xf32>
}
func.func @f(%a: tensor<40x48xf16, #pit.sparsity<>>, %b: tensor<48x24xf16>, %c: tensor<40x24xf32>) -> tensor<40x24xf32> {
  %0 = call @product(%a, %b, %c) : (tensor<40x48xf16, #pit.sparsity<>>, tensor<48x24xf16>, tensor<40x24xf32>) -> tensor<40x24xf32>
  %1 = call @product(%a, %b, %0) : (tensor<40x48xf16, #pit.sparsity<>>, tensor<48x24xf16>, tensor<40x24xf32>) -> tensor<40x24xf32>
  return %1 : tensor<40x24xf32>
}

//--- constant.mlir
func.func @f(%b: tensor<48x24xf16>) -> tensor<32x24xf32> {
  %a = arith.constant dense<0.5> : tensor<32x48xf16, #pit.sparsity<>>
  %c = arith.constant dense<-0.0> : tensor<32x24xf32>
  %0 = linalg.matmul ins(%a, %b : tensor<32x48xf16, #pit.sparsity<>>, tensor<48x24xf16>) outs(%c : tensor<32x24xf32>) -> tensor<32x24xf32>
  return %0 : tensor<32x24xf32>
}

//--- clamp.mlir
func.func @f(%a: tensor<9x11xf32>) -> tensor<9x11xf32> {
  %e = tensor.empty() : tensor<9x11xf32>
  %0 = linalg.map ins(%a : tensor<9x11xf32>) outs(%e : tensor<9x11xf32>) (%x: f32, %old: f32) {
    %low = arith.constant -0.5 : f32
    %high = arith.constant 0.25 : f32
    %y = arith.maxnumf %x, %low : f32
    %z = arith.minnumf %y, %high : f32
    linalg.yield %z : f32
  }
  return %0 : tensor<9x11xf32>
}
