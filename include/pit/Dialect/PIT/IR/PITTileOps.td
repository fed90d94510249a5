//===- PITTileOps.td - the tile level ----------------------*- tablegen -*-===//
//
// Inside a gpu.func; every operation is executed by the whole thread block
// together.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_DIALECT_PIT_IR_PITTILEOPS_TD
#define PIT_DIALECT_PIT_IR_PITTILEOPS_TD

include "pit/Dialect/PIT/IR/PITTensorOps.td"

def PIT_ForEachTileOp : PIT_Op<"for_each_tile", [
    AttrSizedOperandSegments, SingleBlockImplicitTerminator<"::mlir::pit::YieldOp">,
    RecursiveMemoryEffects]> {
  let summary = "run the body for each dense tile of the grid";
  let description = [{
    The tile scheduler. `bounds` is the number of tiles per tiled dimension; the
    last varies fastest, so blocks that run together share the first. The
    region's arguments are the tile's numbers, one per bound.

    With `counts` (the live micro-tiles per group) the first bound counts groups
    and the second the tiles of `positions` positions along the PIT axis; `micro`
    positions make one micro-tile. The region's arguments are then (group, first,
    live, numbers of the other bounds): `first` is the tile's first position,
    `live` the group's number of live positions, `counts[group] * micro`. If
    `positions` is given, tiles at or past the live positions are not visited;
    without it the second bound is 1, `first` is 0, and every group is visited.

    ```mlir
    pit.for_each_tile tiles(%groups, %one, %columns) counts(%counts : memref<8xi32>) {micro = 1 : i64} do {
    ^bb0(%group: index, %first: index, %live: index, %column: index):
      ...
    }
    ```
  }];
  let arguments = (ins Variadic<Index>:$bounds, Optional<MemRefRankOf<[I32], [1]>>:$counts,
                       OptionalAttr<I64Attr>:$micro, OptionalAttr<I64Attr>:$positions);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = [{
    `tiles` `(` $bounds `)` (`counts` `(` $counts^ `:` type($counts) `)`)? attr-dict `do` $body
  }];
  let hasVerifier = 1;
}

def PIT_LoadCoordsOp : PIT_Op<"load_coords", [MemoryEffects<[MemRead]>]> {
  let summary = "fetch from the index where the next positions lie";
  let description = [{
    Position `first + i` of `group` lies at
    `coords[group, (first + i) / micro] * micro + (first + i) % micro` along the
    PIT axis if `first + i < live`, and out of bounds otherwise. Separate from
    the gather, so that it can run a stage earlier and operands share it.

    ```mlir
    %c = pit.load_coords %coords[%group], %first, %live : memref<8x1024xi32> -> !pit.coords<32, micro = 1>
    ```
  }];
  let arguments = (ins MemRefRankOf<[I32], [2]>:$coords, Index:$group, Index:$first, Index:$live);
  let results = (outs PIT_CoordsType:$result);
  let assemblyFormat = [{
    $coords `[` $group `]` `,` $first `,` $live attr-dict `:` type($coords) `->` qualified(type($result))
  }];
}

def PIT_SReadOp : PIT_Op<"sread", [AttrSizedOperandSegments, MemoryEffects<[MemRead]>]> {
  let summary = "gather a dense tile from dense storage, asynchronously";
  let description = [{
    `indices` has one value per dimension of `source`: an offset (index), or the
    coordinates (`!pit.coords`) of the gathered dimension. Elements out of the
    bounds of `source` are zero in the tile: predication and zero fill live only
    here, never as branches around the math. The tile may be used after a
    `pit.wait` for the token.

    `in_bounds` states per dimension, as in `vector.transfer_read`, that the tile
    lies within the source; `all_or_none` that it lies either within or entirely
    outside. Without them every element is checked.

    `source` starts at a multiple of 16 bytes, as the kernel ABI says. Copies are
    as wide as its rows, and the offset along them as far as constants, loop
    steps and multiplications tell, are aligned.

    A schedule adds `slot`, which of the tile's buffers it goes to.

    ```mlir
    %a, %token = pit.sread %at[%c, %m0] : memref<1024x512xf16>, !pit.coords<32, micro = 1>, index -> !pit.tile<32x64xf16>
    ```
  }];
  let arguments = (ins AnyMemRef:$source, Variadic<AnyTypeOf<[Index, PIT_CoordsType]>>:$indices, Optional<Index>:$slot,
                       OptionalAttr<DenseBoolArrayAttr>:$in_bounds, OptionalAttr<DenseBoolArrayAttr>:$all_or_none);
  let results = (outs PIT_TileType:$tile, PIT_TokenType:$token);
  let assemblyFormat = [{
    $source `[` $indices `]` (`slot` `(` $slot^ `)`)? attr-dict `:` type($source) (`,` type($indices)^)? `->` qualified(type($tile))
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// The dimension of the source that is gathered, or none.
    ::std::optional<int64_t> getGatheredDim();
    /// True if the tile is known to lie within the source along `dim`.
    bool isInBounds(int64_t dim) { return getInBounds() && (*getInBounds())[dim]; }
    /// True if it is known to lie within or entirely outside.
    bool isAllOrNone(int64_t dim) { return getAllOrNone() && (*getAllOrNone())[dim]; }
  }];
}

