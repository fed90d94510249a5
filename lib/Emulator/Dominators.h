//===- Dominators.h - dominator tree of a graph -----------------*- C++ -*-===//
//
// The algorithm alone, for graphs whose nodes are numbers; Cfg uses it forwards
// and, for post-dominators, backwards.
//
//===----------------------------------------------------------------------===//

#ifndef PIT_LIB_EMULATOR_DOMINATORS_H
#define PIT_LIB_EMULATOR_DOMINATORS_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pit::ptx {

/// Successors of each node.
using Graph = std::vector<std::vector<uint32_t>>;

/// The same graph with every edge turned round.
Graph reversed(const Graph &graph);

/// The immediate dominator of each node of `graph`, entered at `root`;
/// UINT32_MAX for the root and for nodes that cannot be reached.
/// T. Lengauer and R. E. Tarjan, "A fast algorithm for finding dominators in a
/// flowgraph", TOPLAS 1 (1979): the simple version, O(edges * log nodes).
std::vector<uint32_t> immediateDominators(const Graph &graph, uint32_t root);

} // namespace pit::ptx

#endif // PIT_LIB_EMULATOR_DOMINATORS_H
