// RUN: pit-opt %s --pit-plan-launches --convert-pit-to-gpu --canonicalize --cse --split-input-file | FileCheck %s

// A block a group. The votes of a warp tell each lane where its coordinate goes; the sums of the warps meet in shared
// memory. Nothing is atomic, deterministic or not.

// CHECK-LABEL: func.func @one_chunk(
// CHECK:         %[[GRID:.*]] = arith.constant 8 : index
// CHECK-NOT:     pit.workspace
// CHECK:         pit.launch @one_chunk_kernels::@one_chunk_0 grid(%[[GRID]]) args(%arg0, %arg1, %arg2 :
// CHECK-SAME:      {block = 64 : i64}
// CHECK-NOT:     pit.launch
// CHECK:       gpu.func @one_chunk_0(%[[BITS:.*]]: memref<8x1024xi1> {llvm.align = 16 : i64}, %[[COUNTS:.*]]: memref<8xi32> {llvm.align = 16 : i64}, %[[COORDS:.*]]: memref<8x1024xi32> {llvm.align = 16 : i64})
// CHECK-SAME:    workgroup(%[[SUMS:.*]] : memref<2xi32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64})
// CHECK-SAME:    pit.role = "compact"
// CHECK:         %[[LOWER:.*]] = nvvm.read.ptx.sreg.lanemask.lt
// CHECK-NOT:     scf.if
// CHECK-COUNT-16: memref.load %[[BITS]]
// CHECK-NOT:     memref.load %[[BITS]]
// CHECK:         %[[VOTE:.*]] = nvvm.vote.sync ballot
// CHECK-COUNT-15: nvvm.vote.sync ballot
// CHECK-NOT:     nvvm.vote.sync
// CHECK:         gpu.barrier
// CHECK:         memref.store %{{.*}}, %[[SUMS]]
// CHECK:         gpu.barrier
// CHECK:         %[[BEFORE:.*]] = arith.andi %[[VOTE]], %[[LOWER]]
// CHECK:         llvm.intr.ctpop(%[[BEFORE]])
// CHECK-NOT:     atomic
// CHECK:         memref.store %{{.*}}, %[[COORDS]]
// CHECK:         memref.store %{{.*}}, %[[COUNTS]]
// CHECK-NOT:     atomic
// CHECK:         gpu.return
func.func @one_chunk(%bits: memref<8x1024xi1>, %counts: memref<8xi32>, %coords: memref<8x1024xi32>) {
  pit.compact {deterministic} ins(%bits : memref<8x1024xi1>) outs(%counts, %coords : memref<8xi32>, memref<8x1024xi32>)
  return
}

// -----

// Up to 512 micro-tiles a group: one warp, which shares nothing.

// CHECK-LABEL: gpu.func @one_warp_0(
// CHECK-NOT:     workgroup(
// CHECK-SAME:    known_block_size = array<i32: 32, 1, 1>
// CHECK-NOT:     gpu.barrier
// CHECK:         gpu.return
func.func @one_warp(%bits: memref<8x300xi1>, %counts: memref<8xi32>, %coords: memref<8x300xi32>) {
  pit.compact ins(%bits : memref<8x300xi1>) outs(%counts, %coords : memref<8xi32>, memref<8x300xi32>)
  return
}

// -----

// Long lists: chunks of 4096, first counted, then listed, each by a block of its own. The counts lie in the workspace,
// behind what it holds already.

// CHECK-LABEL: func.func @chunks(
// CHECK-DAG:     %[[BYTES:.*]] = arith.constant 1048 : index
// CHECK-DAG:     %[[OFFSET:.*]] = arith.constant 1024 : index
// CHECK-DAG:     %[[GRID:.*]] = arith.constant 6 : index
// CHECK:         %[[WS:.*]] = pit.workspace %[[BYTES]]
// CHECK:         %[[PART:.*]] = memref.view %[[WS]][%[[OFFSET]]][] {pit.name = "chunk_counts"} : memref<?xi8> to memref<2x3xi32>
// CHECK:         pit.launch @chunks_kernels::@chunks_0 grid(%[[GRID]]) args(%{{.*}}, %[[PART]] :
// CHECK:         pit.launch @chunks_kernels::@chunks_1 grid(%[[GRID]]) args(%{{.*}}, %arg0, %arg1, %[[PART]] :
// CHECK:       gpu.func @chunks_0(
// CHECK-SAME:    pit.role = "compact_count"
// CHECK-COUNT-16: nvvm.vote.sync ballot
// CHECK-NOT:     nvvm.vote.sync
// CHECK:         memref.store %{{.*}} : memref<2x3xi32>
// CHECK:       gpu.func @chunks_1(
// CHECK-SAME:    pit.role = "compact"
// CHECK:         scf.for
// CHECK:           memref.load %{{.*}} : memref<2x3xi32>
// CHECK:         nvvm.redux.sync
// CHECK-COUNT-16: nvvm.vote.sync ballot
// CHECK-NOT:     nvvm.vote.sync
func.func @chunks(%counts: memref<2xi32>, %coords: memref<2x9000xi32>) {
  %bytes = arith.constant 1000 : index
  %c0 = arith.constant 0 : index
  %ws = pit.workspace %bytes : memref<?xi8>
  %bits = memref.view %ws[%c0][] : memref<?xi8> to memref<2x9000xi1>
  pit.compact ins(%bits : memref<2x9000xi1>) outs(%counts, %coords : memref<2xi32>, memref<2x9000xi32>)
  return
}

// -----

// No micro-tiles: every count is zero. No groups: nothing is launched.

// CHECK-LABEL: func.func @empty(
// CHECK:         pit.launch @empty_kernels::@empty_0 grid({{.*}}) args(%arg2 : memref<300xi32>)
// CHECK-NOT:     pit.launch
// CHECK:       gpu.func @empty_0(
// CHECK:         memref.store %c0_i32
func.func @empty(%bits: memref<300x0xi1>, %bits0: memref<0x7xi1>, %counts: memref<300xi32>, %coords: memref<300x0xi32>,
                 %counts0: memref<0xi32>, %coords0: memref<0x7xi32>) {
  pit.compact ins(%bits : memref<300x0xi1>) outs(%counts, %coords : memref<300xi32>, memref<300x0xi32>)
  pit.compact ins(%bits0 : memref<0x7xi1>) outs(%counts0, %coords0 : memref<0xi32>, memref<0x7xi32>)
  return
}
