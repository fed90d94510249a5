// The launch plan of a function: index first, then the sparse kernel, with what
// follows as its epilogue; a copy where the caller's own tensor is returned.
// REQUIRES: loadable
// RUN: pit-opt %S/Inputs/ffn.mlir --pit-to-gpu | FileCheck %s
// RUN: pit-opt %S/Inputs/ffn.mlir --pit-to-gpu --verify-roundtrip -o %t.once
// RUN: pit-opt %S/Inputs/ffn.mlir --pit-to-gpu -o %t.plan
// RUN: %preload mlir-opt --load-dialect-plugin=%plugin %S/Inputs/ffn.mlir --pass-pipeline="builtin.module(pit-to-gpu{arch=sm_80})" | FileCheck %s

// CHECK-LABEL: func.func @ffn(
// CHECK-SAME: %[[AT:[a-z0-9]+]]: memref<96x64xf16> {pit.name = "arg0"},
// CHECK-SAME: %[[C:[a-z0-9]+]]: memref<64x128xf32> {pit.name = "arg2"},
// CHECK-SAME: %[[BIAS:[a-z0-9]+]]: memref<128xf32> {pit.name = "arg3"},
// CHECK-SAME: %[[OUT0:[a-z0-9]+]]: memref<64x128xf16> {pit.name = "out0", pit.output},
// CHECK-SAME: %[[OUT1:[a-z0-9]+]]: memref<64x128xf32> {pit.name = "out1", pit.output})
// CHECK: %[[WS:.*]] = pit.workspace
// CHECK: %[[BITS:.*]] = memref.view %[[WS]]{{.*}} {pit.name = "bits"}
// CHECK: %[[COUNTS:.*]] = memref.view %[[WS]]{{.*}} {pit.index, pit.name = "counts"}
// CHECK: %[[COORDS:.*]] = memref.view %[[WS]]{{.*}} {pit.index, pit.name = "coords"}
// CHECK-NOT: memref.view
// CHECK: pit.launch @ffn_kernels::@ffn_0 grid(%{{.*}}) args(%[[AT]], %[[BITS]] : {{.*}}) {block = {{[0-9]+}} : i64, shared_bytes = 0 : i64}
// CHECK: pit.launch @ffn_kernels::@ffn_1 grid(%{{.*}}) args(%[[BITS]], %[[COUNTS]], %[[COORDS]] : {{.*}})
// CHECK: pit.launch @ffn_kernels::@ffn_2 grid(%{{.*}}) args(%[[AT]], %{{.*}}, %[[COUNTS]], %[[COORDS]], %[[C]], %[[BIAS]], %[[OUT0]] : {{.*}})
// CHECK-SAME: block = 128 : i64, schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>, shared_bytes = {{[1-9][0-9]*}} : i64
// CHECK-NOT: pit.launch
// CHECK: memref.copy %[[C]], %[[OUT1]]
// CHECK: return
// CHECK: gpu.module @ffn_kernels [#nvvm.target<O = 3, chip = "sm_80", features = "+ptx78">]
// CHECK-NOT: {{ pit\.[a-z_]+ }}
// CHECK: gpu.func @ffn_0({{.*}} kernel
// CHECK: gpu.func @ffn_1({{.*}} kernel
// CHECK: gpu.func @ffn_2({{.*}} kernel
// CHECK: nvgpu.device_async_copy
// CHECK: nvgpu.mma.sync
// CHECK-NOT: gpu.func
