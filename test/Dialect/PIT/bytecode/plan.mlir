// RUN: pit-opt %S/plan-v1.mlirbc > %t.old
// RUN: pit-opt %s > %t.new
// RUN: diff %t.old %t.new

gpu.module @plan_kernels {
  gpu.func @plan_0(%x: memref<4x4xf16>, %y: memref<f16>) kernel attributes {
      pit.kernel_schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32], warps = 4>,
      pit.role = "product", pit.shared_bytes = 36864 : i64, pit.stages = 3 : i64} {
    gpu.return
  }
}

// A launch passes a memref where the kernel takes a bare pointer.

func.func @plan(%x: memref<4x4xf16> {pit.name = "x"}, %out: memref<4x4xf16> {pit.name = "y", pit.output}) {
  %bytes = arith.constant 1024 : index
  %workspace = pit.workspace %bytes : memref<?xi8>
  %zero = arith.constant 0 : index
  %counts = memref.view %workspace[%zero][] {pit.index, pit.name = "counts"} : memref<?xi8> to memref<8xi32>
  pit.launch @plan_kernels::@plan_0 grid(%bytes) args(%x, %out : memref<4x4xf16>, memref<4x4xf16>)
      {block = 128 : i64, schedule = #pit.schedule<dense, tile = [64, 128, 32]>, shared_bytes = 36864 : i64}
  pit.launch @elsewhere::@kernel grid(%bytes) args()
  return
}
