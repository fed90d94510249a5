// Contractions of every kind on the emulator, with all checks, against the
// reference in double precision. Sizes are no multiples of tiles.

// The right operand sparse; transposed, in blocks, as in x * W^T.
// RUN: pit-run %s --entry=b_sparse --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:density=0.3,block=8x8,seed=2 --arg random:seed=3 --check
func.func @b_sparse(%a: tensor<100x72xf16>, %b: tensor<90x72xf16, #pit.sparsity<>>, %c: tensor<100x90xf32>) -> tensor<100x90xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m,n,k) -> (m,k)>, affine_map<(m,n,k) -> (n,k)>, affine_map<(m,n,k) -> (m,n)>]
      ins(%a, %b : tensor<100x72xf16>, tensor<90x72xf16, #pit.sparsity<>>) outs(%c : tensor<100x90xf32>) -> tensor<100x90xf32>
  return %0 : tensor<100x90xf32>
}

// Both sparse: a list for each pair of groups.
// RUN: pit-run %s --entry=both --arch=sm_80 --device=emulator --arg random:density=0.3,block=8x8,seed=1 --arg random:density=0.3,block=8x8,seed=2 --arg random:seed=3 --check
func.func @both(%a: tensor<100x72xf16, #pit.sparsity<>>, %b: tensor<72x200xf16, #pit.sparsity<>>, %c: tensor<100x200xf32>) -> tensor<100x200xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m,n,k) -> (m,k)>, affine_map<(m,n,k) -> (k,n)>, affine_map<(m,n,k) -> (m,n)>]
      ins(%a, %b : tensor<100x72xf16, #pit.sparsity<>>, tensor<72x200xf16, #pit.sparsity<>>) outs(%c : tensor<100x200xf32>) -> tensor<100x200xf32>
  return %0 : tensor<100x200xf32>
}

// The output transposed: the sparse operand holds its columns.
// RUN: pit-run %s --entry=transposed_output --arch=sm_80 --device=emulator --arg random:density=0.3,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @transposed_output(%a: tensor<100x72xf16, #pit.sparsity<>>, %b: tensor<72x90xf16>, %c: tensor<90x100xf32>) -> tensor<90x100xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m,n,k) -> (m,k)>, affine_map<(m,n,k) -> (k,n)>, affine_map<(m,n,k) -> (n,m)>]
      ins(%a, %b : tensor<100x72xf16, #pit.sparsity<>>, tensor<72x90xf16>) outs(%c : tensor<90x100xf32>) -> tensor<90x100xf32>
  return %0 : tensor<90x100xf32>
}

// A batch: a list for each matrix.
// RUN: pit-run %s --entry=batch --arch=sm_80 --device=emulator --arg random:density=0.3,block=3x8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @batch(%a: tensor<3x50x40xf16, #pit.sparsity<>>, %b: tensor<3x40x33xf16>, %c: tensor<3x50x33xf32>) -> tensor<3x50x33xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(b,m,n,k) -> (b,m,k)>, affine_map<(b,m,n,k) -> (b,k,n)>, affine_map<(b,m,n,k) -> (b,m,n)>]
      ins(%a, %b : tensor<3x50x40xf16, #pit.sparsity<>>, tensor<3x40x33xf16>) outs(%c : tensor<3x50x33xf32>) -> tensor<3x50x33xf32>
  return %0 : tensor<3x50x33xf32>
}

// One list for the matrices of a batch.
// RUN: pit-run %s --entry=shared --arch=sm_80 --device=emulator --arg random:density=0.3,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @shared(%a: tensor<50x40xf16, #pit.sparsity<>>, %b: tensor<3x40x33xf16>, %c: tensor<3x50x33xf32>) -> tensor<3x50x33xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(b,m,n,k) -> (m,k)>, affine_map<(b,m,n,k) -> (b,k,n)>, affine_map<(b,m,n,k) -> (b,m,n)>]
      ins(%a, %b : tensor<50x40xf16, #pit.sparsity<>>, tensor<3x40x33xf16>) outs(%c : tensor<3x50x33xf32>) -> tensor<3x50x33xf32>
  return %0 : tensor<3x50x33xf32>
}

// A batch, both sparse.
// RUN: pit-run %s --entry=batch_both --arch=sm_80 --device=emulator --arg random:density=0.3,block=3x8x8,seed=1 --arg random:density=0.3,block=3x8x8,seed=2 --arg random:seed=3 --check
func.func @batch_both(%a: tensor<3x50x40xf16, #pit.sparsity<>>, %b: tensor<3x40x33xf16, #pit.sparsity<>>, %c: tensor<3x50x33xf32>) -> tensor<3x50x33xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(b,m,n,k) -> (b,m,k)>, affine_map<(b,m,n,k) -> (b,k,n)>, affine_map<(b,m,n,k) -> (b,m,n)>]
      ins(%a, %b : tensor<3x50x40xf16, #pit.sparsity<>>, tensor<3x40x33xf16, #pit.sparsity<>>) outs(%c : tensor<3x50x33xf32>) -> tensor<3x50x33xf32>
  return %0 : tensor<3x50x33xf32>
}

// A matrix times a vector, either of them sparse.
// RUN: pit-run %s --entry=matvec --arch=sm_80 --device=emulator --arg random:density=0.3,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @matvec(%a: tensor<100x72xf16, #pit.sparsity<>>, %b: tensor<72xf16>, %c: tensor<100xf32>) -> tensor<100xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m,k) -> (m,k)>, affine_map<(m,k) -> (k)>, affine_map<(m,k) -> (m)>]
      ins(%a, %b : tensor<100x72xf16, #pit.sparsity<>>, tensor<72xf16>) outs(%c : tensor<100xf32>) -> tensor<100xf32>
  return %0 : tensor<100xf32>
}
// RUN: pit-run %s --entry=vecmat --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:density=0.3,block=8x8,seed=2 --arg random:seed=3 --check
func.func @vecmat(%a: tensor<72xf16>, %b: tensor<72x100xf16, #pit.sparsity<>>, %c: tensor<100xf32>) -> tensor<100xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(n,k) -> (k)>, affine_map<(n,k) -> (k,n)>, affine_map<(n,k) -> (n)>]
      ins(%a, %b : tensor<72xf16>, tensor<72x100xf16, #pit.sparsity<>>) outs(%c : tensor<100xf32>) -> tensor<100xf32>
  return %0 : tensor<100xf32>
}
// RUN: pit-run %s --entry=sparse_vecmat --arch=sm_80 --device=emulator --arg random:density=0.3,block=8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @sparse_vecmat(%a: tensor<72xf16, #pit.sparsity<>>, %b: tensor<72x100xf16>, %c: tensor<100xf32>) -> tensor<100xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(n,k) -> (k)>, affine_map<(n,k) -> (k,n)>, affine_map<(n,k) -> (n)>]
      ins(%a, %b : tensor<72xf16, #pit.sparsity<>>, tensor<72x100xf16>) outs(%c : tensor<100xf32>) -> tensor<100xf32>
  return %0 : tensor<100xf32>
}

// Two reductions: a list for each part of the outer one.
// RUN: pit-run %s --entry=two_reductions --arch=sm_80 --device=emulator --arg random:density=0.3,block=8x5x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @two_reductions(%a: tensor<40x5x36xf16, #pit.sparsity<>>, %b: tensor<5x36x50xf16>, %c: tensor<40x50xf32>) -> tensor<40x50xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m,n,k,l) -> (m,k,l)>, affine_map<(m,n,k,l) -> (k,l,n)>, affine_map<(m,n,k,l) -> (m,n)>]
      ins(%a, %b : tensor<40x5x36xf16, #pit.sparsity<>>, tensor<5x36x50xf16>) outs(%c : tensor<40x50xf32>) -> tensor<40x50xf32>
  return %0 : tensor<40x50xf32>
}

// Two dimensions of the left operand, apart in storage.
// RUN: pit-run %s --entry=two_rows --arch=sm_80 --device=emulator --arg random:density=0.3,block=8x8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @two_rows(%a: tensor<10x24x36xf16, #pit.sparsity<>>, %b: tensor<24x50xf16>, %c: tensor<50x10x36xf32>) -> tensor<50x10x36xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m,h,n,k) -> (m,k,h)>, affine_map<(m,h,n,k) -> (k,n)>, affine_map<(m,h,n,k) -> (n,m,h)>]
      ins(%a, %b : tensor<10x24x36xf16, #pit.sparsity<>>, tensor<24x50xf16>) outs(%c : tensor<50x10x36xf32>) -> tensor<50x10x36xf32>
  return %0 : tensor<50x10x36xf32>
}

// The PIT axis is a reduction that no tile spans.
// RUN: pit-run %s --entry=outer_axis --arch=sm_80 --device=emulator --arg random:density=0.3,block=8x5x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @outer_axis(%a: tensor<40x5x36xf16, #pit.sparsity<>>, %b: tensor<5x36x50xf16>, %c: tensor<40x50xf32>) -> tensor<40x50xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m,n,k,l) -> (m,k,l)>, affine_map<(m,n,k,l) -> (k,l,n)>, affine_map<(m,n,k,l) -> (m,n)>] {pit.schedule = #pit.schedule<axis = 2, micro_tile = [32, 2, ?], tile = [32, 64, 1, 32]>}
      ins(%a, %b : tensor<40x5x36xf16, #pit.sparsity<>>, tensor<5x36x50xf16>) outs(%c : tensor<40x50xf32>) -> tensor<40x50xf32>
  return %0 : tensor<40x50xf32>
}

// Rows of which blocks of 32 are listed: sums of one output element meet.
// RUN: pit-run %s --entry=partial_sums --arch=sm_80 --device=emulator --arg random:density=0.3,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @partial_sums(%a: tensor<100x72xf16, #pit.sparsity<>>, %b: tensor<72x90xf16>, %c: tensor<100x90xf32>) -> tensor<100x90xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m,n,k) -> (m,k)>, affine_map<(m,n,k) -> (k,n)>, affine_map<(m,n,k) -> (m,n)>] {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, 32], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<100x72xf16, #pit.sparsity<>>, tensor<72x90xf16>) outs(%c : tensor<100x90xf32>) -> tensor<100x90xf32>
  return %0 : tensor<100x90xf32>
}
// RUN: pit-run %s --entry=ordered_sums --arch=sm_80 --device=emulator --arg random:density=0.3,block=8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @ordered_sums(%a: tensor<100x72xf16, #pit.sparsity<>>, %b: tensor<72x90xf16>, %c: tensor<100x90xf32>) -> tensor<100x90xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m,n,k) -> (m,k)>, affine_map<(m,n,k) -> (k,n)>, affine_map<(m,n,k) -> (m,n)>] {pit.schedule = #pit.schedule<axis = 0, micro_tile = [1, 32], tile = [64, 128, 32], deterministic>}
      ins(%a, %b : tensor<100x72xf16, #pit.sparsity<>>, tensor<72x90xf16>) outs(%c : tensor<100x90xf32>) -> tensor<100x90xf32>
  return %0 : tensor<100x90xf32>
}

// Columns of the right operand: scattered along rows of the output.
// RUN: pit-run %s --entry=columns --arch=sm_80 --device=emulator --arg random:seed=1 --arg random:density=0.3,block=8x8,seed=2 --arg random:seed=3 --check
func.func @columns(%a: tensor<100x72xf16>, %b: tensor<72x90xf16, #pit.sparsity<>>, %c: tensor<100x90xf32>) -> tensor<100x90xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(m,n,k) -> (m,k)>, affine_map<(m,n,k) -> (k,n)>, affine_map<(m,n,k) -> (m,n)>] {pit.schedule = #pit.schedule<axis = 1, micro_tile = [?, 16], tile = [64, 128, 32]>}
      ins(%a, %b : tensor<100x72xf16>, tensor<72x90xf16, #pit.sparsity<>>) outs(%c : tensor<100x90xf32>) -> tensor<100x90xf32>
  return %0 : tensor<100x90xf32>
}

// Rows of each matrix of a batch.
// RUN: pit-run %s --entry=batch_rows --arch=sm_80 --device=emulator --arg random:density=0.3,block=3x8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @batch_rows(%a: tensor<3x50x40xf16, #pit.sparsity<>>, %b: tensor<3x40x33xf16>, %c: tensor<3x50x33xf32>) -> tensor<3x50x33xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(b,m,n,k) -> (b,m,k)>, affine_map<(b,m,n,k) -> (b,k,n)>, affine_map<(b,m,n,k) -> (b,m,n)>] {pit.schedule = #pit.schedule<axis = 1, micro_tile = [1, 1, ?], tile = [1, 32, 64, 32]>}
      ins(%a, %b : tensor<3x50x40xf16, #pit.sparsity<>>, tensor<3x40x33xf16>) outs(%c : tensor<3x50x33xf32>) -> tensor<3x50x33xf32>
  return %0 : tensor<3x50x33xf32>
}

// Whole matrices of a batch, in pairs, the last without a second.
// RUN: pit-run %s --entry=batch_axis --arch=sm_80 --device=emulator --arg random:density=0.3,block=7x8x8,seed=1 --arg random:seed=2 --arg random:seed=3 --check
func.func @batch_axis(%a: tensor<7x50x40xf16, #pit.sparsity<>>, %b: tensor<7x40x33xf16>, %c: tensor<7x50x33xf32>) -> tensor<7x50x33xf32> {
  %0 = linalg.contract indexing_maps = [affine_map<(b,m,n,k) -> (b,m,k)>, affine_map<(b,m,n,k) -> (b,k,n)>, affine_map<(b,m,n,k) -> (b,m,n)>] {pit.schedule = #pit.schedule<axis = 0, micro_tile = [2, ?, ?], tile = [1, 32, 64, 32]>}
      ins(%a, %b : tensor<7x50x40xf16, #pit.sparsity<>>, tensor<7x40x33xf16>) outs(%c : tensor<7x50x33xf32>) -> tensor<7x50x33xf32>
  return %0 : tensor<7x50x33xf32>
}

// A convolution whose weights are sparse: the window is two outer reductions.
// RUN: pit-run %s --entry=conv --arch=sm_80 --device=emulator --arg random --arg random:density=0.3,block=1x1x8x8,seed=2 --arg random:seed=3 --check
func.func @conv(%x: tensor<1x10x11x20xf16>, %w: tensor<3x3x20x24xf16, #pit.sparsity<>>, %c: tensor<1x8x9x24xf32>) -> tensor<1x8x9x24xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf {strides = dense<1> : tensor<2xi64>, dilations = dense<1> : tensor<2xi64>}
      ins(%x, %w : tensor<1x10x11x20xf16>, tensor<3x3x20x24xf16, #pit.sparsity<>>) outs(%c : tensor<1x8x9x24xf32>) -> tensor<1x8x9x24xf32>
  return %0 : tensor<1x8x9x24xf32>
}
// Strides and dilations are multiples of dimensions.
// RUN: pit-run %s --entry=strided_conv --arch=sm_80 --device=emulator --arg random --arg random:seed=2 --arg random:seed=3 --check
func.func @strided_conv(%x: tensor<2x19x13x20xf16>, %w: tensor<3x2x20x24xf16>, %c: tensor<2x9x6x24xf32>) -> tensor<2x9x6x24xf32> {
  %0 = linalg.conv_2d_nhwc_hwcf {strides = dense<[2, 1]> : tensor<2xi64>, dilations = dense<[1, 7]> : tensor<2xi64>}
      ins(%x, %w : tensor<2x19x13x20xf16>, tensor<3x2x20x24xf16>) outs(%c : tensor<2x9x6x24xf32>) -> tensor<2x9x6x24xf32>
  return %0 : tensor<2x9x6x24xf32>
}
