// RUN: pit-opt %s --convert-linalg-to-pit --split-input-file --verify-diagnostics --allow-unregistered-dialect

#a = affine_map<(d0, d1, d2) -> (d0 + d2, d1)>
#b = affine_map<(d0, d1, d2) -> (d2, d1)>
#c = affine_map<(d0, d1, d2) -> (d0, d1)>
func.func @window_is_not_permutable(%a: tensor<130x128xf16, #pit.sparsity<>>, %b: tensor<3x128xf16>, %c: tensor<128x128xf32>) -> tensor<128x128xf32> {
  // expected-error @+2 {{PIT axis d2 is not permutable: indexing map 0 reads it in 'd0 + d2', not as a bare dimension: affine_map<(d0, d1, d2) -> (d0 + d2, d1)>}}
  // expected-note @+1 {{legal PIT axes of operand 0: d1}}
  %0 = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"],
      pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 64, 32]>}
      ins(%a, %b : tensor<130x128xf16, #pit.sparsity<>>, tensor<3x128xf16>) outs(%c : tensor<128x128xf32>) {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %1 = arith.extf %x : f16 to f32
    %2 = arith.extf %y : f16 to f32
    %3 = arith.mulf %1, %2 : f32
    %4 = arith.addf %acc, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<128x128xf32>
  return %0 : tensor<128x128xf32>
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
func.func @index_in_body_is_not_permutable(%a: tensor<128x128xf16, #pit.sparsity<>>, %b: tensor<128x128xf16>, %c: tensor<128x128xf32>) -> tensor<128x128xf32> {
  // expected-error @+2 {{PIT axis d2 is not permutable: the body reads its number by 'linalg.index'}}
  // expected-note @+1 {{legal PIT axes of operand 0: d0}}
  %0 = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"],
      pit.schedule = #pit.schedule<axis = 2, micro_tile = [32, 16], tile = [32, 64, 32]>}
      ins(%a, %b : tensor<128x128xf16, #pit.sparsity<>>, tensor<128x128xf16>) outs(%c : tensor<128x128xf32>) {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %k = linalg.index 2 : index
    %i = arith.index_cast %k : index to i32
    %f = arith.sitofp %i : i32 to f16
    %1 = arith.mulf %x, %f : f16
    %2 = arith.extf %1 : f16 to f32
    %3 = arith.addf %acc, %2 : f32
    linalg.yield %3 : f32
  } -> tensor<128x128xf32>
  return %0 : tensor<128x128xf32>
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
func.func @product_under_maximum(%a: tensor<128x128xf16, #pit.sparsity<>>, %b: tensor<128x128xf16>, %c: tensor<128x128xf16>) -> tensor<128x128xf16> {
  // expected-error @+2 {{operand 0 may not be sparse: with it zero, the contribution is not proved to be the identity of the combiner 'arith.maximumf'}}
  // expected-note @+1 {{a factor of a product under a sum may be sparse}}
  %0 = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<128x128xf16, #pit.sparsity<>>, tensor<128x128xf16>) outs(%c : tensor<128x128xf16>) {
  ^bb0(%x: f16, %y: f16, %acc: f16):
    %1 = arith.mulf %x, %y : f16
    %2 = arith.maximumf %acc, %1 : f16
    linalg.yield %2 : f16
  } -> tensor<128x128xf16>
  return %0 : tensor<128x128xf16>
}

// -----

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
func.func @sum_under_sum(%a: tensor<128x128xf16, #pit.sparsity<>>, %b: tensor<128x128xf16>, %c: tensor<128x128xf16>) -> tensor<128x128xf16> {
  // expected-error @+2 {{operand 0 may not be sparse: with it zero, the contribution is not proved to be the identity of the combiner 'arith.addf'}}
  // expected-note @+1 {{a factor of a product under a sum may be sparse}}
  %0 = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<128x128xf16, #pit.sparsity<>>, tensor<128x128xf16>) outs(%c : tensor<128x128xf16>) {
  ^bb0(%x: f16, %y: f16, %acc: f16):
    %1 = arith.addf %x, %y : f16
    %2 = arith.addf %acc, %1 : f16
    linalg.yield %2 : f16
  } -> tensor<128x128xf16>
  return %0 : tensor<128x128xf16>
}

