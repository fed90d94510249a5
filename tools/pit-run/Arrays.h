//===- Arrays.h - the data of a run -----------------------------*- C++ -*-===//

#ifndef PIT_TOOLS_PIT_RUN_ARRAYS_H
#define PIT_TOOLS_PIT_RUN_ARRAYS_H

#include "Signature.h"

namespace pit::tool {

/// The arrays that --arg asks for, one for each argument of the function; gives
/// the arguments in `signature` their sizes. The error names the argument, what
/// was expected and what was given.
Expected<std::vector<NpyArray>>
readArguments(Signature &signature, const std::vector<std::string> &specs);

/// An array of zeros, or an error where the machine gives no memory for it.
Expected<NpyArray> makeArray(const TensorSpec &spec, const std::string &what);

/// The elements of an array as doubles; integers as they are, those beyond
/// 2^53 rounded.
std::vector<double> toDoubles(const TensorSpec &spec, const NpyArray &array);

/// Rounds to the nearest number of a type, to even if there are two.
void fromDoubles(const TensorSpec &spec, const std::vector<double> &values,
                 NpyArray &array);

} // namespace pit::tool

#endif // PIT_TOOLS_PIT_RUN_ARRAYS_H
