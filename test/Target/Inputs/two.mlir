func.func private @declared(tensor<4xf32>) -> tensor<4xf32>
func.func @copy(%x: tensor<3x0x2xf32>) -> tensor<3x0x2xf32> {
  return %x : tensor<3x0x2xf32>
}
func.func @exp(%x: tensor<33xf32>) -> tensor<33xf32> {
  %e = tensor.empty() : tensor<33xf32>
  %0 = linalg.exp ins(%x : tensor<33xf32>) outs(%e : tensor<33xf32>) -> tensor<33xf32>
  return %0 : tensor<33xf32>
}
