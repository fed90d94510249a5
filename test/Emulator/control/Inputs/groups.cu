// Cooperative groups: tiles, and whatever lanes are together.
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
namespace cg = cooperative_groups;

extern "C" __global__ void groups(int *out, const int *in) {
  cg::thread_block block = cg::this_thread_block();
  auto tile = cg::tiled_partition<8>(block);
  int t = block.thread_rank(), x = in[t];
  int sum = cg::reduce(tile, x, cg::plus<int>());
  int least = cg::reduce(tile, x, cg::less<int>());
  auto active = cg::coalesced_threads();
  int first = active.shfl(x, 0);
  int extra = 0;
  if (x > 50) {
    auto some = cg::coalesced_threads();
    extra = some.size() * 100 + some.thread_rank() + some.shfl(x, some.size() - 1) * 10000;
  }
  tile.sync();
  int up = tile.shfl_up(x, 1), any = tile.any(x == 7), ballot = tile.ballot(x & 1), match = tile.match_any(x & 3);
  block.sync();
  int *o = out + t * 8;
  o[0] = sum, o[1] = least, o[2] = first, o[3] = extra, o[4] = up, o[5] = any, o[6] = ballot, o[7] = match;
}
