// Operands that are stored sparse: no detection, and the stored values as they
// are. Blocks are read by position, the other operand by their coordinates.
// RUN: pit-opt %s --convert-linalg-to-pit --split-input-file | FileCheck %s

// CHECK-DAG: #[[$DATA:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d2, d3, d4)>
// CHECK-DAG: #[[$B:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d2, d4, d1)>
// CHECK-DAG: #[[$C:.*]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d3, d1)>
// CHECK-LABEL: func @bsr(
// CHECK-NOT: pit.detect
// CHECK: %[[DATA:.*]] = tensor.expand_shape %{{.*}} : tensor<5120xf16> into tensor<10x16x32xf16>
// CHECK: %[[B:.*]] = tensor.expand_shape %{{.*}} : tensor<160x90xf16> into tensor<5x32x90xf16>
// CHECK: %[[C:.*]] = tensor.expand_shape %{{.*}} : tensor<96x90xf32> into tensor<6x16x90xf32>
// CHECK: %[[OFFSETS:.*]] = linalg.generic {{.*}} ins(%{{.*}} : tensor<7xi32>) outs(%{{.*}} : tensor<7xi64>)
// CHECK: %[[INDEX:.*]] = pit.assemble_index %[[OFFSETS]], %{{.*}} : tensor<7xi64>, tensor<10xi32> -> !pit.index<compact, 6x5>
// CHECK: pit.generic {indexing_maps = [#[[$DATA]], #[[$B]], #[[$C]]], iterator_types = ["parallel", "parallel", "reduction", "parallel", "reduction"]
// CHECK-SAME: permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, ?, ?], packed>
// CHECK-SAME: tile = [1, 128, 1, 16, 32]
// CHECK-SAME: ins(%[[DATA]], %[[B]] :
// CHECK: tensor.collapse_shape %{{.*}} : tensor<6x16x90xf32> into tensor<96x90xf32>
// CHECK-NOT: sparse_tensor
#bsr = #sparse_tensor.encoding<{ map = (i, j) -> (i floordiv 16 : dense, j floordiv 32 : compressed, i mod 16 : dense, j mod 32 : dense), posWidth = 32, crdWidth = 32 }>
func.func @bsr(%ptr: tensor<7xi32>, %idx: tensor<10xi32>, %values: tensor<5120xf16>, %b: tensor<160x90xf16>, %c: tensor<96x90xf32>) -> tensor<96x90xf32> {
  %a = sparse_tensor.assemble (%ptr, %idx), %values : (tensor<7xi32>, tensor<10xi32>), tensor<5120xf16> to tensor<96x160xf16, #bsr>
  %0 = linalg.matmul ins(%a, %b : tensor<96x160xf16, #bsr>, tensor<160x90xf16>) outs(%c : tensor<96x90xf32>) -> tensor<96x90xf32>
  return %0 : tensor<96x90xf32>
}

// -----

// Compressed sparse rows are blocks of one element: 32 of a row at a time.

// CHECK-LABEL: func @csr(
// CHECK: pit.generic
// CHECK-SAME: permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1], packed>
// CHECK-SAME: tile = [1, 128, 32]
// CHECK-SAME: ins(%{{.*}}, %{{.*}} : tensor<300xf16>, tensor<160x90xf16>)
#csr = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 64, crdWidth = 64 }>
func.func @csr(%ptr: tensor<97xi64>, %idx: tensor<300xi64>, %values: tensor<300xf16>, %b: tensor<160x90xf16>, %c: tensor<96x90xf32>) -> tensor<96x90xf32> {
  %a = sparse_tensor.assemble (%ptr, %idx), %values : (tensor<97xi64>, tensor<300xi64>), tensor<300xf16> to tensor<96x160xf16, #csr>
  %0 = linalg.matmul ins(%a, %b : tensor<96x160xf16, #csr>, tensor<160x90xf16>) outs(%c : tensor<96x90xf32>) -> tensor<96x90xf32>
  return %0 : tensor<96x90xf32>
}
