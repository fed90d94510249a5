// The host path and the reference over what may stand around a contraction:
// batches, convolutions, reductions, math, integers, slices, loops, several
// results. --check compares the two.

// RUN: pit-run %s --entry=network --device=cpu --check --arg random:seed=1,density=0.2,block=1x32 --arg random:seed=2 --arg random:seed=3 --arg random:seed=4 | FileCheck %s --check-prefix=NETWORK
// RUN: pit-run %s --entry=shapes --device=cpu --check --arg random:seed=5 --arg random:seed=6,values=integers | FileCheck %s --check-prefix=SHAPES
// RUN: pit-run %s --entry=loop --device=cpu --check --arg random:seed=7,values=integers | FileCheck %s --check-prefix=LOOP
// RUN: pit-run %s --entry=narrow --device=cpu --check --arg random:seed=8,values=integers --arg random:seed=9 | FileCheck %s --check-prefix=NARROW

#sparse = #pit.sparsity<>
#id = affine_map<(d0, d1) -> (d0, d1)>
#column = affine_map<(d0, d1) -> (d1)>

// NETWORK: result 0 (tensor<64x10xf32>): error {{.*}}: ok
// NETWORK: result 1 (tensor<64xf32>): error {{.*}}: ok
func.func @network(%x: tensor<64x96xf16, #sparse>, %w1: tensor<96x48xf16>, %w2: tensor<48x10xf16>, %bias: tensor<48xf32>) -> (tensor<64x10xf32>, tensor<64xf32>) {
  %zero = arith.constant 0.0 : f32
  %e0 = tensor.empty() : tensor<64x48xf32>
  %f0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<64x48xf32>) -> tensor<64x48xf32>
  %h = linalg.matmul {pit.schedule = #pit.schedule<axis = 2, micro_tile = [32, 16], tile = [32, 64, 32]>}
      ins(%x, %w1 : tensor<64x96xf16, #sparse>, tensor<96x48xf16>) outs(%f0 : tensor<64x48xf32>) -> tensor<64x48xf32>
  %e1 = tensor.empty() : tensor<64x48xf16>
  %act = linalg.generic {indexing_maps = [#id, #column, #id], iterator_types = ["parallel", "parallel"]}
      ins(%h, %bias : tensor<64x48xf32>, tensor<48xf32>) outs(%e1 : tensor<64x48xf16>) {
  ^bb0(%a: f32, %b: f32, %o: f16):
    %s = arith.addf %a, %b : f32
    %t = math.tanh %s : f32
    %r = arith.truncf %t : f32 to f16
    linalg.yield %r : f16
  } -> tensor<64x48xf16>
  %e2 = tensor.empty() : tensor<64x10xf32>
  %f2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<64x10xf32>) -> tensor<64x10xf32>
  %y = linalg.matmul ins(%act, %w2 : tensor<64x48xf16>, tensor<48x10xf16>) outs(%f2 : tensor<64x10xf32>) -> tensor<64x10xf32>
  %least = arith.constant 0xFF800000 : f32
  %e3 = tensor.empty() : tensor<64xf32>
  %f3 = linalg.fill ins(%least : f32) outs(%e3 : tensor<64xf32>) -> tensor<64xf32>
  %max = linalg.reduce ins(%y : tensor<64x10xf32>) outs(%f3 : tensor<64xf32>) dimensions = [1]
    (%v: f32, %acc: f32) {
      %m = arith.maximumf %v, %acc : f32
      linalg.yield %m : f32
    }
  return %y, %max : tensor<64x10xf32>, tensor<64xf32>
}

// A slice that is written in the middle of another tensor, and integers, which
// must be equal.

// SHAPES: result 0 (tensor<8x12xf32>): error 0 of {{.*}}: ok
// SHAPES: result 1 (tensor<6xi32>): error 0 of {{.*}}, bound 0: ok
func.func @shapes(%x: tensor<4x6xf32>, %n: tensor<6xi32>) -> (tensor<8x12xf32>, tensor<6xi32>) {
  %one = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<8x12xf32>
  %f = linalg.fill ins(%one : f32) outs(%e : tensor<8x12xf32>) -> tensor<8x12xf32>
  %s = tensor.insert_slice %x into %f[2, 3] [4, 6] [1, 1] : tensor<4x6xf32> into tensor<8x12xf32>
  %t = tensor.empty() : tensor<6xi32>
  %m = linalg.mul ins(%n, %n : tensor<6xi32>, tensor<6xi32>) outs(%t : tensor<6xi32>) -> tensor<6xi32>
  return %s, %m : tensor<8x12xf32>, tensor<6xi32>
}

// LOOP: result 0 (tensor<16xf32>): error {{.*}}: ok
func.func @loop(%x: tensor<16xf32>) -> tensor<16xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %r = scf.for %i = %c0 to %c3 step %c1 iter_args(%y = %x) -> tensor<16xf32> {
    %0 = linalg.tanh ins(%y : tensor<16xf32>) outs(%y : tensor<16xf32>) -> tensor<16xf32>
    scf.yield %0 : tensor<16xf32>
  }
  %e = tensor.empty() : tensor<16xf32>
  %s = func.call @step(%r, %e) : (tensor<16xf32>, tensor<16xf32>) -> tensor<16xf32>
  return %s : tensor<16xf32>
}
func.func private @step(%x: tensor<16xf32>, %e: tensor<16xf32>) -> tensor<16xf32> {
  %0 = linalg.exp ins(%x : tensor<16xf32>) outs(%e : tensor<16xf32>) -> tensor<16xf32>
  return %0 : tensor<16xf32>
}

// Conversions between narrow floats.

// NARROW: result 0 (tensor<32xbf16>): error {{.*}}: ok
// NARROW: result 1 (tensor<32xf64>): error {{.*}}: ok
func.func @narrow(%x: tensor<32xf16>, %y: tensor<32xbf16>) -> (tensor<32xbf16>, tensor<32xf64>) {
  %e = tensor.empty() : tensor<32xbf16>
  %d = tensor.empty() : tensor<32xf64>
  %0, %1 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      ins(%x, %y : tensor<32xf16>, tensor<32xbf16>) outs(%e, %d : tensor<32xbf16>, tensor<32xf64>) {
  ^bb0(%a: f16, %b: bf16, %o: bf16, %p: f64):
    %a32 = arith.extf %a : f16 to f32
    %b32 = arith.extf %b : bf16 to f32
    %s = arith.addf %a32, %b32 : f32
    %r = arith.truncf %s : f32 to bf16
    %q = arith.extf %s : f32 to f64
    linalg.yield %r, %q : bf16, f64
  } -> (tensor<32xbf16>, tensor<32xf64>)
  return %0, %1 : tensor<32xbf16>, tensor<32xf64>
}
