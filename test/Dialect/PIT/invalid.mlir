// RUN: pit-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{'ratio' is given twice}}
func.func private @twice(tensor<4x4xf16, #pit.sparsity<ratio = 0.5, ratio = 0.5>>)

// -----

// expected-error @+1 {{'granularity' expects one extent per dimension of the tensor}}
func.func private @granularity_empty(tensor<4x4xf16, #pit.sparsity<granularity = []>>)

// -----

// expected-error @+1 {{unknown field 'size': expected 'granularity' or 'ratio'}}
func.func private @sparsity_field(tensor<4x4xf16, #pit.sparsity<size = 4>>)

// -----

// expected-error @+1 {{granularity extents must be at least 1, but got 0}}
func.func private @granularity_zero(tensor<4x4xf16, #pit.sparsity<granularity = [0, 1]>>)

// -----

// expected-error @+1 {{granularity extents must be at least 1, but got ?}}
func.func private @granularity_dynamic(tensor<4x4xf16, #pit.sparsity<granularity = [?, 1]>>)

// -----

// expected-error @+1 {{ratio must be in [0, 1], but got 1.5}}
func.func private @ratio(tensor<4x4xf16, #pit.sparsity<ratio = 1.5>>)

// -----

// expected-error @+1 {{#pit.sparsity expects 2 granularity extents (rank of the tensor), but got 1}}
func.func private @granularity_rank(tensor<4x4xf16, #pit.sparsity<granularity = [4]>>)

// -----

// expected-error @+1 {{'warps' must be at least 1, but got 0}}
#schedule = #pit.schedule<dense, tile = [64, 128, 32], warps = 0>

// -----

// expected-error @+1 {{'stages' must be at least 1, but got -2}}
#schedule = #pit.schedule<dense, tile = [64, 128, 32], stages = -2>

// -----

// expected-error @+1 {{'axis' must not be negative, but got -1}}
#schedule = #pit.schedule<axis = -1, micro_tile = [1], tile = [64]>

// -----

// expected-error @+1 {{unknown field 'depth': expected 'dense', 'axis', 'micro_tile', 'tile', 'warps', 'stages', 'deterministic', 'math' or 'arch'}}
#schedule = #pit.schedule<dense, depth = 3>

// -----

// expected-error @+1 {{expects 'tile' with one extent per loop dimension}}
#schedule = #pit.schedule<dense>

// -----

// expected-error @+1 {{tile extents must be at least 1, but got 0}}
#schedule = #pit.schedule<dense, tile = [64, 0]>

// -----

// expected-error @+1 {{tile extents must be at least 1, but got ?}}
#schedule = #pit.schedule<dense, tile = [64, ?]>

// -----

// expected-error @+1 {{'dense' excludes 'axis' and 'micro_tile'}}
#schedule = #pit.schedule<dense, axis = 0, tile = [64, 64]>

// -----

// expected-error @+1 {{expects 'axis' and 'micro_tile', or 'dense'}}
#schedule = #pit.schedule<tile = [64, 64]>

// -----

// expected-error @+1 {{'math' expects tf32, but got f16}}
#schedule = #pit.schedule<dense, tile = [64, 64], math = f16>

// -----

// expected-error @+1 {{micro-tile extents must be at least 1, or '?' for the whole dimension, but got 0}}
#schedule = #pit.schedule<axis = 0, micro_tile = [0, 1], tile = [64, 64]>

// -----

// expected-error @+1 {{'kind' expects parallel or reduction, but got 'window'}}
#permutation = #pit.permutation<dim = 0, kind = window, operand = 0, micro_tile = [1]>

// -----

// expected-error @+1 {{unknown field 'axis': expected 'dim', 'kind', 'operand', 'micro_tile', 'paired' or 'packed'}}
#permutation = #pit.permutation<axis = 0>

// -----

// expected-error @+1 {{expects 'kind', which is parallel or reduction}}
#permutation = #pit.permutation<dim = 0, operand = 0, micro_tile = [1]>

// -----

// expected-error @+1 {{expects 'dim', the permuted loop dimension, to be at least 0}}
#permutation = #pit.permutation<kind = parallel, operand = 0, micro_tile = [1]>

// -----

// expected-error @+1 {{expects 'operand', the number of the sparse input, to be at least 0}}
#permutation = #pit.permutation<kind = parallel, dim = 0, micro_tile = [1]>

// -----

// expected-error @+1 {{expects 'micro_tile' with one extent per dimension of the sparse input}}
#permutation = #pit.permutation<kind = parallel, dim = 0, operand = 0>

// -----

// expected-error @+1 {{expected padded or compact, but got 'sorted'}}
func.func private @index_format(!pit.index<sorted, 8x8>)

// -----

// expected-error @+1 {{expects 2 sizes (groups and capacity), but got 1}}
func.func private @index_sizes(!pit.index<padded, 8>)

// -----

// expected-error @+1 {{expects at least one dimension}}
func.func private @tile_rank(!pit.tile<f16>)

// -----

// expected-error @+1 {{extents must be in [1, 65536], but got 0}}
func.func private @tile_extent(!pit.acc<0x4xf32>)

// -----

// expected-error @+1 {{expects elements of integer or float type, but got 'index'}}
func.func private @tile_element(!pit.tile<4x4xindex>)

// -----

// expected-error @+1 {{expects positions in [1, 65536] and a micro-tile of at least 1, but got 32 and 0}}
func.func private @coords(!pit.coords<32, micro = 0>)

// -----

func.func @schedule_attribute(%a: tensor<4x4xf16>) -> tensor<4x4xf16> {
  // expected-error @+1 {{attribute 'pit.schedule' expects a #pit.schedule, but got "dense"}}
  %0 = linalg.matmul {pit.schedule = "dense"} ins(%a, %a : tensor<4x4xf16>, tensor<4x4xf16>) outs(%a : tensor<4x4xf16>) -> tensor<4x4xf16>
  return %0 : tensor<4x4xf16>
}

// -----

// expected-error @+1 {{attribute 'pit.schedule' is for linalg operations only}}
func.func private @schedule_place() attributes {pit.schedule = #pit.schedule<dense, tile = [1]>}

// -----

func.func @schedule_tile(%a: tensor<4x4xf16>) -> tensor<4x4xf16> {
  // expected-error @+1 {{'pit.schedule' expects 3 tile extents (one per loop dimension), but got 2}}
  %0 = linalg.matmul {pit.schedule = #pit.schedule<dense, tile = [64, 64]>} ins(%a, %a : tensor<4x4xf16>, tensor<4x4xf16>) outs(%a : tensor<4x4xf16>) -> tensor<4x4xf16>
  return %0 : tensor<4x4xf16>
}

// -----

func.func @schedule_axis(%a: tensor<4x4xf16>) -> tensor<4x4xf16> {
  // expected-error @+1 {{'pit.schedule' expects an axis below 3 (the number of loop dimensions), but got 3}}
  %0 = linalg.matmul {pit.schedule = #pit.schedule<axis = 3, micro_tile = [1, 64], tile = [64, 64, 64]>} ins(%a, %a : tensor<4x4xf16>, tensor<4x4xf16>) outs(%a : tensor<4x4xf16>) -> tensor<4x4xf16>
  return %0 : tensor<4x4xf16>
}

// -----

func.func @detect_no_result(%x: tensor<16x64xf16>, %e: tensor<1x16xi1>) {
  // expected-error @+1 {{expects a result, because its init is a tensor}}
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : tensor<16x64xf16>) outs(%e : tensor<1x16xi1>)
  return
}

// -----

func.func @detect_result(%x: memref<16x64xf16>, %e: memref<1x16xi1>) {
  // expected-error @+1 {{expects no result, because its init is a memref}}
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : memref<16x64xf16>) outs(%e : memref<1x16xi1>) -> tensor<1x16xi1>
  return
}

// -----

func.func @detect_result_type(%x: tensor<16x64xf16>, %e: tensor<1x16xi1>) {
  // expected-error @+1 {{expects a result of the init's type 'tensor<1x16xi1>', but got 'tensor<1x?xi1>'}}
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : tensor<16x64xf16>) outs(%e : tensor<1x16xi1>) -> tensor<1x?xi1>
  return
}

// -----

func.func @detect_storage(%x: memref<16x64xf16>, %e: tensor<1x16xi1>) {
  // expected-error @+1 {{expects its operands to be all ranked tensors or all ranked memrefs, but got 'memref<16x64xf16>' and 'tensor<1x16xi1>'}}
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : memref<16x64xf16>) outs(%e : tensor<1x16xi1>) -> tensor<1x16xi1>
  return
}

// -----

func.func @detect_unranked(%x: memref<*xf16>, %e: memref<1x16xi1>) {
  // expected-error @+1 {{expects its operands to be all ranked tensors or all ranked memrefs, but got 'memref<*xf16>'}}
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : memref<*xf16>) outs(%e : memref<1x16xi1>)
  return
}

// -----

func.func @detect_element(%x: memref<16x64xindex>, %e: memref<1x16xi1>) {
  // expected-error @+1 {{expects a source of signless integers, or of floats that have a zero, but got 'memref<16x64xindex>'}}
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : memref<16x64xindex>) outs(%e : memref<1x16xi1>)
  return
}

// -----

func.func @detect_rank(%x: memref<f16>, %e: memref<1x1xi1>) {
  // expected-error @+1 {{expects a source of rank 1 or more}}
  pit.detect {axis = 0, micro_tile = array<i64>} ins(%x : memref<f16>) outs(%e : memref<1x1xi1>)
  return
}

// -----

func.func @detect_micro_rank(%x: memref<16x64xf16>, %e: memref<1x16xi1>) {
  // expected-error @+1 {{expects 2 micro-tile extents (rank of the source), but got 1}}
  pit.detect {axis = 0, micro_tile = array<i64: 1>} ins(%x : memref<16x64xf16>) outs(%e : memref<1x16xi1>)
  return
}

// -----

func.func @detect_micro_extent(%x: memref<16x64xf16>, %e: memref<1x16xi1>) {
  // expected-error @+1 {{expects micro-tile extents of at least 1, but got 0}}
  pit.detect {axis = 0, micro_tile = array<i64: 0, 64>} ins(%x : memref<16x64xf16>) outs(%e : memref<1x16xi1>)
  return
}

// -----

func.func @detect_axis(%x: memref<16x64xf16>, %e: memref<1x16xi1>) {
  // expected-error @+1 {{expects an axis in [0, 2), but got 2}}
  pit.detect {axis = 2, micro_tile = array<i64: 1, 64>} ins(%x : memref<16x64xf16>) outs(%e : memref<1x16xi1>)
  return
}

// -----

func.func @detect_init_type(%x: memref<16x64xf16>, %e: memref<1x16xi8>) {
  // expected-error @+1 {{expects an init of rank 2 (groups, micro-tiles) and element type i1, but got 'memref<1x16xi8>'}}
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : memref<16x64xf16>) outs(%e : memref<1x16xi8>)
  return
}

// -----

func.func @detect_init_shape(%x: memref<16x100xf16>, %e: memref<1x16xi1>) {
  // expected-error @+1 {{expects an init of 2 groups with 16 micro-tiles, but got 'memref<1x16xi1>'}}
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%x : memref<16x100xf16>) outs(%e : memref<1x16xi1>)
  return
}

// -----

func.func @compact_bitmap(%bits: tensor<16xi1>) {
  // expected-error @+1 {{expects a bitmap of rank 2 (groups, micro-tiles) and element type i1, but got 'tensor<16xi1>'}}
  %0 = pit.compact ins(%bits : tensor<16xi1>) -> !pit.index<padded, 1x16>
  return
}

// -----

func.func @compact_memref(%bits: memref<1x16xi1>) {
  // expected-error @+1 {{on a memref expects counts and coordinates as destinations and no result}}
  %0 = pit.compact ins(%bits : memref<1x16xi1>) -> !pit.index<padded, 1x16>
  return
}

// -----

func.func @compact_tensor(%bits: tensor<1x16xi1>, %counts: memref<1xi32>, %coords: memref<1x16xi32>) {
  // expected-error @+1 {{on a tensor expects a result and no destinations}}
  pit.compact ins(%bits : tensor<1x16xi1>) outs(%counts, %coords : memref<1xi32>, memref<1x16xi32>)
  return
}

// -----

func.func @compact_index(%bits: tensor<1x16xi1>) {
  // expected-error @+1 {{expects an index of the bitmap's shape 1x16, but got '!pit.index<padded, 1x15>'}}
  %0 = pit.compact ins(%bits : tensor<1x16xi1>) -> !pit.index<padded, 1x15>
  return
}

// -----

func.func @compact_counts(%bits: memref<2x16xi1>, %counts: memref<1xi32>, %coords: memref<2x16xi32>) {
  // expected-error @+1 {{expects 2 counts, but got 'memref<1xi32>'}}
  pit.compact ins(%bits : memref<2x16xi1>) outs(%counts, %coords : memref<1xi32>, memref<2x16xi32>)
  return
}

// -----

func.func @compact_coords(%bits: memref<2x16xi1>, %counts: memref<2xi32>, %coords: memref<2x8xi32>) {
  // expected-error @+1 {{expects coordinates of shape 2x16, but got 'memref<2x8xi32>'}}
  pit.compact ins(%bits : memref<2x16xi1>) outs(%counts, %coords : memref<2xi32>, memref<2x8xi32>)
  return
}

// -----

func.func @assemble_counts(%counts: tensor<2xi64>, %coords: tensor<2x8xi32>) {
  // expected-error @+1 {{expects counts of rank 1 and type i32, but got 'tensor<2xi64>'}}
  %0 = pit.assemble_index %counts, %coords : tensor<2xi64>, tensor<2x8xi32> -> !pit.index<padded, 2x8>
  return
}

// -----

func.func @assemble_offsets(%offsets: tensor<2xi32>, %coords: tensor<8xi32>) {
  // expected-error @+1 {{expects offsets of rank 1 and type i64, but got 'tensor<2xi32>'}}
  %0 = pit.assemble_index %offsets, %coords : tensor<2xi32>, tensor<8xi32> -> !pit.index<compact, 1x8>
  return
}

// -----

func.func @assemble_offsets_number(%offsets: tensor<2xi64>, %coords: tensor<8xi32>) {
  // expected-error @+1 {{expects 3 offsets, but got 'tensor<2xi64>'}}
  %0 = pit.assemble_index %offsets, %coords : tensor<2xi64>, tensor<8xi32> -> !pit.index<compact, 2x8>
  return
}

// -----

func.func @assemble_coords(%counts: tensor<2xi32>, %coords: tensor<2x8xi64>) {
  // expected-error @+1 {{expects coordinates of rank 2 and type i32, but got 'tensor<2x8xi64>'}}
  %0 = pit.assemble_index %counts, %coords : tensor<2xi32>, tensor<2x8xi64> -> !pit.index<padded, 2x8>
  return
}

// -----

// expected-error @+1 {{expected '<'}}
func.func private @no_fields(tensor<4x4xf16, #pit.sparsity>)

// -----

// expected-error @+1 {{'warps' must be at most 32 (1024 threads a block), but got 4611686018427387904}}
#warps = #pit.schedule<dense, tile = [64, 64, 32], warps = 4611686018427387904>

// -----

// expected-error @+1 {{'stages' must be at most 1024, but got 4611686018427387904}}
#stages = #pit.schedule<dense, tile = [64, 64, 32], stages = 4611686018427387904>

// -----

// expected-error @+1 {{tile extents must be at most 65536, but got 1152921504606846976}}
#tile = #pit.schedule<dense, tile = [64, 64, 1152921504606846976]>

// -----

func.func @misspelled(%a: tensor<4x4xf16>, %b: tensor<4x4xf16>, %c: tensor<4x4xf32>) -> tensor<4x4xf32> {
  // expected-error @+1 {{has an unknown attribute "pit.shedule": expected 'pit.schedule', 'pit.name'}}
  %0 = linalg.matmul {pit.shedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : tensor<4x4xf16>, tensor<4x4xf16>) outs(%c : tensor<4x4xf32>) -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}

// -----

// expected-error @+1 {{has an unknown attribute "pit.nane": expected 'pit.name', 'pit.output'}}
func.func @argument(%a: tensor<4xf16> {pit.nane = "a"}) {
  return
}

// -----

// expected-error @+1 {{has an unknown attribute "pit.output": expected 'pit.name'}}
func.func @result(%a: tensor<4xf16>) -> (tensor<4xf16> {pit.output}) {
  return %a : tensor<4xf16>
}

// -----

func.func @unsigned(%a: memref<8x64xui8>, %bits: memref<1x64xi1>) {
  // expected-error @+1 {{expects a source of signless integers, or of floats that have a zero, but got 'memref<8x64xui8>'}}
  pit.detect {axis = 1, micro_tile = array<i64: 8, 1>} ins(%a : memref<8x64xui8>) outs(%bits : memref<1x64xi1>)
  return
}

// -----

func.func @no_zero(%a: memref<8x64xf8E8M0FNU>, %bits: memref<1x64xi1>) {
  // expected-error @+1 {{expects a source of signless integers, or of floats that have a zero, but got}}
  pit.detect {axis = 1, micro_tile = array<i64: 8, 1>} ins(%a : memref<8x64xf8E8M0FNU>) outs(%bits : memref<1x64xi1>)
  return
}

// -----

func.func @vector(%bits: vector<8x16xi1>) {
  // expected-error @+1 {{expects its operands to be all ranked tensors or all ranked memrefs, but got 'vector<8x16xi1>'}}
  %i = pit.compact ins(%bits : vector<8x16xi1>) -> !pit.index<padded, 8x16>
  return
}
