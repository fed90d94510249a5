// The digits network: 64 pixels, 512 hidden units, 128, 10 logits. One row is one view of an image; the 32 views of
// an image are 32 consecutive rows. README.md says how it was trained, reference.py computes the same in numpy.
//
// The second matmul is the sparse one: a micro-tile is 16 hidden units over the 32 views of one image, and the PIT
// axis is k, the hidden units.

#act = #pit.sparsity<granularity = [32, 16], ratio = 0.68>
#row = affine_map<(m, n) -> (m, n)>
#column = affine_map<(m, n) -> (n)>

func.func @digits(%x: tensor<4096x64xf16>, %w1: tensor<64x512xf16>, %b1: tensor<512xf32>, %w2: tensor<512x128xf16>,
                  %b2: tensor<128xf32>, %w3: tensor<128x10xf16>, %b3: tensor<10xf32>) -> tensor<4096x10xf32> {
  %zero = arith.constant 0.0 : f32

  // hidden = f16(relu(x w1 + b1))
  %e1 = tensor.empty() : tensor<4096x512xf32>
  %z1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<4096x512xf32>) -> tensor<4096x512xf32>
  %p1 = linalg.matmul ins(%x, %w1 : tensor<4096x64xf16>, tensor<64x512xf16>)
                      outs(%z1 : tensor<4096x512xf32>) -> tensor<4096x512xf32>
  %eh = tensor.empty() : tensor<4096x512xf16>
  %h = linalg.generic {indexing_maps = [#row, #column, #row], iterator_types = ["parallel", "parallel"]}
      ins(%p1, %b1 : tensor<4096x512xf32>, tensor<512xf32>) outs(%eh : tensor<4096x512xf16>) {
  ^bb0(%p: f32, %b: f32, %out: f16):
    %sum = arith.addf %p, %b : f32
    %relu = arith.maximumf %sum, %zero : f32
    %half = arith.truncf %relu : f32 to f16
    linalg.yield %half : f16
  } -> tensor<4096x512xf16>

  // The sparse layer, f16(relu(hidden w2 + b2)).
  %hs = tensor.cast %h : tensor<4096x512xf16> to tensor<4096x512xf16, #act>
  %e2 = tensor.empty() : tensor<4096x128xf32>
  %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<4096x128xf32>) -> tensor<4096x128xf32>
  %p2 = linalg.matmul {pit.schedule = #pit.schedule<axis = 2, micro_tile = [32, 16], tile = [32, 128, 32]>}
                      ins(%hs, %w2 : tensor<4096x512xf16, #act>, tensor<512x128xf16>)
                      outs(%z2 : tensor<4096x128xf32>) -> tensor<4096x128xf32>
  %ea = tensor.empty() : tensor<4096x128xf16>
  %a = linalg.generic {indexing_maps = [#row, #column, #row], iterator_types = ["parallel", "parallel"]}
      ins(%p2, %b2 : tensor<4096x128xf32>, tensor<128xf32>) outs(%ea : tensor<4096x128xf16>) {
  ^bb0(%p: f32, %b: f32, %out: f16):
    %sum = arith.addf %p, %b : f32
    %relu = arith.maximumf %sum, %zero : f32
    %half = arith.truncf %relu : f32 to f16
    linalg.yield %half : f16
  } -> tensor<4096x128xf16>

  // logits = a w3 + b3
  %e3 = tensor.empty() : tensor<4096x10xf32>
  %z3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<4096x10xf32>) -> tensor<4096x10xf32>
  %p3 = linalg.matmul ins(%a, %w3 : tensor<4096x128xf16>, tensor<128x10xf16>)
                      outs(%z3 : tensor<4096x10xf32>) -> tensor<4096x10xf32>
  %el = tensor.empty() : tensor<4096x10xf32>
  %logits = linalg.generic {indexing_maps = [#row, #column, #row], iterator_types = ["parallel", "parallel"]}
      ins(%p3, %b3 : tensor<4096x10xf32>, tensor<10xf32>) outs(%el : tensor<4096x10xf32>) {
  ^bb0(%p: f32, %b: f32, %out: f32):
    %sum = arith.addf %p, %b : f32
    linalg.yield %sum : f32
  } -> tensor<4096x10xf32>
  return %logits : tensor<4096x10xf32>
}
