// RUN: pit-opt %s --pass-pipeline='builtin.module(gpu.module(pit-externalize-shared))' | FileCheck %s

// The arena of a scheduled kernel is what the launch provides; other buffers, and
// those of a kernel without one or in another memory space, stay as they are.

// CHECK-LABEL: gpu.module @kernels
// CHECK:         llvm.mlir.global external @arena() {addr_space = 3 : i32, alignment = 128 : i64} : !llvm.array<0 x i8>
// CHECK:         llvm.mlir.global internal @own() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<64 x i8>
// CHECK:         llvm.mlir.global internal @table() {addr_space = 0 : i32} : !llvm.array<4 x i8>
// CHECK:         llvm.mlir.global internal @other() {addr_space = 3 : i32} : !llvm.array<8 x f32>
// CHECK:         llvm.func @scheduled() attributes {{{.*}}pit.shared_bytes = 36864 : i64
// CHECK-NEXT:      llvm.mlir.addressof @arena : !llvm.ptr<3>
gpu.module @kernels {
  llvm.mlir.global internal @arena() {addr_space = 3 : i32, alignment = 128 : i64} : !llvm.array<36864 x i8>
  llvm.mlir.global internal @own() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<64 x i8>
  llvm.mlir.global internal @table() {addr_space = 0 : i32} : !llvm.array<4 x i8>
  llvm.mlir.global internal @other() {addr_space = 3 : i32} : !llvm.array<8 x f32>
  llvm.func @scheduled() attributes {gpu.kernel, pit.shared_bytes = 36864 : i64} {
    %0 = llvm.mlir.addressof @arena : !llvm.ptr<3>
    %1 = llvm.mlir.addressof @table : !llvm.ptr
    %2 = llvm.mlir.addressof @other : !llvm.ptr<3>
    llvm.return
  }
  llvm.func @unscheduled() attributes {gpu.kernel} {
    %0 = llvm.mlir.addressof @own : !llvm.ptr<3>
    llvm.return
  }
}
