// The command line of pit-run: options, made-up data, results and --check.

// RUN: pit-run --help | FileCheck %s --check-prefix=HELP
// HELP: usage: pit-run FILE.mlir

// The entry may be left out if there is one, options may be spelled in both
// ways, and a file appears only in the end.
// RUN: rm -rf %t && split-file %s %t
// RUN: pit-run %t/one.mlir --device=cpu --arg=random:seed=3 --out %t/y.npy --check | FileCheck %s --check-prefix=ONE
// ONE: result 0 (tensor<4x4xf16>): error {{.*}} of the largest |reference| {{.*}}, bound 0.00195; worst at [{{[0-3]}}, {{[0-3]}}]: {{.*}}, not {{.*}}: ok

// The same data each time, and others with another seed.
// RUN: pit-run %t/one.mlir --device cpu --arg random:seed=3 --out %t/z.npy && cmp %t/y.npy %t/z.npy
// RUN: pit-run %t/one.mlir --device cpu --arg random:seed=4 --out %t/z.npy && not cmp -s %t/y.npy %t/z.npy

// A result is an argument as it was written.
// RUN: pit-run %t/one.mlir --device cpu --arg %t/y.npy --out %t/z.npy

// A result past the bound: f16 has no 640000. Nothing is written.
// RUN: not pit-run %t/overflow.mlir --device=cpu --arg=random:values=integers --out=%t/none.npy --check > %t/out 2>&1
// RUN: FileCheck %s --check-prefix=FAR --input-file=%t/out
// RUN: not ls %t/none.npy
// FAR: result 0 (tensor<8xf16>): error inf of the largest |reference| {{.*}}; worst at [{{[0-7]}}]: {{-?}}inf, not {{-?}}{{[0-9.e+]+}}: too far
// FAR: pit-run: error: the results of 'f' are not those of the reference

// What is not defined in the reference is not compared, and said.
// RUN: pit-run %t/undefined.mlir --device=cpu --arg=zeros --check | FileCheck %s --check-prefix=UNDEFINED
// UNDEFINED: 8 of 8 not compared, the reference is NaN: ok

//--- one.mlir
func.func @f(%x: tensor<4x4xf16>) -> tensor<4x4xf16> {
  %e = tensor.empty() : tensor<4x4xf16>
  %0 = linalg.mul ins(%x, %x : tensor<4x4xf16>, tensor<4x4xf16>) outs(%e : tensor<4x4xf16>) -> tensor<4x4xf16>
  return %0 : tensor<4x4xf16>
}

//--- overflow.mlir
func.func @f(%x: tensor<8xf16>) -> tensor<8xf16> {
  %c = arith.constant dense<6.4e4> : tensor<8xf16>
  %t = arith.constant dense<1.0e1> : tensor<8xf16>
  %e = tensor.empty() : tensor<8xf16>
  %0 = linalg.mul ins(%x, %c : tensor<8xf16>, tensor<8xf16>) outs(%e : tensor<8xf16>) -> tensor<8xf16>
  %1 = linalg.mul ins(%0, %t : tensor<8xf16>, tensor<8xf16>) outs(%e : tensor<8xf16>) -> tensor<8xf16>
  return %1 : tensor<8xf16>
}

//--- undefined.mlir
func.func @f(%x: tensor<8xf32>) -> tensor<8xf32> {
  %e = tensor.empty() : tensor<8xf32>
  %0 = linalg.div ins(%x, %x : tensor<8xf32>, tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}
