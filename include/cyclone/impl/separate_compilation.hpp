#pragma once

// Internal to cyclone: what every src.hpp begins with.

#ifndef CYCLONE_SEPARATE_COMPILATION
#error "cyclone: a src.hpp is for programs that define CYCLONE_SEPARATE_COMPILATION in every file (-D...)"
#endif

// One file compiles these definitions, so that no other can have a second idea of their lambdas' types.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wsubobject-linkage"
#endif
