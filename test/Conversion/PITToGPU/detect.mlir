// RUN: pit-opt %s --pit-plan-launches --convert-pit-to-gpu --canonicalize --cse --split-input-file | FileCheck %s

// A warp takes 32 rows of one group: 8 loads of 4 rows, 16 bytes a lane. Each vote answers for 4 micro-tiles; lane l
// keeps vote l / 4, which has row l's flag, and the flags are stored side by side.

// CHECK-LABEL: func.func @column_major(
// CHECK-SAME:    %[[A:.*]]: memref<1024x512xf16> {{.*}}, %[[BITS:.*]]: memref<8x1024xi1> {{.*}})
// CHECK:         %[[GRID:.*]] = arith.constant 64 : index
// CHECK-NOT:     pit.detect
// CHECK:         pit.launch @column_major_kernels::@column_major_0 grid(%[[GRID]]) args(%[[A]], %[[BITS]] :
// CHECK-SAME:      {block = 128 : i64}

// CHECK:       gpu.func @column_major_0(%[[SRC:.*]]: memref<1024x512xf16> {llvm.align = 16 : i64}, %[[OUT:.*]]: memref<8x1024xi1> {llvm.align = 16 : i64})
// CHECK-SAME:    kernel attributes {known_block_size = array<i32: 128, 1, 1>, pit.role = "detect"}
// CHECK-DAG:     %[[NOT_SIGN:.*]] = arith.constant 2147450879 : i32
// CHECK-DAG:     memref.extract_aligned_pointer_as_index %[[SRC]]
// CHECK-NOT:     scf.if
// CHECK-COUNT-8: llvm.load %{{.*}} {alignment = 16 : i64} : !llvm.ptr<1> -> vector<4xi32>
// CHECK-NOT:     llvm.load
// CHECK:         arith.andi %{{.*}}, %[[NOT_SIGN]] : i32
// CHECK-COUNT-8: nvvm.vote.sync ballot
// CHECK-NOT:     nvvm.vote.sync
// CHECK-NOT:     atomic
// CHECK:         memref.store %{{.*}}, %[[OUT]]
// CHECK-NOT:     memref.store
// CHECK:         gpu.return
func.func @column_major(%a: memref<1024x512xf16>, %bits: memref<8x1024xi1>) {
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%a : memref<1024x512xf16>) outs(%bits : memref<8x1024xi1>)
  return
}

// -----

// A warp takes 512 contiguous bytes of 32 rows: a loop of 8 loads, and one vote for 16 micro-tiles.

// CHECK-LABEL: gpu.func @blocks_0(
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : index
// CHECK-DAG:     %[[C8:.*]] = arith.constant 8 : index
// CHECK-DAG:     %[[C32:.*]] = arith.constant 32 : index
// CHECK:         %[[BITS:.*]] = scf.for %{{.*}} = %[[C0]] to %[[C32]] step %[[C8]]
// CHECK-COUNT-8:   llvm.load %{{.*}} -> vector<4xi32>
// CHECK-NOT:       nvvm.vote.sync
// CHECK:           scf.yield
// CHECK:         %[[LIVE:.*]] = arith.cmpi ne, %[[BITS]]
// CHECK:         nvvm.vote.sync ballot %{{.*}}, %[[LIVE]]
// CHECK-NOT:     nvvm.vote.sync
// CHECK:         scf.if
// CHECK:           memref.store
func.func @blocks(%a: memref<64x512xf16>, %bits: memref<2x32xi1>) {
  pit.detect {axis = 1, micro_tile = array<i64: 32, 16>} ins(%a : memref<64x512xf16>) outs(%bits : memref<2x32xi1>)
  return
}

// -----

// Whole rows: a warp a micro-tile, 8 loads in flight.

// CHECK-LABEL: gpu.func @rows_0(
// CHECK:         scf.for
// CHECK-COUNT-8:   llvm.load %{{.*}} -> vector<4xi32>
// CHECK:         nvvm.vote.sync any
// CHECK:         memref.store
func.func @rows(%a: memref<64x4096xf16>, %bits: memref<1x64xi1>) {
  pit.detect {axis = 0, micro_tile = array<i64: 1, -9223372036854775808>} ins(%a : memref<64x4096xf16>) outs(%bits : memref<1x64xi1>)
  return
}

// -----

// Long ones are shared by the warps of a block, which meet in a barrier.

// CHECK-LABEL: gpu.func @long_rows_0(
// CHECK-SAME:    known_block_size = array<i32: 256, 1, 1>
// CHECK:         scf.for
// CHECK:         nvvm.barrier #nvvm.reduction<or>
// CHECK:         memref.store
func.func @long_rows(%a: memref<3x65536xf16>, %bits: memref<1x3xi1>) {
  pit.detect {axis = 0, micro_tile = array<i64: 1, -9223372036854775808>} ins(%a : memref<3x65536xf16>) outs(%bits : memref<1x3xi1>)
  return
}

// -----

// Rows of 202 bytes: loads as narrow as they have to be, and none past the edge.

// CHECK-LABEL: gpu.func @odd_0(
// CHECK:         scf.if
// CHECK:           llvm.load %{{.*}} {alignment = 2 : i64} : !llvm.ptr<1> -> i16
func.func @odd(%a: memref<37x101xf16>, %bits: memref<2x37xi1>) {
  pit.detect {axis = 0, micro_tile = array<i64: 1, 64>} ins(%a : memref<37x101xf16>) outs(%bits : memref<2x37xi1>)
  return
}

// -----

// Integers have no sign to leave out; of an i1 only one bit of a byte counts.

// CHECK-LABEL: gpu.func @mask_0(
// CHECK:         arith.constant 16843009 : i32
// CHECK:         llvm.load %{{.*}} -> vector<4xi32>
func.func @mask(%a: memref<64x256xi1>, %bits: memref<2x64xi1>) {
  pit.detect {axis = 0, micro_tile = array<i64: 1, 128>} ins(%a : memref<64x256xi1>) outs(%bits : memref<2x64xi1>)
  return
}

// -----

// No elements: all flags are false. No flags: nothing is launched.

// CHECK-LABEL: func.func @empty(
// CHECK:         pit.launch @empty_kernels::@empty_0 grid({{.*}}) args(%arg2 : memref<1x64xi1>)
// CHECK-NOT:     pit.launch
// CHECK:       gpu.func @empty_0(
// CHECK-NOT:     llvm.load
// CHECK:         memref.store %false
func.func @empty(%a: memref<64x0xf16>, %b: memref<0x16xf16>, %bits: memref<1x64xi1>, %none: memref<1x0xi1>) {
  pit.detect {axis = 0, micro_tile = array<i64: 1, -9223372036854775808>} ins(%a : memref<64x0xf16>) outs(%bits : memref<1x64xi1>)
  pit.detect {axis = 0, micro_tile = array<i64: 1, 16>} ins(%b : memref<0x16xf16>) outs(%none : memref<1x0xi1>)
  return
}
