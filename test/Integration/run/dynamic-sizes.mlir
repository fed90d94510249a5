// Functions of dynamic sizes: what the arrays are says the rest; sizes that do
// not go together are errors before anything runs.

// DEFINE: %{run} = pit-run %s --check
// RUN: %{run} --checks=all --entry=shapes --arg random:shape=7x6 --arg random:shape=5
// RUN: %{run} --checks=all --entry=shapes --arg random:shape=0x6 --arg random:shape=0
// RUN: %{run} --checks=all --entry=shapes --arg random:shape=1x6 --arg random:shape=1
// RUN: %{run} --entry=shapes --device=cpu --arg random:shape=7x6 --arg random:shape=0 --out %t.x.npy --out %t.flat.npy
// RUN: %{run} --entry=flat --arg %t.flat.npy | FileCheck %s --check-prefix=FLAT
// FLAT: result 0 (tensor<?xf32>): error 0 {{.*}}: ok
// RUN: not pit-run %s --entry=flat --arg %t.x.npy 2>&1 | FileCheck %s --check-prefix=RANK
// RANK: error: argument 0 ('{{.*}}x.npy'): expected tensor<?xf32>, but got shape (7, 6)

// RUN: %{run} --entry=halves --arg random:shape=8x4
// RUN: not pit-run %s --entry=halves --arg random:shape=7x4 2>&1 | FileCheck %s --check-prefix=HALVES
// HALVES: pit-run: error: function 'halves': dimension 0 of 'memref.expand_shape': the size is 's0', which is 7; expected '2 * floordiv(s0, 2)', which is 6
// RUN: %{run} --entry=known --arg random:shape=8
// RUN: not pit-run %s --entry=known --arg random:shape=9 2>&1 | FileCheck %s --check-prefix=KNOWN
// KNOWN: pit-run: error: function 'known': argument 0, 'arg0', has extent 9 in dimension 0; expected 8

// What no tensor can have, and what 64 bits cannot tell.
// RUN: not pit-run %s --entry=flat --arg zeros:shape=4611686018427387904 2>&1 | FileCheck %s --check-prefix=LONG
// LONG: error: argument 0 ('zeros:shape=4611686018427387904'): tensor<?xf32> of shape (4611686018427387904,): {{.*}}

func.func @shapes(%x: tensor<?x6xf32>, %y: tensor<?xf16>) -> (tensor<?x6xf32>, tensor<?xf32>, tensor<?xf16>, tensor<?xf16>, tensor<4xf32>) {
  %0 = tensor.collapse_shape %x [[0, 1]] : tensor<?x6xf32> into tensor<?xf32>
  %1 = arith.constant dense<2.5> : tensor<4xf32>
  return %x, %0, %y, %y, %1 : tensor<?x6xf32>, tensor<?xf32>, tensor<?xf16>, tensor<?xf16>, tensor<4xf32>
}

func.func @flat(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

func.func @halves(%x: tensor<?x4xf32>) -> tensor<?x2x4xf32> {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf32>
  %half = arith.divsi %n, %c2 : index
  %0 = tensor.expand_shape %x [[0, 1], [2]] output_shape [%half, 2, 4] : tensor<?x4xf32> into tensor<?x2x4xf32>
  return %0 : tensor<?x2x4xf32>
}

func.func @known(%x: tensor<?xf32>) -> tensor<8xf32> {
  %0 = tensor.cast %x : tensor<?xf32> to tensor<8xf32>
  return %0 : tensor<8xf32>
}

// Kernels, with a temporary in between. Both inputs have the loops' sizes.
// RUN: %{run} --entry=sum --checks=all --arg random:shape=7x33 --arg random:seed=1,shape=7x33
// RUN: %{run} --entry=sum --checks=all --arg random:shape=1x1 --arg random:seed=1,shape=1x1
// RUN: %{run} --entry=sum --checks=all --arg random:shape=0x33 --arg random:seed=1,shape=0x33
// RUN: %{run} --entry=sum --device=cpu --arg random:shape=7x33 --arg random:seed=1,shape=7x33
// RUN: not pit-run %s --entry=sum --arg random:shape=7x33 --arg random:shape=7x32 2>&1 | FileCheck %s --check-prefix=AGREE
// AGREE: pit-run: error: function 'sum': argument 1, 'arg1', has extent 32 in dimension 1; expected 33, as 's1' has in 'arg0'
func.func @sum(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %0 = linalg.exp ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = linalg.mul ins(%0, %x : tensor<?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = linalg.sub ins(%0, %1 : tensor<?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  %3 = linalg.add ins(%2, %y : tensor<?x?xf32>, tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %3 : tensor<?x?xf32>
}
