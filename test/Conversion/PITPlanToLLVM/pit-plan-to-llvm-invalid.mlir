// RUN: pit-opt %s --convert-pit-plan-to-llvm --split-input-file --verify-diagnostics

module attributes {gpu.container_module} {
  func.func @incomplete(%x: memref<64xf32> {pit.name = "x"}) {
    %c4 = arith.constant 4 : index
    // expected-error @+1 {{has no block size or shared memory: run 'pit-finalize-plan' first}}
    pit.launch @k::@f_0 grid(%c4) args(%x : memref<64xf32>)
    return
  }
  gpu.module @k {
    gpu.func @f_0(%x: memref<64xf32>) kernel {
      gpu.return
    }
  }
}

// -----

// expected-error @+1 {{needs the name 'f_workspace_bytes' for the function that returns the size of its workspace, but it is taken}}
func.func @f(%x: memref<64xf32> {pit.name = "x"}) {
  return
}
func.func @f_workspace_bytes(%x: memref<64xf32> {pit.name = "x"}) {
  return
}

// -----

func.func @not_a_plan(%x: memref<64xf32> {pit.name = "x"}, %y: memref<64xf32> {pit.name = "y", pit.output}) {
  // expected-error @+1 {{has no place in a launch plan}}
  linalg.exp ins(%x : memref<64xf32>) outs(%y : memref<64xf32>)
  return
}

// -----

func.func @unknown_size(%x: memref<64xf32> {pit.name = "x"}) {
  %c4 = arith.constant 4 : index
  %c1 = arith.constant 1 : index
  // expected-error @+1 {{'arith.shli' op has no expression in a launch plan}}
  %bytes = arith.shli %c4, %c1 : index
  %ws = pit.workspace %bytes : memref<?xi8>
  return
}

// -----

// expected-error @+1 {{has a name that begins with 'mgpu', as those of the runtime library do: rename it}}
func.func @mgpuMemcpy(%x: memref<4xf32> {pit.name = "x"}) {
  return
}

// -----

module attributes {gpu.container_module} {
  func.func @grid_past_64_bits(%x: memref<64xf32> {pit.name = "x"}) {
    %big = arith.constant 4611686018427387904 : index
    %c4 = arith.constant 4 : index
    // expected-error @+1 {{a size of the launch plan does not fit into 64 bits}}
    %grid = arith.muli %big, %c4 : index
    pit.launch @k::@f_0 grid(%grid) args(%x : memref<64xf32>) {block = 32 : i64, shared_bytes = 0 : i64}
    return
  }
  gpu.module @k {
    gpu.func @f_0(%x: memref<64xf32>) kernel {
      gpu.return
    }
  }
}

// -----

module attributes {gpu.container_module} {
  func.func @negative_grid(%x: memref<64xf32> {pit.name = "x"}) {
    // expected-error @+1 {{a size of the launch plan is -4: expected 0 to 2147483647}}
    %grid = arith.constant -4 : index
    pit.launch @k::@f_0 grid(%grid) args(%x : memref<64xf32>) {block = 32 : i64, shared_bytes = 0 : i64}
    return
  }
  gpu.module @k {
    gpu.func @f_0(%x: memref<64xf32>) kernel {
      gpu.return
    }
  }
}
