// Host code by itself: one function that takes addresses, the workspace and the
// stream, and one that returns the workspace's size.
// RUN: pit-opt %s --convert-pit-plan-to-llvm | FileCheck %s

// CHECK: llvm.func @f_workspace_bytes() -> i64
// CHECK: llvm.mlir.constant(256 : i64)
// CHECK: llvm.func @f(%[[X:.*]]: !llvm.ptr, %[[Y:.*]]: !llvm.ptr, %[[WORKSPACE:.*]]: !llvm.ptr, %[[STREAM:.*]]: !llvm.ptr)
// CHECK: %[[TMP:.*]] = llvm.getelementptr %[[WORKSPACE]]
// CHECK: gpu.launch_func <%[[STREAM]] : !llvm.ptr> @k::@f_0 blocks in
// CHECK-SAME: args(%[[X]] : !llvm.ptr, %[[TMP]] : !llvm.ptr)
// CHECK: llvm.call @mgpuMemcpy(%[[Y]], %{{.*}}, %{{.*}}, %[[STREAM]])
// CHECK: llvm.return
module attributes {gpu.container_module} {
  func.func @f(%x: memref<64xf32> {pit.name = "x"}, %y: memref<64xf32> {pit.name = "y", pit.output}) {
    %c0 = arith.constant 0 : index
    %c256 = arith.constant 256 : index
    %c4 = arith.constant 4 : index
    %ws = pit.workspace %c256 : memref<?xi8>
    %tmp = memref.view %ws[%c0][] : memref<?xi8> to memref<64xf32>
    pit.launch @k::@f_0 grid(%c4) args(%x, %tmp : memref<64xf32>, memref<64xf32>) {block = 32 : i64, shared_bytes = 0 : i64}
    memref.copy %tmp, %y : memref<64xf32> to memref<64xf32>
    return
  }
  gpu.module @k {
    llvm.func @f_0(%x: !llvm.ptr, %y: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel} {
      llvm.return
    }
  }
}
