// Products of every type, in the emulator against the reference in double
// precision: odd sizes, either dimension of either operand contiguous, dense
// and sparse, along the reduction and along rows.

// RUN: pit-run %s --entry=f32_f32_mkkn_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f32_f32_mkkn_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f32_f32_mkkn_dense(%a: tensor<77x67xf32>, %b: tensor<67x141xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xf32>, tensor<67x141xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=f32_f32_mknk_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f32_f32_mknk_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f32_f32_mknk_dense(%a: tensor<77x67xf32>, %b: tensor<141x67xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xf32>, tensor<141x67xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=f32_f32_kmkn_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f32_f32_kmkn_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f32_f32_kmkn_dense(%a: tensor<67x77xf32>, %b: tensor<67x141xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xf32>, tensor<67x141xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=f32_f32_kmnk_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f32_f32_kmnk_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f32_f32_kmnk_dense(%a: tensor<67x77xf32>, %b: tensor<141x67xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xf32>, tensor<141x67xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=f32_f32_sparse_k --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f32_f32_sparse_k --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f32_f32_sparse_k(%a: tensor<67x77xf32, #pit.sparsity<>>, %b: tensor<67x141xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xf32, #pit.sparsity<>>, tensor<67x141xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=f32_f32_sparse_kk --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f32_f32_sparse_kk --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f32_f32_sparse_kk(%a: tensor<77x67xf32, #pit.sparsity<>>, %b: tensor<141x67xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [64, 8], tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xf32, #pit.sparsity<>>, tensor<141x67xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=f32_f32_sparse_m --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f32_f32_sparse_m --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f32_f32_sparse_m(%a: tensor<77x67xf32, #pit.sparsity<>>, %b: tensor<67x141xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [32, 64, 16]>}
      ins(%a, %b : tensor<77x67xf32, #pit.sparsity<>>, tensor<67x141xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=f32_f32_partial --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f32_f32_partial --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f32_f32_partial(%a: tensor<77x67xf32, #pit.sparsity<>>, %b: tensor<67x141xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, 32], tile = [32, 64, 16]>}
      ins(%a, %b : tensor<77x67xf32, #pit.sparsity<>>, tensor<67x141xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=f64_f64_mkkn_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f64_f64_mkkn_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f64_f64_mkkn_dense(%a: tensor<77x67xf64>, %b: tensor<67x141xf64>, %c: tensor<77x141xf64>) -> tensor<77x141xf64> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xf64>, tensor<67x141xf64>) outs(%c : tensor<77x141xf64>) -> tensor<77x141xf64>
  return %0 : tensor<77x141xf64>
}

// RUN: pit-run %s --entry=f64_f64_mknk_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f64_f64_mknk_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f64_f64_mknk_dense(%a: tensor<77x67xf64>, %b: tensor<141x67xf64>, %c: tensor<77x141xf64>) -> tensor<77x141xf64> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xf64>, tensor<141x67xf64>) outs(%c : tensor<77x141xf64>) -> tensor<77x141xf64>
  return %0 : tensor<77x141xf64>
}

// RUN: pit-run %s --entry=f64_f64_kmkn_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f64_f64_kmkn_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f64_f64_kmkn_dense(%a: tensor<67x77xf64>, %b: tensor<67x141xf64>, %c: tensor<77x141xf64>) -> tensor<77x141xf64> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xf64>, tensor<67x141xf64>) outs(%c : tensor<77x141xf64>) -> tensor<77x141xf64>
  return %0 : tensor<77x141xf64>
}

// RUN: pit-run %s --entry=f64_f64_kmnk_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f64_f64_kmnk_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f64_f64_kmnk_dense(%a: tensor<67x77xf64>, %b: tensor<141x67xf64>, %c: tensor<77x141xf64>) -> tensor<77x141xf64> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xf64>, tensor<141x67xf64>) outs(%c : tensor<77x141xf64>) -> tensor<77x141xf64>
  return %0 : tensor<77x141xf64>
}

// RUN: pit-run %s --entry=f64_f64_sparse_k --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f64_f64_sparse_k --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f64_f64_sparse_k(%a: tensor<67x77xf64, #pit.sparsity<>>, %b: tensor<67x141xf64>, %c: tensor<77x141xf64>) -> tensor<77x141xf64> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xf64, #pit.sparsity<>>, tensor<67x141xf64>) outs(%c : tensor<77x141xf64>) -> tensor<77x141xf64>
  return %0 : tensor<77x141xf64>
}

