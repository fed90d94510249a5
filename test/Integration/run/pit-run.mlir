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

// NaN must be where the reference has it.
// RUN: pit-run %t/undefined.mlir --device=cpu --arg=zeros --check | FileCheck %s --check-prefix=UNDEFINED
// UNDEFINED: error 0 of the largest |reference| 0, {{.*}}: ok

// Where zeros may be skipped, what is NaN in the reference is not compared; but
// something must be.
// RUN: pit-run %t/nan.mlir --device=cpu --arg=zeros --out=%t/nan.npy
// RUN: not pit-run %t/sparse.mlir --device=cpu --arg=random --arg=%t/nan.npy --check 2>&1 | FileCheck %s --check-prefix=NOTHING
// NOTHING: 256 of 256 not compared, the reference is NaN: nothing was compared

// Each result has a bound of its own; a maximum rounds nothing, and no bound
// passes everything.
// RUN: pit-run %t/bounds.mlir --device=cpu --arg=random --check | FileCheck %s --check-prefix=BOUNDS
// BOUNDS: result 0 (tensor<8xf16>): {{.*}}, bound 0.00195
// BOUNDS: result 1 (tensor<8xf32>): {{.*}}, bound 2.38e-07
// RUN: pit-run %t/sums.mlir --arg=random:values=integers --check | FileCheck %s --check-prefix=SUMS
// SUMS: result 0 {{.*}}, bound 0.0022
// SUMS: result 1 {{.*}}, bound 0.00195
// RUN: pit-run %t/sums.mlir --device=cpu --arg=random --check | FileCheck %s --check-prefix=CAPPED
// CAPPED: bound 0.1

// What no kernel writes is no result.
// RUN: not pit-run %t/unwritten.mlir --arg=zeros 2>&1 | FileCheck %s --check-prefix=UNWRITTEN
// UNWRITTEN: pit-run: error: result 0 (tensor<4x4xf32>): element [0, 0] was never written

// What a function does to its data ends with a message.
// RUN: not pit-run %t/faults.mlir --entry=divide --device=cpu --arg=zeros --arg=zeros 2>&1 | FileCheck %s --check-prefix=DIVIDE
// DIVIDE: pit-run: error: 'divide' for --device=cpu stopped: an integer was divided by zero, or the quotient does not fit
// RUN: not pit-run %t/faults.mlir --entry=assert --device=cpu --arg=zeros 2>&1 | FileCheck %s --check-prefix=ASSERT
// ASSERT: pit-run: error: 'assert' for --device=cpu stopped: an assertion of the function failed, or it wrote out of bounds

// Long names keep the table a table.
// RUN: pit-run %t/long.mlir --arg=zeros --stats | FileCheck %s --check-prefix=LONG
// LONG: {{^}}kernel blocks
// LONG-NEXT: {{^}}a_name_of_{{.*}}_0 1 {{.*[0-9]$}}
// LONG-NEXT: {{^}}sum 1 {{.*[0-9]$}}

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

//--- sparse.mlir
func.func @f(%a: tensor<16x16xf16, #pit.sparsity<>>, %b: tensor<16x16xf16>) -> tensor<16x16xf32> {
  %zero = arith.constant dense<0.0> : tensor<16x16xf32>
  %0 = linalg.matmul ins(%a, %b : tensor<16x16xf16, #pit.sparsity<>>, tensor<16x16xf16>) outs(%zero : tensor<16x16xf32>) -> tensor<16x16xf32>
  return %0 : tensor<16x16xf32>
}

//--- bounds.mlir
func.func @f(%x: tensor<8xf32>) -> (tensor<8xf16>, tensor<8xf32>) {
  %e = tensor.empty() : tensor<8xf16>
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : tensor<8xf32>) outs(%e : tensor<8xf16>) {
  ^bb0(%a: f32, %old: f16):
    %b = arith.truncf %a : f32 to f16
    linalg.yield %b : f16
  } -> tensor<8xf16>
  %f = tensor.empty() : tensor<8xf32>
  %1 = linalg.add ins(%x, %x : tensor<8xf32>, tensor<8xf32>) outs(%f : tensor<8xf32>) -> tensor<8xf32>
  return %0, %1 : tensor<8xf16>, tensor<8xf32>
}

//--- sums.mlir
func.func @f(%x: tensor<8x4096xf16>) -> (tensor<8xf16>, tensor<8xf16>) {
  %zero = arith.constant dense<0.0> : tensor<8xf16>
  %0 = linalg.reduce {arith.addf} ins(%x : tensor<8x4096xf16>) outs(%zero : tensor<8xf16>) dimensions = [1]
  %1 = linalg.reduce {arith.maximumf} ins(%x : tensor<8x4096xf16>) outs(%zero : tensor<8xf16>) dimensions = [1]
  return %0, %1 : tensor<8xf16>, tensor<8xf16>
}

//--- unwritten.mlir
func.func @f(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %e = tensor.empty() : tensor<4x4xf32>
  return %e : tensor<4x4xf32>
}

//--- faults.mlir
func.func @divide(%x: tensor<4xi32>, %y: tensor<4xi32>) -> tensor<4xi32> {
  %e = tensor.empty() : tensor<4xi32>
  %0 = linalg.div ins(%x, %y : tensor<4xi32>, tensor<4xi32>) outs(%e : tensor<4xi32>) -> tensor<4xi32>
  return %0 : tensor<4xi32>
}
func.func @assert(%x: tensor<4xi32>) -> tensor<4xi32> {
  %c0 = arith.constant 0 : index
  %v = tensor.extract %x[%c0] : tensor<4xi32>
  %true = arith.trunci %v : i32 to i1
  cf.assert %true, "odd"
  return %x : tensor<4xi32>
}

//--- long.mlir
func.func @a_name_of_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_many_(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = tensor.empty() : tensor<4xf32>
  %0 = linalg.exp ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

//--- nan.mlir
func.func @f(%x: tensor<16x16xf16>) -> tensor<16x16xf16> {
  %e = tensor.empty() : tensor<16x16xf16>
  %0 = linalg.div ins(%x, %x : tensor<16x16xf16>, tensor<16x16xf16>) outs(%e : tensor<16x16xf16>) -> tensor<16x16xf16>
  return %0 : tensor<16x16xf16>
}
