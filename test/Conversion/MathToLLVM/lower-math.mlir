// RUN: pit-opt %s --pass-pipeline='builtin.module(gpu.module(pit-lower-math))' | FileCheck %s

gpu.module @kernels {
  // CHECK-LABEL: func.func @instructions(
  // CHECK-SAME: %[[X:.*]]: f32, %[[H:.*]]: bf16, %[[I:.*]]: i32)
  // CHECK: %[[FLOOR:.*]] = llvm.call_intrinsic "llvm.floor"(%[[X]]) : (f32) -> f32
  // CHECK: %[[ROOT:.*]] = llvm.call_intrinsic "llvm.sqrt"(%[[FLOOR]]) : (f32) -> f32
  // CHECK: %[[RSQRT:.*]] = arith.divf %{{.*}}, %[[ROOT]] : f32
  // CHECK: %[[ABS:.*]] = llvm.call_intrinsic "llvm.fabs"(%[[H]]) : (bf16) -> bf16
  // CHECK: %[[COUNT:.*]] = llvm.intr.ctpop(%[[I]]) : (i32) -> i32
  // CHECK: return %[[RSQRT]], %[[ABS]], %[[COUNT]]
  func.func @instructions(%x: f32, %h: bf16, %i: i32) -> (f32, bf16, i32) {
    %0 = math.floor %x : f32
    %1 = math.rsqrt %0 : f32
    %2 = math.absf %h : bf16
    %3 = math.ctpop %i : i32
    return %1, %2, %3 : f32, bf16, i32
  }

  // f16 is computed in f32.
  // CHECK-LABEL: func.func @narrow(
  // CHECK-SAME: %[[X:.*]]: f16)
  // CHECK: %[[WIDE:.*]] = arith.extf %[[X]] : f16 to f32
  // CHECK-NOT: math.
  // CHECK: %[[RESULT:.*]] = arith.truncf %{{.*}} : f32 to f16
  // CHECK: return %[[RESULT]]
  func.func @narrow(%x: f16) -> f16 {
    %0 = math.exp %x : f16
    return %0 : f16
  }

  // CHECK-LABEL: func.func @vector(
  // CHECK-NOT: math.
  // CHECK: return %{{.*}} : vector<4xf32>
  func.func @vector(%x: vector<4xf32>, %y: vector<4xf32>) -> vector<4xf32> {
    %0 = math.tanh %x : vector<4xf32>
    %1 = math.erf %0 : vector<4xf32>
    %2 = math.powf %1, %y : vector<4xf32>
    %3 = math.sin %2 : vector<4xf32>
    %4 = math.log1p %3 : vector<4xf32>
    return %4 : vector<4xf32>
  }

  // CHECK-LABEL: func.func @division(
  // CHECK-NOT: arith.floordivsi
  // CHECK-NOT: arith.ceildivsi
  // CHECK: arith.divsi
  // CHECK: return
  func.func @division(%x: i32, %y: i32) -> (i32, i32) {
    %0 = arith.floordivsi %x, %y : i32
    %1 = arith.ceildivsi %x, %y : i32
    return %0, %1 : i32, i32
  }
}
