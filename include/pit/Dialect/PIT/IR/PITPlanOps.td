//===- PITPlanOps.td - the launch plan ---------------------*- tablegen -*-===//

#ifndef PIT_DIALECT_PIT_IR_PITPLANOPS_TD
#define PIT_DIALECT_PIT_IR_PITPLANOPS_TD

include "mlir/IR/SymbolInterfaces.td"
include "pit/Dialect/PIT/IR/PITTensorOps.td"

def PIT_WorkspaceOp : PIT_Op<"workspace", [MemoryEffects<[MemAlloc]>]> {
  let summary = "the one block of device memory that the caller lends to a launch plan";
  let description = [{
    Holds every temporary of the function, each at an offset (`memref.view`) that
    is a multiple of 256 bytes. `bytes` is its size, an expression of the
    function's sizes; the caller owns it.

    ```mlir
    %ws = pit.workspace %bytes : memref<?xi8>
    ```
  }];
  let arguments = (ins Index:$bytes);
  let results = (outs Res<MemRefRankOf<[I8], [1]>, "", []>:$buffer);
  let assemblyFormat = "$bytes attr-dict `:` type($buffer)";
}

def PIT_RequireOp : PIT_Op<"require"> {
  let summary = "state what the sizes of a launch plan must be";
  let description = [{
    Whoever runs the plan checks before the first step that `size` equals
    `expected` (with `at_least`: is no less), and reports an error otherwise;
    `what` says to the user what it is about. Steps may rely on it, wherever it
    stands.

    Where `size` is the `memref.dim` of an argument and `expected` is computed from
    dimensions of the function that come before that one, this defines the
    argument's size: an output's from those of the inputs, or that two inputs agree.

    ```mlir
    pit.require %size, %expected, "loop d2 of 'linalg.matmul'"
    pit.require %size, %least, "operand 0 of 'linalg.conv_2d'" {at_least}
    ```
  }];
  let arguments = (ins Index:$size, Index:$expected, StrAttr:$what, UnitAttr:$at_least);
  let assemblyFormat = "$size `,` $expected `,` $what attr-dict";
}

def PIT_LaunchOp : PIT_Op<"launch", [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "launch a kernel over a one-dimensional grid";
  let description = [{
    Launches `grid` thread blocks of the `gpu.func` named by `kernel`; a grid of
    0 launches nothing. `block` (threads a block) and `shared_bytes` (dynamic
    shared memory) are filled in by the schedule. `schedule`, if any, records
    what was chosen. Operands have the types of the kernel's arguments, or
    memrefs of the same element type where the kernel takes a bare pointer
    (rank 0).

    ```mlir
    pit.launch @ffn_kernels::@ffn_2 grid(%grid) args(%at, %out : memref<1024x512xf16>, memref<512x512xf32>)
        {block = 128 : i64, shared_bytes = 36864 : i64}
    ```
  }];
  let arguments = (ins SymbolRefAttr:$kernel, Index:$grid, Variadic<AnyType>:$kernelArgs,
                       OptionalAttr<I64Attr>:$block, OptionalAttr<I64Attr>:$shared_bytes,
                       OptionalAttr<PIT_ScheduleAttr>:$schedule);
  let assemblyFormat = [{
    $kernel `grid` `(` $grid `)` `args` `(` ($kernelArgs^ `:` type($kernelArgs))? `)` attr-dict
  }];
}

#endif // PIT_DIALECT_PIT_IR_PITPLANOPS_TD
