//===- Passes.td - all passes of the project ---------------*- tablegen -*-===//

#ifndef PIT_PASSES_PASSES_TD
#define PIT_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertPITToLoopsPass : Pass<"convert-pit-to-loops"> {
  let summary = "turn pit operations on memrefs into plain loops, the reference";
  let description = [{
    Executes the semantics of an index as they are written down: `pit.detect` marks
    the live micro-tiles, `pit.compact` lists them in ascending order,
    `pit.generic` visits the listed micro-tiles and no others, accumulates in
    the combine region's type and applies the epilogue once to each element of
    the output, also to those that no micro-tile reaches. There is no
    schedule, no gathering and no parallelism: slow, and easy to read.

    Precondition: pit operations are on memrefs, an index is made by a
    `pit.assemble_index` in the same function. Postcondition: none of
    these operations is left.

    ```mlir
    pit.compact ins(%bits : memref<8x16xi1>)
        outs(%counts, %coords : memref<8xi32>, memref<8x16xi32>)
    ```

    becomes

    ```mlir
    scf.for %g = %c0 to %c8 step %c1 {
      %n = scf.for %t = %c0 to %c16 step %c1 iter_args(%i = %c0) -> (index) {
        %live = memref.load %bits[%g, %t] : memref<8x16xi1>
        %next = scf.if %live -> (index) {
          ... // coords[g, i] = t
        }
        scf.yield %next : index
      }
      ... // counts[g] = n
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

#endif // PIT_PASSES_PASSES_TD
