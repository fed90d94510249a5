// Every error of pit-run: exit code 1, one line that says what was expected.

// RUN: rm -rf %t && split-file %s %t
// RUN: not pit-run 2>&1 | FileCheck %s --check-prefix=NOFILE
// NOFILE: pit-run: error: no MLIR file given: --help says how to use this
// RUN: not pit-run %t/two.mlir %t/two.mlir 2>&1 | FileCheck %s --check-prefix=TWOFILES
// TWOFILES: error: unexpected '{{.*}}two.mlir': the MLIR file is '{{.*}}two.mlir' already
// RUN: not pit-run - 2>&1 | FileCheck %s --check-prefix=STDIN
// STDIN: error: expected the name of the MLIR file, but got '-'
// RUN: not pit-run %t/two.mlir --foo=1 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: error: unknown option '--foo': --help lists them
// RUN: not pit-run %t/two.mlir --check=1 2>&1 | FileCheck %s --check-prefix=FLAG
// FLAG: error: --check: expected no value, but got '1'
// RUN: not pit-run %t/two.mlir --entry 2>&1 | FileCheck %s --check-prefix=VALUE
// VALUE: error: --entry: expected a value, as in --entry=...
// RUN: not pit-run %t/two.mlir --entry=f --entry=g 2>&1 | FileCheck %s --check-prefix=TWICE
// TWICE: error: --entry: given twice
// RUN: not pit-run %t/two.mlir --device=tpu 2>&1 | FileCheck %s --check-prefix=DEVICE
// DEVICE: error: --device: malformed value 'tpu': expected emulator or cpu
// RUN: not pit-run %t/two.mlir --stats=xml 2>&1 | FileCheck %s --check-prefix=STATS
// STATS: error: --stats: malformed value 'xml': expected json or table
// RUN: not pit-run %t/two.mlir --seed=-1 2>&1 | FileCheck %s --check-prefix=SEED
// SEED: error: --seed: malformed value '-1': expected a number
// RUN: not pit-run %t/two.mlir --checks=foo 2>&1 | FileCheck %s --check-prefix=CHECKS
// CHECKS: error: --checks: {{.*}}'foo'
// RUN: not pit-run %t/two.mlir --device=cpu --stats 2>&1 | FileCheck %s --check-prefix=CPUSTATS
// CPUSTATS: error: --stats: has a meaning with --device=emulator only

// RUN: not pit-run %t/missing.mlir 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: error: cannot open input file '{{.*}}missing.mlir': No such file or directory
// RUN: not pit-run %t/malformed.mlir 2>&1 | FileCheck %s --check-prefix=MALFORMED
// MALFORMED: malformed.mlir:2:{{[0-9]+}}: error: use of undeclared SSA value name
// MALFORMED: pit-run: error: cannot read {{.*}}malformed.mlir
// RUN: not pit-run %t/empty.mlir 2>&1 | FileCheck %s --check-prefix=EMPTY
// EMPTY: error: {{.*}}empty.mlir: the module holds no function (func.func) with a body
// RUN: not pit-run %t/two.mlir 2>&1 | FileCheck %s --check-prefix=WHICH
// WHICH: error: {{.*}}two.mlir: the module holds 2 functions: expected --entry= with one of 'f', 'g'
// RUN: not pit-run %t/two.mlir --entry=h 2>&1 | FileCheck %s --check-prefix=ENTRY
// ENTRY: error: {{.*}}two.mlir: --entry: unknown function 'h': the module holds 'f', 'g'
// RUN: not pit-run %t/types.mlir --entry=scalar 2>&1 | FileCheck %s --check-prefix=SCALAR
// SCALAR: error: {{.*}}: argument 0 of 'scalar' has type f32: expected a tensor of known rank
// RUN: not pit-run %t/types.mlir --entry=unranked 2>&1 | FileCheck %s --check-prefix=UNRANKED
// UNRANKED: error: {{.*}}: argument 0 of 'unranked' has type tensor<*xf32>: expected a tensor of known rank
// RUN: not pit-run %t/types.mlir --entry=element 2>&1 | FileCheck %s --check-prefix=ELEMENT
// ELEMENT: error: {{.*}}: argument 0 of 'element' has type tensor<4xi7>: expected elements of type f16, bf16,
// RUN: not pit-run %t/types.mlir --entry=nothing 2>&1 | FileCheck %s --check-prefix=NOTHING
// NOTHING: error: {{.*}}: 'nothing' returns nothing: expected a function with results

