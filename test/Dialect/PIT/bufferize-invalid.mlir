// RUN: pit-opt %s --pit-bufferize --split-input-file --verify-diagnostics

// expected-error @+1 {{'func.func' op has type 'tensor<4x4xf16, #pit.sparsity<>>', whose encoding bufferization would drop: run 'convert-linalg-to-pit' first}}
func.func @encoding_left(%x: tensor<4x4xf16, #pit.sparsity<>>) {
  return
}

// -----

func.func @compact_index(%bits: tensor<4x8xi1>) {
  // expected-error @+2 {{expects a padded index, but got '!pit.index<compact, 4x8>': compact indices have no buffer form yet}}
  // expected-error @+1 {{failed to bufferize op}}
  %idx = pit.compact ins(%bits : tensor<4x8xi1>) -> !pit.index<compact, 4x8>
  return
}
