//===- Dominators.cpp - dominator tree of a graph -------------------------===//
//
// See Dominators.h. No recursion: a PTX function may have any number of blocks.
//
//===----------------------------------------------------------------------===//

#include "Dominators.h"

#include <utility>

namespace pit::ptx {

namespace {

constexpr uint32_t kNone = UINT32_MAX;

/// Works on the numbers that a depth-first walk gives.
class LengauerTarjan {
public:
  LengauerTarjan(const Graph &graph, uint32_t root)
      : number(graph.size(), kNone) {
    std::vector<std::pair<uint32_t, std::size_t>> stack;
    visit(root, kNone);
    stack.push_back({root, 0});
    while (!stack.empty()) {
      auto &[node, next] = stack.back();
      if (next == graph[node].size()) {
        stack.pop_back();
        continue;
      }
      uint32_t successor = graph[node][next++];
      if (number[successor] != kNone)
        continue;
      visit(successor, number[node]);
      stack.push_back({successor, 0});
    }
  }

  std::vector<uint32_t> run(const Graph &predecessors) {
    std::size_t count = nodes.size();
    std::vector<uint32_t> idom(count, kNone);
    std::vector<std::vector<uint32_t>> bucket(count);
    semi.resize(count);
    label.resize(count);
    ancestor.assign(count, kNone);
    for (uint32_t i = 0; i < count; ++i)
      semi[i] = label[i] = i;
    for (uint32_t w = static_cast<uint32_t>(count); w-- > 1;) {
      for (uint32_t predecessor : predecessors[nodes[w]]) {
        if (number[predecessor] == kNone)
          continue;
        uint32_t u = evaluate(number[predecessor]);
        if (semi[u] < semi[w])
          semi[w] = semi[u];
      }
      bucket[semi[w]].push_back(w);
      ancestor[w] = parent[w];
      for (uint32_t v : bucket[parent[w]]) {
        uint32_t u = evaluate(v);
        idom[v] = semi[u] < semi[v] ? u : parent[w];
      }
      bucket[parent[w]].clear();
    }
    std::vector<uint32_t> result(number.size(), kNone);
    for (uint32_t w = 1; w < count; ++w) {
      if (idom[w] != semi[w])
        idom[w] = idom[idom[w]];
      result[nodes[w]] = nodes[idom[w]];
    }
    return result;
  }

private:
  void visit(uint32_t node, uint32_t from) {
    number[node] = static_cast<uint32_t>(nodes.size());
    nodes.push_back(node);
    parent.push_back(from);
  }

  /// The node of least semidominator on the linked path above `v`.
  uint32_t evaluate(uint32_t v) {
    if (ancestor[v] == kNone)
      return v;
    // Compress the path, from its top to `v`.
    path.clear();
    for (uint32_t u = v; ancestor[ancestor[u]] != kNone; u = ancestor[u])
      path.push_back(u);
    for (std::size_t i = path.size(); i-- > 0;) {
      uint32_t u = path[i], above = ancestor[u];
      if (semi[label[above]] < semi[label[u]])
        label[u] = label[above];
      ancestor[u] = ancestor[above];
    }
    return label[v];
  }

  std::vector<uint32_t> number; ///< node -> order of the walk
  std::vector<uint32_t> nodes;  ///< order of the walk -> node
  // All below in the order of the walk.
  std::vector<uint32_t> parent, semi, label, ancestor, path;
};

} // namespace

Graph reversed(const Graph &graph) {
  Graph result(graph.size());
  for (uint32_t node = 0; node < graph.size(); ++node)
    for (uint32_t successor : graph[node])
      result[successor].push_back(node);
  return result;
}

std::vector<uint32_t> immediateDominators(const Graph &graph, uint32_t root) {
  return LengauerTarjan(graph, root).run(reversed(graph));
}

} // namespace pit::ptx
