//===- Backend.cpp - what every device backend provides -------------------===//

#include "pit/Runtime/Backend.h"

using namespace pit::runtime;

// Out of line, so that the tables of virtual functions have one home.
Kernel::~Kernel() = default;
Module::~Module() = default;
Backend::~Backend() = default;
