// RUN: pit-opt %S/memrefs-v1.mlirbc > %t.old
// RUN: pit-opt %s > %t.new
// RUN: diff %t.old %t.new

#at = affine_map<(m, n, k) -> (k, m)>
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>

func.func @memrefs(%a: memref<512x1024xf16>, %b: memref<1024x512xf16>, %c: memref<512x512xf16>, %r: memref<512x512xf16>, %bits: memref<1x512xi1>, %counts: memref<1xi32>, %coords: memref<1x512xi32>) {
  pit.detect {axis = 0, micro_tile = array<i64: 1, -9223372036854775808>} ins(%a : memref<512x1024xf16>) outs(%bits : memref<1x512xi1>)
  pit.compact ins(%bits : memref<1x512xi1>) outs(%counts, %coords : memref<1xi32>, memref<1x512xi32>)
  %index = pit.assemble_index %counts, %coords : memref<1xi32>, memref<1x512xi32> -> !pit.index<padded, 1x512>
  pit.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 0, kind = parallel, operand = 0, micro_tile = [1, ?]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [64, 128, 32]>}
      ins(%a, %b : memref<512x1024xf16>, memref<1024x512xf16>) outs(%c : memref<512x512xf16>)
      index(%index : !pit.index<padded, 1x512>) bitmap(%bits : memref<1x512xi1>) into(%r : memref<512x512xf16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f16):
    %0 = arith.mulf %x, %y : f16
    %1 = arith.addf %acc, %0 : f16
    pit.yield %1 : f16
  } epilogue {
  ^bb0(%acc: f16, %old: f16):
    pit.yield %acc : f16
  }
  pit.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"],
      schedule = #pit.schedule<dense, tile = [64, 128, 32]>}
      ins(%a, %b : memref<512x1024xf16>, memref<1024x512xf16>) outs(%r : memref<512x512xf16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f16):
    %0 = arith.mulf %x, %y : f16
    %1 = arith.maximumf %acc, %0 : f16
    pit.yield %1 : f16
  } epilogue {
  ^bb0(%acc: f16, %old: f16):
    pit.yield %acc : f16
  }
  return
}