// -----

#a = affine_map<(m, k) -> (m, k)>
#c = affine_map<(m, k) -> (m)>
func.func @last_value(%a: tensor<128x128xf16, #pit.sparsity<>>, %c: tensor<128xf16>) -> tensor<128xf16> {
  // expected-error @+2 {{operand 0 may not be sparse: the body does not read the output's old value, but replaces it}}
  // expected-note @+1 {{a factor of a product under a sum may be sparse}}
  %0 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<128x128xf16, #pit.sparsity<>>) outs(%c : tensor<128xf16>) {
  ^bb0(%x: f16, %acc: f16):
    linalg.yield %x : f16
  } -> tensor<128xf16>
  return %0 : tensor<128xf16>
}

// -----

#a = affine_map<(m, k) -> (m, k)>
#c = affine_map<(m, k) -> (m)>
func.func @row_sum(%a: tensor<128x128xf16, #pit.sparsity<>>, %c: tensor<128xf16>) -> tensor<128xf16> {
  // expected-error @+1 {{has no lowering with a schedule or a sparse operand: expects two inputs and a body that adds up their products}}
  %0 = linalg.generic {indexing_maps = [#a, #c], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<128x128xf16, #pit.sparsity<>>) outs(%c : tensor<128xf16>) {
  ^bb0(%x: f16, %acc: f16):
    %1 = arith.addf %acc, %x : f16
    linalg.yield %1 : f16
  } -> tensor<128xf16>
  return %0 : tensor<128xf16>
}

// -----

// Not a sum of multiples of dimensions; the bare k tells its size.
func.func @quotient(%a: tensor<128x64xf16>, %b: tensor<128x128xf16, #pit.sparsity<>>, %c: tensor<128x128xf32>) -> tensor<128x128xf32> {
  // expected-error @+1 {{has no lowering with a schedule or a sparse operand: expects indexing maps of sums and multiples of dimensions, but got}}
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k floordiv 2)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<128x64xf16>, tensor<128x128xf16, #pit.sparsity<>>) outs(%c : tensor<128x128xf32>) {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %1 = arith.extf %x : f16 to f32
    %2 = arith.extf %y : f16 to f32
    %3 = arith.mulf %1, %2 : f32
    %4 = arith.addf %acc, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<128x128xf32>
  return %0 : tensor<128x128xf32>
}

// -----

