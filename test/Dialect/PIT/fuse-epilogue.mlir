// RUN: pit-opt %s --pit-fuse-epilogue --split-input-file --verify-roundtrip -o %t
// RUN: FileCheck %s --input-file=%t
// RUN: pit-opt %s --pit-fuse-epilogue --split-input-file --remarks-filter=fuse-epilogue --remark-policy=all 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>
#column = affine_map<(i, j) -> (j)>

// The example of the pass: a bias that is repeated, a maximum with zeros, a
// cast. The filled init is no more.

// REMARK: remark: [Passed] fused-epilogue | Category:fuse-epilogue | Function=chain | {{.*}}'linalg.add' is part of the epilogue of the contraction that it follows
// REMARK: Function=chain | {{.*}}'linalg.max' is part of
// REMARK: Function=chain | {{.*}}'linalg.generic' is part of

// CHECK-DAG: #[[$COLUMN:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-LABEL: func @chain(
// CHECK-SAME: %[[A:.*]]: tensor<64x32xf16>, %[[B:.*]]: tensor<32x48xf16>, %[[BIAS:.*]]: tensor<48xf32>)
// CHECK-NOT: linalg.
// CHECK: %[[OUT:.*]] = tensor.empty() : tensor<64x48xf16>
// CHECK-NOT: linalg.
// CHECK: %[[R:.*]] = pit.generic {epilogue_maps = [#[[$COLUMN]]], {{.*}} ins(%[[A]], %[[B]] : {{.*}}) outs(%[[OUT]] : tensor<64x48xf16>) combine {
// CHECK: } epilogue ins(%[[BIAS]] : tensor<48xf32>) {
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32, %{{.*}}: f16, %[[X:.*]]: f32):
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[ACC]], %[[X]] : f32
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK-NEXT: %[[MAX:.*]] = arith.maximumf %[[ZERO]], %[[SUM]] : f32
// CHECK-NEXT: %[[HALF:.*]] = arith.truncf %[[MAX]] : f32 to f16
// CHECK-NEXT: pit.yield %[[HALF]] : f16
// CHECK-NEXT: } -> tensor<64x48xf16>
// CHECK-NOT: linalg.
// CHECK: return %[[R]]
func.func @chain(%a: tensor<64x32xf16>, %b: tensor<32x48xf16>, %bias: tensor<48xf32>) -> tensor<64x48xf16> {
  %cst = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64x48xf32>
  %zeros = linalg.fill ins(%cst : f32) outs(%e : tensor<64x48xf32>) -> tensor<64x48xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : tensor<64x32xf16>, tensor<32x48xf16>) outs(%zeros : tensor<64x48xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<64x48xf32>
  %rows = linalg.broadcast ins(%bias : tensor<48xf32>) outs(%e : tensor<64x48xf32>) dimensions = [0]
  %1 = linalg.add ins(%0, %rows : tensor<64x48xf32>, tensor<64x48xf32>) outs(%e : tensor<64x48xf32>) -> tensor<64x48xf32>
  %2 = linalg.max ins(%zeros, %1 : tensor<64x48xf32>, tensor<64x48xf32>) outs(%e : tensor<64x48xf32>) -> tensor<64x48xf32>
  %h = tensor.empty() : tensor<64x48xf16>
  %3 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%2 : tensor<64x48xf32>) outs(%h : tensor<64x48xf16>) {
  ^bb0(%x: f32, %o: f16):
    %4 = arith.truncf %x : f32 to f16
    linalg.yield %4 : f16
  } -> tensor<64x48xf16>
  return %3 : tensor<64x48xf16>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>

// An init that is read becomes an epilogue input, once; the consumer writes its
// own, and may read that. Narrow sums stay rounded.

// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-LABEL: func @inits(
// CHECK-SAME: %[[C:[a-z0-9]+]]: tensor<64x48xf16>, %[[D:[a-z0-9]+]]: tensor<64x48xf32>)
// CHECK: pit.generic {epilogue_maps = [#[[$ID]]], {{.*}} outs(%[[D]] : tensor<64x48xf32>)
// CHECK: } epilogue ins(%[[C]] : tensor<64x48xf16>) {
// CHECK-NEXT: ^bb0(%[[ACC:.*]]: f32, %[[OLD:.*]]: f32, %[[INIT:.*]]: f16):
// CHECK-NEXT: %[[WIDE:.*]] = arith.extf %[[INIT]] : f16 to f32
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[WIDE]], %[[ACC]] : f32
// CHECK-NEXT: %[[HALF:.*]] = arith.truncf %[[SUM]] : f32 to f16
// CHECK-NEXT: %[[AGAIN:.*]] = arith.extf %[[HALF]] : f16 to f32
// CHECK-NEXT: %[[OTHER:.*]] = arith.extf %[[INIT]] : f16 to f32
// CHECK-NEXT: %[[PRODUCT:.*]] = arith.mulf %[[AGAIN]], %[[OTHER]] : f32
// CHECK-NEXT: %[[RESULT:.*]] = arith.addf %[[PRODUCT]], %[[OLD]] : f32
// CHECK-NEXT: pit.yield %[[RESULT]] : f32
func.func @inits(%a: tensor<64x32xf16>, %b: tensor<32x48xf16>, %c: tensor<64x48xf16>, %d: tensor<64x48xf32>) -> tensor<64x48xf32> {
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : tensor<64x32xf16>, tensor<32x48xf16>) outs(%c : tensor<64x48xf16>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f16):
    %4 = arith.extf %old : f16 to f32
    %5 = arith.addf %4, %acc : f32
    %6 = arith.truncf %5 : f32 to f16
    pit.yield %6 : f16
  } -> tensor<64x48xf16>
  %1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%0, %c : tensor<64x48xf16>, tensor<64x48xf16>) outs(%d : tensor<64x48xf32>) {
  ^bb0(%x: f16, %y: f16, %o: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %6, %o : f32
    linalg.yield %7 : f32
  } -> tensor<64x48xf32>
  return %1 : tensor<64x48xf32>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]

// Another constant than zero is part of the epilogue too; what the sum is added
// to may be the operation's own output. Loops may be in another order than
// dimensions.

// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-DAG: #[[$SWAPPED:.*]] = affine_map<(d0, d1) -> (d1, d0)>
// CHECK-LABEL: func @in_place(
// CHECK: %[[E:.*]] = tensor.empty() : tensor<64x48xf32>
// CHECK: pit.generic {epilogue_maps = [#[[$ROW]], #[[$SWAPPED]]], {{.*}} outs(%[[E]] : tensor<64x48xf32>)
// CHECK: ^bb0(%[[ACC:.*]]: f32, %{{.*}}: f32, %[[X:.*]]: f32, %[[T:.*]]: f32):
// CHECK-NEXT: %[[ONE:.*]] = arith.constant 1.000000e+00 : f32
// CHECK-NEXT: %[[SUM:.*]] = arith.addf %[[ACC]], %[[ONE]] : f32
// CHECK-NEXT: %[[NEXT:.*]] = arith.addf %[[X]], %[[SUM]] : f32
// CHECK-NEXT: %[[RESULT:.*]] = arith.mulf %[[NEXT]], %[[T]] : f32
// CHECK-NEXT: pit.yield %[[RESULT]] : f32
// CHECK-NOT: linalg.
func.func @in_place(%a: tensor<64x32xf16>, %b: tensor<32x48xf16>, %v: tensor<64xf32>, %t: tensor<48x64xf32>) -> tensor<64x48xf32> {
  %ones = arith.constant dense<1.0> : tensor<64x48xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [64, 64, 32]>}
      ins(%a, %b : tensor<64x32xf16>, tensor<32x48xf16>) outs(%ones : tensor<64x48xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<64x48xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(j, i) -> (i)>, affine_map<(j, i) -> (j, i)>, affine_map<(j, i) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%v, %t : tensor<64xf32>, tensor<48x64xf32>) outs(%0 : tensor<64x48xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %4 = arith.addf %x, %o : f32
    %5 = arith.mulf %4, %y : f32
    linalg.yield %5 : f32
  } -> tensor<64x48xf32>
  return %1 : tensor<64x48xf32>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>

// What else reads the result needs it in memory.

// REMARK: remark: [Missed] unfused-epilogue | Category:fuse-epilogue | Function=used_twice | {{.*}}'linalg.exp' is a kernel of its own, after the contraction that it follows: what it reads is used 2 times, and would have to be written as well

