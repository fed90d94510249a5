// Host code as MLIR's own pipeline lowers it, on the emulated device: module,
// memory, copies, a fill, two launches and their order.
// REQUIRES: mlir-runner, loadable
// RUN: mlir-opt %s --gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx78 cubin-format=isa" \
// RUN:   | %preload mlir-runner --entry-point-result=void --shared-libs=%mgpu --shared-libs=%mlir_runner_utils 2>&1 | FileCheck %s

// CHECK: sizes = [5]
// CHECK-NEXT: [2, 5, 8, 11, 14]
// CHECK-NOT: error

module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @axpy(%n: index, %a: f32, %x: memref<?xf32>, %y: memref<?xf32>) kernel {
      %b = gpu.block_id x
      %d = gpu.block_dim x
      %t = gpu.thread_id x
      %o = arith.muli %b, %d : index
      %i = arith.addi %o, %t : index
      %in = arith.cmpi slt, %i, %n : index
      scf.if %in {
        %xv = memref.load %x[%i] : memref<?xf32>
        %yv = memref.load %y[%i] : memref<?xf32>
        %p = arith.mulf %a, %xv : f32
        %s = arith.addf %p, %yv : f32
        memref.store %s, %y[%i] : memref<?xf32>
      }
      gpu.return
    }
  }

  func.func @main() {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %n = arith.constant 5 : index
    %one = arith.constant 1.0 : f32
    %two = arith.constant 2.0 : f32
    %host = memref.alloc(%n) : memref<?xf32>
    scf.for %i = %c0 to %n step %c1 {
      %j = arith.index_cast %i : index to i32
      %f = arith.sitofp %j : i32 to f32
      memref.store %f, %host[%i] : memref<?xf32>
    }
    %t0 = gpu.wait async
    %x, %t1 = gpu.alloc async [%t0] (%n) : memref<?xf32>
    %y, %t2 = gpu.alloc async [%t1] (%n) : memref<?xf32>
    %t3 = gpu.memcpy async [%t2] %x, %host : memref<?xf32>, memref<?xf32>
    %t4 = gpu.memset async [%t3] %y, %two : memref<?xf32>, f32
    // y = 2 + x, then y = y + 2 * x.
    %t5 = gpu.launch_func async [%t4] @kernels::@axpy blocks in (%c2, %c1, %c1) threads in (%n, %c1, %c1)
        args(%n : index, %one : f32, %x : memref<?xf32>, %y : memref<?xf32>)
    %t6 = gpu.launch_func async [%t5] @kernels::@axpy blocks in (%c2, %c1, %c1) threads in (%n, %c1, %c1)
        args(%n : index, %two : f32, %x : memref<?xf32>, %y : memref<?xf32>)
    %t7 = gpu.memcpy async [%t6] %host, %y : memref<?xf32>, memref<?xf32>
    %t8 = gpu.dealloc async [%t7] %x : memref<?xf32>
    %t9 = gpu.dealloc async [%t8] %y : memref<?xf32>
    gpu.wait [%t9]
    %u = memref.cast %host : memref<?xf32> to memref<*xf32>
    call @printMemrefF32(%u) : (memref<*xf32>) -> ()
    memref.dealloc %host : memref<?xf32>
    return
  }
  func.func private @printMemrefF32(memref<*xf32>) attributes {llvm.emit_c_interface}
}
