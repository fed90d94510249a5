//===- PITTensorOps.td - operations on tensors and memrefs -*- tablegen -*-===//

#ifndef PIT_DIALECT_PIT_IR_PITTENSOROPS_TD
#define PIT_DIALECT_PIT_IR_PITTENSOROPS_TD

include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/IR/OpBase.td"
include "pit/Dialect/PIT/IR/PITTypes.td"

/// Bytecode holds attributes by name: an operation with any has a line of
/// PIT_NAMED_PROPERTIES in lib/Dialect/PIT/IR/Bytecode.cpp, which also says what
/// keeps files readable when an operation changes.
class PIT_Op<string mnemonic, list<Trait> traits = []> : Op<PIT_Dialect, mnemonic, traits> {
  let useCustomPropertiesEncoding = 1;
}

/// Operations in destination style, on tensors (with results) or on memrefs
/// (without): their effects follow from which of the two it is.
class PIT_DestinationOp<string mnemonic, list<Trait> traits = []>
    : PIT_Op<mnemonic, !listconcat(traits, [
        DestinationStyleOpInterface, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>])> {
  let hasVerifier = 1;
}

def PIT_DetectOp : PIT_DestinationOp<"detect"> {
  let summary = "mark the live micro-tiles of an operand";
  let description = [{
    Sets `init[g, t]` to whether micro-tile (g, t) of `source` is live: some
    element of it compares unequal (`une`) to zero, so `-0.0` is zero while NaN
    and subnormals are not. A partial micro-tile at the edge counts its real
    elements only.

    `micro_tile` has one extent per dimension of `source` (`-9223372036854775808`,
    MLIR's dynamic marker, is the whole dimension). `axis` is the dimension of
    `source` along which the micro-tiles are listed: the last dimension of the
    bitmap. The other dimensions, in order, are the groups, flattened.

    A bitmap is an ordinary tensor of `i1`, so masks are combined with `linalg`
    and `arith`.

    ```mlir
    %bits = pit.detect {axis = 0, micro_tile = array<i64: 1, 64>}
        ins(%at : tensor<1024x512xf16>) outs(%e : tensor<8x1024xi1>) -> tensor<8x1024xi1>
    ```
  }];
  let arguments = (ins AnyShaped:$source, AnyShaped:$init, I64Attr:$axis, DenseI64ArrayAttr:$micro_tile);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let assemblyFormat = [{
    attr-dict `ins` `(` $source `:` type($source) `)` `outs` `(` $init `:` type($init) `)` (`->` type($result)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
  }];
}

def PIT_CompactOp : PIT_Op<"compact", [AttrSizedOperandSegments, DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "list the live micro-tiles of a bitmap, group by group";
  let description = [{
    Makes the index of a bitmap (see `pit.detect`): for each group, the number of
    live micro-tiles and their coordinates. With `deterministic` the coordinates
    ascend. On memrefs, counts and coordinates are destinations and there is no
    result.

    ```mlir
    %idx = pit.compact ins(%bits : tensor<8x1024xi1>) -> !pit.index<padded, 8x1024>
    pit.compact {deterministic} ins(%m : memref<8x1024xi1>)
        outs(%counts, %coords : memref<8xi32>, memref<8x1024xi32>)
    ```
  }];
  let arguments = (ins AnyShaped:$bitmap, Optional<AnyMemRef>:$counts, Optional<AnyMemRef>:$coords,
                       UnitAttr:$deterministic);
  let results = (outs Optional<PIT_IndexType>:$result);
  let assemblyFormat = [{
    attr-dict `ins` `(` $bitmap `:` type($bitmap) `)`
    (`outs` `(` $counts^ `,` $coords `:` type($counts) `,` type($coords) `)`)? (`->` qualified(type($result))^)?
  }];
  let hasVerifier = 1;
}

def PIT_AssembleIndexOp : PIT_Op<"assemble_index", [Pure]> {
  let summary = "make an index of counts (or offsets) and coordinates";
  let description = [{
    The way in for an index that was built elsewhere.

    ```mlir
    %idx = pit.assemble_index %counts, %coords : tensor<8xi32>, tensor<8x1024xi32> -> !pit.index<padded, 8x1024>
    ```
  }];
  let arguments = (ins AnyShaped:$counts, AnyShaped:$coords);
  let results = (outs PIT_IndexType:$result);
  let assemblyFormat = "$counts `,` $coords attr-dict `:` type($counts) `,` type($coords) `->` qualified(type($result))";
  let hasVerifier = 1;
}

def PIT_GenericOp : PIT_DestinationOp<"generic", [
    AttrSizedOperandSegments, SingleBlockImplicitTerminator<"::mlir::pit::YieldOp">]> {
  let summary = "a structured operator over the live micro-tiles of an index";
  let description = [{
    Like `linalg.generic` in destination style, with two regions. `combine` says
    what happens at one point of the iteration space: its arguments are one
    element per input and the accumulator; it yields the new accumulator. Its
    last operation is the combiner (an addition). Accumulators have the
    region's own type (f32 for f16 inputs) and start at the combiner's identity.
    `epilogue` is applied once to each element of the output, also to those
    that no live micro-tile reaches (then the accumulator is the combiner's
    identity): its arguments are the accumulator, the element of `init`, and one
    element per epilogue input. Epilogue inputs are indexed by `epilogue_maps`,
    from the element's coordinates in the output: the identity for a residual,
    `(d0, d1) -> (d1)` for a bias of columns, `(d0, d1) -> ()` for a scale; they
    have the sizes of the output. Each is a projected permutation.

    The type of `init` is the output's, whatever the accumulator's: the epilogue
    converts. If the epilogue does not use its second argument, then `init` is a
    destination only, which nothing reads.

    With an index, the loop dimension `permutation.dim` runs over the listed
    micro-tiles of input `permutation.operand` only; without one the op is dense.
    With a cover of all non-zeros and finite inputs both give the dense result,
    reassociation aside.

    ```mlir
    %r = pit.generic {
        indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
        iterator_types = ["parallel", "parallel", "reduction"],
        permutation = #pit.permutation<dim = 2, kind = reduction, operand = 0, micro_tile = [1, 64]>,
        schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
        ins(%at, %b : tensor<1024x512xf16>, tensor<1024x512xf16>) outs(%c : tensor<512x512xf32>)
        index(%idx : !pit.index<padded, 8x1024>)
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
        } -> tensor<512x512xf32>
    ```

    With `epilogue_maps = [affine_map<(d0, d1) -> (d1)>]`, an epilogue that adds a
    bias and narrows, to an `init` of f16 that is not read:

    ```mlir
        epilogue ins(%bias : tensor<512xf32>) {
        ^bb0(%acc: f32, %old: f16, %x: f32):
          %0 = arith.addf %acc, %x : f32
          %1 = arith.truncf %0 : f32 to f16
          pit.yield %1 : f16
        } -> tensor<512x512xf16>
    ```

    On memrefs the result is stored to `dest` (`into`), or over the init where there
    is none. For a permuted parallel dimension the optional `bitmap` (what the index was compacted from) tells
    which parts of the output are not reached by the index.
  }];
  let arguments = (ins Variadic<AnyShaped>:$inputs, AnyShaped:$init, Optional<PIT_IndexType>:$index,
                       Optional<AnyShaped>:$bitmap, Optional<AnyMemRef>:$dest, Variadic<AnyShaped>:$epilogue_inputs,
                       AffineMapArrayAttr:$indexing_maps, StrArrayAttr:$iterator_types,
                       OptionalAttr<PIT_PermutationAttr>:$permutation, PIT_ScheduleAttr:$schedule,
                       DefaultValuedAttr<AffineMapArrayAttr, "{}">:$epilogue_maps);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let regions = (region SizedRegion<1>:$combine, SizedRegion<1>:$epilogue);
  let assemblyFormat = [{
    attr-dict `ins` `(` $inputs `:` type($inputs) `)` `outs` `(` $init `:` type($init) `)`
    (`index` `(` $index^ `:` qualified(type($index)) `)`)? (`bitmap` `(` $bitmap^ `:` type($bitmap) `)`)?
    (`into` `(` $dest^ `:` type($dest) `)`)? `combine` $combine
    `epilogue` (`ins` `(` $epilogue_inputs^ `:` type($epilogue_inputs) `)`)? $epilogue (`->` type($result)^)?
  }];
  let builders = [
    /// Without epilogue inputs.
    OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::ValueRange":$inputs, "::mlir::Value":$init,
                   "::mlir::Value":$index, "::mlir::Value":$bitmap, "::mlir::Value":$dest,
                   "::mlir::ArrayAttr":$indexingMaps, "::mlir::ArrayAttr":$iteratorTypes,
                   "::mlir::pit::PermutationAttr":$permutation, "::mlir::pit::ScheduleAttr":$schedule), [{
      build($_builder, $_state, results, inputs, init, index, bitmap, dest, /*epilogue_inputs=*/::mlir::ValueRange(),
            indexingMaps, iteratorTypes, permutation, schedule, $_builder.getArrayAttr({}));
    }]>
  ];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() { return getInitMutable(); }
    /// Number of loop dimensions.
    int64_t getNumLoops() { return getIteratorTypes().size(); }
    bool isParallel(int64_t dim);
    ::mlir::AffineMap getIndexingMap(int64_t operand);
    ::mlir::AffineMap getOutputMap();
    /// From coordinates in the output to those in an epilogue input.
    ::mlir::AffineMap getEpilogueMap(int64_t input);
    /// True if the epilogue uses the element of the init. Otherwise the init is
    /// a destination only, and need not hold anything.
    bool readsInit();
    /// The type in which contributions are combined.
    ::mlir::Type getAccType();
    /// Whether operand `operand` is read along `dim` by position, not by
    /// coordinate (see #pit.permutation).
    bool isPackedAlong(int64_t operand, int64_t dim);
    /// Extents of the loop dimensions, from the operands' shapes.
    ::mlir::SmallVector<int64_t> getStaticLoopRanges();
  }];
  let hasRegionVerifier = 1;
}

def PIT_YieldOp : PIT_Op<"yield", [Pure, ReturnLike, Terminator,
    ParentOneOf<["GenericOp", "SWriteOp", "ForEachTileOp"]>]> {
  let summary = "end a region of a pit operation";
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "attr-dict ($values^ `:` type($values))?";
  let builders = [OpBuilder<(ins), [{ build($_builder, $_state, ::mlir::ValueRange()); }]>];
}

#endif // PIT_DIALECT_PIT_IR_PITTENSOROPS_TD
