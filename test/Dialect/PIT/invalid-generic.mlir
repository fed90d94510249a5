// RUN: pit-opt %s --split-input-file --verify-diagnostics

// One legal operation, and each way in which it would not be.

func.func @legal(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @number_of_maps(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{expects 3 indexing maps (one per input and one for the init), but got 2}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @iterator_type(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{expects iterator types 'parallel' or 'reduction', but got 'window'}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "window"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @map_dimensions(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{expects indexing map 1 over 3 dimensions (the iterator types) and no symbols, but got affine_map<(d0, d1) -> (d1, d0)>}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @map_rank(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{expects indexing map 0 to have 2 results (rank of the operand), but got affine_map<(d0, d1, d2) -> (d2)>}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @sizes(%a: tensor<16x64xf16>, %b: tensor<17x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{loop dimension d2 has size 16, but dimension 0 of operand 1 has 17}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<17x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @unknown_size(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{expects d2 as a bare dimension in an indexing map, which says its size}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (m + k, m)>, affine_map<(m, n, k) -> (n + k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @init_map(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{expects the init's map to be a projected permutation, but got affine_map<(d0, d1, d2) -> (d0, d0 + d1)>}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, m + n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @parallel_not_in_init(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{d2 is parallel, but not in the init's map affine_map<(d0, d1, d2) -> (d0, d1)>}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "parallel"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @reduction_in_init(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{d1 is a reduction, but in the init's map affine_map<(d0, d1, d2) -> (d0, d1)>}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "reduction", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @tile_rank(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{'schedule' expects 3 tile extents (one per loop dimension), but got 2}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @dense_with_permutation(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{has 'permutation', but 'schedule' is dense}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<dense, tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @axis_without_permutation(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{'schedule' has PIT axis d2, and expects 'permutation' and an index}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @two_axes(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{'schedule' has PIT axis d0, but 'permutation' has d2}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @index_without_permutation(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{has an index, and expects 'permutation' to say which dimension it permutes}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      schedule = #pit.schedule<dense, tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @permutation_without_index(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{has 'permutation', and expects an index}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @permuted_dimension(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{permuted dimension d3 is not one of the 3 loop dimensions}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 3, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 3, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @permutation_kind(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{d2 is a reduction, but 'permutation' says parallel}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = parallel, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @not_permutable(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{d2 is not permutable: indexing map 0 does not read it as a bare dimension: affine_map<(d0, d1, d2) -> (d2 + 1, d0)>}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k + 1, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @sparse_operand(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{sparse operand 2 is not one of the 2 inputs}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 2, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @micro_tile_rank(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{expects 2 micro-tile extents (rank of the sparse operand 0), but got 1}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @axis_not_in_operand(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{the sparse operand's map affine_map<(d0, d1, d2) -> (d2, d0)> does not have the permuted d1}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 1, kind = parallel, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 1, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @micro_tile_extent(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{expects a micro-tile extent of 64 (the dense tile's along d0), a multiple of it, or '?' along dimension 1 of the sparse operand, but got 32: one gathered tile of the other operand serves all of them}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 32]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @gathered_operand(%a: tensor<16x64xf16>, %b: tensor<128x16xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{operand 1 with map affine_map<(d0, d1, d2) -> (d1, d2)> is gathered along d2 in pieces of 2 contiguous bytes, but at least 32 are needed; a micro-tile of at least 16 along d2 would do, or the layout affine_map<(d0, d1, d2) -> (d2, d1)> of that operand}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<128x16xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @sparse_operand_tile(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{operand 0 with map affine_map<(d0, d1, d2) -> (d2, d0)> is gathered along d2 in pieces of 16 contiguous bytes, but at least 32 are needed; a micro-tile of at least 16 along d0 would do}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 8]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 8], tile = [8, 8, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @dense_operand_tile(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 4x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{operand 1 with map affine_map<(d0, d1, d2) -> (d2, d1)> is gathered along d2 in pieces of 16 contiguous bytes, but at least 32 are needed; a dense tile of at least 16 along d1 would do}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 16]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 16], tile = [16, 8, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 4x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @scattered_output(%a: tensor<64x16xf16>, %b: tensor<16x128xf16>, %c: tensor<128x64xf32>, %index: !pit.index<padded, 1x64>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{operand 2 with map affine_map<(d0, d1, d2) -> (d1, d0)> is scattered along d0 in pieces of 4 contiguous bytes, but at least 32 are needed; a micro-tile of at least 8 along d0 would do, or the layout affine_map<(d0, d1, d2) -> (d0, d1)> of that operand}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (n, m)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 0, kind = parallel, operand = 0, micro_tile = [1, ?]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<64x16xf16>, tensor<16x128xf16>) outs(%c : tensor<128x64xf32>) index(%index : !pit.index<padded, 1x64>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<128x64xf32>
  return
}

// -----

func.func @innermost_expression(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{operand 1 with map affine_map<(d0, d1, d2) -> (d2, d1 + 1)> is gathered along d2 in pieces of 2 contiguous bytes, but at least 32 are needed; store it with a loop dimension other than d2 innermost}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n + 1)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @index_shape(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x8>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{expects an index of 1 groups with 16 micro-tiles (the sparse operand's grid), but got '!pit.index<padded, 1x8>'}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x8>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @bitmap_type(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<16xi1>) {
  // expected-error @+1 {{expects a bitmap of rank 2 (groups, micro-tiles) and element type i1, but got 'tensor<16xi1>'}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) bitmap(%bits : tensor<16xi1>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @bitmap_shape(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x8xi1>) {
  // expected-error @+1 {{expects a bitmap of 1x16, but got 'tensor<1x8xi1>'}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) bitmap(%bits : tensor<1x8xi1>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @dest_type(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>, %dest: memref<64x128xf32>) {
  // expected-error @+1 {{expects a destination of the init's type 'tensor<64x128xf32>', but got 'memref<64x128xf32>'}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) into(%dest : memref<64x128xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @combine_arguments(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{'combine' expects 3 arguments (one per input and the accumulator), but got 2}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16):
    pit.yield %x : f16
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @combine_input(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{'combine' expects an argument of type 'f16', but got 'f32'}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f32, %acc: f32):
    pit.yield %acc : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @combine_yield(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{'combine' expects to yield one value of the accumulator's type 'f32'}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    pit.yield %x : f16
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @combine_nothing(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{'combine' expects to yield the result of the one operation that combines the accumulator with a contribution}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    pit.yield %acc : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @combine_accumulator_twice(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{'combine' expects to yield the result of the one operation that combines the accumulator with a contribution}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.addf %acc, %acc : f32
    pit.yield %0 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @combine_order(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{combiner 'arith.subf' is not associative and commutative}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.subf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @zero_is_not_identity(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{operand 0 may not be sparse: with it zero, the contribution is not proved to be the identity of the combiner 'arith.maximumf'}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.maximumf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @not_a_factor(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{operand 0 may not be sparse: with it zero, the contribution is not proved to be the identity of the combiner 'arith.addf'}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.addf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @epilogue_arguments(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{'epilogue' expects 2 arguments of types 'f32' (the accumulator), 'f32' (the init), but got 'f32'}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32):
    pit.yield %acc : f32
  } -> tensor<64x128xf32>
  return
}

// -----

func.func @epilogue_yield(%a: tensor<16x64xf16>, %b: tensor<16x128xf16>, %c: tensor<64x128xf32>, %index: !pit.index<padded, 1x16>, %bits: tensor<1x16xi1>) {
  // expected-error @+1 {{'epilogue' expects to yield one value of the init's type 'f32'}}
  %0 = pit.generic {indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<16x64xf16>, tensor<16x128xf16>) outs(%c : tensor<64x128xf32>) index(%index : !pit.index<padded, 1x16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %0 = arith.extf %x : f16 to f32
    %1 = arith.extf %y : f16 to f32
    %2 = arith.mulf %0, %1 : f32
    %3 = arith.addf %acc, %2 : f32
    pit.yield %3 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %0 = arith.truncf %acc : f32 to f16
    pit.yield %0 : f16
  } -> tensor<64x128xf32>
  return
}

// -----

// Verifiers see operations that depend on themselves.
func.func @cycle(%a: tensor<64x64xf16>, %b: tensor<64x64xf16>, %c: tensor<64x64xf32>, %i: !pit.index<padded, 2x4>) -> tensor<64x64xf32> {
  // expected-error @+1 {{operand 0 may not be sparse}}
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"],
      permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [32, 16]>,
      schedule = #pit.schedule<axis = 2, micro_tile = [32, 16], tile = [32, 64, 32]>}
      ins(%a, %b : tensor<64x64xf16>, tensor<64x64xf16>) outs(%c : tensor<64x64xf32>) index(%i : !pit.index<padded, 2x4>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %1 : f16 to f32
        %1 = arith.truncf %0 : f32 to f16
        %2 = arith.mulf %2, %0 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue {
      ^bb0(%acc: f32, %old: f32):
        %0 = arith.addf %old, %acc : f32
        pit.yield %0 : f32
      } -> tensor<64x64xf32>
  return %r : tensor<64x64xf32>
}

// -----

func.func @index_elements(%a: memref<4x4xindex>, %c: memref<4xindex>) {
  // expected-error @+1 {{expects operands of signless integers or floats, but got elements of type}}
  pit.generic {
      indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>],
      iterator_types = ["parallel", "reduction"], schedule = #pit.schedule<dense, tile = [4, 4]>}
      ins(%a : memref<4x4xindex>) outs(%c : memref<4xindex>)
      combine {
      ^bb0(%x: index, %acc: index):
        pit.yield %acc : index
      } epilogue {
      ^bb0(%acc: index, %old: index):
        pit.yield %old : index
      }
  return
}

// -----

func.func @complex_elements(%a: memref<4x4xcomplex<f32>>, %c: memref<4xcomplex<f32>>) {
  // expected-error @+1 {{expects operands of signless integers or floats, but got elements of type}}
  pit.generic {
      indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>],
      iterator_types = ["parallel", "reduction"], schedule = #pit.schedule<dense, tile = [4, 4]>}
      ins(%a : memref<4x4xcomplex<f32>>) outs(%c : memref<4xcomplex<f32>>)
      combine {
      ^bb0(%x: complex<f32>, %acc: complex<f32>):
        pit.yield %acc : complex<f32>
      } epilogue {
      ^bb0(%acc: complex<f32>, %old: complex<f32>):
        pit.yield %old : complex<f32>
      }
  return
}

// -----

func.func @vector_accumulator(%a: memref<4x4xf32>, %c: memref<4xf32>) {
  // expected-error @+1 {{expects an accumulator that is a signless integer or a float, but got one of type}}
  pit.generic {
      indexing_maps = [affine_map<(m, k) -> (m, k)>, affine_map<(m, k) -> (m)>],
      iterator_types = ["parallel", "reduction"], schedule = #pit.schedule<dense, tile = [4, 4]>}
      ins(%a : memref<4x4xf32>) outs(%c : memref<4xf32>)
      combine {
      ^bb0(%x: f32, %acc: vector<4xf32>):
        pit.yield %acc : vector<4xf32>
      } epilogue {
      ^bb0(%acc: vector<4xf32>, %old: f32):
        pit.yield %old : f32
      }
  return
}

// -----

func.func @epilogue_maps_number(%a: tensor<8x4xf16>, %b: tensor<4x16xf16>, %c: tensor<8x16xf32>) {
  // expected-error @+1 {{expects 0 epilogue maps (one per epilogue input), but got 1}}
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], epilogue_maps = [affine_map<(i, j) -> (j)>],
      schedule = #pit.schedule<dense, tile = [16, 16, 16]>}
      ins(%a, %b : tensor<8x4xf16>, tensor<4x16xf16>) outs(%c : tensor<8x16xf32>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue {
      ^bb0(%acc: f32, %old: f32):
        pit.yield %acc : f32
      } -> tensor<8x16xf32>
  return
}

// -----

func.func @epilogue_map_dims(%a: tensor<8x4xf16>, %b: tensor<4x16xf16>, %c: tensor<8x16xf32>, %e: tensor<16xf32>) {
  // expected-error @+1 {{expects epilogue map 0 to be a projected permutation from 2 dimensions (rank of the output) to 1, but got affine_map<(d0, d1, d2) -> (d1)>}}
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], epilogue_maps = [affine_map<(m, n, k) -> (n)>],
      schedule = #pit.schedule<dense, tile = [16, 16, 16]>}
      ins(%a, %b : tensor<8x4xf16>, tensor<4x16xf16>) outs(%c : tensor<8x16xf32>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue ins(%e : tensor<16xf32>) {
      ^bb0(%acc: f32, %old: f32, %x: f32):
        pit.yield %acc : f32
      } -> tensor<8x16xf32>
  return
}

// -----

func.func @epilogue_map_rank(%a: tensor<8x4xf16>, %b: tensor<4x16xf16>, %c: tensor<8x16xf32>, %e: tensor<16xf32>) {
  // expected-error @+1 {{expects epilogue map 0 to be a projected permutation from 2 dimensions (rank of the output) to 1, but got affine_map<(d0, d1) -> (d0, d1)>}}
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], epilogue_maps = [affine_map<(i, j) -> (i, j)>],
      schedule = #pit.schedule<dense, tile = [16, 16, 16]>}
      ins(%a, %b : tensor<8x4xf16>, tensor<4x16xf16>) outs(%c : tensor<8x16xf32>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue ins(%e : tensor<16xf32>) {
      ^bb0(%acc: f32, %old: f32, %x: f32):
        pit.yield %acc : f32
      } -> tensor<8x16xf32>
  return
}

// -----

func.func @epilogue_map_shifted(%a: tensor<8x4xf16>, %b: tensor<4x16xf16>, %c: tensor<8x16xf32>, %e: tensor<16xf32>) {
  // expected-error @+1 {{expects epilogue map 0 to be a projected permutation from 2 dimensions (rank of the output) to 1, but got affine_map<(d0, d1) -> (d0 + d1)>}}
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], epilogue_maps = [affine_map<(i, j) -> (i + j)>],
      schedule = #pit.schedule<dense, tile = [16, 16, 16]>}
      ins(%a, %b : tensor<8x4xf16>, tensor<4x16xf16>) outs(%c : tensor<8x16xf32>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue ins(%e : tensor<16xf32>) {
      ^bb0(%acc: f32, %old: f32, %x: f32):
        pit.yield %acc : f32
      } -> tensor<8x16xf32>
  return
}

// -----

func.func @epilogue_input_size(%a: tensor<8x4xf16>, %b: tensor<4x16xf16>, %c: tensor<8x16xf32>, %e: tensor<16xf32>) {
  // expected-error @+1 {{expects dimension 0 of epilogue input 0 to have size 8 (of dimension 0 of the output), but got 'tensor<16xf32>'}}
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], epilogue_maps = [affine_map<(i, j) -> (i)>],
      schedule = #pit.schedule<dense, tile = [16, 16, 16]>}
      ins(%a, %b : tensor<8x4xf16>, tensor<4x16xf16>) outs(%c : tensor<8x16xf32>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue ins(%e : tensor<16xf32>) {
      ^bb0(%acc: f32, %old: f32, %x: f32):
        pit.yield %acc : f32
      } -> tensor<8x16xf32>
  return
}

// -----

func.func @epilogue_input_arguments(%a: tensor<8x4xf16>, %b: tensor<4x16xf16>, %c: tensor<8x16xf32>, %e: tensor<16xf16>) {
  // expected-error @+1 {{'epilogue' expects 3 arguments of types 'f32' (the accumulator), 'f32' (the init), 'f16' (the epilogue inputs), but got 'f32', 'f32', 'f32'}}
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], epilogue_maps = [affine_map<(i, j) -> (j)>],
      schedule = #pit.schedule<dense, tile = [16, 16, 16]>}
      ins(%a, %b : tensor<8x4xf16>, tensor<4x16xf16>) outs(%c : tensor<8x16xf32>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue ins(%e : tensor<16xf16>) {
      ^bb0(%acc: f32, %old: f32, %x: f32):
        pit.yield %acc : f32
      } -> tensor<8x16xf32>
  return
}

// -----

func.func @epilogue_input_storage(%a: tensor<8x4xf16>, %b: tensor<4x16xf16>, %c: tensor<8x16xf32>, %e: memref<16xf32>) {
  // expected-error @+1 {{expects its operands to be all ranked tensors or all ranked memrefs, but got 'tensor<8x4xf16>' and 'memref<16xf32>'}}
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], epilogue_maps = [affine_map<(i, j) -> (j)>],
      schedule = #pit.schedule<dense, tile = [16, 16, 16]>}
      ins(%a, %b : tensor<8x4xf16>, tensor<4x16xf16>) outs(%c : tensor<8x16xf32>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue ins(%e : memref<16xf32>) {
      ^bb0(%acc: f32, %old: f32, %x: f32):
        pit.yield %acc : f32
      } -> tensor<8x16xf32>
  return
}

// -----

func.func @epilogue_input_elements(%a: tensor<8x4xf16>, %b: tensor<4x16xf16>, %c: tensor<8x16xf32>, %e: tensor<16xindex>) {
  // expected-error @+1 {{expects operands of signless integers or floats, but got elements of type 'index'}}
  %r = pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], epilogue_maps = [affine_map<(i, j) -> (j)>],
      schedule = #pit.schedule<dense, tile = [16, 16, 16]>}
      ins(%a, %b : tensor<8x4xf16>, tensor<4x16xf16>) outs(%c : tensor<8x16xf32>)
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue ins(%e : tensor<16xindex>) {
      ^bb0(%acc: f32, %old: f32, %x: index):
        pit.yield %acc : f32
      } -> tensor<8x16xf32>
  return
}