// CHECK-LABEL: func @used_twice(
// CHECK: %[[R:.*]] = pit.generic
// CHECK: linalg.exp {{.*}}%[[R]]
func.func @used_twice(%a: tensor<32x32xf16>, %b: tensor<32x32xf16>, %c: tensor<32x32xf32>) -> (tensor<32x32xf32>, tensor<32x32xf32>) {
  %e = tensor.empty() : tensor<32x32xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : tensor<32x32xf16>, tensor<32x32xf16>) outs(%c : tensor<32x32xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<32x32xf32>
  %1 = linalg.exp ins(%0 : tensor<32x32xf32>) outs(%e : tensor<32x32xf32>) -> tensor<32x32xf32>
  return %0, %1 : tensor<32x32xf32>, tensor<32x32xf32>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>

// Another element than the one that is written.

// REMARK: remark: [Missed] unfused-epilogue | Category:fuse-epilogue | Function=transposed | {{.*}}'linalg.generic' is a kernel of its own, after the contraction that it follows: it reads at '(d0, d1) -> (d1, d0)' what it writes at '(d0, d1) -> (d0, d1)': expected the same element

// CHECK-LABEL: func @transposed(
// CHECK: %[[R:.*]] = pit.generic
// CHECK: linalg.generic {{.*}}%[[R]]
func.func @transposed(%a: tensor<32x32xf16>, %b: tensor<32x32xf16>, %c: tensor<32x32xf32>) -> (tensor<32x32xf32>) {
  %e = tensor.empty() : tensor<32x32xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : tensor<32x32xf16>, tensor<32x32xf16>) outs(%c : tensor<32x32xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<32x32xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<32x32xf32>) outs(%e : tensor<32x32xf32>) {
  ^bb0(%x: f32, %o: f32):
    %4 = math.exp %x : f32
    linalg.yield %4 : f32
  } -> tensor<32x32xf32>
  return %1 : tensor<32x32xf32>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>

// An epilogue does not know where it is.

// REMARK: remark: [Missed] unfused-epilogue | Category:fuse-epilogue | Function=position | {{.*}}'linalg.generic' is a kernel of its own, after the contraction that it follows: its body reads its position by 'linalg.index'

// CHECK-LABEL: func @position(
// CHECK: %[[R:.*]] = pit.generic
// CHECK: linalg.generic {{.*}}%[[R]]
func.func @position(%a: tensor<32x32xf16>, %b: tensor<32x32xf16>, %c: tensor<32x32xf32>) -> (tensor<32x32xf32>) {
  %e = tensor.empty() : tensor<32x32xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : tensor<32x32xf16>, tensor<32x32xf16>) outs(%c : tensor<32x32xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<32x32xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<32x32xf32>) outs(%e : tensor<32x32xf32>) {
  ^bb0(%x: f32, %o: f32):
    %4 = linalg.index 0 : index
    %5 = arith.index_cast %4 : index to i32
    %6 = arith.sitofp %5 : i32 to f32
    %7 = arith.addf %x, %6 : f32
    linalg.yield %7 : f32
  } -> tensor<32x32xf32>
  return %1 : tensor<32x32xf32>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>

// Control flow.

// REMARK: remark: [Missed] unfused-epilogue | Category:fuse-epilogue | Function=branch | {{.*}}'linalg.generic' is a kernel of its own, after the contraction that it follows: its body has 'scf.if': expected arith and math operations

// CHECK-LABEL: func @branch(
// CHECK: %[[R:.*]] = pit.generic
// CHECK: linalg.generic {{.*}}%[[R]]
func.func @branch(%a: tensor<32x32xf16>, %b: tensor<32x32xf16>, %c: tensor<32x32xf32>) -> (tensor<32x32xf32>) {
  %e = tensor.empty() : tensor<32x32xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : tensor<32x32xf16>, tensor<32x32xf16>) outs(%c : tensor<32x32xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<32x32xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<32x32xf32>) outs(%e : tensor<32x32xf32>) {
  ^bb0(%x: f32, %o: f32):
    %4 = arith.cmpf ogt, %x, %x : f32
    %5 = scf.if %4 -> f32 {
      scf.yield %x : f32
    } else {
      %6 = math.exp %x : f32
      scf.yield %6 : f32
    }
    linalg.yield %5 : f32
  } -> tensor<32x32xf32>
  return %1 : tensor<32x32xf32>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>

// One element for a diagonal.

// REMARK: remark: [Missed] unfused-epilogue | Category:fuse-epilogue | Function=diagonal | {{.*}}'linalg.generic' is a kernel of its own, after the contraction that it follows: operand 1 is read at '(d0, d1) -> (d0 + d1)' of the output's coordinates: expected distinct dimensions

// CHECK-LABEL: func @diagonal(
// CHECK: %[[R:.*]] = pit.generic
// CHECK: linalg.generic {{.*}}%[[R]]
func.func @diagonal(%a: tensor<32x32xf16>, %b: tensor<32x32xf16>, %c: tensor<32x32xf32>, %v: tensor<63xf32>) -> (tensor<32x32xf32>) {
  %e = tensor.empty() : tensor<32x32xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : tensor<32x32xf16>, tensor<32x32xf16>) outs(%c : tensor<32x32xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<32x32xf32>
  %1 = linalg.generic {indexing_maps = [#id, affine_map<(i, j) -> (i + j)>, #id], iterator_types = ["parallel", "parallel"]} ins(%0, %v : tensor<32x32xf32>, tensor<63xf32>) outs(%e : tensor<32x32xf32>) {
  ^bb0(%x: f32, %y: f32, %o: f32):
    %4 = arith.addf %x, %y : f32
    linalg.yield %4 : f32
  } -> tensor<32x32xf32>
  return %1 : tensor<32x32xf32>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>

// Elements that have no type in memory.

// REMARK: remark: [Missed] unfused-epilogue | Category:fuse-epilogue | Function=index_operand | {{.*}}'linalg.generic' is a kernel of its own, after the contraction that it follows: operand 1 has elements of type 'index', which an epilogue does not load

// CHECK-LABEL: func @index_operand(
// CHECK: %[[R:.*]] = pit.generic
// CHECK: linalg.generic {{.*}}%[[R]]
func.func @index_operand(%a: tensor<32x32xf16>, %b: tensor<32x32xf16>, %c: tensor<32x32xf32>, %v: tensor<32x32xindex>) -> (tensor<32x32xf32>) {
  %e = tensor.empty() : tensor<32x32xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : tensor<32x32xf16>, tensor<32x32xf16>) outs(%c : tensor<32x32xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<32x32xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%0, %v : tensor<32x32xf32>, tensor<32x32xindex>) outs(%e : tensor<32x32xf32>) {
  ^bb0(%x: f32, %y: index, %o: f32):
    %4 = arith.index_cast %y : index to i32
    %5 = arith.sitofp %4 : i32 to f32
    %6 = arith.addf %x, %5 : f32
    linalg.yield %6 : f32
  } -> tensor<32x32xf32>
  return %1 : tensor<32x32xf32>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>

// A type that contractions do not store.

// REMARK: remark: [Missed] unfused-epilogue | Category:fuse-epilogue | Function=mask | {{.*}}'linalg.generic' is a kernel of its own, after the contraction that it follows: its result has type 'tensor<32x32xi1>', which an epilogue does not store

// CHECK-LABEL: func @mask(
// CHECK: %[[R:.*]] = pit.generic
// CHECK: linalg.generic {{.*}}%[[R]]
func.func @mask(%a: tensor<32x32xf16>, %b: tensor<32x32xf16>, %c: tensor<32x32xf32>) -> (tensor<32x32xi1>) {
  %e = tensor.empty() : tensor<32x32xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : tensor<32x32xf16>, tensor<32x32xf16>) outs(%c : tensor<32x32xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<32x32xf32>
  %m = tensor.empty() : tensor<32x32xi1>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<32x32xf32>) outs(%m : tensor<32x32xi1>) {
  ^bb0(%x: f32, %o: i1):
    %4 = arith.cmpf one, %x, %x : f32
    linalg.yield %4 : i1
  } -> tensor<32x32xi1>
  return %1 : tensor<32x32xi1>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>

// One output only.

// REMARK: remark: [Missed] unfused-epilogue | Category:fuse-epilogue | Function=two_results | {{.*}}'linalg.generic' is a kernel of its own, after the contraction that it follows: it has more than one result

// CHECK-LABEL: func @two_results(
// CHECK: %[[R:.*]] = pit.generic
// CHECK: linalg.generic {{.*}}%[[R]]
func.func @two_results(%a: tensor<32x32xf16>, %b: tensor<32x32xf16>, %c: tensor<32x32xf32>) -> (tensor<32x32xf32>, tensor<32x32xf32>) {
  %e = tensor.empty() : tensor<32x32xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : tensor<32x32xf16>, tensor<32x32xf16>) outs(%c : tensor<32x32xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<32x32xf32>
  %1, %2 = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<32x32xf32>) outs(%e, %e : tensor<32x32xf32>, tensor<32x32xf32>) {
  ^bb0(%x: f32, %o: f32, %p: f32):
    %4 = math.exp %x : f32
    linalg.yield %x, %4 : f32, f32
  } -> (tensor<32x32xf32>, tensor<32x32xf32>)
  return %1, %2 : tensor<32x32xf32>, tensor<32x32xf32>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>

// More elements than the contraction has.

// REMARK: remark: [Missed] unfused-epilogue | Category:fuse-epilogue | Function=repeated | {{.*}}'linalg.broadcast' is a kernel of its own, after the contraction that it follows: it reads at '(d0, d1, d2) -> (d1, d2)' what it writes at '(d0, d1, d2) -> (d0, d1, d2)': expected the same element

// CHECK-LABEL: func @repeated(
// CHECK: %[[R:.*]] = pit.generic
// CHECK: linalg.broadcast {{.*}}%[[R]]
func.func @repeated(%a: tensor<32x32xf16>, %b: tensor<32x32xf16>, %c: tensor<32x32xf32>) -> (tensor<2x32x32xf32>) {
  %e = tensor.empty() : tensor<32x32xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : tensor<32x32xf16>, tensor<32x32xf16>) outs(%c : tensor<32x32xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<32x32xf32>
  %m = tensor.empty() : tensor<2x32x32xf32>
  %1 = linalg.broadcast ins(%0 : tensor<32x32xf32>) outs(%m : tensor<2x32x32xf32>) dimensions = [0]
  return %1 : tensor<2x32x32xf32>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (n, m)>]
#id = affine_map<(i, j) -> (i, j)>

// Scattered along rows: pieces of 8 elements are long enough in f32 only.

// REMARK: remark: [Missed] unfused-epilogue | Category:fuse-epilogue | Function=too_narrow | {{.*}}'linalg.generic' is a kernel of its own, after the contraction that it follows: elements of type 'f16' would be scattered in too small pieces

// CHECK-LABEL: func @too_narrow(
// CHECK: %[[R:.*]] = pit.generic
// CHECK: linalg.generic {{.*}}%[[R]]
func.func @too_narrow(%a: tensor<32x32xf16>, %b: tensor<32x32xf16>, %c: tensor<32x32xf32>, %i: !pit.index<padded, 1x4>) -> (tensor<32x32xf16>) {
  %e = tensor.empty() : tensor<32x32xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], permutation = #pit.permutation<dim = 0, kind = parallel, operand = 0, micro_tile = [8, ?]>,
      schedule = #pit.schedule<axis = 0, micro_tile = [8, ?], tile = [32, 32, 32]>}
      ins(%a, %b : tensor<32x32xf16>, tensor<32x32xf16>) outs(%c : tensor<32x32xf32>) index(%i : !pit.index<padded, 1x4>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<32x32xf32>
  %h = tensor.empty() : tensor<32x32xf16>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%0 : tensor<32x32xf32>) outs(%h : tensor<32x32xf16>) {
  ^bb0(%x: f32, %o: f16):
    %4 = arith.truncf %x : f32 to f16
    linalg.yield %4 : f16
  } -> tensor<32x32xf16>
  return %1 : tensor<32x32xf16>
}

// -----

#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#id = affine_map<(i, j) -> (i, j)>

// A reduction is no elementwise operation, so there is nothing to say.

// REMARK-NOT: Function=reduced

// CHECK-LABEL: func @reduced(
// CHECK: %[[R:.*]] = pit.generic
// CHECK: linalg.reduce {{.*}}%[[R]]
func.func @reduced(%a: tensor<32x32xf16>, %b: tensor<32x32xf16>, %c: tensor<32x32xf32>, %v: tensor<32xf32>) -> (tensor<32xf32>) {
  %e = tensor.empty() : tensor<32x32xf32>
  %0 = pit.generic {indexing_maps = #maps, iterator_types = ["parallel", "parallel", "reduction"], schedule = #pit.schedule<dense, tile = [32, 32, 32]>}
      ins(%a, %b : tensor<32x32xf16>, tensor<32x32xf16>) outs(%c : tensor<32x32xf32>) combine {
  ^bb0(%x: f16, %y: f16, %acc: f32):
    %4 = arith.extf %x : f16 to f32
    %5 = arith.extf %y : f16 to f32
    %6 = arith.mulf %4, %5 : f32
    %7 = arith.addf %acc, %6 : f32
    pit.yield %7 : f32
  } epilogue {
  ^bb0(%acc: f32, %old: f32):
    %4 = arith.addf %old, %acc : f32
    pit.yield %4 : f32
  } -> tensor<32x32xf32>
  %m = tensor.empty() : tensor<32xf32>
  %1 = linalg.reduce ins(%0 : tensor<32x32xf32>) outs(%v : tensor<32xf32>) dimensions = [1]
    (%x: f32, %acc: f32) {
      %4 = arith.addf %x, %acc : f32
      linalg.yield %4 : f32
    }
  return %1 : tensor<32xf32>
}
