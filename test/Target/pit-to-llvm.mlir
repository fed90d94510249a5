// Host code of a plan: bare pointers, the caller's workspace and stream.
// REQUIRES: loadable
// RUN: pit-opt %S/Inputs/host.mlir --pit-to-llvm=arch=sm_80 > %t.mlir
// RUN: FileCheck %s < %t.mlir
// RUN: %preload mlir-opt --load-dialect-plugin=%plugin %S/Inputs/host.mlir --pass-pipeline="builtin.module(pit-to-llvm)" > %t.stock
// RUN: cmp %t.mlir %t.stock

// CHECK: llvm.func @mgpuMemcpy(!llvm.ptr, !llvm.ptr, i64, !llvm.ptr)
// CHECK: llvm.func @f_workspace_bytes() -> i64 {
// CHECK: llvm.mlir.constant(20 : i64)
// CHECK: llvm.func @f(%[[X:[a-z0-9]+]]: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr, %[[OUT0:[a-z0-9]+]]: !llvm.ptr, %[[OUT1:[a-z0-9]+]]: !llvm.ptr, %{{[a-z0-9]+}}: !llvm.ptr, %[[WS:[a-z0-9]+]]: !llvm.ptr, %[[STREAM:[a-z0-9]+]]: !llvm.ptr) {
// CHECK: %[[TMP:.*]] = llvm.getelementptr %[[WS]]
// CHECK: gpu.launch_func <%[[STREAM]] : !llvm.ptr> @f_kernels::@f_0 {{.*}} args(%[[X]] : !llvm.ptr, %[[TMP]] : !llvm.ptr)
// CHECK: gpu.launch_func <%[[STREAM]] : !llvm.ptr> @f_kernels::@f_1 {{.*}} args(%{{.*}} : !llvm.ptr, %[[OUT0]] : !llvm.ptr)
// CHECK: gpu.launch_func <%[[STREAM]] : !llvm.ptr> @f_kernels::@f_2
// CHECK-NOT: gpu.launch_func
// CHECK: llvm.call @mgpuMemcpy(%[[OUT1]], %[[X]], %{{.*}}, %[[STREAM]])
// CHECK: gpu.binary @f_kernels
// CHECK-NOT: func.func
