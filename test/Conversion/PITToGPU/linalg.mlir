// RUN: pit-opt %s --pit-plan-launches --convert-pit-to-gpu --mlir-print-local-scope | FileCheck %s

// 37 x 53 elements become one dimension; eight f16 are one store of 16 bytes,
// and the last thread has a tail.
// CHECK-LABEL: func.func @relu(
// CHECK-SAME: %[[A:[^ ]*]]: memref<37x53xf32> {{{.*}}}, %[[O:[^ ]*]]: memref<37x53xf16>
// CHECK: %[[GRID:.*]] = arith.constant 1 : index
// CHECK: pit.launch @relu_kernels::@relu_0 grid(%[[GRID]]) args(%[[A]], %[[O]] : memref<37x53xf32>, memref<37x53xf16>) {block = 256 : i64}
// CHECK-NEXT: return
// CHECK: gpu.func @relu_0(%[[KA:.*]]: memref<37x53xf32> {llvm.align = 16 : i64}, %[[KO:.*]]: memref<37x53xf16> {llvm.align = 16 : i64}) kernel
// CHECK-SAME: known_block_size = array<i32: 256, 1, 1>, pit.role = "generic"
// CHECK-DAG: %[[FLATA:.*]] = memref.reinterpret_cast %[[KA]] to offset: [0], sizes: [1961], strides: [1]
// CHECK-DAG: %[[FLATO:.*]] = memref.reinterpret_cast %[[KO]] to offset: [0], sizes: [1961], strides: [1]
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK: %[[LIVE:.*]] = arith.cmpi ult, %{{.*}}, %c246
// CHECK: scf.if %[[LIVE]] {
// CHECK-NOT: arith.remui
// CHECK: %[[BEGIN:.*]] = arith.muli %{{.*}}, %c8
// CHECK: arith.cmpi ult
// CHECK: scf.if
// CHECK: vector.load %[[FLATA]][%[[BEGIN]]] {alignment = 16 : i64} : memref<1961xf32>, vector<4xf32>
// CHECK: vector.load %[[FLATA]][%{{.*}}] {alignment = 16 : i64} : memref<1961xf32>, vector<4xf32>
// CHECK-COUNT-8: arith.maximumf %{{.*}}, %[[ZERO]]
// CHECK: vector.store %{{.*}}, %[[FLATO]][%[[BEGIN]]] {alignment = 16 : i64} : memref<1961xf16>, vector<8xf16>
// CHECK: } else {
// CHECK: scf.for %[[I:.*]] = %[[BEGIN]] to %c1961
// CHECK: memref.load %[[FLATA]][%[[I]]]
// CHECK: memref.store %{{.*}}, %[[FLATO]][%[[I]]]
func.func @relu(%a: memref<37x53xf32>, %o: memref<37x53xf16>) {
  %zero = arith.constant 0.0 : f32
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%a : memref<37x53xf32>) outs(%o : memref<37x53xf16>) {
  ^bb0(%x: f32, %old: f16):
    %0 = arith.maximumf %x, %zero : f32
    %1 = arith.truncf %0 : f32 to f16
    linalg.yield %1 : f16
  }
  return
}

// A row of the bias is read in 16 bytes too. Rows do not merge: it repeats.
// CHECK-LABEL: gpu.func @bias_0(
// CHECK: %[[COLUMN:.*]] = arith.muli %{{.*}}, %c4
// CHECK: vector.load %{{.*}} : memref<2368xf32>, vector<4xf32>
// CHECK: vector.load %arg1[%[[COLUMN]]] {alignment = 16 : i64} : memref<64xf32>, vector<4xf32>
// CHECK-COUNT-4: arith.addf
// CHECK: vector.store
func.func @bias(%a: memref<37x64xf32>, %b: memref<64xf32>, %o: memref<37x64xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (n)>, affine_map<(m, n) -> (m, n)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : memref<37x64xf32>, memref<64xf32>) outs(%o : memref<37x64xf32>) {
  ^bb0(%x: f32, %y: f32, %old: f32):
    %0 = arith.addf %x, %y : f32
    linalg.yield %0 : f32
  }
  return
}

// Rows of 53 elements are not aligned to 16 bytes.
// CHECK-LABEL: gpu.func @odd_bias_0(
// CHECK-NOT: vector.load
// CHECK: gpu.return
func.func @odd_bias(%b: memref<53xf32>, %o: memref<37x53xf32>) {
  linalg.broadcast ins(%b : memref<53xf32>) outs(%o : memref<37x53xf32>) dimensions = [0]
  return
}