// RUN: pit-run %s --entry=f64_f64_sparse_kk --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f64_f64_sparse_kk --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f64_f64_sparse_kk(%a: tensor<77x67xf64, #pit.sparsity<>>, %b: tensor<141x67xf64>, %c: tensor<77x141xf64>) -> tensor<77x141xf64> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [64, 4], tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xf64, #pit.sparsity<>>, tensor<141x67xf64>) outs(%c : tensor<77x141xf64>) -> tensor<77x141xf64>
  return %0 : tensor<77x141xf64>
}

// RUN: pit-run %s --entry=f64_f64_sparse_m --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f64_f64_sparse_m --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f64_f64_sparse_m(%a: tensor<77x67xf64, #pit.sparsity<>>, %b: tensor<67x141xf64>, %c: tensor<77x141xf64>) -> tensor<77x141xf64> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [32, 64, 16]>}
      ins(%a, %b : tensor<77x67xf64, #pit.sparsity<>>, tensor<67x141xf64>) outs(%c : tensor<77x141xf64>) -> tensor<77x141xf64>
  return %0 : tensor<77x141xf64>
}

// RUN: pit-run %s --entry=f64_f64_partial --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f64_f64_partial --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f64_f64_partial(%a: tensor<77x67xf64, #pit.sparsity<>>, %b: tensor<67x141xf64>, %c: tensor<77x141xf64>) -> tensor<77x141xf64> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, 32], tile = [32, 64, 16]>}
      ins(%a, %b : tensor<77x67xf64, #pit.sparsity<>>, tensor<67x141xf64>) outs(%c : tensor<77x141xf64>) -> tensor<77x141xf64>
  return %0 : tensor<77x141xf64>
}

