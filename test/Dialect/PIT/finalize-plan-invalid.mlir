// RUN: pit-opt %s --pit-finalize-plan --split-input-file --verify-diagnostics

module attributes {gpu.container_module} {
  func.func @f(%x: memref<64xf32> {pit.name = "x"}) {
    %c4 = arith.constant 4 : index
    pit.launch @k::@f_0 grid(%c4) args(%x : memref<64xf32>)
    return
  }
  gpu.module @k {
    // expected-error @+1 {{has no 'known_block_size', which its launch needs}}
    gpu.func @f_0(%x: memref<64xf32>) kernel {
      gpu.return
    }
  }
}

// -----

module attributes {gpu.container_module} {
  func.func @f(%x: memref<64xf32> {pit.name = "x"}) {
    %c4 = arith.constant 4 : index
    pit.launch @k::@f_0 grid(%c4) args(%x : memref<64xf32>)
    return
  }
  gpu.module @k {
    gpu.func @f_0(%x: memref<64xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
      // expected-error @+1 {{is left in a kernel whose launch is to be completed: run the schedule and its lowering first}}
      %0 = pit.acc_zero : !pit.acc<16x16xf32>
      gpu.return
    }
  }
}

// -----

module attributes {gpu.container_module} {
  func.func @f(%x: memref<64xf32> {pit.name = "x"}) {
    %c4 = arith.constant 4 : index
    pit.launch @k::@f_0 grid(%c4) args(%x : memref<64xf32>)
    return
  }
  gpu.module @k {
    // expected-error @+1 {{has 'known_block_size' [32, 4, 1]: expected 1 along y and z, as plans launch blocks along x}}
    gpu.func @f_0(%x: memref<64xf32>) kernel attributes {known_block_size = array<i32: 32, 4, 1>} {
      gpu.return
    }
  }
}

// -----

func.func @not_converted(%x: memref<64xf32> {pit.name = "x"}, %y: memref<64xf32> {pit.name = "y", pit.output}) {
  // expected-error @+1 {{has no place in a launch plan}}
  linalg.exp ins(%x : memref<64xf32>) outs(%y : memref<64xf32>)
  return
}

// -----

// expected-error @+1 {{is not a launch plan: argument 0 has no 'pit.name'}}
func.func @not_planned(%x: memref<64xf32>) {
  return
}

// -----

// expected-error @+1 {{is not a launch plan: expects no results (outputs are arguments), but has 1}}
func.func @results(%x: memref<64xf32>) -> memref<64xf32> {
  return %x : memref<64xf32>
}

// -----

module attributes {gpu.container_module} {
  func.func @f(%x: memref<64xf32> {pit.name = "x"}) {
    %c4 = arith.constant 4 : index
    // expected-error @+1 {{launches @k, which is not a 'gpu.func'}}
    pit.launch @k grid(%c4) args(%x : memref<64xf32>)
    return
  }
  gpu.module @k {
  }
}

// -----

func.func @unaligned(%x: memref<64xf32> {pit.name = "x"}, %y: memref<64xf32> {pit.name = "y", pit.output}) {
  %c512 = arith.constant 512 : index
  %c4 = arith.constant 4 : index
  %ws = pit.workspace %c512 : memref<?xi8>
  // expected-error @+1 {{starts at byte 4 of the workspace: expected a multiple of 256}}
  %v = memref.view %ws[%c4][] {pit.name = "tmp"} : memref<?xi8> to memref<64xf32>
  memref.copy %x, %v : memref<64xf32> to memref<64xf32>
  memref.copy %v, %y : memref<64xf32> to memref<64xf32>
  return
}

// -----

func.func @past_the_end(%x: memref<64xf32> {pit.name = "x"}, %y: memref<64xf32> {pit.name = "y", pit.output}) {
  %c500 = arith.constant 500 : index
  %c256 = arith.constant 256 : index
  %ws = pit.workspace %c500 : memref<?xi8>
  // expected-error @+1 {{takes 256 bytes from byte 256 on, but the workspace has 500}}
  %v = memref.view %ws[%c256][] {pit.name = "tmp"} : memref<?xi8> to memref<64xf32>
  memref.copy %x, %v : memref<64xf32> to memref<64xf32>
  memref.copy %v, %y : memref<64xf32> to memref<64xf32>
  return
}