// A window of the sparse operand itself.
func.func @window(%a: tensor<130x64xf16, #pit.sparsity<>>, %b: tensor<3x64x128xf16>, %c: tensor<128x128xf32>) -> tensor<128x128xf32> {
  // expected-error @+1 {{has no lowering for a sparse operand 0 with map affine_map<(d0, d1, d2, d3) -> (d0 + d2, d3)>: expects bare dimensions}}
  %0 = linalg.generic {indexing_maps = [affine_map<(i, f, x, c) -> (i + x, c)>, affine_map<(i, f, x, c) -> (x, c, f)>, affine_map<(i, f, x, c) -> (i, f)>],
      iterator_types = ["parallel", "parallel", "reduction", "reduction"]}
      ins(%a, %b : tensor<130x64xf16, #pit.sparsity<>>, tensor<3x64x128xf16>) outs(%c : tensor<128x128xf32>) {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %1 = arith.extf %x : f16 to f32
    %2 = arith.extf %y : f16 to f32
    %3 = arith.mulf %1, %2 : f32
    %4 = arith.addf %acc, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<128x128xf32>
  return %0 : tensor<128x128xf32>
}

// -----

// Whichever dimension is the PIT axis, an operand has it, and has another one
// innermost that no dense tile spans.
func.func @innermost_batches(%a: tensor<16x24x128xf16, #pit.sparsity<>>, %b: tensor<128x24x16xf16>, %c: tensor<16x24xf32>) -> tensor<16x24xf32> {
  // expected-error @+1 {{operand 1 with map affine_map<(d0, d1, d2) -> (d2, d1, d0)> is gathered along d2 in pieces of 2 contiguous bytes, but at least 32 are needed}}
  %0 = linalg.generic {indexing_maps = [affine_map<(b, c, k) -> (b, c, k)>, affine_map<(b, c, k) -> (k, c, b)>, affine_map<(b, c, k) -> (b, c)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<16x24x128xf16, #pit.sparsity<>>, tensor<128x24x16xf16>) outs(%c : tensor<16x24xf32>) {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %1 = arith.extf %x : f16 to f32
    %2 = arith.extf %y : f16 to f32
    %3 = arith.mulf %1, %2 : f32
    %4 = arith.addf %acc, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<16x24xf32>
  return %0 : tensor<16x24xf32>
}

// -----

func.func @schedule_on_elementwise(%a: tensor<128x128xf16>, %c: tensor<128x128xf16>) -> tensor<128x128xf16> {
  // expected-error @+1 {{has no lowering with a schedule or a sparse operand: expects two inputs}}
  %0 = linalg.exp {pit.schedule = #pit.schedule<dense, tile = [64, 128]>} ins(%a : tensor<128x128xf16>) outs(%c : tensor<128x128xf16>) -> tensor<128x128xf16>
  return %0 : tensor<128x128xf16>
}

// -----

func.func @schedule_on_memrefs(%a: memref<128x128xf16>, %c: memref<128x128xf16>) {
  // expected-error @+1 {{expects tensors: sparsity is lowered before bufferization}}
  linalg.matmul {pit.schedule = #pit.schedule<dense, tile = [64, 128, 32]>} ins(%a, %a : memref<128x128xf16>, memref<128x128xf16>) outs(%c : memref<128x128xf16>)
  return
}

// -----

func.func @axis_without_sparse_operand(%a: tensor<128x128xf16>, %c: tensor<128x128xf16>) -> tensor<128x128xf16> {
  // expected-error @+1 {{'pit.schedule' has a PIT axis, but no input's type carries #pit.sparsity: mark the sparse one, or use #pit.schedule<dense, tile = ...>}}
  %0 = linalg.matmul {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [64, 128, 32]>} ins(%a, %a : tensor<128x128xf16>, tensor<128x128xf16>) outs(%c : tensor<128x128xf16>) -> tensor<128x128xf16>
  return %0 : tensor<128x128xf16>
}

// -----

func.func @integers(%a: tensor<128x128xi8, #pit.sparsity<>>, %b: tensor<128x128xi8>, %c: tensor<128x128xi8>) -> tensor<128x128xi8> {
  // expected-error @+1 {{has element types without a lowering: expects inputs of one type, and an output of f32, f16 or bf16 for those of f16, bf16 or f32, of f64 for f64, and of i32 for i8, i16 or i32, or a wider one, but got 'i8', 'i8', 'i8'}}
  %0 = linalg.matmul ins(%a, %b : tensor<128x128xi8, #pit.sparsity<>>, tensor<128x128xi8>) outs(%c : tensor<128x128xi8>) -> tensor<128x128xi8>
  return %0 : tensor<128x128xi8>
}

// -----

func.func @rows_in_shared_memory(%a: tensor<128x128xf16>, %b: tensor<128x128xf16>, %c: tensor<128x128xf32>) -> tensor<128x128xf32> {
  // expected-error @+1 {{expects a dense tile extent along d1, the contiguous dimension of operand 1, of 16, 32, 64 or a multiple of 128 bytes (rows in shared memory), but got 96}}
  %0 = linalg.matmul {pit.schedule = #pit.schedule<dense, tile = [64, 48, 32]>} ins(%a, %b : tensor<128x128xf16>, tensor<128x128xf16>) outs(%c : tensor<128x128xf32>) -> tensor<128x128xf32>
  return %0 : tensor<128x128xf32>
}

// -----

func.func @types(%a: tensor<128x128xf32, #pit.sparsity<>>, %b: tensor<128x128xf16>, %c: tensor<128x128xf32>) -> tensor<128x128xf32> {
  // expected-error @+1 {{has element types without a lowering: expects inputs of one type, and an output of f32, f16 or bf16 for those of f16, bf16 or f32, of f64 for f64, and of i32 for i8, i16 or i32, or a wider one, but got 'f32', 'f16', 'f32'}}
  %0 = linalg.matmul ins(%a, %b : tensor<128x128xf32, #pit.sparsity<>>, tensor<128x128xf16>) outs(%c : tensor<128x128xf32>) -> tensor<128x128xf32>
  return %0 : tensor<128x128xf32>
}

// -----

// Positions along the PIT axis are counted in micro-tiles of a known extent.
func.func @dynamic(%a: tensor<128x?xf16, #pit.sparsity<>>, %b: tensor<?x128xf16>, %c: tensor<128x128xf32>) -> tensor<128x128xf32> {
  // expected-error @+1 {{expects a number as micro-tile extent along the PIT axis d2, whose size is not known, but got '?'}}
  %0 = linalg.matmul {pit.schedule = #pit.schedule<axis = 2, micro_tile = [64, ?], tile = [64, 128, 32]>} ins(%a, %b : tensor<128x?xf16, #pit.sparsity<>>, tensor<?x128xf16>) outs(%c : tensor<128x128xf32>) -> tensor<128x128xf32>
  return %0 : tensor<128x128xf32>
}

// -----

#at = affine_map<(m, n, k) -> (k, m)>
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#bt = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>
!sparse = tensor<128x128xf16, #pit.sparsity<>>
!plain = tensor<128x128xf16>
!out = tensor<128x128xf32>
func.func @schedules(%a: !sparse, %b: !plain, %c: !out, %l: tensor<128x4x32xf16>, %r: tensor<4x32x128xf16>) -> !out {
  // expected-error @+1 {{expects 2 micro-tile extents (rank of the sparse operand 0), but got 1}}
  %0 = linalg.matmul indexing_maps = [#at, #b, #c] {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1], tile = [64, 128, 32]>} ins(%a, %b : !sparse, !plain) outs(%c : !out) -> !out

  // Shorter than the dense tile, and no multiple of it.
  // expected-error @+1 {{expects a micro-tile extent of 64 (the dense tile's along d0), a multiple of it, or '?' along dimension 1 of the sparse operand, but got 32}}
  %1 = linalg.matmul indexing_maps = [#at, #b, #c] {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 32], tile = [64, 128, 32]>} ins(%a, %b : !sparse, !plain) outs(%0 : !out) -> !out
  // expected-error @+1 {{along dimension 1 of the sparse operand, but got 96}}
  %2 = linalg.matmul indexing_maps = [#at, #b, #c] {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 96], tile = [64, 128, 32]>} ins(%a, %b : !sparse, !plain) outs(%1 : !out) -> !out

  // Fewer than 32 contiguous bytes: of B, of A on PIT axis k, of A on m.
  // expected-error @+1 {{operand 1 with map affine_map<(d0, d1, d2) -> (d1, d2)> is gathered along d2 in pieces of 2 contiguous bytes, but at least 32 are needed; a micro-tile of at least 16 along d2 would do, or the layout affine_map<(d0, d1, d2) -> (d2, d1)> of that operand}}
  %3 = linalg.matmul indexing_maps = [#at, #bt, #c] {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>} ins(%a, %b : !sparse, !plain) outs(%2 : !out) -> !out
  // expected-error @+1 {{operand 0 with map affine_map<(d0, d1, d2) -> (d0, d2)> is gathered along d2 in pieces of 16 contiguous bytes, but at least 32 are needed; a micro-tile of at least 16 along d2 would do}}
  %4 = linalg.matmul indexing_maps = [#a, #b, #c] {pit.schedule = #pit.schedule<axis = 2, micro_tile = [64, 8], tile = [64, 128, 32]>} ins(%a, %b : !sparse, !plain) outs(%3 : !out) -> !out
  // expected-error @+1 {{operand 0 with map affine_map<(d0, d1, d2) -> (d2, d0)> is gathered along d0 in pieces of 2 contiguous bytes, but at least 32 are needed; a micro-tile of at least 16 along d0 would do, or the layout affine_map<(d0, d1, d2) -> (d0, d2)> of that operand}}
  %5 = linalg.matmul indexing_maps = [#at, #b, #c] {pit.schedule = #pit.schedule<axis = 0, micro_tile = [?, 1], tile = [64, 128, 32]>} ins(%a, %b : !sparse, !plain) outs(%4 : !out) -> !out

  // expected-error @+2 {{PIT axis d1 is not a dimension of the sparse operand 0, whose map is affine_map<(d0, d1, d2) -> (d0, d2)>}}
  // expected-note @+1 {{legal PIT axes of operand 0: d0, d2}}
  %7 = linalg.matmul indexing_maps = [#a, #b, #c] {pit.schedule = #pit.schedule<axis = 1, micro_tile = [1, 64], tile = [64, 128, 32]>} ins(%a, %b : !sparse, !plain) outs(%5 : !out) -> !out

  // expected-error @+1 {{expects a dense tile extent along d0 (the first input) that is a multiple of 16, as the instruction has it, but got 24}}
  %8 = linalg.matmul indexing_maps = [#at, #b, #c] {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 24], tile = [24, 128, 32]>} ins(%a, %b : !sparse, !plain) outs(%7 : !out) -> !out
  // expected-error @+1 {{expects a dense tile extent along d1 (the second input) that is a multiple of 8, as the instruction has it, but got 12}}
  %9 = linalg.matmul {pit.schedule = #pit.schedule<dense, tile = [64, 12, 32]>} ins(%a, %b : !sparse, !plain) outs(%8 : !out) -> !out
  // expected-error @+1 {{expects a dense tile extent along d2 (the reduction) that is a multiple of 16, as the instruction has it, but got 8}}
  %10 = linalg.matmul {pit.schedule = #pit.schedule<dense, tile = [64, 128, 8]>} ins(%a, %b : !sparse, !plain) outs(%9 : !out) -> !out
  // expected-error @+1 {{expects one dense tile extent of more than 1 along the dimensions of the reduction, but d2 has 32 and d3 has 32}}
  %12 = linalg.generic {indexing_maps = [affine_map<(m, n, k, l) -> (m, k, l)>, affine_map<(m, n, k, l) -> (k, l, n)>, affine_map<(m, n, k, l) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction", "reduction"],
      pit.schedule = #pit.schedule<dense, tile = [64, 128, 32, 32]>} ins(%l, %r : tensor<128x4x32xf16>, tensor<4x32x128xf16>) outs(%10 : !out) {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %v = arith.extf %x : f16 to f32
    %w = arith.extf %y : f16 to f32
    %p = arith.mulf %v, %w : f32
    %q = arith.addf %acc, %p : f32
    linalg.yield %q : f32
  } -> !out
  // expected-error @+1 {{'math = tf32' is for f32 inputs, but they are 'f16'}}
  %11 = linalg.matmul {pit.schedule = #pit.schedule<dense, tile = [64, 128, 32], math = tf32>} ins(%a, %b : !sparse, !plain) outs(%12 : !out) -> !out
  return %11 : !out
}

// -----

func.func private @callee(tensor<4x8xf16, #pit.sparsity<>>)
func.func @call(%x: tensor<4x8xf16, #pit.sparsity<>>) {
  // expected-error @+1 {{passes 'tensor<4x8xf16, #pit.sparsity<>>' to or from another function, which would have to change too: inline the call, or take #pit.sparsity off (tensor.cast)}}
  func.call @callee(%x) : (tensor<4x8xf16, #pit.sparsity<>>) -> ()
  return
}

// -----

#csr = #sparse_tensor.encoding<{map = (d0, d1) -> (d0 : dense, d1 : compressed)}>
// expected-error @+1 {{has type 'tensor<4x8xf16, #sparse_tensor.encoding<}}
func.func @other_encoding(%x: tensor<4x8xf16, #csr>) {
  return
}

// -----

#csr = #sparse_tensor.encoding<{map = (d0, d1) -> (d0 : dense, d1 : compressed)}>
func.func @other_encoding_inside() {
  // expected-error @+1 {{whose encoding is not #pit.sparsity and has no lowering}}
  %0 = tensor.empty() : tensor<4x8xf16, #csr>
  return
}

// -----

func.func @unknown_operation(%x: tensor<4x8xf16, #pit.sparsity<>>) {
  // expected-error @+1 {{is unknown, and has type 'tensor<4x8xf16, #pit.sparsity<>>', whose #pit.sparsity cannot be taken off}}
  "foreign.use"(%x) : (tensor<4x8xf16, #pit.sparsity<>>) -> ()
  return
}
