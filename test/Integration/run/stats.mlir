// What a sparse kernel does, in counts: with a tenth of the micro-tiles live it
// executes a fraction of the mma of dense A, and none with A all zero.

// RUN: pit-run %s --arg random:density=0.1,block=1x64 --arg random:seed=1 --arg zeros --check --stats | FileCheck %s --check-prefixes=TABLE,SPARSE
// RUN: pit-run %s --arg random --arg random:seed=1 --arg zeros --check --stats=table | FileCheck %s --check-prefixes=TABLE,FULL
// RUN: pit-run %s --arg zeros --arg random:seed=1 --arg random --check --stats | FileCheck %s --check-prefixes=TABLE,NONE

// TABLE: result 0 {{.*}}: ok
// TABLE: kernel
// TABLE-SAME: blocks
// TABLE-SAME: instructions
// TABLE-SAME: mma
// TABLE-SAME: atomics
// TABLE-SAME: sectors
// TABLE-SAME: bytes read
// TABLE-SAME: written
// TABLE-SAME: conflicts
// 2 groups and 2 columns of tiles, each of 256 / 32 steps of 128 mma.
// FULL: sum{{ +[0-9]+ +[0-9]+ +}}4096{{ }}
// SPARSE: sum{{ +[0-9]+ +[0-9]+ +}}{{512|768|1024}}{{ }}
// NONE: sum{{ +[0-9]+ +[0-9]+ +}}0{{ }}

// RUN: pit-run %s --arg random:density=0.1,block=1x64 --arg random:seed=1 --arg zeros --stats=json > %t.json
// RUN: %python -c "import json, sys; d = json.load(open(sys.argv[1])); print(d['function'], d['arch'], [l['kernel'] for l in d['launches']], sum(l['by_class'].get('mma', 0) for l in d['launches']) > 0)" %t.json | FileCheck %s --check-prefix=JSON
// JSON: f sm_80 ['f_0', 'f_1', 'f_2'] True

// RUN: rm -f %t.stats && pit-run %s --arg zeros --arg zeros --arg zeros --stats-out=%t.stats --seed=3 --landing=earliest --mma=fp32 --threads=2 --multiprocessors=4
// RUN: FileCheck %s --check-prefix=FILE --input-file=%t.stats
// FILE: {"function": "f", "arch": "sm_80", "launches": [

#sparse = #pit.sparsity<>
func.func @f(%at: tensor<256x128xf16, #sparse>, %b: tensor<256x256xf16>, %c: tensor<128x256xf32>) -> tensor<128x256xf32> {
  %0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (k, m)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
      {pit.schedule = #pit.schedule<axis = 2, micro_tile = [1, 64], tile = [64, 128, 32]>}
      ins(%at, %b : tensor<256x128xf16, #sparse>, tensor<256x256xf16>) outs(%c : tensor<128x256xf32>) -> tensor<128x256xf32>
  return %0 : tensor<128x256xf32>
}