// RUN: not pit-run %t/two.mlir --entry=f 2>&1 | FileCheck %s --check-prefix=COUNT
// COUNT: error: 'f' takes 1 arguments (tensor<4x2xf32>): expected one --arg for each, but got 0
// RUN: pit-run %t/two.mlir --entry=g --device=cpu --arg zeros --out %t/g.npy
// RUN: not pit-run %t/two.mlir --entry=f --arg %t/g.npy 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: error: argument 0 ('{{.*}}g.npy'): expected tensor<4x2xf32>, an array of shape (4, 2) and type <f4, but {{.*}}g.npy has shape (4,) and type <i4
// RUN: not pit-run %t/two.mlir --entry=f --arg %t/none.npy 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: argument 0 ('{{.*}}none.npy'): {{.*}}none.npy: {{.*}}No such file or directory
// RUN: not pit-run %t/two.mlir --entry=f --arg random:block=2 2>&1 | FileCheck %s --check-prefix=BLOCK
// BLOCK: error: argument 0 ('random:block=2'): block: expected 2 extents (rank of the tensor), but got '2'
// RUN: not pit-run %t/two.mlir --entry=f --arg random:block=0x1 2>&1 | FileCheck %s --check-prefix=EXTENT
// EXTENT: block: expected extents of at least 1 such as 32x16, but got '0x1'
// RUN: not pit-run %t/two.mlir --entry=f --arg random:density=2 2>&1 | FileCheck %s --check-prefix=DENSITY
// A block may be far larger than the array.
// RUN: pit-run %t/two.mlir --entry=f --device=cpu --arg random:block=18446744073709551615x1
// DENSITY: density: expected a number from 0 to 1, but got '2'
// RUN: not pit-run %t/two.mlir --entry=f --arg random:seed=x 2>&1 | FileCheck %s --check-prefix=RSEED
// RSEED: seed: expected a number, but got 'x'
// RUN: not pit-run %t/two.mlir --entry=f --arg random:values=x 2>&1 | FileCheck %s --check-prefix=VALUES
// VALUES: values: expected 'normal' or 'integers', but got 'x'
// RUN: not pit-run %t/two.mlir --entry=f --arg random:foo=x 2>&1 | FileCheck %s --check-prefix=KEY
// KEY: unknown key 'foo': expected shape, seed, density, block or values

// RUN: not pit-run %t/types.mlir --entry=dynamic --arg random:seed=1 2>&1 | FileCheck %s --check-prefix=SIZES
// SIZES: error: argument 0 ('random:seed=1'): expected the sizes of tensor<?x3xf32>, as in 'random:shape=64x3'
// RUN: not pit-run %t/types.mlir --entry=dynamic --arg zeros:shape=4x5 2>&1 | FileCheck %s --check-prefix=OTHER
// OTHER: error: argument 0 ('zeros:shape=4x5'): expected tensor<?x3xf32>, but got shape (4, 5)
// RUN: not pit-run %t/types.mlir --entry=dynamic --arg zeros:shape=4 2>&1 | FileCheck %s --check-prefix=RANK
// RANK: shape: expected 2 extents (rank of the tensor), but got '4'
// RUN: not pit-run %t/types.mlir --entry=dynamic --arg zeros:shape=-4x3 2>&1 | FileCheck %s --check-prefix=NEGATIVE
// NEGATIVE: shape: expected extents of at least 0 such as 32x16, but got '-4x3'
// RUN: not pit-run %t/types.mlir --entry=dynamic --arg zeros:shape=9223372036854775808x3 2>&1 | FileCheck %s --check-prefix=BEYOND
// BEYOND: shape: 9223372036854775808 is beyond 9223372036854775807
// RUN: not pit-run %t/types.mlir --entry=dynamic --arg zeros:shape=4611686018427387904x3 2>&1 | FileCheck %s --check-prefix=BYTES
// BYTES: tensor<?x3xf32> of shape (4611686018427387904, 3): {{.*}}
// RUN: not pit-run %t/types.mlir --entry=dynamic --arg zeros:seed=1 2>&1 | FileCheck %s --check-prefix=ZEROS
// ZEROS: unknown key 'seed': expected shape
// RUN: not pit-run %t/types.mlir --entry=dynamic --arg %t/g.npy 2>&1 | FileCheck %s --check-prefix=FILERANK
// FILERANK: expected tensor<?x3xf32>, an array of rank 2 and type <f4, but {{.*}}g.npy has shape (4,) and type <i4