def PIT_WaitOp : PIT_Op<"wait", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "wait until tiles have landed and all threads may read them";
  let arguments = (ins Variadic<PIT_TokenType>:$tokens, OptionalAttr<I64Attr>:$in_flight);
  let description = [{
    `in_flight`, filled in by a schedule, is the number of younger steps whose
    copies may still be on their way. No tokens are spelled `none`.
  }];
  // Without 'none' the result of the next operation would be read as a token.
  let assemblyFormat = "($tokens^) : (`none`)? attr-dict";
  let hasVerifier = 1;
}

def PIT_CommitOp : PIT_Op<"commit", [MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "close the group of copies of one step";
  let description = [{
    Put in by a schedule; the unpipelined level has none. No tokens are spelled
    `none`.
  }];
  let arguments = (ins Variadic<PIT_TokenType>:$tokens);
  let results = (outs PIT_TokenType:$result);
  // Without 'none' the result of the next operation would be read as a token.
  let assemblyFormat = "($tokens^) : (`none`)? attr-dict";
}

def PIT_AccZeroOp : PIT_Op<"acc_zero", [Pure]> {
  let summary = "an accumulator of zeros";
  let results = (outs PIT_AccType:$result);
  let assemblyFormat = "attr-dict `:` qualified(type($result))";
}

def PIT_TileMmaOp : PIT_Op<"tile_mma", [MemoryEffects<[MemRead]>,
    AllTypesMatch<["acc", "result"]>]> {
  let summary = "multiply two dense tiles and add to the accumulator";
  let description = [{
    `indexing_maps` are the maps of `lhs`, `rhs` and the accumulator over (all)
    loop dimensions of the contraction, as in `vector.contract`: each dimension
    of the accumulator is one of either `lhs` or `rhs`, and one dimension, the
    reduction, of both.

    Elements are widened to the accumulator's type, exactly: floats, and integers
    by their sign unless `lhs_unsigned` or `rhs_unsigned` says that an operand has
    none. With `math = "tf32"` those of f32 are first rounded to tf32 (11 significant
    bits, to nearest, ties away from zero).

    ```mlir
    %acc1 = pit.tile_mma %a, %b, %acc {indexing_maps = [
        affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]}
        : !pit.tile<32x64xf16>, !pit.tile<32x128xf16>, !pit.acc<64x128xf32>
    ```
  }];
  let arguments = (ins PIT_TileType:$lhs, PIT_TileType:$rhs, PIT_AccType:$acc, AffineMapArrayAttr:$indexing_maps,
                       OptionalAttr<StrAttr>:$math, UnitAttr:$lhs_unsigned, UnitAttr:$rhs_unsigned);
  let results = (outs PIT_AccType:$result);
  let builders = [OpBuilder<(ins "::mlir::Type":$type, "::mlir::Value":$lhs, "::mlir::Value":$rhs,
                                 "::mlir::Value":$acc, "::mlir::ArrayAttr":$indexingMaps), [{
    build($_builder, $_state, type, lhs, rhs, acc, indexingMaps, /*math=*/nullptr,
          /*lhs_unsigned=*/nullptr, /*rhs_unsigned=*/nullptr);
  }]>];
  let assemblyFormat = [{
    $lhs `,` $rhs `,` $acc attr-dict `:` qualified(type($lhs)) `,` qualified(type($rhs)) `,` qualified(type($acc))
  }];
  let hasVerifier = 1;
}

def PIT_SWriteOp : PIT_Op<"swrite", [
    AttrSizedOperandSegments, SingleBlockImplicitTerminator<"::mlir::pit::YieldOp">,
    MemoryEffects<[MemRead, MemWrite]>]> {
  let summary = "scatter an accumulator into dense storage, through an epilogue";
  let description = [{
    For each element of the accumulator whose place in `dest` is in bounds: the
    region, given the element and one element per input, yields what is stored
    (or added atomically, with `add`). `indices` has one value per dimension of
    `dest`, as in `pit.sread`. Inputs are indexed by `indexing_maps`, from the
    element's coordinates in `dest`: the identity for the init, `(d0, d1) -> (d1)`
    for a bias of columns; they have the sizes of `dest`. The region has no side
    effects. `in_bounds` is that of `pit.sread`, and so is the alignment of `dest`
    and of the inputs.

    ```mlir
    pit.swrite store %acc, %out[%m0, %n0] ins(%init : memref<512x512xf32>) {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>]}
        : !pit.acc<64x128xf32>, memref<512x512xf32>, index, index {
    ^bb0(%x: f32, %old: f32):
      %0 = arith.addf %old, %x : f32
      pit.yield %0 : f32
    }
    ```
  }];
  let arguments = (ins PIT_WriteModeAttr:$mode, PIT_AccType:$acc, AnyMemRef:$dest,
                       Variadic<AnyTypeOf<[Index, PIT_CoordsType]>>:$indices, Variadic<AnyMemRef>:$inputs,
                       AffineMapArrayAttr:$indexing_maps, OptionalAttr<DenseBoolArrayAttr>:$in_bounds);
  let regions = (region SizedRegion<1>:$epilogue);
  let assemblyFormat = [{
    `` $mode $acc `,` $dest `[` $indices `]` (`ins` `(` $inputs^ `:` type($inputs) `)`)? attr-dict
    `:` qualified(type($acc)) `,` type($dest) (`,` type($indices)^)? $epilogue
  }];
  let hasVerifier = 1;
}

#endif // PIT_DIALECT_PIT_IR_PITTILEOPS_TD
