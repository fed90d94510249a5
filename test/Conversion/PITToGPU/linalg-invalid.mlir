// RUN: pit-opt %s --pit-plan-launches --convert-pit-to-gpu --split-input-file --verify-diagnostics

func.func @element_type(%a: memref<4xf8E4M3FN>, %o: memref<4xf8E4M3FN>) {
  // expected-error @+1 {{'linalg.copy' op operand #0 has elements of type 'f8E4M3FN', which has no lowering: expects f16, bf16, f32, f64, index or a signless integer of 1, 8, 16, 32 or 64 bits}}
  linalg.copy ins(%a : memref<4xf8E4M3FN>) outs(%o : memref<4xf8E4M3FN>)
  return
}

// -----

func.func private @g(f32) -> f32

func.func @call(%a: memref<4xf32>, %o: memref<4xf32>) {
  linalg.map ins(%a : memref<4xf32>) outs(%o : memref<4xf32>)
    (%x: f32, %old: f32) {
      // expected-error @+1 {{'func.call' op has no lowering inside of a 'linalg.map': expects arith and math operations}}
      %0 = func.call @g(%x) : (f32) -> f32
      linalg.yield %0 : f32
    }
  return
}

// -----

func.func @grid(%a: memref<1xi8>, %o: memref<1099511627776xi1>) {
  // expected-error @+1 {{'linalg.generic' op needs 4294967296 thread blocks, but a grid has at most 2147483647}}
  linalg.generic {indexing_maps = [affine_map<(d) -> (d)>], iterator_types = ["parallel"]}
      outs(%o : memref<1099511627776xi1>) {
  ^bb0(%old: i1):
    linalg.yield %old : i1
  }
  return
}

// -----

func.func @no_such_dimension(%a: memref<4xf32>, %o: memref<4xi64>) {
  %c7 = arith.constant 7 : index
  %d = memref.dim %a, %c7 : memref<4xf32>
  // expected-error @+1 {{'linalg.generic' op reads a value of type 'index' that a kernel cannot compute: expects arithmetic on constants}}
  linalg.generic {indexing_maps = [affine_map<(d) -> (d)>], iterator_types = ["parallel"]} outs(%o : memref<4xi64>) {
  ^bb0(%old: i64):
    %0 = arith.index_cast %d : index to i64
    linalg.yield %0 : i64
  }
  return
}
