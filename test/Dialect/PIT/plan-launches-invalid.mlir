// RUN: pit-opt %s --pit-plan-launches --split-input-file --verify-diagnostics

// expected-error @+1 {{argument 1 has type 'f32', but a launch plan takes memrefs only: a scalar goes into a tensor of rank 0}}
func.func @scalar(%x: memref<4xf32>, %s: f32) {
  return
}

// -----

// expected-error @+1 {{argument 0 has type 'memref<4xf32, strided<[2]>>', but a launch plan expects the identity layout and the default memory space}}
func.func @strided(%x: memref<4xf32, strided<[2]>>) {
  return
}

// -----

// expected-error @+1 {{argument 0 has type 'memref<4xi4>', whose elements have no lowering}}
func.func @four_bits(%x: memref<4xi4>) {
  return
}

// -----

func.func @size_of_data(%n: memref<index>, %x: memref<?xf32>) {
  %size = memref.load %n[] : memref<index>
  // expected-error @+1 {{needs a temporary of type 'memref<?xf32>', whose size is no arithmetic on sizes of arguments, which a launch plan computes before its steps}}
  %t = memref.alloc(%size) : memref<?xf32>
  memref.dealloc %t : memref<?xf32>
  linalg.exp ins(%x : memref<?xf32>) outs(%x : memref<?xf32>)
  memref.copy %t, %t : memref<?xf32> to memref<?xf32>
  return
}

// -----

func.func @strided_temporary() {
  // expected-error @+1 {{needs a temporary of type 'memref<4xf32, strided<[2]>>', but a launch plan expects the identity layout, the default memory space and elements that a kernel can load}}
  %t = memref.alloc() : memref<4xf32, strided<[2]>>
  memref.copy %t, %t : memref<4xf32, strided<[2]>> to memref<4xf32, strided<[2]>>
  return
}

// -----

func.func @loop(%x: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @+1 {{'scf.for' op has no place in a launch plan: a plan is a straight list of steps that depend on sizes only, without control flow}}
  scf.for %i = %c0 to %c1 step %c1 {
  }
  return
}

// -----

// expected-error @+1 {{expects one block, but has 2: a launch plan has no control flow}}
func.func @branch(%x: memref<4xf32>) {
  cf.br ^bb1
^bb1:
  return
}

// -----

func.func private @other(memref<4xf32>)
func.func @call(%x: memref<4xf32>) {
  // expected-error @+1 {{'func.call' op has no place in a launch plan: inline the function that it calls}}
  call @other(%x) : (memref<4xf32>) -> ()
  return
}

// -----

func.func @element(%x: memref<4xf32>) {
  %c0 = arith.constant 0 : index
  // expected-error @+1 {{'memref.load' op has no place in a launch plan, which holds linalg and pit operations, copies, launches, and arithmetic on sizes}}
  %0 = memref.load %x[%c0] : memref<4xf32>
  return
}

// -----

func.func @tensors(%x: memref<4xf32>) {
  // expected-error @+1 {{'tensor.empty' op has no place in a launch plan: it has tensors; bufferize the function first}}
  %0 = tensor.empty() : tensor<4xf32>
  return
}

// -----

func.func @slice(%x: memref<8xf32>) {
  // expected-error @+1 {{'memref.subview' op has no place in a launch plan}}
  %0 = memref.subview %x[4] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1], offset: 4>>
  return
}

// -----

func.func @moved(%x: memref<8xf32>) {
  // expected-error @+1 {{has no place in a launch plan: it does not start at the first element of its source}}
  %0 = memref.reinterpret_cast %x to offset: [4], sizes: [4], strides: [1] : memref<8xf32> to memref<4xf32, strided<[1], offset: 4>>
  return
}

// -----

memref.global "private" constant @table : memref<3xf32> = dense<[1.0, 2.0, 3.0]>
func.func @constant() -> memref<3xf32> {
  // expected-error @+1 {{constant 'table' has 3 elements that are not all equal, and a launch plan carries no data: pass it as an argument}}
  %0 = memref.get_global @table : memref<3xf32>
  return %0 : memref<3xf32>
}

// -----

memref.global "private" @variable : memref<3xf32> = dense<1.0>
func.func @variable_global() -> memref<3xf32> {
  // expected-error @+1 {{has no place in a launch plan: 'variable' is not a constant with a value}}
  %0 = memref.get_global @variable : memref<3xf32>
  return %0 : memref<3xf32>
}

// -----

func.func @returned_scalar() -> f32 {
  %0 = arith.constant 1.0 : f32
  // expected-error @+1 {{returns a value of type 'f32', but the results of a launch plan are tensors or memrefs of identity layout}}
  return %0 : f32
}

// -----

