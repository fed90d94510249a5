// RUN: pit-opt %S/types-v1.mlirbc > %t.old
// RUN: pit-opt %s > %t.new
// RUN: diff %t.old %t.new

func.func private @types(tensor<4x4xf16, #pit.sparsity<>>, !pit.index<padded, 8x1024>, !pit.index<compact, ?x?>, !pit.tile<32x64xf16>, !pit.acc<64x128xf32>, !pit.coords<32, micro = 1>, !pit.token, !pit.tile<32x64xf16, at = 12288>, !pit.coords<32, micro = 1, by = [8, 16, 1, 16, 2]>)
