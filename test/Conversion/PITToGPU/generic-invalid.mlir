// RUN: pit-opt %s --pit-plan-launches --convert-pit-to-gpu --split-input-file --verify-diagnostics

func.func @minimum(%a: memref<64x64xf16>, %b: memref<64x64xf16>, %c: memref<64x64xf32>) {
  // expected-error @+1 {{has no lowering to a kernel: 'combine' is not the accumulator plus the product of two inputs}}
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : memref<64x64xf16>, memref<64x64xf16>) outs(%c : memref<64x64xf32>) 
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.minimumf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue {
      ^bb0(%acc: f32, %old: f32):
        %0 = arith.addf %old, %acc : f32
        pit.yield %0 : f32
      }
  return
}

// -----

func.func @inputs(%a: memref<64x64xi1>, %b: memref<64x64xi1>, %c: memref<64x64xi32>) {
  // expected-error @+1 {{has no lowering to a kernel for inputs of element types 'i1' and 'i1' and an accumulator of type 'i32': expected f16, bf16, f32 or f64, added up in f32 or f64, or i8, i16, i32 or i64, added up in i32 or i64, and never in a narrower type}}
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : memref<64x64xi1>, memref<64x64xi1>) outs(%c : memref<64x64xi32>) 
      combine {
      ^bb0(%x: i1, %y: i1, %acc: i32):
        %u = arith.extsi %x : i1 to i32
        %v = arith.extsi %y : i1 to i32
        %0 = arith.muli %u, %v : i32
        %1 = arith.addi %acc, %0 : i32
        pit.yield %1 : i32
      } epilogue {
      ^bb0(%acc: i32, %old: i32):
        %0 = arith.addi %old, %acc : i32
        pit.yield %0 : i32
      }
  return
}

// -----

func.func @accumulator(%a: memref<64x64xf16>, %b: memref<64x64xf16>, %c: memref<64x64xf16>) {
  // expected-error @+1 {{has no lowering to a kernel for inputs of element types 'f16' and 'f16' and an accumulator of type 'f16': expected f16, bf16, f32 or f64, added up in f32 or f64}}
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : memref<64x64xf16>, memref<64x64xf16>) outs(%c : memref<64x64xf16>) 
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f16):
        %0 = arith.mulf %x, %y : f16
        %1 = arith.addf %acc, %0 : f16
        pit.yield %1 : f16
      } epilogue {
      ^bb0(%acc: f16, %old: f16):
        pit.yield %acc : f16
      }
  return
}

// -----

func.func @output(%a: memref<64x64xf16>, %b: memref<64x64xf16>, %c: memref<64x64xf64>) {
  // expected-error @+1 {{has no lowering to a kernel for outputs of element type 'f64': expected f32, f16, bf16 or the accumulator's 'f32'}}
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : memref<64x64xf16>, memref<64x64xf16>) outs(%c : memref<64x64xf64>) 
      combine {
      ^bb0(%x: f16, %y: f16, %acc: f32):
        %0 = arith.extf %x : f16 to f32
        %1 = arith.extf %y : f16 to f32
        %2 = arith.mulf %0, %1 : f32
        %3 = arith.addf %acc, %2 : f32
        pit.yield %3 : f32
      } epilogue {
      ^bb0(%acc: f32, %old: f64):
        %0 = arith.extf %acc : f32 to f64
        pit.yield %0 : f64
      }
  return
}

// -----

func.func @batch(%a: memref<2x64x64xf16>, %b: memref<2x64x64xf16>, %c: memref<2x64x64xf32>) {
  // expected-error @+1 {{has no lowering to a kernel: expects a dense tile extent of 1 along d0, which no dimension of a matrix product stands for, but got 2}}
  pit.generic {
      indexing_maps = [affine_map<(b, m, n, k) -> (b, m, k)>, affine_map<(b, m, n, k) -> (b, k, n)>, affine_map<(b, m, n, k) -> (b, m, n)>],
      iterator_types = ["parallel", "parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [2, 64, 64, 32]>}
      ins(%a, %b : memref<2x64x64xf16>, memref<2x64x64xf16>) outs(%c : memref<2x64x64xf32>) 
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

// -----

func.func @window(%a: memref<66x1xf16>, %b: memref<3x64xf16>, %c: memref<64x64xf32>) {
  // expected-error @+1 {{has no lowering to a kernel: expected operands indexed by sums and multiples of dimensions, but got map}}
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m + k floordiv 2, 0)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : memref<66x1xf16>, memref<3x64xf16>) outs(%c : memref<64x64xf32>) 
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

// -----

func.func @no_bitmap(%a: memref<64x64xf16>, %b: memref<64x64xf16>, %counts: memref<1xi32>, %coords: memref<1x64xi32>, %c: memref<64x64xf32>) {
  %i = pit.assemble_index %counts, %coords : memref<1xi32>, memref<1x64xi32> -> !pit.index<padded, 1x64>
  // expected-error @+1 {{permutes the parallel d0 and expects the bitmap of its index}}
  pit.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"], permutation = #pit.permutation<dim = 0, kind = parallel, operand = 0, micro_tile = [1, ?]>, schedule = #pit.schedule<axis = 0, micro_tile = [1, ?], tile = [64, 64, 32]>}
      ins(%a, %b : memref<64x64xf16>, memref<64x64xf16>) outs(%c : memref<64x64xf32>) index(%i : !pit.index<padded, 1x64>)
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