// RUN: not pit-run %t/two.mlir --entry=f --arg zeros --out a --out b 2>&1 | FileCheck %s --check-prefix=OUTS
// OUTS: error: 'f' has 1 results: expected at most as many --out, but got 2
// RUN: not pit-run %t/twice.mlir --arg zeros --out %t/a --out %t/a 2>&1 | FileCheck %s --check-prefix=SAME
// SAME: error: '{{.*}}a' would be written twice
// Two names of one file that does not exist yet, or exists.
// RUN: not pit-run %t/twice.mlir --arg zeros --out %t/new --out %t/./new 2>&1 | FileCheck %s --check-prefix=SPELLINGS
// SPELLINGS: error: '{{.*}}/./new' would be written twice
// RUN: mkdir %t/folder && ln -s folder %t/way && ln -s folder/new %t/link
// RUN: not pit-run %t/twice.mlir --arg zeros --out %t/folder/new --out %t/way/new 2>&1 | FileCheck %s --check-prefix=WAYS
// WAYS: error: '{{.*}}/way/new' would be written twice
// RUN: not pit-run %t/twice.mlir --arg zeros --out %t/folder/new --out %t/link 2>&1 | FileCheck %s --check-prefix=LINKS
// LINKS: error: '{{.*}}/link' would be written twice
// RUN: not pit-run %t/two.mlir --entry=f --arg zeros --out %t/new --stats=json --stats-out=%t/folder/../new 2>&1 | FileCheck %s --check-prefix=OUTSTATS
// OUTSTATS: error: '{{.*}}/folder/../new' would be written twice
// RUN: not ls %t/new %t/folder/new
// RUN: not pit-run %t/two.mlir --entry=f --device=cpu --arg zeros --out %t/two.mlir 2>&1 | FileCheck %s --check-prefix=SOURCE
// SOURCE: error: '{{.*}}two.mlir' would be overwritten
// RUN: not pit-run %t/two.mlir --entry=f --device=cpu --arg zeros --out %t/no/y.npy 2>&1 | FileCheck %s --check-prefix=UNWRITABLE
// UNWRITABLE: error: {{.*}}y.npy: cannot write: No such file or directory
// RUN: not pit-run %t/huge.mlir --device=cpu --arg zeros 2>&1 | FileCheck %s --check-prefix=HUGE
// HUGE: error: argument 0 ('zeros'): an array of type tensor<{{.*}}> takes {{[0-9]+}} bytes, more than this machine gives
// RUN: not pit-run %t/reference.mlir --device=cpu --check --arg zeros 2>&1 | FileCheck %s --check-prefix=REFERENCE
// REFERENCE: error: 'arith.bitcast' op cannot be promoted to f64: the bits of a float depend on its type
// REFERENCE: pit-run: error: cannot compile 'f' in double precision, as the reference

//--- two.mlir
func.func @f(%x: tensor<4x2xf32>) -> tensor<4x2xf32> {
  return %x : tensor<4x2xf32>
}
func.func @g(%x: tensor<4xi32>) -> tensor<4xi32> {
  return %x : tensor<4xi32>
}

//--- malformed.mlir
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %y : tensor<4xf32>
}

//--- empty.mlir
func.func private @f(%x: tensor<4xf32>) -> tensor<4xf32>

//--- types.mlir
func.func @scalar(%x: f32) -> f32 {
  return %x : f32
}
func.func @unranked(%x: tensor<*xf32>) -> tensor<*xf32> {
  return %x : tensor<*xf32>
}
func.func @dynamic(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  return %x : tensor<?x3xf32>
}
func.func @element(%x: tensor<4xi7>) -> tensor<4xi7> {
  return %x : tensor<4xi7>
}
func.func @nothing(%x: tensor<4xf32>) {
  return
}

//--- twice.mlir
func.func @f(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  return %x, %x : tensor<4xf32>, tensor<4xf32>
}

//--- huge.mlir
func.func @f(%x: tensor<1000000x1000000x1000xf32>) -> tensor<1000000x1000000x1000xf32> {
  return %x : tensor<1000000x1000000x1000xf32>
}

//--- reference.mlir
func.func @f(%x: tensor<4xf32>) -> tensor<4xi32> {
  %e = tensor.empty() : tensor<4xi32>
  %0 = linalg.map ins(%x : tensor<4xf32>) outs(%e : tensor<4xi32>) (%v: f32, %o: i32) {
    %b = arith.bitcast %v : f32 to i32
    linalg.yield %b : i32
  }
  return %0 : tensor<4xi32>
}
