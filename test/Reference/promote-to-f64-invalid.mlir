// RUN: pit-opt %s --pit-promote-to-f64 --split-input-file --verify-diagnostics

func.func @bits(%x: f32) -> i32 {
  // expected-error @below {{cannot be promoted to f64: the bits of a float depend on its type}}
  %0 = arith.bitcast %x : f32 to i32
  return %0 : i32
}

// -----

func.func @tensor_bits(%x: tensor<4xi16>) -> tensor<4xf16> {
  // expected-error @below {{cannot be promoted to f64: the bits of a float depend on its type}}
  %0 = tensor.bitcast %x : tensor<4xi16> to tensor<4xf16>
  return %0 : tensor<4xf16>
}

// -----

// expected-error @below {{cannot be promoted to f64: has a value of type 'memref<4xf32>', and expects numbers of at most 64 bits, or tensors or vectors of them}}
func.func @buffer(%x: memref<4xf32>) {
  return
}

// -----

// expected-error @below {{cannot be promoted to f64: has a value of type 'f128'}}
func.func @wide(%x: f128) {
  return
}

// -----

func.func @index(%bits: tensor<8x16xi1>) {
  // expected-error @below {{cannot be promoted to f64: the reference is made of functions of linalg, arith, math, tensor and scf operations on tensors}}
  %0 = pit.compact ins(%bits : tensor<8x16xi1>) -> !pit.index<padded, 8x16>
  return
}

// -----

// expected-error @below {{cannot be promoted to f64: has no body}}
func.func private @elsewhere(%x: tensor<4xf32>)

// -----

func.func @resource() -> tensor<2xf32> {
  // expected-error @below {{cannot be promoted to f64: its floats are not in a dense attribute}}
  %0 = arith.constant dense_resource<weights> : tensor<2xf32>
  return %0 : tensor<2xf32>
}

{-# dialect_resources: { builtin: { weights: "0x040000000000803F00000040" } } #-}

// -----

func.func @scaled(%x: f4E2M1FN, %s: f8E8M0FNU) -> f32 {
  // expected-error @below {{cannot be promoted to f64: it scales by a type's exponent}}
  %0 = arith.scaling_extf %x, %s : f4E2M1FN, f8E8M0FNU to f32
  return %0 : f32
}
