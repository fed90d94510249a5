// RUN: pit-opt %s --pit-plan-launches --convert-pit-to-gpu --split-input-file --verify-diagnostics

func.func @element_type(%a: memref<8x64xf8E4M3FN>, %bits: memref<1x8xi1>) {
  // expected-error @+1 {{has no lowering for elements of type 'f8E4M3FN': expects i1, i8, i16, i32, i64, f16, bf16, f32 or f64}}
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%a : memref<8x64xf8E4M3FN>) outs(%bits : memref<1x8xi1>)
  return
}

// -----
func.func @too_long(%bits: memref<1x2147483648xi1>, %counts: memref<1xi32>, %coords: memref<1x2147483648xi32>) {
  // expected-error @+1 {{has 2147483648 micro-tiles a group, but coordinates are i32: expects at most 2147483647; take longer micro-tiles along the PIT axis}}
  pit.compact ins(%bits : memref<1x2147483648xi1>) outs(%counts, %coords : memref<1xi32>, memref<1x2147483648xi32>)
  return
}

// -----

func.func @grid(%a: memref<1000000000000x64xf16>, %b: memref<64x64xf16>, %c: memref<1000000000000x64xf32>) {
  // expected-error @+1 {{needs 15625000000 thread blocks, but a grid has at most 2147483647: use larger tiles, or split the operands}}
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : memref<1000000000000x64xf16>, memref<64x64xf16>) outs(%c : memref<1000000000000x64xf32>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue {
      ^bb0(%acc: f32, %old: f32):
        %0 = arith.addf %old, %acc : f32
        pit.yield %0 : f32
      }
  return
}