// In place: the buffer is one argument.
// CHECK-LABEL: func.func @in_place(
// CHECK: pit.launch @in_place_kernels::@in_place_0 grid(%{{.*}}) args(%{{.*}} : memref<64xf32>)
func.func @in_place(%o: memref<64xf32>) {
  linalg.exp ins(%o : memref<64xf32>) outs(%o : memref<64xf32>)
  return
}

// A sum of f16 is accumulated in f32, from the init's element on, and so are its products.
// CHECK-LABEL: gpu.func @dot_0(
// CHECK: %[[INIT:.*]] = memref.load %{{.*}} : memref<37xf16>
// CHECK: %[[WIDE:.*]] = arith.extf %[[INIT]] : f16 to f32
// CHECK: %[[SUM:.*]] = scf.for %{{.*}} = %c0{{.*}} to %c64{{.*}} iter_args(%[[ACC:.*]] = %[[WIDE]]) -> (f32)
// CHECK: arith.extf
// CHECK: arith.extf
// CHECK: %[[PRODUCT:.*]] = arith.mulf %{{.*}} : f32
// CHECK: %[[NEXT:.*]] = arith.addf %[[ACC]], %[[PRODUCT]] : f32
// CHECK: scf.yield %[[NEXT]]
// CHECK: arith.truncf %[[SUM]] : f32 to f16
func.func @dot(%a: memref<37x64xf16>, %b: memref<64xf16>, %o: memref<37xf16>) {
  linalg.matvec ins(%a, %b : memref<37x64xf16>, memref<64xf16>) outs(%o : memref<37xf16>)
  return
}

// The init is not read where the body does not look at it.
// CHECK-LABEL: gpu.func @last_0(
// CHECK: scf.for
// CHECK: memref.load %{{.*}} : memref<2368xf32>
// CHECK-NOT: memref.load
// CHECK: gpu.return
func.func @last(%a: memref<37x64xf32>, %o: memref<37xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>],
                  iterator_types = ["parallel", "reduction"]}
      ins(%a : memref<37x64xf32>) outs(%o : memref<37xf32>) {
  ^bb0(%x: f32, %old: f32):
    linalg.yield %x : f32
  }
  return
}

// Points that write one element stay in one thread.
// CHECK-LABEL: gpu.func @meet_0(
// CHECK: arith.cmpi ult, %{{.*}}, %c1
// CHECK: scf.for
// CHECK: scf.for
// CHECK: memref.store
func.func @meet(%a: memref<6x5xf32>, %o: memref<10xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m + n)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%a : memref<6x5xf32>) outs(%o : memref<10xf32>) {
  ^bb0(%x: f32, %old: f32):
    %0 = arith.addf %x, %old : f32
    linalg.yield %0 : f32
  }
  return
}

// Nothing to do: no kernel.
// CHECK-LABEL: func.func @empty(
// CHECK-NOT: pit.launch
// CHECK: return
func.func @empty(%a: memref<4x0xf32>, %o: memref<4xf32>, %p: memref<0x3xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.reduce { arith.addf } ins(%a : memref<4x0xf32>) outs(%o : memref<4xf32>) dimensions = [1]
  linalg.fill ins(%zero : f32) outs(%p : memref<0x3xf32>)
  return
}

// A buffer that the body reads is an argument, before the outputs.
// CHECK-LABEL: func.func @lookup(
// CHECK-SAME: %[[TABLE:[^ ]*]]: memref<12x16xf32> {{{.*}}}, %[[INDEX:[^ ]*]]: memref<50xi32> {{{.*}}}, %[[O:[^ ]*]]: memref<50x16xf32>
// CHECK: args(%[[INDEX]], %[[TABLE]], %[[O]] :
func.func @lookup(%table: memref<12x16xf32>, %index: memref<50xi32>, %o: memref<50x16xf32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m)>, affine_map<(m, n) -> (m, n)>],
                  iterator_types = ["parallel", "parallel"]}
      ins(%index : memref<50xi32>) outs(%o : memref<50x16xf32>) {
  ^bb0(%at: i32, %old: f32):
    %i = arith.index_cast %at : i32 to index
    %j = linalg.index 1 : index
    %0 = memref.load %table[%i, %j] : memref<12x16xf32>
    linalg.yield %0 : f32
  }
  return
}
