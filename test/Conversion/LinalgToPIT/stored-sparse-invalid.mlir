// RUN: pit-opt %s --convert-linalg-to-pit --split-input-file --verify-diagnostics

#csc = #sparse_tensor.encoding<{ map = (i, j) -> (j : dense, i : compressed), posWidth = 32, crdWidth = 32 }>
func.func @columns(%ptr: tensor<161xi32>, %idx: tensor<300xi32>, %values: tensor<300xf16>, %b: tensor<160x90xf16>, %c: tensor<96x90xf32>) -> tensor<96x90xf32> {
  %a = sparse_tensor.assemble (%ptr, %idx), %values : (tensor<161xi32>, tensor<300xi32>), tensor<300xf16> to tensor<96x160xf16, #csc>
  // expected-error @+1 {{has no lowering: expects a matrix in block sparse rows (BSR: i floordiv r : dense, j floordiv c : compressed, i mod r : dense, j mod c : dense) or compressed sparse rows (CSR: i : dense, j : compressed)}}
  %0 = linalg.matmul ins(%a, %b : tensor<96x160xf16, #csc>, tensor<160x90xf16>) outs(%c : tensor<96x90xf32>) -> tensor<96x90xf32>
  return %0 : tensor<96x90xf32>
}

// -----

#csr = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
func.func @argument(%a: tensor<96x160xf16, #csr>, %b: tensor<160x90xf16>, %c: tensor<96x90xf32>) -> tensor<96x90xf32> {
  // expected-error @+1 {{has no lowering: expects the result of a 'sparse_tensor.assemble' in the same function}}
  %0 = linalg.matmul ins(%a, %b : tensor<96x160xf16, #csr>, tensor<160x90xf16>) outs(%c : tensor<96x90xf32>) -> tensor<96x90xf32>
  return %0 : tensor<96x90xf32>
}

// -----

// The compressed dimension is one of the output.
#csr = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
func.func @output_columns(%ptr: tensor<161xi32>, %idx: tensor<300xi32>, %values: tensor<300xf16>, %a: tensor<96x160xf16>, %c: tensor<96x90xf32>) -> tensor<96x90xf32> {
  %b = sparse_tensor.assemble (%ptr, %idx), %values : (tensor<161xi32>, tensor<300xi32>), tensor<300xf16> to tensor<160x90xf16, #csr>
  // expected-error @+1 {{expects its rows, d2, to be rows or columns of the output, and its columns, d1, to be the reduction}}
  %0 = linalg.matmul ins(%a, %b : tensor<96x160xf16>, tensor<160x90xf16, #csr>) outs(%c : tensor<96x90xf32>) -> tensor<96x90xf32>
  return %0 : tensor<96x90xf32>
}

// -----

#csr = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed), posWidth = 32, crdWidth = 32 }>
func.func @schedule(%ptr: tensor<97xi32>, %idx: tensor<300xi32>, %values: tensor<300xf16>, %b: tensor<160x90xf16>, %c: tensor<96x90xf32>) -> tensor<96x90xf32> {
  %a = sparse_tensor.assemble (%ptr, %idx), %values : (tensor<97xi32>, tensor<300xi32>), tensor<300xf16> to tensor<96x160xf16, #csr>
  // expected-error @+1 {{has 'pit.schedule', but the schedule of operand 0, which is stored sparse, follows from its blocks: take it off}}
  %0 = linalg.matmul {pit.schedule = #pit.schedule<dense, tile = [64, 128, 32]>} ins(%a, %b : tensor<96x160xf16, #csr>, tensor<160x90xf16>) outs(%c : tensor<96x90xf32>) -> tensor<96x90xf32>
  return %0 : tensor<96x90xf32>
}
