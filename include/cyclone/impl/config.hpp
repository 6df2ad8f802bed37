#pragma once

// Internal to cyclone. Definitions in impl/*.ipp are inline where every file compiles them (the default), and ordinary
// functions where one file does for all (CYCLONE_SEPARATE_COMPILATION and <cyclone/src.hpp>).
#if defined(CYCLONE_SEPARATE_COMPILATION)
#define CYCLONE_INLINE
#else
#define CYCLONE_INLINE inline
#endif
