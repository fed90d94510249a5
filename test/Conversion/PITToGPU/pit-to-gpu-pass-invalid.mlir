// RUN: pit-opt %s --convert-pit-to-gpu --split-input-file --verify-diagnostics

// expected-error @+1 {{is not a launch plan: argument 0 has no 'pit.name'}}
func.func @not_planned(%x: memref<64xf32>) {
  return
}

// -----

func.func @tensors(%x: memref<64xf32> {pit.name = "x"}) {
  // expected-error @+1 {{has no place in a launch plan: it has tensors; bufferize the function first}}
  %0 = tensor.empty() : tensor<64xf32>
  return
}
