// RUN: pit-opt %s --convert-pit-plan-to-llvm | FileCheck %s

// Sizes come between the pointers and the workspace, one for each '?'. They are
// checked, with arithmetic that tells overflow, before anything is launched.
// CHECK-LABEL: llvm.func @f_workspace_bytes(
// CHECK-SAME: %[[M:[a-z0-9]+]]: i64, %[[N:[a-z0-9]+]]: i64, %[[O:[a-z0-9]+]]: i64) -> i64
// CHECK: llvm.intr.smul.with.overflow
// CHECK: llvm.icmp "eq" %[[N]], %[[M]]
// CHECK: llvm.icmp "eq" %[[O]], %[[M]]
// CHECK: %[[NO:.*]] = llvm.mlir.constant(-1 : i64)
// CHECK: %[[BYTES:.*]] = llvm.select %{{.*}}, %{{.*}}, %[[NO]]
// CHECK: llvm.return %[[BYTES]]
// CHECK-LABEL: llvm.func @f(
// CHECK-SAME: %[[X:[a-z0-9]+]]: !llvm.ptr, %[[Y:[a-z0-9]+]]: !llvm.ptr, %[[OUT:[a-z0-9]+]]: !llvm.ptr, %[[M:[a-z0-9]+]]: i64, %[[N:[a-z0-9]+]]: i64, %[[O:[a-z0-9]+]]: i64, %[[WS:[a-z0-9]+]]: !llvm.ptr, %[[STREAM:[a-z0-9]+]]: !llvm.ptr) -> i32
// CHECK: %[[MOST:.*]] = llvm.mlir.constant(2147483647 : i64)
// CHECK: llvm.icmp "sle" %[[GRID:.*]], %[[MOST]]
// CHECK: llvm.cond_br %{{.*}}, ^[[BODY:.*]], ^[[REFUSED:[a-z0-9]+]]
// CHECK: ^[[REFUSED]]:
// CHECK: llvm.mlir.constant(1 : i32)
// CHECK-NEXT: llvm.return
// CHECK: ^[[BODY]]:
// CHECK: llvm.cond_br %{{.*}}, ^[[NEXT:.*]], ^[[LAUNCH:[a-z0-9]+]]
// CHECK: ^[[LAUNCH]]:
// CHECK: gpu.launch_func <%[[STREAM]] : !llvm.ptr> @f_kernels::@f_0 blocks in (%[[GRID]],
// CHECK-SAME: args(%[[X]] : !llvm.ptr, %{{.*}} : !llvm.ptr, %[[M]] : i64)
// CHECK: llvm.br ^[[NEXT]]
// CHECK: ^[[NEXT]]:
// CHECK: llvm.call @mgpuMemcpy(%[[OUT]], %[[Y]],
// CHECK: llvm.mlir.constant(0 : i32)
module attributes {gpu.container_module} {
  func.func @f(%x: memref<?xf32> {pit.name = "arg0"}, %y: memref<?xf32> {pit.name = "arg1"}, %out: memref<?xf32> {pit.name = "out0", pit.output}) {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %c32 = arith.constant 32 : index
    %m = memref.dim %x, %c0 : memref<?xf32>
    %n = memref.dim %y, %c0 : memref<?xf32>
    %o = memref.dim %out, %c0 : memref<?xf32>
    pit.require %n, %m, "loop d0 of 'linalg.add'"
    pit.require %o, %m, "result 0"
    %bytes = arith.muli %m, %c4 : index
    %ws = pit.workspace %bytes : memref<?xi8>
    %t = memref.view %ws[%c0][%m] {pit.name = "tmp"} : memref<?xi8> to memref<?xf32>
    %grid = arith.ceildivsi %m, %c32 : index
    %size = arith.index_cast %m : index to i64
    pit.launch @f_kernels::@f_0 grid(%grid) args(%x, %t, %size : memref<?xf32>, memref<?xf32>, i64) {block = 32 : i64, shared_bytes = 0 : i64}
    memref.copy %y, %out : memref<?xf32> to memref<?xf32>
    return
  }
  gpu.module @f_kernels {
    llvm.func @f_0(%x: !llvm.ptr, %t: !llvm.ptr, %size: i64) attributes {gpu.kernel, nvvm.kernel} {
      llvm.return
    }
  }
}