// RUN: pit-run %s --entry=i8_i32_mkkn_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i8_i32_mkkn_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i8_i32_mkkn_dense(%a: tensor<77x67xi8>, %b: tensor<67x141xi8>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : tensor<77x67xi8>, tensor<67x141xi8>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i8_i32_mknk_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i8_i32_mknk_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i8_i32_mknk_dense(%a: tensor<77x67xi8>, %b: tensor<141x67xi8>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : tensor<77x67xi8>, tensor<141x67xi8>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i8_i32_kmkn_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i8_i32_kmkn_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i8_i32_kmkn_dense(%a: tensor<67x77xi8>, %b: tensor<67x141xi8>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : tensor<67x77xi8>, tensor<67x141xi8>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i8_i32_kmnk_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i8_i32_kmnk_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i8_i32_kmnk_dense(%a: tensor<67x77xi8>, %b: tensor<141x67xi8>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : tensor<67x77xi8>, tensor<141x67xi8>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i8_i32_sparse_k --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i8_i32_sparse_k --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i8_i32_sparse_k(%a: tensor<67x77xi8, #pit.sparsity<>>, %b: tensor<67x141xi8>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 64, 32]>}
      ins(%a, %b : tensor<67x77xi8, #pit.sparsity<>>, tensor<67x141xi8>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i8_i32_sparse_kk --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i8_i32_sparse_kk --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i8_i32_sparse_kk(%a: tensor<77x67xi8, #pit.sparsity<>>, %b: tensor<141x67xi8>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [64, 32], tile = [64, 64, 32]>}
      ins(%a, %b : tensor<77x67xi8, #pit.sparsity<>>, tensor<141x67xi8>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i8_i32_sparse_m --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i8_i32_sparse_m --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i8_i32_sparse_m(%a: tensor<77x67xi8, #pit.sparsity<>>, %b: tensor<67x141xi8>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [32, 64, 32]>}
      ins(%a, %b : tensor<77x67xi8, #pit.sparsity<>>, tensor<67x141xi8>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i8_i32_partial --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i8_i32_partial --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i8_i32_partial(%a: tensor<77x67xi8, #pit.sparsity<>>, %b: tensor<67x141xi8>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, 32], tile = [32, 64, 32]>}
      ins(%a, %b : tensor<77x67xi8, #pit.sparsity<>>, tensor<67x141xi8>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i16_i32_mkkn_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i16_i32_mkkn_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i16_i32_mkkn_dense(%a: tensor<77x67xi16>, %b: tensor<67x141xi16>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xi16>, tensor<67x141xi16>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i16_i32_mknk_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i16_i32_mknk_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i16_i32_mknk_dense(%a: tensor<77x67xi16>, %b: tensor<141x67xi16>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xi16>, tensor<141x67xi16>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i16_i32_kmkn_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i16_i32_kmkn_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i16_i32_kmkn_dense(%a: tensor<67x77xi16>, %b: tensor<67x141xi16>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xi16>, tensor<67x141xi16>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i16_i32_kmnk_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i16_i32_kmnk_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i16_i32_kmnk_dense(%a: tensor<67x77xi16>, %b: tensor<141x67xi16>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xi16>, tensor<141x67xi16>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i16_i32_sparse_k --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i16_i32_sparse_k --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i16_i32_sparse_k(%a: tensor<67x77xi16, #pit.sparsity<>>, %b: tensor<67x141xi16>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xi16, #pit.sparsity<>>, tensor<67x141xi16>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i16_i32_sparse_kk --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i16_i32_sparse_kk --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i16_i32_sparse_kk(%a: tensor<77x67xi16, #pit.sparsity<>>, %b: tensor<141x67xi16>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [64, 16], tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xi16, #pit.sparsity<>>, tensor<141x67xi16>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i16_i32_sparse_m --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i16_i32_sparse_m --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i16_i32_sparse_m(%a: tensor<77x67xi16, #pit.sparsity<>>, %b: tensor<67x141xi16>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [32, 64, 16]>}
      ins(%a, %b : tensor<77x67xi16, #pit.sparsity<>>, tensor<67x141xi16>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i16_i32_partial --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i16_i32_partial --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i16_i32_partial(%a: tensor<77x67xi16, #pit.sparsity<>>, %b: tensor<67x141xi16>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, 32], tile = [32, 64, 16]>}
      ins(%a, %b : tensor<77x67xi16, #pit.sparsity<>>, tensor<67x141xi16>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i32_i32_mkkn_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i32_i32_mkkn_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i32_i32_mkkn_dense(%a: tensor<77x67xi32>, %b: tensor<67x141xi32>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xi32>, tensor<67x141xi32>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i32_i32_mknk_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i32_i32_mknk_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i32_i32_mknk_dense(%a: tensor<77x67xi32>, %b: tensor<141x67xi32>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xi32>, tensor<141x67xi32>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i32_i32_kmkn_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i32_i32_kmkn_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i32_i32_kmkn_dense(%a: tensor<67x77xi32>, %b: tensor<67x141xi32>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xi32>, tensor<67x141xi32>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i32_i32_kmnk_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i32_i32_kmnk_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i32_i32_kmnk_dense(%a: tensor<67x77xi32>, %b: tensor<141x67xi32>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xi32>, tensor<141x67xi32>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i32_i32_sparse_k --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i32_i32_sparse_k --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i32_i32_sparse_k(%a: tensor<67x77xi32, #pit.sparsity<>>, %b: tensor<67x141xi32>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 64, 16]>}
      ins(%a, %b : tensor<67x77xi32, #pit.sparsity<>>, tensor<67x141xi32>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i32_i32_sparse_kk --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i32_i32_sparse_kk --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i32_i32_sparse_kk(%a: tensor<77x67xi32, #pit.sparsity<>>, %b: tensor<141x67xi32>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [64, 8], tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xi32, #pit.sparsity<>>, tensor<141x67xi32>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i32_i32_sparse_m --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i32_i32_sparse_m --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i32_i32_sparse_m(%a: tensor<77x67xi32, #pit.sparsity<>>, %b: tensor<67x141xi32>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [32, 64, 16]>}
      ins(%a, %b : tensor<77x67xi32, #pit.sparsity<>>, tensor<67x141xi32>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i32_i32_partial --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i32_i32_partial --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i32_i32_partial(%a: tensor<77x67xi32, #pit.sparsity<>>, %b: tensor<67x141xi32>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, 32], tile = [32, 64, 16]>}
      ins(%a, %b : tensor<77x67xi32, #pit.sparsity<>>, tensor<67x141xi32>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i8_unsigned --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i8_unsigned --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i8_unsigned(%a: tensor<77x67xi8>, %b: tensor<141x67xi8>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {cast = #linalg.type_fn<cast_unsigned>, pit.schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : tensor<77x67xi8>, tensor<141x67xi8>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=i8_unsigned_cuda --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=i8_unsigned_cuda --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @i8_unsigned_cuda(%a: tensor<77x67xi8>, %b: tensor<67x141xi8>, %c: tensor<77x141xi32>) -> tensor<77x141xi32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {cast = #linalg.type_fn<cast_unsigned>, pit.schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : tensor<77x67xi8>, tensor<67x141xi8>) outs(%c : tensor<77x141xi32>) -> tensor<77x141xi32>
  return %0 : tensor<77x141xi32>
}

// RUN: pit-run %s --entry=tf32_mkkn --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=tf32_mkkn --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @tf32_mkkn(%a: tensor<77x67xf32>, %b: tensor<67x141xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16], math = tf32>}
      ins(%a, %b : tensor<77x67xf32>, tensor<67x141xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=tf32_mknk --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=tf32_mknk --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @tf32_mknk(%a: tensor<77x67xf32>, %b: tensor<141x67xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16], math = tf32>}
      ins(%a, %b : tensor<77x67xf32>, tensor<141x67xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=tf32_kmkn --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=tf32_kmkn --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @tf32_kmkn(%a: tensor<67x77xf32>, %b: tensor<67x141xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16], math = tf32>}
      ins(%a, %b : tensor<67x77xf32>, tensor<67x141xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=tf32_kmnk --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=tf32_kmnk --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @tf32_kmnk(%a: tensor<67x77xf32>, %b: tensor<141x67xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [64, 64, 16], math = tf32>}
      ins(%a, %b : tensor<67x77xf32>, tensor<141x67xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=tf32_sparse --arch=sm_80 --device=emulator --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=tf32_sparse --device=cpu --arg random:density=0.4,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @tf32_sparse(%a: tensor<67x77xf32, #pit.sparsity<>>, %b: tensor<67x141xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 64, 16], math = tf32>}
      ins(%a, %b : tensor<67x77xf32, #pit.sparsity<>>, tensor<67x141xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=small --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=small --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @small(%a: tensor<77x67xf32>, %b: tensor<67x141xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [4, 32, 16]>}
      ins(%a, %b : tensor<77x67xf32>, tensor<67x141xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// RUN: pit-run %s --entry=wide --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=wide --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @wide(%a: tensor<77x67xf32>, %b: tensor<67x141xf32>, %c: tensor<77x141xf32>) -> tensor<77x141xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<dense, tile = [128, 128, 16]>}
      ins(%a, %b : tensor<77x67xf32>, tensor<67x141xf32>) outs(%c : tensor<77x141xf32>) -> tensor<77x141xf32>
  return %0 : tensor<77x141xf32>
}

// Sums of f32 in an output of f16.
// RUN: pit-run %s --entry=f32_f16_dense --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f32_f16_dense --device=cpu --arg random:seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @f32_f16_dense(%a: tensor<77x67xf32>, %b: tensor<67x141xf32>, %c: tensor<77x141xf16>) -> tensor<77x141xf16> {
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], pit.schedule = #pit.schedule<dense, tile = [64, 64, 16]>}
      ins(%a, %b : tensor<77x67xf32>, tensor<67x141xf32>) outs(%c : tensor<77x141xf16>) {
  ^bb0(%x: f32, %y: f32, %acc: f16):
    %1 = arith.mulf %x, %y : f32
    %2 = arith.extf %acc : f16 to f32
    %3 = arith.addf %2, %1 : f32
    %4 = arith.truncf %3 : f32 to f16
    linalg.yield %4 : f16
  } -> tensor<77x141xf16>
  return %0 : tensor<77x141xf16>
}

// RUN: pit-run %s --entry=f32_f16_sparse --arch=sm_80 --device=emulator --arg random:seed=1,density=0.3,block=8x8 --arg random:seed=2 --arg random:seed=3 --check
// RUN: pit-run %s --entry=f32_f16_sparse --device=cpu --arg random:seed=1,density=0.3,block=8x8 --arg random:seed=2 --arg random:seed=3 --check
func.func @f32_f16_sparse(%a: tensor<77x67xf32, #pit.sparsity<>>, %b: tensor<67x141xf32>, %c: tensor<77x141xf16>) -> tensor<77x141xf16> {
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<77x67xf32, #pit.sparsity<>>, tensor<67x141xf32>) outs(%c : tensor<77x141xf16>) {
  ^bb0(%x: f32, %y: f32, %acc: f16):
    %1 = arith.mulf %x, %y : f32
    %2 = arith.extf %acc : f16 to f32
    %3 = arith.addf %2, %1 : f32
    %4 = arith.truncf %3 : f32 to f16
    linalg.yield %4 : f16
  } -> tensor<77x141xf16>
  return %0 : tensor<77x141xf16>
}
