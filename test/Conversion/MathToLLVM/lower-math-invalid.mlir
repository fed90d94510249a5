// RUN: pit-opt %s --pass-pipeline='builtin.module(gpu.module(pit-lower-math))' --verify-diagnostics

gpu.module @kernels {
  func.func @all(%x: f32, %d: f64, %v: vector<2x2xf32>, %i: i32) {
    // expected-error @+1 {{'math.atan2' op has no lowering to PTX for operands of type 'f32'}}
    %0 = math.atan2 %x, %x : f32
    // expected-error @+1 {{'math.erf' op has no lowering to PTX for operands of type 'f64'; there may be one for 'f32'}}
    %1 = math.erf %d : f64
    // expected-error @+1 {{'math.exp' op has no lowering to PTX for operands of type 'vector<2x2xf32>'}}
    %2 = math.exp %v : vector<2x2xf32>
    // expected-error @+1 {{'arith.remf' op has no lowering to PTX for operands of type 'f32'}}
    %3 = arith.remf %x, %x : f32
    // expected-error @+1 {{'math.ipowi' op has no lowering to PTX for operands of type 'i32'}}
    %4 = math.ipowi %i, %i : i32
    return
  }
}
