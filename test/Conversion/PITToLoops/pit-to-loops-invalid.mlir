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

func.func @index_from_elsewhere(%a: memref<16x8xi32>, %c: memref<8xi32>, %index: !pit.index<padded, 1x16>) {
  // expected-error @below {{expects its index to be made by a 'pit.assemble_index' in the same function}}
  pit.generic {
      indexing_maps = [affine_map<(r, c) -> (r, c)>, affine_map<(r, c) -> (c)>],
      iterator_types = ["reduction", "parallel"],
      permutation = #pit.permutation<dim = 0, kind = reduction, operand = 0, micro_tile = [1, 8]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [1, 8], tile = [16, 8]>}
      ins(%a : memref<16x8xi32>) outs(%c : memref<8xi32>) index(%index : !pit.index<padded, 1x16>)
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

func.func @sparse_map(%a: memref<16x8x8xi32>, %c: memref<8xi32>, %counts: memref<1xi32>, %coords: memref<1x16xi32>) {
  %index = pit.assemble_index %counts, %coords : memref<1xi32>, memref<1x16xi32> -> !pit.index<padded, 1x16>
  // expected-error @below {{expects the sparse operand's map to be a projected permutation, but got affine_map<(d0, d1) -> (d0, d1, d1)>}}
  pit.generic {
      indexing_maps = [affine_map<(r, c) -> (r, c, c)>, affine_map<(r, c) -> (c)>],
      iterator_types = ["reduction", "parallel"],
      permutation = #pit.permutation<dim = 0, kind = reduction, operand = 0, micro_tile = [1, 8, 8]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [1, 8, 8], tile = [16, 8]>}
      ins(%a : memref<16x8x8xi32>) outs(%c : memref<8xi32>) index(%index : !pit.index<padded, 1x16>)
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

func.func @index_leaves(%counts: memref<1xi32>, %coords: memref<1x16xi32>) -> !pit.index<padded, 1x16> {
  // expected-error @below {{is used by an operation that does not become loops}}
  %0 = pit.assemble_index %counts, %coords : memref<1xi32>, memref<1x16xi32> -> !pit.index<padded, 1x16>
  return %0 : !pit.index<padded, 1x16>
}
