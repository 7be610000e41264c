# SPDX-License-Identifier: Apache-2.0
# YONDER_SANITIZE is a list of -fsanitize= names, set by the presets asan, tsan and fuzz.
if(YONDER_SANITIZE)
  string(REPLACE ";" "," sanitize_list "${YONDER_SANITIZE}")
  add_compile_options(-fsanitize=${sanitize_list} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${sanitize_list})
  if("undefined" IN_LIST YONDER_SANITIZE)
    add_compile_options(-fno-sanitize-recover=undefined)
    # ASan sees null pointers and foreign objects already; without these checks it compiles faster.
    add_compile_options(-fno-sanitize=null,object-size,vptr)
  endif()
endif()
# libFuzzer is guided by the coverage of every file it links, not of the target alone.
if(YONDER_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
  add_link_options(-fsanitize=fuzzer-no-link)
endif()