// expected-error @+1 {{has a second 'x' (argument 1): names in a launch plan are unique}}
func.func @same_name(%x: memref<4xf32> {pit.name = "x"}, %y: memref<4xf32> {pit.name = "x"}) {
  return
}

// -----

// expected-error @+1 {{expects 'pit.name' of argument 0 to be an identifier, but got "a b"}}
func.func @no_identifier(%x: memref<4xf32> {pit.name = "a b"}) {
  return
}

// -----

// expected-error @+1 {{expects its outputs after its inputs, but argument 1 is an input}}
func.func @order(%x: memref<4xf32>, %y: memref<4xf32>) {
  linalg.exp ins(%y : memref<4xf32>) outs(%x : memref<4xf32>)
  return
}

// -----

func.func @two_workspaces(%x: memref<4xf32>) {
  %c4 = arith.constant 4 : index
  // expected-note @+1 {{first workspace here}}
  %0 = pit.workspace %c4 : memref<?xi8>
  // expected-error @+1 {{is the second workspace of the plan}}
  %1 = pit.workspace %c4 : memref<?xi8>
  return
}

// -----

// expected-error @+1 {{expects a name of letters, digits and '_' that begins with no digit, of at most 200 characters, because files and kernels are named after it, but got 'a.b'}}
func.func @a.b(%x: memref<4xf32>) {
  return
}

// -----

// expected-error @+1 {{argument 0 has type 'memref<4xcomplex<f32>>', whose elements have no lowering: a launch plan takes f16, bf16, f32, f64, f8E4M3FN, f8E5M2 and signless integers of 1, 8, 16, 32 or 64 bits}}
func.func @complex(%x: memref<4xcomplex<f32>>) {
  return
}

// -----

module {
  // expected-error @+1 {{is a module in the module: only functions of the outermost one become launch plans}}
  module @inner {
    func.func @f(%x: memref<4xf32>) {
      return
    }
  }
}

// -----

func.func @view_of_argument(%x: memref<64xi8>) {
  %c0 = arith.constant 0 : index
  // expected-error @+1 {{has no place in a launch plan: only the workspace is viewed as buffers of other types}}
  %0 = memref.view %x[%c0][] : memref<64xi8> to memref<16xf32>
  return
}

// -----

func.func @huge_workspace(%x: memref<4xf32> {pit.name = "x"}) {
  %bytes = arith.constant 9223372036854775296 : index
  %0 = pit.workspace %bytes : memref<?xi8>
  // expected-error @+1 {{needs a temporary, but the workspace's size does not fit into 63 bits}}
  %1 = memref.alloc() : memref<1024xf32>
  memref.copy %1, %1 : memref<1024xf32> to memref<1024xf32>
  return
}

// -----

func.func @no_address(%x: memref<4xf32> {pit.name = "x"}) {
  // expected-error @+1 {{needs a temporary of type 'memref<4xi24>', but a launch plan expects the identity layout, the default memory space and elements that a kernel can load}}
  %0 = memref.alloc() : memref<4xi24>
  memref.copy %0, %0 : memref<4xi24> to memref<4xi24>
  return
}

// -----

func.func @sizes_differ(%x: memref<?xf32>) {
  %c4 = arith.constant 4 : index
  %t = memref.alloc(%c4) : memref<?xf32>
  // expected-error @+1 {{dimension 0 of a cast to a tensor of known size: sizes 4 and 5 differ}}
  %s = memref.cast %t : memref<?xf32> to memref<5xf32>
  linalg.exp ins(%s : memref<5xf32>) outs(%s : memref<5xf32>)
  return
}

// -----

func.func @window_too_small(%x: memref<?x4xf32>, %y: memref<?x4xf32>) {
  // expected-error @+1 {{dimension 1 of operand 0 of 'linalg.generic': size 4 is less than the 8 that it reads or writes}}
  linalg.generic {
      indexing_maps = [affine_map<(m, n) -> (m, n * 2 + 1)>, affine_map<(m, n) -> (m, n)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x : memref<?x4xf32>) outs(%y : memref<?x4xf32>) {
  ^bb0(%a: f32, %b: f32):
    linalg.yield %a : f32
  }
  return
}

// -----

func.func @unknown_arithmetic(%x: memref<?xf32>) -> memref<?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = memref.dim %x, %c0 : memref<?xf32>
  // expected-error @+1 {{has no expression in a launch plan}}
  %m = arith.shli %n, %c1 : index
  %t = memref.alloc(%m) : memref<?xf32>
  %s = memref.alloc(%n) : memref<?xf32>
  linalg.exp ins(%t : memref<?xf32>) outs(%s : memref<?xf32>)
  return %s : memref<?xf32>
}

// -----

// expected-error @+1 {{argument 0 has type 'memref<4611686018427387904xf32>', whose size is not below 2^63 bytes}}
func.func @huge(%x: memref<4611686018427387904xf32>) {
  return
}
