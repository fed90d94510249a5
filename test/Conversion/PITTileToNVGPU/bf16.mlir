// bf16 takes the way of f16, but for the product: nvgpu.mma.sync has no
// lowering for it.
// RUN: pit-opt %s --pit-to-gpu --mlir-print-local-scope | FileCheck %s

// CHECK: gpu.func @f_2(
// CHECK-SAME: memref<64x128xbf16>
// CHECK: nvgpu.device_async_copy {{.*}} : memref<64x128xbf16>
// CHECK: nvgpu.ldmatrix {{.*}} -> vector<4x2xbf16>
// CHECK: vector.bitcast %{{.*}} : vector<2xbf16> to vector<1xi32>
// CHECK: nvvm.mma.sync A[{{.*}}] B[{{.*}}] C[{{.*}}]
// CHECK-SAME: multiplicandAPtxType = #nvvm.mma_type<bf16>, multiplicandBPtxType = #nvvm.mma_type<bf16>, shape = #nvvm.shape<m = 16, n = 8, k = 16>
// CHECK: arith.truncf %{{.*}} : f32 to bf16
func.func @f(%at: tensor<64x128xbf16, #pit.sparsity<>>, %b: tensor<64x128xbf16>, %c: tensor<128x128xbf16>) -> tensor<128x128xbf16> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%at, %b : tensor<64x128xbf16, #pit.sparsity<>>, tensor<64x128xbf16>) outs(%c : tensor<128x128xbf16>) -> tensor<128x128xbf16>
  return %0 : tensor<128x128xbf16>
}
