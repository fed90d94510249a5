// RUN: pit-opt %s --convert-pit-to-loops --split-input-file --verify-diagnostics

func.func @detect_on_tensors(%source: tensor<16x64xf16>, %bits: tensor<1x16xi1>) -> tensor<1x16xi1> {
  // expected-error @below {{expects memrefs to become loops, but got 'tensor<16x64xf16>'; bufferize first}}
  %0 = pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%source : tensor<16x64xf16>) outs(%bits : tensor<1x16xi1>) -> tensor<1x16xi1>
  return %0 : tensor<1x16xi1>
}

// -----

func.func @compact_on_tensors(%bits: tensor<1x16xi1>) {
  // expected-error @below {{expects memrefs to become loops, but got 'tensor<1x16xi1>'; bufferize first}}
  %0 = pit.compact ins(%bits : tensor<1x16xi1>) -> !pit.index<padded, 1x16>
  return
}

// -----

func.func @index_from_elsewhere(%a: memref<16x8xi32>, %c: memref<8xi32>, %index: !pit.index<padded, 8x16>) {
  // expected-error @below {{expects its index to be made by a 'pit.assemble_index' in the same function}}
  pit.generic {
      indexing_maps = [affine_map<(r, c) -> (r, c)>, affine_map<(r, c) -> (c)>],
      iterator_types = ["reduction", "parallel"],
      permutation = #pit.permutation<dim = 0, kind = reduction, operand = 0, micro_tile = [1, 1]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [1, 1], tile = [16, 1]>}
      ins(%a : memref<16x8xi32>) outs(%c : memref<8xi32>) index(%index : !pit.index<padded, 8x16>)
      combine {
      ^bb0(%x: i32, %acc: i32):
        %0 = arith.addi %acc, %x : i32
        pit.yield %0 : i32
      } epilogue {
      ^bb0(%acc: i32, %old: i32):
        pit.yield %acc : i32
      }
  return
}

// -----

func.func @combiner_without_identity(%a: memref<16x8xi32>, %c: memref<8xi32>) {
  // expected-error @below {{expects a combiner with an identity, such as 'arith.addf', that is applied to the accumulator last, but got 'arith.subi'}}
  pit.generic {
      indexing_maps = [affine_map<(r, c) -> (r, c)>, affine_map<(r, c) -> (c)>],
      iterator_types = ["reduction", "parallel"],
      schedule = #pit.schedule<dense, tile = [16, 16]>}
      ins(%a : memref<16x8xi32>) outs(%c : memref<8xi32>)
      combine {
      ^bb0(%x: i32, %acc: i32):
        %0 = arith.subi %acc, %x : i32
        pit.yield %0 : i32
      } epilogue {
      ^bb0(%acc: i32, %old: i32):
        pit.yield %acc : i32
      }
  return
}

// -----

func.func @unknown_range(%a: memref<16xi32>, %c: memref<8xi32>) {
  // expected-error @below {{the range of loop dimension d0 is unknown: no indexing map has it as a bare dimension}}
  pit.generic {
      indexing_maps = [affine_map<(r, c) -> (r + c)>, affine_map<(r, c) -> (c)>],
      iterator_types = ["reduction", "parallel"],
      schedule = #pit.schedule<dense, tile = [16, 16]>}
      ins(%a : memref<16xi32>) outs(%c : memref<8xi32>)
      combine {
      ^bb0(%x: i32, %acc: i32):
        %0 = arith.addi %acc, %x : i32
        pit.yield %0 : i32
      } epilogue {
      ^bb0(%acc: i32, %old: i32):
        pit.yield %acc : i32
      }
  return
}

// -----

func.func @sparse_map(%a: memref<16x8x8xi32>, %c: memref<8xi32>, %counts: memref<64xi32>, %coords: memref<64x16xi32>) {
  %index = pit.assemble_index %counts, %coords : memref<64xi32>, memref<64x16xi32> -> !pit.index<padded, 64x16>
  // expected-error @below {{expects the sparse operand's map to be a projected permutation, but got affine_map<(d0, d1) -> (d0, d1, d1)>}}
  pit.generic {
      indexing_maps = [affine_map<(r, c) -> (r, c, c)>, affine_map<(r, c) -> (c)>],
      iterator_types = ["reduction", "parallel"],
      permutation = #pit.permutation<dim = 0, kind = reduction, operand = 0, micro_tile = [1, 1, 1]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [1, 1, 1], tile = [16, 1]>}
      ins(%a : memref<16x8x8xi32>) outs(%c : memref<8xi32>) index(%index : !pit.index<padded, 64x16>)
      combine {
      ^bb0(%x: i32, %acc: i32):
        %0 = arith.addi %acc, %x : i32
        pit.yield %0 : i32
      } epilogue {
      ^bb0(%acc: i32, %old: i32):
        pit.yield %acc : i32
      }
  return
}
