func.func @f(%x: tensor<5xf32>, %y: tensor<0xf32>) -> (tensor<5xf32>, tensor<5xf32>, tensor<0xf32>) {
  %e = tensor.empty() : tensor<5xf32>
  %0 = linalg.negf ins(%x : tensor<5xf32>) outs(%e : tensor<5xf32>) -> tensor<5xf32>
  %1 = linalg.add ins(%0, %0 : tensor<5xf32>, tensor<5xf32>) outs(%e : tensor<5xf32>) -> tensor<5xf32>
  %3 = linalg.mul ins(%0, %1 : tensor<5xf32>, tensor<5xf32>) outs(%1 : tensor<5xf32>) -> tensor<5xf32>
  %z = tensor.empty() : tensor<0xf32>
  %2 = linalg.exp ins(%y : tensor<0xf32>) outs(%z : tensor<0xf32>) -> tensor<0xf32>
  return %3, %x, %2 : tensor<5xf32>, tensor<5xf32>, tensor<0xf32>
}
