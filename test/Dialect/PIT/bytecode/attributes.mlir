// RUN: pit-opt %S/attributes-v1.mlirbc > %t.old
// RUN: pit-opt %s > %t.new
// RUN: diff %t.old %t.new

func.func @attributes() attributes {
    a0 = #pit.sparsity<>,
    a1 = #pit.sparsity<granularity = [1, 64]>,
    a2 = #pit.sparsity<ratio = 0.95>,
    a3 = #pit.sparsity<ratio = 0.0, granularity = [32, 1]>,
    a4 = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>,
    a5 = #pit.schedule<arch = sm_80, math = tf32, deterministic, stages = 3, warps = 4, tile = [64, 128, 32], micro_tile = [1, ?], axis = 0>,
    a6 = #pit.schedule<tile = [64, 128, 32], dense>,
    a7 = #pit.permutation<micro_tile = [1, ?], operand = 0, kind = reduction, dim = 2>,
    a9 = #pit.sparsity<ratio = 1.0>, b0 = #pit.sparsity<ratio = 1.0e-30>, b1 = #pit.sparsity<ratio = 0.125>,
    a8 = #pit.permutation<dim = 0, kind = parallel, operand = 1, micro_tile = [16]>} {
  return
}

func.func @schedule_on_linalg(%a: tensor<4x4xf16>) -> tensor<4x4xf16> {
  %0 = linalg.matmul {pit.schedule = #pit.schedule<dense, tile = [64, 128, 32]>} ins(%a, %a : tensor<4x4xf16>, tensor<4x4xf16>) outs(%a : tensor<4x4xf16>) -> tensor<4x4xf16>
  return %0 : tensor<4x4xf16>
}
