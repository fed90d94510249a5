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
