//===- SpecialRegisters.cpp - names of the special registers --------------===//
//
// PTX ISA chapter 10. The parser only asks whether a name exists; which of them
// can be read is the decoder's business.
//
//===----------------------------------------------------------------------===//

#include "Parser.h"

#include <algorithm>
#include <iterator>

namespace pit::ptx {

namespace {

struct Special {
  std::string_view name;
  bool isVector;
};

/// Sorted by name; %pm and %envreg, which are numbered, are not in it.
constexpr Special specials[] = {
    {"%aggr_smem_size", false},
    {"%clock", false},
    {"%clock64", false},
    {"%clock_hi", false},
    {"%cluster_ctaid", true},
    {"%cluster_ctarank", false},
    {"%cluster_nctaid", true},
    {"%cluster_nctarank", false},
    {"%clusterid", true},
    {"%ctaid", true},
    {"%current_graph_exec", false},
    {"%dynamic_smem_size", false},
    {"%globaltimer", false},
    {"%globaltimer_hi", false},
    {"%globaltimer_lo", false},
    {"%gridid", false},
    {"%is_explicit_cluster", false},
    {"%laneid", false},
    {"%lanemask_eq", false},
    {"%lanemask_ge", false},
    {"%lanemask_gt", false},
    {"%lanemask_le", false},
    {"%lanemask_lt", false},
    {"%nclusterid", true},
    {"%nctaid", true},
    {"%nsmid", false},
    {"%ntid", true},
    {"%nwarpid", false},
    {"%reserved_smem_offset_0", false},
    {"%reserved_smem_offset_1", false},
    {"%reserved_smem_offset_begin", false},
    {"%reserved_smem_offset_cap", false},
    {"%reserved_smem_offset_end", false},
    {"%smid", false},
    {"%tid", true},
    {"%total_smem_size", false},
    {"%warpid", false},
};

/// Whether `name` is `prefix` and a number below `count`, written plainly.
bool isNumbered(std::string_view name, std::string_view prefix,
                unsigned count) {
  if (name.substr(0, prefix.size()) != prefix)
    return false;
  name.remove_prefix(prefix.size());
  if (name.empty() || name.size() > 2 || (name.size() == 2 && name[0] == '0'))
    return false;
  unsigned number = 0;
  for (char c : name) {
    if (c < '0' || c > '9')
      return false;
    number = number * 10 + (c - '0');
  }
  return number < count;
}

} // namespace

bool isSpecialRegister(std::string_view name, bool &isVector) {
  isVector = false;
  const Special *found =
      std::lower_bound(std::begin(specials), std::end(specials), name,
                       [](const Special &special, std::string_view wanted) {
                         return special.name < wanted;
                       });
  if (found != std::end(specials) && found->name == name) {
    isVector = found->isVector;
    return true;
  }
  if (isNumbered(name, "%envreg", 32) || isNumbered(name, "%pm", 8))
    return true;
  constexpr std::string_view wide = "_64";
  return name.size() > wide.size() &&
         name.substr(name.size() - wide.size()) == wide &&
         isNumbered(name.substr(0, name.size() - wide.size()), "%pm", 8);
}

} // namespace pit::ptx
